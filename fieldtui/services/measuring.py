"""Progress, measured on several areas at once: what somebody says of where a citizen stands, and which way it went since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from fieldtui.base.errors import BadUsage, InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.domain.measures import direction_of, latest_score, steps
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.store import Change


class Measuring(Editing):
    """What is measured of a citizen's progress."""

    def measure(
        self,
        citizen_id: str,
        scores: Mapping[str, int],
        *,
        on: date | None = None,
        assessed_by: Literal["staff", "citizen"] | None = None,
        text: str | None = None,
    ) -> Done:
        """Store a measurement: one step on the scale for each area, as one act that can be undone.

        The direction is told by the latest score before it in the same area and by the same kind of assessor; a first score
        is neither forwards nor backwards.

        Args:
            citizen_id: Who.
            scores: Step by area; 1 is furthest from a job.
            on: The day; today by default.
            assessed_by: Whose view it is.
            text: What it is based on; stands with every area.

        Raises:
            NotFound: No such citizen.
            BadUsage: No score at all; or the role does not write.
            InvalidRecords: An area that no list knows, or a step beyond the scale.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        if not scores:
            raise BadUsage(_("Giv mindst ét område og et trin, fx hverdag=3. Intet er gemt."))
        day = on or self._context.today
        most = steps(self._context.rules, day)
        self._require_on_scale(scores, most)
        with self._store.transaction():
            self._store.require_writable()
            self._require_may_write("progression")
            stored = self._citizen(citizen_id)
            case = self._store.case(citizen_id)
            before = case.progressions if case is not None else ()
            batch = Batch()
            changes: list[Change] = []
            for area, score in scores.items():
                earlier = latest_score(before, area, day, assessed_by)
                values = {
                    "citizen_id": citizen_id, "on": day.isoformat(), "area": area, "score": score, "text": text,
                    "assessed_by": assessed_by, "direction": direction_of(earlier, score),
                }  # fmt: skip
                changes.append(self._new("progression", values, batch))
            message = _("{who}: {count} områder er målt.").format(who=stored.record.short_name, count=len(changes))
            if len(changes) == 1:
                message = _("{who}: 1 område er målt.").format(who=stored.record.short_name)
            return self._write(changes, message)

    def _require_on_scale(self, scores: Mapping[str, int], most: int) -> None:
        known = self._context.rules.codes("progression_area")
        problems = [
            LineProblem(None, "area", _("Området {area} findes ikke. Vælg et af: {known}.").format(
                area=area, known=", ".join(known)
            ))
            for area in scores
            if area not in known
        ]  # fmt: skip
        problems += [
            LineProblem(None, "score", _("Trinnet skal være fra 1 til {most}.").format(most=most))
            for score in scores.values()
            if not 1 <= score <= most
        ]
        if problems:
            raise InvalidRecords(tuple(problems))
