"""Bridging to treatment: requests with their clock, and consent to share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Literal, cast

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import written
from fieldtui.domain.consenting import Recipient, names
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.records import Consent, Referral
from fieldtui.services.bridgingboard import REGIONAL
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.stopping import stopped_said, unsent_shares

Step = Literal["referred", "received", "started", "ended"]

_STEPS: Final[dict[str, str]] = {
    "referred": N_("{who} er henvist."),
    "received": N_("Henvisningen for {who} er modtaget."),
    "started": N_("{who} er startet i behandling."),
    "ended": N_("Behandlingsforløbet for {who} er afsluttet."),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent lets be told, and between whom."""

    scope: str | None = None
    """What may be shared, in words."""
    form: str = "written"
    """`written` or `oral`."""
    direction: str = "both"
    """`disclose`, `collect` or `both`."""
    covers_health: bool | None = None
    """False where neither health nor that there is treatment is told; only then it may last longer than the law's limit."""
    recipient_id: str | None = None
    """The member of staff or partner, where the recipient is one of them."""


class Bridging(Editing):
    """What is done with referrals and consents."""

    def request_treatment(self, citizen_id: str, basis: str, requested_on: date, provider: str | None = None) -> Done:
        """Store that a citizen asked for treatment; the answer says until when it is guaranteed.

        Args:
            citizen_id: Who asked.
            basis: `SEL101`, `SUL141`, `SUL142` or `SUL82C`.
            requested_on: The day the citizen asked.
            provider: Where, if it is known.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: A basis or a day that cannot be.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("referral")
            citizen = self._citizen(citizen_id)
            values = {
                "citizen_id": citizen_id,
                "basis": basis,
                "requested_on": requested_on.isoformat(),
                "provider": provider,
            }
            put = self._new("referral", values, Batch())
            label = _("Ønske om behandling: {who}").format(who=citizen.record.short_name)
            done = self._write([put], label)
            case = self._store.case(citizen_id)
            due = [
                each
                for each in (deadlines(case, self._context.rules, self._context.today) if case else ())
                if each.kind == "treatment" and each.record_id == put.id
            ]
            message = _("{who} har bedt om behandling. Det er gemt.").format(who=citizen.record.short_name)
            if due:
                latest = max(due, key=lambda each: each.due_on)
                message += " " + _("Behandlingen skal begynde senest {day}.").format(day=written(latest.due_on))
            elif basis in REGIONAL:
                message += " " + _("Regionen ejer fristen. Den går fra den dag, regionen modtager henvisningen.")
            return Done(message, done.record_ids, done.command_id, done.warnings)

    def advance_referral(self, referral_id: str, step: Step, on: date) -> Done:
        """Store that a referral came a step further on a day.

        Raises:
            NotFound: No such referral.
            InvalidRecords: Days out of order.
            BadUsage: No such step, or the referral is annulled.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        if step not in _STEPS:
            raise BadUsage(_("Trinet kendes ikke. Vælg et af: {steps}.").format(steps=", ".join(_STEPS)))
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_change(self._require(referral_id, "referral"))
            put = self._changed(referral_id, {f"{step}_on": on.isoformat()}, Batch())
            record = cast("Referral", put.record)
            return self._write([put], _(_STEPS[step]).format(who=self._short_name(record.citizen_id)))

    def give_consent(
        self,
        citizen_id: str,
        recipient: str,
        *,
        given_on: date,
        expires_on: date | None = None,
        terms: Terms = Terms(),
    ) -> Done:
        """Store a consent to share with a recipient.

        Without a last day it lasts as long as the rule `consent.max_days` allows (SUL § 44: at most a year for
        health data).

        Raises:
            NotFound: No such citizen.
            InvalidRecords: No recipient, days that cannot be, or longer than the law allows for health data.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("consent")
            citizen = self._citizen(citizen_id)
            values: dict[str, Any] = {
                "citizen_id": citizen_id,
                "recipient": recipient,
                **asdict(terms),
                "given_on": given_on.isoformat(),
                "expires_on": expires_on.isoformat() if expires_on else None,
            }
            put = self._new("consent", values, Batch())
            record = cast("Consent", put.record)
            warnings: tuple[str, ...] = ()
            if record.form == "oral" and record.direction != "disclose" and record.covers_health is not False:
                warnings = (
                    _("Sundhedspersonale skal som regel have samtykket på skrift, før de videregiver (SUL § 44)."),
                )
            if not self._names_somebody(record):
                warnings += (
                    _(
                        "Ingen behandler hører til “{recipient}”. Samtykket åbner ingen sag, før navnet er det samme."
                    ).format(recipient=record.recipient),
                )
            template = (
                _("Samtykke fra {who} til {recipient} er gemt. Det gælder til {day}.")
                if record.expires_on
                else _("Samtykke fra {who} til {recipient} er gemt. Det gælder, til det trækkes tilbage.")
            )
            message = template.format(
                who=citizen.record.short_name,
                recipient=record.recipient,
                day=written(record.expires_on) if record.expires_on else "",
            )
            return self._write([put], message, warnings=warnings)

    def renew_consent(self, consent_id: str, given_on: date, *, expires_on: date | None = None, form: str = "") -> Done:
        """Store a new consent on the terms of an old one, which stays as it is; errors as `give_consent`.

        Args:
            consent_id: The old one.
            given_on: The day the citizen said yes again.
            expires_on: Last day; without it as long as the law allows.
            form: `written` or `oral`; as the old one where it is empty.
        """
        stored = self._require(consent_id, "consent")
        old: Consent = stored.record
        terms = Terms(old.scope, form or old.form, old.direction, old.covers_health, old.recipient_id)
        return self.give_consent(old.citizen_id, old.recipient, given_on=given_on, expires_on=expires_on, terms=terms)

    def _names_somebody(self, consent: Consent) -> bool:
        """True where some treatment worker is named, or where there are none to be named."""
        staff = [person for person in self._context.people if person.role == "treatment"]
        return not staff or any(
            consent.recipient_id == each.id or names(Recipient(each.id, each.name, each.unit), consent.recipient)
            for each in staff
        )

    def withdraw_consent(self, consent_id: str, how: str) -> Done:
        """Store that a consent was withdrawn; it works at once, also offline.

        What was shared on it and has not been sent is stopped and marked; notes stay.

        Args:
            consent_id: Which.
            how: How it was withdrawn, such as by phone.

        Raises:
            NotFound: No such consent.
            BadUsage: It was withdrawn before, or is annulled.
            InvalidRecords: `how` is too long.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            stored = self._require(consent_id, "consent")
            self._require_may_change(stored)
            if stored.record.withdrawn_at is not None:
                raise BadUsage(_("Samtykket er allerede trukket tilbage."))
            values = {"withdrawn_at": isoformat(self._context.clock.now()), "withdrawn_how": how}
            message = _("{who} har trukket sit samtykke til {recipient} tilbage. Del ikke mere.").format(
                who=self._short_name(stored.record.citizen_id), recipient=stored.record.recipient
            )
            message = " ".join((message, *stopped_said(unsent_shares(self._context, stored))))
            put = self._changed(consent_id, values, Batch())
            return self._write([put], message)
