"""Who is on a citizen's case, and what of it overlaps: one person coordinates, and nobody works against anybody else.

The memos ask for one coordinating person for each citizen and for no overlapping or contradicting efforts (Bilag 1, 12-05-2016). Whether
two efforts contradict each other is for a person to see; here they are only pointed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.domain.case import Case
from fieldtui.domain.due import day_of, live
from fieldtui.domain.records import Activation, Attendance, Consent, Placement, Referral
from fieldtui.domain.rulebook import RuleBook

Part = Literal["coordinator", "substitute", "consent", "provider", "mentor", "colleague", "other"]

PARTS: Final[dict[Part, str]] = {
    "coordinator": N_("Koordinerer"),
    "substitute": N_("Vikar"),
    "consent": N_("Med samtykke"),
    "provider": N_("Leverandør"),
    "mentor": N_("Mentor"),
    "colleague": N_("Kollega"),
    "other": N_("Også"),
}
COURSE: Final = "kursus_16_uger"
"""The kind of an activation that is a whole course."""
OVER: Final = frozenset({"afsluttet", "afbrudt", "annulleret"})
"""States of an activation that goes on no more."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What this device's person is to the citizen, and whose the citizen is."""

    role: str
    """`primary`, `substitute` or `treatment`."""
    me: str
    """Consultant id."""
    primary: str | None = None
    """Consultant id of the one the citizen belongs to, where it was said."""
    until: date | None = None
    """Last day of a substitute."""
    substitutes: tuple[tuple[str, date | None], ...] = ()
    """Others who stand in, by consultant id, with their last days."""


@dataclass(frozen=True, slots=True)
class Involved:
    """Somebody who is on the case."""

    part: Part
    name: str
    until: date | None = None
    """Last day, where one is known."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {"part": self.part, "name": self.name, "until": self.until.isoformat() if self.until else None}

    def written(self) -> str:
        """In words, in the language in force: `Koordinerer: Mette Holm`."""
        text = f"{_(PARTS[self.part])}: {self.name}"
        return _("{who}, til {day}").format(who=text, day=self.until.strftime("%d-%m-%Y")) if self.until else text


def involved(
    case: Case, tie: Tie, on: date, *, staff: Callable[[str], str], partners: Mapping[str, str]
) -> tuple[Involved, ...]:
    """Everyone on the case on a day, the coordinating person first; each only once in each part.

    Args:
        case: The citizen's file.
        tie: Whose the citizen is.
        on: The day; a consent that has run out or was taken back puts nobody on the case.
        staff: A consultant's name by id.
        partners: Names of partners by id.
    """
    found = (*_staff(case, tie, on, staff), *_consented(case, on), *_efforts(case, on, partners), *_others(case))
    seen: dict[tuple[str, str], Involved] = {}
    for each in found:
        seen.setdefault((each.part, fold(each.name)), each)
    return tuple(seen.values())


def _staff(case: Case, tie: Tie, on: date, staff: Callable[[str], str]) -> Iterator[Involved]:
    coordinator = tie.primary or (tie.me if tie.role == "primary" else None)
    if coordinator is not None:
        yield Involved("coordinator", staff(coordinator))
    if tie.role == "substitute":
        yield Involved("substitute", staff(tie.me), tie.until)
    others = [each for each in tie.substitutes if each[0] != tie.me and (each[1] is None or each[1] >= on)]
    for consultant, until in others:
        yield Involved("substitute", staff(consultant), until)
    for item in live(case.appointments):
        theirs = item.record.consultant_id
        coming = item.record.status is Attendance.PLANNED and day_of(item.record) >= on
        if coming and theirs is not None and theirs not in {coordinator, tie.me, *(each for each, _until in others)}:
            yield Involved("colleague", staff(theirs))


def _consented(case: Case, on: date) -> Iterator[Involved]:
    """Whom a valid consent names: only then may the two work together."""
    for item in live(case.consents):
        consent: Consent = item.record
        ended = consent.expires_on is not None and consent.expires_on < on
        if consent.withdrawn_at is None and not ended and consent.given_on <= on:
            yield Involved("consent", consent.recipient, consent.expires_on)


def _efforts(case: Case, on: date, partners: Mapping[str, str]) -> Iterator[Involved]:
    for activation in running_activations(case, on):
        if activation.partner_id is not None and activation.partner_id in partners:
            yield Involved("provider", partners[activation.partner_id], activation.ends_on)
    for placement in running_placements(case, on):
        if placement.mentor_name:
            yield Involved("mentor", placement.mentor_name, placement.ends_on)


def _others(case: Case) -> Iterator[Involved]:
    for name in case.citizen.record.others_involved:
        yield Involved("other", name)


def running_activations(case: Case, on: date) -> list[Activation]:
    """The offers that run on a day."""
    records: Iterable[Activation] = (item.record for item in live(case.activations))
    return [
        each
        for each in records
        if each.starts_on is not None
        and each.starts_on <= on
        and (each.ends_on is None or on <= each.ends_on)
        and each.status not in OVER
    ]


def running_placements(case: Case, on: date) -> list[Placement]:
    """The placements that run on a day."""
    records: Iterable[Placement] = (item.record for item in live(case.placements))
    return [
        each
        for each in records
        if each.starts_on <= on and (each.ends_on is None or on <= each.ends_on) and each.end_reason is None
    ]


# --- what overlaps --------------------------------------------------------------------------------


def overlaps(case: Case, rules: RuleBook, on: date) -> tuple[str, ...]:
    """Efforts that run side by side on a day, as sentences; none of them is refused by it."""
    return tuple(_overlaps(case, rules, on))


def _overlaps(case: Case, rules: RuleBook, on: date) -> Iterator[str]:
    activations, placements = running_activations(case, on), running_placements(case, on)
    if len(activations) > 1:
        kinds = [rules.label("activation_kind", each.kind) if each.kind else _("aktivering") for each in activations]
        yield _("Der kører {count} aktiveringer samtidig: {what}. Se, om de passer sammen.").format(
            count=len(activations), what=", ".join(kinds)
        )
    if len(placements) > 1:
        kinds = [rules.label("placement_kind", each.kind) for each in placements]
        yield _("Der kører {count} placeringer samtidig: {what}. Se, om de passer sammen.").format(
            count=len(placements), what=", ".join(kinds)
        )
    profile = rules.profile(case.citizen.record.programme)
    if profile is not None and profile.weeks is None and any(each.kind == COURSE for each in activations):
        yield _("Borgeren er i {programme} og i et beskæftigelsesforløb samtidig. Aftal, hvem der koordinerer.").format(
            programme=_(profile.label)
        )
    open_referrals = [each for each in _referrals(case) if each.ended_on is None]
    if len(open_referrals) > 1:
        yield _("Der er {count} henvisninger til behandling i gang samtidig. Aftal, hvilken der gælder.").format(
            count=len(open_referrals)
        )


def _referrals(case: Case) -> list[Referral]:
    return [item.record for item in live(case.referrals)]
