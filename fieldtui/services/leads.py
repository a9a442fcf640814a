"""What comes of a suggestion: an opening proposed to a citizen, or put aside with a reason that is remembered."""

from __future__ import annotations

from datetime import date
from typing import Any

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.calendar import written_short
from fieldtui.domain.employers import is_closed
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import JobLead, Opening
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.employercalls import before_calling


class Leads(Editing):
    """Openings and citizens brought together, or said not to fit."""

    def propose_opening(self, citizen_id: str, opening_id: str, *, next_step_on: date | None = None) -> Done:
        """Store that an opening is proposed for a citizen; the company hears nothing of it from here.

        Raises:
            NotFound: No such citizen or opening.
            BadUsage: It is closed, or under way already.
            InvalidRecords, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        today = self._context.today
        with self._store.transaction():
            self._store.require_writable()
            self._citizen(citizen_id)
            opening = self._opening(opening_id)
            if is_closed(opening.record, today):
                raise BadUsage(_("Åbningen er lukket. Intet er gemt."))
            before = self._latest_lead(citizen_id, opening_id)
            if before is not None and before.record.state != "declined":
                raise BadUsage(_("Åbningen er allerede i gang for borgeren. Intet er gemt."))
            values = self._values(citizen_id, opening, today, "proposed")
            values["next_step_on"] = next_step_on.isoformat() if next_step_on else None
            put = self._new("job_lead", values, Batch())
            message = _("{who}: “{opening}” er foreslået.").format(
                who=self._short_name(citizen_id), opening=opening.record.title
            )
            if next_step_on is not None:
                message += " " + _("Næste skridt {day}.").format(day=written_short(next_step_on))
            return self._write([put], message, warnings=before_calling(self._context, opening.record.company_id, today))

    def not_relevant(self, citizen_id: str, opening_id: str, reason: str | None = None) -> Done:
        """Store that an opening is not for a citizen: it is not suggested again; what was said before stays.

        Args:
            citizen_id: For whom.
            opening_id: Which opening.
            reason: Why, in a few words; may be left out. It stands in the citizen's own scope.

        Raises:
            NotFound: No such citizen or opening.
            BadUsage: It was said before.
            InvalidRecords, NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        today = self._context.today
        with self._store.transaction():
            self._store.require_writable()
            self._citizen(citizen_id)
            opening = self._opening(opening_id)
            text = clean(reason or "").strip() or None
            before = self._latest_lead(citizen_id, opening_id)
            if before is not None and before.record.state == "declined":
                raise BadUsage(_("Åbningen er allerede sagt ikke at være relevant for borgeren."))
            if before is not None:
                told = "\n".join(part for part in (before.record.text, text) if part) or None
                values = {"state": "declined", "on": today.isoformat(), "next_step_on": None, "text": told}
                put = self._changed(before.id, values, Batch())
            else:
                put = self._new(
                    "job_lead", self._values(citizen_id, opening, today, "declined") | {"text": text}, Batch()
                )
            message = _("{who}: “{opening}” foreslås ikke igen.").format(
                who=self._short_name(citizen_id), opening=opening.record.title
            )
            return self._write([put], message)

    @staticmethod
    def _values(citizen_id: str, opening: Stored[Opening], on: date, state: str) -> dict[str, Any]:
        return {
            "citizen_id": citizen_id,
            "company_id": opening.record.company_id,
            "opening_id": opening.id,
            "on": on.isoformat(),
            "state": state,
        }

    def _opening(self, opening_id: str) -> Stored[Opening]:
        stored: Stored[Opening] = self._require(opening_id, "opening")
        if stored.annulled_at is not None:
            raise BadUsage(_("Åbningen er annulleret. Intet er gemt."))
        return stored

    def _latest_lead(self, citizen_id: str, opening_id: str) -> Stored[JobLead] | None:
        found = self._store.all("job_lead", scope=f"citizen:{citizen_id}")
        return max(
            (each for each in found if each.record.opening_id == opening_id),
            key=lambda each: (each.record.on, each.id),
            default=None,
        )
