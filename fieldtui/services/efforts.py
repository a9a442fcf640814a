"""Places and offers as acts: other hours from a day, an offer with its deadline, its beginning and end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written
from fieldtui.domain.hours import steps_of
from fieldtui.domain.records import Activation, Placement
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.placing import offer_deadline


class Efforts(Editing):
    """What is done with placements and offers."""

    def change_hours(self, placement_id: str, hours: float, since: date) -> Done:
        """Store that somebody works other hours a week from a day on; what counted before is kept.

        Args:
            placement_id: Which place.
            hours: A week, from 0 to 60.
            since: The first day; from the start at the earliest. A day to come counts when it comes.

        Raises:
            NotFound: No such placement.
            BadUsage: It had not begun, or was over, on that day; or it is annulled.
            InvalidRecords: Hours out of reach, or more than fit beside another place.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            stored = self._require(placement_id, "placement")
            before: Placement = stored.record
            if since < before.starts_on or (before.ends_on is not None and before.ends_on < since):
                raise BadUsage(_("Vælg en dag, hvor pladsen er i gang."))
            steps = {**dict(steps_of(before)), since: hours}
            said = sorted(f"{day.isoformat()}={count:g}" for day, count in steps.items())
            begun = [day for day in steps if day <= self._context.today]
            values = {"hours_steps": said, "weekly_hours": steps[max(begun)] if begun else before.weekly_hours}
            put = self._changed(placement_id, values, Batch())
            message = _("{who}: {hours} timer om ugen fra den {day}.").format(
                who=self._short_name(before.citizen_id), hours=f"{hours:g}".replace(".", ","), day=written(since)
            )
            return self._write([put], message)

    def offer(self, citizen_id: str, values: Mapping[str, Any]) -> Done:
        """Store an offer at a provider. Without a deadline it gets the citizen's open one, with rule and version (LAB § 102).

        One that has begun is in progress, one that has ended is over, unless something else is said.

        Raises:
            NotFound: No such citizen.
            InvalidRecords: Values that break the model, or a provider that is not there on that day.
            BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("activation")
            citizen = self._citizen(citizen_id)
            asked = {name: value for name, value in values.items() if value is not None}
            due = {} if "due_on" in asked else offer_deadline(self._context, citizen_id)
            status = asked.get("status") or self._status(asked)
            put = self._new("activation", {**due, **asked, "status": status, "citizen_id": citizen_id}, Batch())
            record = cast("Activation", put.record)
            message = _("Tilbud til {who} er gemt.").format(who=citizen.record.short_name)
            if record.due_on is not None and record.starts_on is None:
                message += " " + _("Det skal begynde senest {day}.").format(day=written(record.due_on))
            return self._write([put], message, label=_("Tilbud til {who}").format(who=citizen.record.short_name))

    def change_offer(self, activation_id: str, values: Mapping[str, Any]) -> Done:
        """Change an offer; a beginning or an end that is given changes its state with it. Deadline and rule stay as they were set.

        Raises:
            NotFound: No such offer.
            InvalidRecords, BadUsage, NotEnrolled, ReadOnlyLease, DiskFull, Busy: As `update`.
        """
        with self._store.transaction():
            self._store.require_writable()
            before: Activation = self._require(activation_id, "activation").record
            asked = dict(values)
            untouched = "status" not in asked or asked["status"] == before.status
            if untouched and before.status in {None, "planlagt", "i_gang"}:
                asked["status"] = self._status({**before.body(), **asked})
            put = self._changed(activation_id, asked, Batch())
            message = _("Tilbuddet til {who} er rettet.").format(who=self._short_name(before.citizen_id))
            return self._write([put], message)

    def _status(self, values: Mapping[str, Any]) -> str:
        today = self._context.today.isoformat()
        if values.get("ends_on") and str(values["ends_on"]) < today:
            return "afsluttet"
        return "i_gang" if values.get("starts_on") and str(values["starts_on"]) <= today else "planlagt"
