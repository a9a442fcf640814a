"""The citizens somebody stands in for: what is next, what is overdue, with whom may be shared, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldtui.domain.takeover import DAYS, Takeover, takeover
from fieldtui.services.context import Context


@dataclass(frozen=True, slots=True)
class StandInRow:
    """One citizen of a colleague's."""

    citizen_id: str
    label: str
    """First name and the initial of the surname."""
    consultant: str
    """Initials of the citizen's own consultant."""
    until: date | None
    """Last day; the file leaves this device after it."""
    found: Takeover

    def as_json(self, on: date) -> dict[str, Any]:
        """The shape of docs/cli.md; days are counted from a day."""
        return {
            "citizen_id": self.citizen_id,
            "label": self.label,
            "consultant": self.consultant,
            "until": self.until.isoformat() if self.until else None,
            "protected": self.found.protected,
            "appointments": [each.flat() for each in self.found.appointments],
            "deadlines": [
                {
                    "what": each.what,
                    "due_on": each.due_on.isoformat(),
                    "days_left": each.days_left(on),
                    "rule_id": each.rule_id,
                    "rule_version": each.rule_version,
                    "reason": each.reason,
                    "confirmed": each.confirmed,
                }
                for each in self.found.deadlines
            ],
            "tasks": [each.flat() for each in self.found.tasks],
            "consents": [each.flat() for each in self.found.consents],
        }


class StandingIn:
    """A colleague's citizens on this device."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def rows(self, on: date, *, days: int = DAYS) -> tuple[StandInRow, ...]:
        """Every citizen one stands in for on a day: protected ones first, then by who has most overdue.

        Args:
            on: The day.
            days: How far ahead.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        ties = self._ties(on)
        initials = {person.id: person.initials for person in self._context.people}
        found = []
        for case in (each for each in self._context.cases() if each.id in ties):
            primary, until = ties[case.id]
            seen = self._context.veil.over_case(case)
            found.append(
                StandInRow(
                    citizen_id=case.id,
                    label=case.citizen.record.short_name,
                    consultant=initials.get(primary or "", "?"),
                    until=until,
                    found=takeover(seen, self._context.rules, on, days=days),
                )
            )
        self._context.looking.listed("standing_in", len(found))
        return tuple(sorted(found, key=lambda row: (not row.found.protected, -_overdue(row, on), row.label)))

    def count(self, on: date) -> int:
        """How many citizens one stands in for on a day."""
        return len(self._ties(on))

    def _ties(self, on: date) -> dict[str, tuple[str | None, date | None]]:
        with self._context.store.reading() as connection:
            rows = connection.execute(
                "SELECT citizen_id, primary_id, until FROM assignment WHERE role = 'substitute'"
            ).fetchall()
        found = {row[0]: (row[1], date.fromisoformat(row[2]) if row[2] else None) for row in rows}
        return {key: tie for key, tie in found.items() if tie[1] is None or on <= tie[1]}


def _overdue(row: StandInRow, on: date) -> int:
    return sum(each.days_left(on) < 0 for each in row.found.deadlines)
