"""The team's figures, counted from the records as they stand; the same functions count them on a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from fieldtui.base.clock import today
from fieldtui.central.database import Database
from fieldtui.central.ledger import stored_from
from fieldtui.central.rulesets import book_of
from fieldtui.central.schema import assignment, record
from fieldtui.central.staff import people
from fieldtui.domain.casefiles import cases_of
from fieldtui.domain.caseload import Caseload, caseload
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.fidelity import Review, ratings_of, review
from fieldtui.domain.figures import Figure, Period
from fieldtui.domain.goals import reported
from fieldtui.domain.jobkeeping import job_retention
from fieldtui.domain.outcomes import COUNTED, SCORED, Records
from fieldtui.domain.rulebook import RuleBook
from fieldtui.domain.trends import By, Trend, trends
from fieldtui.domain.yearly import Yearly, yearly

_DUE_FROM = (*COUNTED, "consent", "job_lead", "task", "note")
"""What deadlines are made of; of a note only its kind and day, as a contact."""


@dataclass(frozen=True, slots=True)
class TeamRecords:
    """An organisation's records as figures are counted from them."""

    organisation: str
    """Its name."""
    stored: tuple[Stored[Any], ...]
    consultants: dict[str, str]
    """Initials of each citizen's own consultant by citizen id."""
    covered: dict[str, int]
    """How many citizens each consultant stands in for today, by initials."""
    rules: RuleBook

    def records(self, programme: str | None) -> Records:
        """Sorted by kind, other programmes left out."""
        return Records.of(self.stored, self.consultants, programme=programme)


def team_records(db: Database, names: Iterable[str], *, organisation: str | None = None) -> TeamRecords:
    """Read an organisation's records of some collections, all of one instant.

    Args:
        db: The central database.
        names: Collections.
        organisation: Its name, where there are several.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        initials = {person.id: person.initials for person in people(connection, org.id)}
        ties = connection.execute(
            select(assignment.c.citizen_id, assignment.c.consultant_id, assignment.c.role, assignment.c.valid_until)
            .where(assignment.c.org_id == org.id)
        ).all()  # fmt: skip
        on = today(db.clock)
        covered = Counter(
            initials.get(tie.consultant_id, "–")
            for tie in ties
            if tie.role == "substitute" and (tie.valid_until is None or tie.valid_until >= on)
        )
        return TeamRecords(
            org.name,
            tuple(_records(connection, org.id, names)),
            {tie.citizen_id: initials.get(tie.consultant_id, "–") for tie in ties if tie.role == "primary"},
            dict(covered),
            book_of(connection, org.id),
        )


def team_outcomes(
    db: Database, period: Period, *, programme: str | None = None, organisation: str | None = None
) -> tuple[Figure, ...]:
    """K1–K11 and both tracks for everybody.

    Args:
        db: The central database.
        period: First and last day.
        programme: Only citizens of this one, and the figures of its profile.
        organisation: Its name, where there are several.
    """
    team = team_records(db, COUNTED, organisation=organisation)
    return reported(team.records(programme), period, team.rules, programme=programme)


def team_jobs(
    db: Database, period: Period, *, programme: str | None = None, organisation: str | None = None
) -> tuple[Figure, ...]:
    """Who of everybody's citizens is still in work some weeks after a job began."""
    team = team_records(db, COUNTED, organisation=organisation)
    return job_retention(team.records(programme), period, team.rules)


def team_trends(
    db: Database, period: Period, *, by: By = "month", programme: str | None = None, organisation: str | None = None
) -> tuple[Trend, ...]:
    """The same figures at each step of a period."""
    team = team_records(db, COUNTED, organisation=organisation)
    return trends(team.records(programme), period, team.rules, by=by, programme=programme)


def team_fidelity(
    db: Database, period: Period, *, programme: str | None = None, organisation: str | None = None
) -> Review:
    """The fidelity items, counted from everybody's work, with the reviewers' ratings."""
    team = team_records(db, SCORED, organisation=organisation)
    return review(team.records(programme), period, team.rules, ratings_of(team.stored))


def team_caseload(
    db: Database, period: Period, *, programme: str | None = None, organisation: str | None = None
) -> Caseload:
    """Everybody's caseload on the period's last day, with stand-ins as they are today."""
    team = team_records(db, _DUE_FROM, organisation=organisation)
    return caseload(
        team.records(programme), period, team.rules, programme=programme,
        overdue=_overdue(team, period.last), standing_in=team.covered,
    )  # fmt: skip


def team_yearly(
    db: Database,
    period: Period,
    *,
    programme: str | None = None,
    hidden: bool = True,
    organisation: str | None = None,
) -> Yearly:
    """The team's year, for the follow-up report.

    Args:
        db: The central database.
        period: The year.
        programme: Only citizens of this one.
        hidden: As it may leave the team.
        organisation: Its name, where there are several.
    """
    team = team_records(db, {*SCORED, *_DUE_FROM}, organisation=organisation)
    records = team.records(programme)
    load = caseload(
        records, period, team.rules, programme=programme, overdue=_overdue(team, period.last), standing_in=team.covered
    )
    found = review(records, period, team.rules, ratings_of(team.stored))
    return yearly(records, period, team.rules, found, load, whose=team.organisation, programme=programme, hidden=hidden)


def _overdue(team: TeamRecords, on: date) -> dict[str, int]:
    return {
        case.id: sum(each.days_left(on) < 0 and not each.past_at_import for each in deadlines(case, team.rules, on))
        for case in cases_of(team.stored)
    }


def _records(connection: Connection, org_id: str, names: Iterable[str]) -> list[Stored[Any]]:
    rows = connection.execute(
        select(record).where(record.c.org_id == org_id, record.c.collection.in_(tuple(names))).order_by(record.c.id)
    )
    return [stored_from(row) for row in rows]
