"""The figures of whoever has this device: their own citizens, contacts and the team's shared activities."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.caseload import Caseload, caseload
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.envelope import Stored
from fieldtui.domain.fidelity import Review, ratings_of, review
from fieldtui.domain.figures import Figure, Period
from fieldtui.domain.goals import reported
from fieldtui.domain.outcomes import COUNTED, SCORED, Records
from fieldtui.domain.records import EmployerContact
from fieldtui.domain.trends import By, Trend, trends
from fieldtui.domain.yearly import Yearly, yearly
from fieldtui.services.casework import Casework
from fieldtui.services.context import Context
from fieldtui.services.done import Done


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
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        return reported(self._records(COUNTED, programme), period, self._context.rules, programme=programme)

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

    def _records(self, names: Iterable[str], programme: str | None) -> Records:
        me = self._context.me
        borrowed = self._tied("substitute", "treatment")
        stored = [each for name in names for each in self._context.store.all(name, annulled=False)]
        mine = [each for each in stored if _is_mine(each, borrowed, me.id)]
        consultants = {each.id: me.initials for each in mine if each.collection == "citizen"}
        self._context.looking.listed("report", len(consultants))
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
