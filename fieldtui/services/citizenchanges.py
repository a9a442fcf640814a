"""What else changes when certain fields of a citizen change: a number that was replaced is kept, a move asks for a new look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.domain.eligibility import misfits
from fieldtui.domain.records import Citizen, Record
from fieldtui.services.context import Context


def completed(before: Citizen, values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The changed fields of a citizen with what follows from them.

    A CPR number that is replaced by another one is kept among the former numbers, so that a search for it still finds the citizen.
    Another district is a move, on the day it is registered unless another day is given. Another programme needs its reason.

    Args:
        before: As the citizen stands.
        values: The fields that change, as JSON.
        today: The day in Copenhagen.

    Raises:
        InvalidRecords: Another programme without a reason; nothing may be stored.
    """
    found = dict(values)
    _require_reason(before, values)
    if before.programme and values.get("programme", before.programme) != before.programme:
        found.setdefault("programme_since", today.isoformat())
    number = "".join(char for char in str(values.get("cpr") or "") if char.isdigit())
    if before.cpr and number and number != before.cpr and "former_cpr" not in values:
        found["former_cpr"] = sorted({*before.former_cpr, before.cpr} - {number})
    district = values.get("district")
    if district and before.district and district != before.district and "moved_on" not in values:
        found["moved_on"] = today.isoformat()
    return found


def _require_reason(before: Citizen, values: Mapping[str, Any]) -> None:
    if "programme" not in values or before.programme in {None, values["programme"]}:
        return
    reason = values.get("programme_reason")
    if not isinstance(reason, str) or not reason.strip():
        sentence = _("Indsatsen skiftes kun med en begrundelse. Skriv, hvorfor. Intet er ændret.")
        raise InvalidRecords((LineProblem(None, "programme_reason", sentence),))


def misfit_warnings(context: Context, record: Record) -> tuple[str, ...]:
    """What of a citizen who is enrolled in a programme does not fit its target group; said, and never a reason to refuse."""
    if not isinstance(record, Citizen) or record.programme is None:
        return ()
    profile = context.rules.profile(record.programme)
    return () if profile is None else misfits(record, profile, context.rules, context.today)
