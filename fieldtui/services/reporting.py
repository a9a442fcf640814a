"""The figures of whoever has this device: their own citizens, contacts and the team's shared activities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.behind import Counted, behind
from fieldtui.domain.caseload import Caseload, caseload
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.fidelity import Review, ratings_of, review
from fieldtui.domain.figures import Figure, Period, together, written
from fieldtui.domain.goals import reported
from fieldtui.domain.jobkeeping import job_retention
from fieldtui.domain.outcomes import COUNTED, SCORED, Records
from fieldtui.domain.records import EmployerContact
from fieldtui.domain.trends import By, Trend, trends
from fieldtui.domain.yearly import Yearly, yearly
from fieldtui.services.casework import Casework
from fieldtui.services.context import Context
from fieldtui.services.copying import Copied
from fieldtui.services.done import Done


@dataclass(frozen=True, slots=True)
class Board:
    """What the report screen shows."""

    period: Period
    team: bool
    figures: tuple[Figure, ...]
    trends: tuple[Trend, ...]
    review: Review | None
    load: Caseload | None
    """Both only of one's own work."""


class Reporting:
    """Figures counted on this device. Nothing about one citizen is shown; that they were counted is written to the access log."""

    def __init__(self, context: Context, casework: Casework) -> None:
        self._context = context
        self._casework = casework

    def outcomes(self, period: Period, *, programme: str | None = None) -> tuple[Figure, ...]:
        """K1–K11 and both tracks, of the consultant's own citizens: those one stands in for belong to a colleague's figures.

        Contacts with employers are one's own too, so that three consultants' sums are the team's (decision 13).

        Args:
            period: First and last day.
            programme: Only citizens of this one, and the figures of its profile.

        Raises:
            NotEnrolled: The device is nobody's yet.
            BadUsage: The device is a leader's or a treatment worker's, who have no citizens of their own.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        return reported(self._records(COUNTED, programme), period, self._context.rules, programme=programme)

    def jobs(self, period: Period, *, programme: str | None = None) -> tuple[Figure, ...]:
        """Who is still in work some weeks after a job began; of the same citizens, and with the same errors, as `outcomes`."""
        return job_retention(self._records(COUNTED, programme), period, self._context.rules)

    def trends(self, period: Period, *, by: By = "month", programme: str | None = None) -> tuple[Trend, ...]:
        """The same figures at each step of a period; errors as `outcomes`, and `BadUsage` for too many steps."""
        records = self._records(COUNTED, programme)
        return trends(records, period, self._context.rules, by=by, programme=programme)

    def fidelity(self, period: Period, *, programme: str | None = None) -> Review:
        """The fidelity items, counted from one's own work, with the ratings of the whole team; errors as `outcomes`."""
        records = self._records(SCORED, programme)
        return review(records, period, self._context.rules, ratings_of(self._context.store.all("activity")))

    def caseload(self, period: Period, *, programme: str | None = None) -> Caseload:
        """One's own caseload on the period's last day, with those one stands in for; errors as `outcomes`."""
        rules, on, me = self._context.rules, period.last, self._context.me.initials
        records = self._records(COUNTED, programme)
        overdue = {
            case.id: sum(each.days_left(on) < 0 and not each.past_at_import for each in deadlines(case, rules, on))
            for case in self._context.cases()
            if case.id in records.citizens
        }
        covered = len(self._tied("substitute"))
        return caseload(
            records, period, rules, programme=programme, overdue=overdue, standing_in={me: covered} if covered else None
        )

    def board(self, period: Period, *, by: By, team: bool = False) -> Board:
        """What the report screen shows: figures of a period and their trends.

        Args:
            period: First and last day.
            by: The steps of the trends.
            team: Only what the whole team shares on every device: contacts with employers and outreach. Figures about
                citizens are counted from one's own; the team's are the office's to count.

        Raises:
            BadUsage: There would be too many steps. Others as `outcomes`.
        """
        rules = self._context.rules
        records = self._shared() if team else self._records(SCORED, None)
        staff = sum(person.role == "consultant" for person in self._context.people) if team else None
        figures = reported(records, period, rules, staff=staff)
        steps = trends(records, period, rules, by=by)
        if team:
            figures = tuple(each for each in figures if not each.personal)
            kept = {each.id for each in figures}
            return Board(period, team, figures, tuple(each for each in steps if each.id in kept), None, None)
        found = review(records, period, rules, ratings_of(self._context.store.all("activity")))
        return Board(period, team, figures, steps, found, self.caseload(period))

    def behind(self, figure_id: str, period: Period) -> tuple[Counted, ...]:
        """Whom a figure of one's own is about; that they were shown is written to the access log.

        Args:
            figure_id: The figure's id.
            period: First and last day.

        Raises:
            NotEnrolled: The device is nobody's yet.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        records = self._records(COUNTED, None, view=f"report.{clean(figure_id, limit=40)}")
        return behind(figure_id, records, period, self._context.rules)

    def copied(self, figures: Iterable[Figure], period: Period) -> Copied:
        """The figures as text for the clipboard, as they may leave the team.

        Raises:
            DiskFull, Busy: It could not be logged, so it is not given out.
        """
        shown = together(tuple(figures))
        days = f"{period.first:%d-%m-%Y} – {period.last:%d-%m-%Y}"
        text = "\n".join([days, *(f"{each.label}: {written(each)}" for each in shown)])
        self._context.store.audit("export", detail=f"report.copy {len(shown)}")
        return Copied(_("Tallene"), text)

    def yearly(self, period: Period, *, programme: str | None = None, hidden: bool = True) -> Yearly:
        """One's own year; errors as `outcomes`."""
        records, rules = self._records(SCORED, programme), self._context.rules
        ratings = ratings_of(self._context.store.all("activity"))
        return yearly(
            records, period, rules, review(records, period, rules, ratings), self.caseload(period, programme=programme),
            whose=self._context.me.name, programme=programme, hidden=hidden,
        )  # fmt: skip

    def rate(self, item: int, score: int, reason: str, *, on: date | None = None, by: str | None = None) -> Done:
        """Keep a reviewer's rating of a fidelity item; an older one stays, and the latest in a period counts.

        Args:
            item: The item's number, 1 to 25.
            score: 1 to 5.
            reason: What it stands on; required, and names no citizen.
            on: The day of the review; today where it is not given.
            by: Who rated; the person at the device where nobody is named.

        Raises:
            BadUsage: No such item or score, or no reason, or the person's role writes no activities.
            InvalidRecords, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        known = {each.number for each in self._context.rules.fidelity}
        if item not in known:
            raise BadUsage(_("Punkt {item} findes ikke; skalaen har {count}.").format(item=item, count=len(known)))
        if not 1 <= score <= 5:
            raise BadUsage(_("En score er 1 til 5."))
        if not reason.strip():
            raise BadUsage(_("Skriv, hvad bedømmelsen bygger på (--reason)."))
        return self._casework.create(
            "activity",
            {
                "kind": "team_meeting",
                "on": (on or self._context.today).isoformat(),
                "text": reason,
                "fidelity_item": item,
                "fidelity_score": score,
                "fidelity_by": by or self._context.me.initials,
            },
        )

    # --- what is counted ------------------------------------------------------------------------

    def _shared(self) -> Records:
        """What every device has of everybody: contacts with employers and activities; no citizen."""
        names = ("employer_contact", "activity", "company")
        return Records.of([each for name in names for each in self._context.store.all(name, annulled=False)], {})

    def _records(self, names: Iterable[str], programme: str | None, *, view: str = "report") -> Records:
        me = self._context.me
        if me.role != "consultant":
            raise BadUsage(
                _("Kun konsulenter har egne borgere at tælle. Kontoret tæller teamets: fieldtui central report.")
            )
        borrowed = self._tied("substitute", "treatment")
        stored = [each for name in names for each in self._context.store.all(name, annulled=False)]
        mine = [each for each in stored if _is_mine(each, borrowed, me.id)]
        consultants = {each.id: me.initials for each in mine if each.collection == "citizen"}
        self._context.looking.listed(view, len(consultants))
        return Records.of(mine, consultants, programme=programme)

    def _tied(self, *roles: str) -> frozenset[str]:
        """The citizens that one has as something else than their own consultant."""
        with self._context.store.reading() as connection:
            rows = connection.execute("SELECT citizen_id, role FROM assignment").fetchall()
        return frozenset(citizen_id for citizen_id, role in rows if role in roles)


def _is_mine(stored: Stored[Any], borrowed: frozenset[str], me: str) -> bool:
    if isinstance(stored.record, EmployerContact):
        return stored.record.by == me
    return stored.scope.removeprefix("citizen:") not in borrowed
