"""Openings and citizens held against each other: suggestions with their reasons; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldtui.base.errors import NotFound
from fieldtui.base.text import clean, sort_key
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import is_discharged, is_silent
from fieldtui.domain.employers import is_closed
from fieldtui.domain.envelope import Stored
from fieldtui.domain.matching import Match, Offer, Wishes, match, matches, wanted_hours
from fieldtui.domain.records import Company, Opening, Placement
from fieldtui.domain.shortnames import short_names
from fieldtui.services.caselist import JOBS
from fieldtui.services.context import Context


@dataclass(frozen=True, slots=True)
class Seeker:
    """A citizen who may be looking for a place."""

    citizen_id: str
    short_name: str
    job_goal: str
    hours: tuple[float, float] | None
    """Wanted hours a week, from and to."""
    weekly_hours: float
    """Hours a week in a job now; 0 where there is none."""
    best: int
    """The score of the best suggestion; 0 where there is none."""
    suggestions: int
    """How many openings are suggested at all, those that score nothing left out."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One opening for one citizen, with what it needs to be read."""

    match: Match
    opening: Opening
    company: Company

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        found = self.match
        return {
            "citizen_id": found.citizen_id,
            "opening_id": found.opening_id,
            "company_id": found.company_id,
            "company": self.company.name,
            "title": self.opening.title,
            "weekly_hours": self.opening.weekly_hours,
            "score": found.score,
            "declined": found.declined,
            "resting": found.resting,
            "proposed": found.proposed,
            "reasons": [
                {
                    "sign": reason.sign.strip(),
                    "code": reason.code,
                    "text": reason.text,
                    "points": reason.points,
                    "for_employer": reason.for_employer,
                }
                for reason in found.reasons
            ],
        }


@dataclass(frozen=True, slots=True)
class Running:
    """A place that one of my citizens has now or soon."""

    citizen_id: str
    company: str
    placement: Stored[Placement]


class Matching:
    """Suggestions for my citizens. Looking at one citizen's is written to the access log under that citizen."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def seekers(self, on: date) -> tuple[Seeker, ...]:
        """My citizens who are enrolled and reachable: those without a job for pay first, then by name.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        cases, offers = self._cases(on), self._offers(on)
        self._context.looking.listed("match", len(cases))
        names = short_names({case.id: case.citizen.record for case in cases})
        found = []
        for case in cases:
            scores = [each.score for each in matches(self._wishes(case), offers, on) if each.score]
            hours = [each.record.weekly_hours or 0.0 for each in case.placements if _is_job(each.record, on)]
            found.append(
                Seeker(
                    case.id,
                    names[case.id],
                    case.citizen.record.job_goal or "",
                    wanted_hours(case.citizen.record),
                    sum(hours),
                    max(scores, default=0),
                    len(scores),
                )
            )
        return tuple(
            sorted(found, key=lambda each: (each.weekly_hours > 0, sort_key(each.short_name), each.citizen_id))
        )

    def for_citizen(self, citizen_id: str, on: date, *, declined: bool = False) -> tuple[Suggestion, ...]:
        """Every opening for one citizen, the best first.

        Args:
            citizen_id: Whose.
            on: The day.
            declined: Those that were said not to be relevant too, last.

        Raises:
            NotFound: No such citizen here, or one who is discharged or not to be disturbed.
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        case = next((case for case in self._cases(on) if citizen_id in {case.id, case.citizen.id}), None)
        if case is None:
            raise NotFound(clean(citizen_id, limit=80))
        self._context.looking.within(case.id, "match")
        offers = {offer.opening_id: offer for offer in self._offers(on)}
        found = matches(self._wishes(case), offers.values(), on, declined=declined)
        return tuple(
            Suggestion(each, offers[each.opening_id].opening, offers[each.opening_id].company) for each in found
        )

    def for_opening(self, opening_id: str, on: date, *, declined: bool = False) -> tuple[Suggestion, ...]:
        """Every citizen of mine for one opening, the best first; one that is closed fits nobody.

        Args:
            opening_id: Which.
            on: The day.
            declined: Those for whom it was said not to be relevant too, last.

        Raises:
            NotFound: No such opening.
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        stored = self._store.get(opening_id)
        if stored is None or not isinstance(stored.record, Opening) or stored.annulled_at is not None:
            raise NotFound(clean(opening_id, limit=80))
        offer = next((each for each in self._offers(on) if each.opening_id == opening_id), None)
        if offer is None:
            return ()
        cases = self._cases(on)
        self._context.looking.listed("match", len(cases))
        found = [match(self._wishes(case), offer, on) for case in cases]
        kept = [each for each in found if declined or not each.declined]
        kept.sort(key=lambda each: (each.declined, -each.score, each.citizen_id))
        return tuple(Suggestion(each, offer.opening, offer.company) for each in kept)

    def running(self, on: date) -> tuple[Running, ...]:
        """The places that my citizens have on a day or have been promised, the first to end first.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        cases = self._cases(on)
        found = [
            Running(case.id, self._company_name(each.record.company_id), each)
            for case in cases
            for each in case.placements
            if each.record.ends_on is None or each.record.ends_on >= on
        ]
        self._context.looking.listed("placement", len(found))
        return tuple(
            sorted(
                found,
                key=lambda each: (each.placement.record.ends_on or date.max, sort_key(each.company), each.placement.id),
            )
        )

    # --- what is held against what --------------------------------------------------------------

    def _cases(self, on: date) -> list[Case]:
        """My own citizens and those I stand in for, without who is discharged or not to be disturbed."""
        with self._store.reading() as connection:
            others = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role = 'treatment'")
            }
        cases = (self._context.veil.over_case(case) for case in self._context.cases() if case.id not in others)
        return [
            case
            for case in cases
            if not is_discharged(case.citizen.record, on) and not is_silent(case.citizen.record, on)
        ]

    def _wishes(self, case: Case) -> Wishes:
        stands, citizen = self._context.companies(), case.citizen.record
        district = self._context.rules.label("district", citizen.district) if citizen.district else ""
        leads = tuple(
            each.record.model_copy(update={"company_id": stands.get(each.record.company_id, each.record.company_id)})
            for each in case.job_leads
            if each.annulled_at is None
        )
        worked = (each.record.company_id for each in case.placements if each.record.company_id is not None)
        return Wishes(case.id, citizen, district, leads, frozenset(stands.get(each, each) for each in worked))

    def _offers(self, on: date) -> tuple[Offer, ...]:
        """Everything that is open now or will be, at companies that are in use."""
        stands = self._context.companies()
        companies: dict[str, Company] = {each.id: each.record for each in self._store.all("company")}
        openings: tuple[Stored[Opening], ...] = self._store.all("opening")
        return tuple(
            Offer(each.id, each.record, stands[each.record.company_id], companies[stands[each.record.company_id]])
            for each in openings
            if each.record.company_id in stands and not is_closed(each.record, on)
        )

    def _company_name(self, company_id: str | None) -> str:
        if company_id is None:
            return ""
        stored = self._store.get(self._context.companies().get(company_id, company_id))
        return stored.record.name if stored is not None and isinstance(stored.record, Company) else ""


def _is_job(placement: Placement, on: date) -> bool:
    running = placement.starts_on <= on and (placement.ends_on is None or on <= placement.ends_on)
    return running and placement.kind in JOBS
