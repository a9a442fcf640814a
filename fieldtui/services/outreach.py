"""Work that belongs to no citizen: outreach days, networks, meetings of the team, sparring without a name, anonymous wishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Partner
from fieldtui.services.done import Done
from fieldtui.services.editing import Editing
from fieldtui.services.naming import named_in

_TREATMENT: Final = "treatment_unit"
_COUNTED_AS: Final = "network"
"""The kind of activity a tally stands under; no figure counts it, as it counts outreach days."""
_TEXTS: Final = ("text", "place", "with")


class Outreach(Editing):
    """What is done for nobody in particular. None of it leaves a trace of a citizen."""

    def activity_warning(self, values: Mapping[str, Any]) -> str:
        """What to read before an activity is saved: it seems to name somebody. Empty where it does not.

        Args:
            values: The activity's, as in JSON.
        """
        found = (named_in(self._context, str(values.get(name) or "")).warning() for name in _TEXTS)
        return next((warning for warning in found if warning), "")

    def treatment_units(self, on: date) -> tuple[Stored[Partner], ...]:
        """Where treatment is given, with phone numbers, by name: for a citizen who wants to be anonymous.

        Nothing is written anywhere, not even to the access log: it is about nobody.
        """
        found: tuple[Stored[Partner], ...] = self._store.all("partner")
        open_ones = [each for each in found if each.record.kind == _TREATMENT and _is_open(each.record, on)]
        return tuple(sorted(open_ones, key=lambda each: (each.record.name, each.id)))

    def count_anonymous(self, on: date, how_many: int = 1) -> Done:
        """Add to the tally of anonymous wishes: a number and a day, in the team's own records.

        Raises:
            InvalidRecords: Not a number from 0 to 1000.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        values = {"kind": _COUNTED_AS, "on": on.isoformat(), "anonymous_requests": how_many}
        done = self.create("activity", values)
        return Done(
            _("Talt med, uden navn. Intet om borgeren er gemt."), done.record_ids, done.command_id, done.warnings
        )


def _is_open(partner: Partner, on: date) -> bool:
    begun = partner.valid_from is None or partner.valid_from <= on
    return begun and (partner.valid_to is None or on <= partner.valid_to)
