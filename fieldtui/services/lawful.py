"""What a record must be before it is stored, beyond its own fields: consents that hold, disclosures with a basis, nobody named.

The same whether a screen, a form, quick-add or `put` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NoReturn

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.calendar import written
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.consenting import latest_end, lets
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Activity, BridgingNote, Consent, Note, Record, Referral, fields_of
from fieldtui.services.coding import coded
from fieldtui.services.context import Context
from fieldtui.services.naming import named_in
from fieldtui.store.joining import group_of

CONSENT: Final = "samtykke"
"""The code of `legal_basis` that stands on a consent."""
_ANONYMOUS: Final = re.compile(r"^(sel)?101a$")
_ACTIVITY_TEXTS: Final = (("text", "text"), ("place", "place"), ("with_whom", "with"))


def prepared(context: Context, collection: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new record, with when something was shared and on which consent where that is not said.

    Raises:
        InvalidRecords: An anonymous wish, about which nothing may be stored.
    """
    filled = dict(values)
    if collection == "referral":
        _refuse_anonymous(filled.get("basis"))
    elif collection == "bridging_note" and filled.get("shared_with"):
        filled.setdefault("shared_at", isoformat(context.clock.now()))
        if filled.get("legal_basis", CONSENT) == CONSENT:
            consent = consent_for(context, filled)
            filled |= {"legal_basis": CONSENT, "consent_id": consent.id} if consent is not None else {}
    return filled


def lawful(context: Context, record: Record, before: Mapping[str, Any] | None) -> Record:
    """The record as it may be stored.

    Args:
        context: What the services stand on.
        record: As it would be stored.
        before: As it was; `None` where it is new.

    Returns:
        The record; an addendum to a confidential note is confidential, a new consent has a last day where the law has one.

    Raises:
        InvalidRecords: What the law or the house does not allow to be written, with the field and a sentence.
    """
    record = coded(context.rules, record, before)
    if isinstance(record, Note):
        return _addendum(context, record)
    if isinstance(record, Consent):
        return _consent(context, record, before)
    if isinstance(record, BridgingNote):
        _require_consent(context, record, before)
    elif isinstance(record, Activity):
        _require_nobody(context, record, before)
    elif isinstance(record, Referral) and context.me.role == "treatment":
        _require_progress(record, before)
    return record


def log_disclosures(context: Context, records: Iterable[Record]) -> None:
    """Write down for each citizen that something was told about them, and by what right; not what, and not to whom.

    Args:
        context: What the services stand on.
        records: What has just been written.
    """
    for record in records:
        if isinstance(record, BridgingNote) and record.shared_with is not None and record.share_stopped_at is None:
            context.store.audit("disclose", record.citizen_id, detail=f"{record.collection} {record.legal_basis}")


def consent_for(context: Context, values: Mapping[str, Any]) -> Stored[Consent] | None:
    """A consent on which what a bridging note says may be told today; `None` where there is none.

    A consultant tells the one it is shared with. A treatment worker tells the employment side: a consent names the worker then.

    Args:
        context: What the services stand on.
        values: The note's, as in JSON.
    """
    words, recipient_id = str(values.get("shared_with") or ""), values.get("shared_with_id")
    treats = context.me.role == "treatment"
    called = {words, *(person.unit or "" for person in context.people if fold(person.name) == fold(words))}
    cards = group_of(str(values.get("citizen_id")), context.store.stand_ins())
    found = [each for card in cards for each in context.store.all("consent", scope=f"citizen:{card}")]
    fitting = [
        each
        for each in found
        if (
            lets(each.record, "collect", {each.record.recipient}, None, context.today)
            if treats
            else lets(each.record, "disclose", called, recipient_id, context.today)
        )
    ]
    return max(fitting, key=lambda each: (each.record.expires_on or date.max, each.id), default=None)


def _refuse_anonymous(basis: object) -> None:
    if isinstance(basis, str) and _ANONYMOUS.match(re.sub(r"[^a-z0-9]", "", fold(basis))):
        _refuse(
            "basis",
            _("Om anonym behandling (SEL § 101 a) gemmes intet på en borger. Numrene står i: fieldtui anonymous"),
        )


def _addendum(context: Context, note: Note) -> Note:
    """What is added to a confidential note is confidential too."""
    original = context.store.get(note.addendum_to) if note.addendum_to else None
    if original is None or not is_confidential(original.record) or note.confidential:
        return note
    return note.model_copy(update={"confidential": True})


def _consent(context: Context, consent: Consent, before: Mapping[str, Any] | None) -> Consent:
    """A consent that ends in time and is not stretched.

    Raises:
        InvalidRecords: To health data for longer than the law allows, one that is made to last longer, or one that was
            withdrawn and is made to hold again: that is a new consent.
    """
    last = latest_end(consent.given_on, context.rules, health=consent.covers_health is not False)
    if before is None and consent.expires_on is None and last is not None:
        consent = consent.model_copy(update={"expires_on": last})
    changed = before is None or any(
        before.get(name) != consent.body().get(name) for name in ("expires_on", "given_on", "covers_health")
    )
    if changed and last is not None and (consent.expires_on is None or consent.expires_on > last):
        _refuse(
            "expires_on",
            _(
                "Samtykke til helbredsoplysninger gælder højst {days} dage, her til {day} (SUL § 44). "
                "Vælg den dag eller en før, og forny samtykket til den tid."
            ).format(days=(last - consent.given_on).days, day=written(last)),
        )
    if before is None:
        return consent
    ended, ends = before.get("expires_on"), consent.expires_on
    if ended is not None and (ends is None or ends.isoformat() > ended):
        _refuse(
            "expires_on", _("Et samtykke forlænges ikke. Forny det: borgeren giver et nyt, og begge bliver stående.")
        )
    if before.get("withdrawn_at") is not None and consent.withdrawn_at is None:
        _refuse("withdrawn_at", _("Samtykket er trukket tilbage. Hvis borgeren siger ja igen, er det et nyt samtykke."))
    return consent


def _require_consent(context: Context, note: BridgingNote, before: Mapping[str, Any] | None) -> None:
    """Nothing is shared on a consent that is not there today.

    Raises:
        InvalidRecords: None lets this be told to this recipient.
    """
    if before is not None or note.shared_with is None or note.legal_basis != CONSENT:
        return
    if consent_for(context, note.body()) is None:
        _refuse(
            "legal_basis",
            _(
                "Der er intet gyldigt samtykke til at dele med {who}. Intet er gemt. "
                "Registrér samtykket først, eller angiv et andet grundlag."
            ).format(who=note.shared_with),
        )


def _require_nobody(context: Context, activity: Activity, before: Mapping[str, Any] | None) -> None:
    """An activity is everybody's in the team, so it names no citizen.

    Raises:
        InvalidRecords: It has a CPR number, or the whole name of a citizen on this device.
    """
    for attribute, name in _ACTIVITY_TEXTS:
        text = getattr(activity, attribute)
        if text and text != (before or {}).get(name) and named_in(context, text).certain:
            _refuse(
                name, _("Teksten nævner en borger. En aktivitet ses af hele teamet: skriv den uden navn og nummer.")
            )


def _require_progress(referral: Referral, before: Mapping[str, Any] | None) -> None:
    """A treatment worker writes how far a referral has come, and nothing else of it; the central system takes no more.

    Raises:
        InvalidRecords: It is new, or something else was changed.
    """
    if before is None:
        _refuse(None, _("Henvisningen oprettes af borgerens konsulent. Intet er gemt."))
    old, new = Referral.model_validate(before).body(), referral.body()
    for name, info in fields_of(Referral).items():
        if info.group != "progress" and old.get(name) != new.get(name):
            _refuse(name, _("Som behandler skriver du kun, hvor langt henvisningen er. Intet er gemt."))


def _refuse(field: str | None, reason: str) -> NoReturn:
    raise InvalidRecords((LineProblem(None, field, reason),))
