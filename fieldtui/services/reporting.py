"""The figures of whoever has this device: their own citizens, contacts and the team's shared activities."""

from __future__ import annotations

from typing import Any

from fieldtui.domain.envelope import Stored
from fieldtui.domain.figures import Figure, Period
from fieldtui.domain.outcomes import COUNTED, Records, outcomes
from fieldtui.domain.records import EmployerContact
from fieldtui.services.context import Context


class Reporting:
    """Figures counted on this device. Nothing about one citizen is shown; that they were counted is written to the access log."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def outcomes(self, period: Period, *, programme: str | None = None) -> tuple[Figure, ...]:
        """K1–K11 and both tracks, of the consultant's own citizens: those one stands in for belong to a colleague's figures.

        Contacts with employers are one's own too, so that three consultants' sums are the team's (decision 13).

        Args:
            period: First and last day.
            programme: Only citizens of this one.

        Raises:
            NotEnrolled: The device is nobody's yet.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        me = self._context.me
        with self._context.store.reading() as connection:
            borrowed = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role != 'primary'")
            }
        stored = [each for name in COUNTED for each in self._context.store.all(name, annulled=False)]
        mine = [each for each in stored if _is_mine(each, borrowed, me.id)]
        consultants = {each.id: me.initials for each in mine if each.collection == "citizen"}
        self._context.looking.listed("report", len(consultants))
        return outcomes(Records.of(mine, consultants, programme=programme), period, self._context.rules)


def _is_mine(stored: Stored[Any], borrowed: set[str], me: str) -> bool:
    if isinstance(stored.record, EmployerContact):
        return stored.record.by == me
    return stored.scope.removeprefix("citizen:") not in borrowed
