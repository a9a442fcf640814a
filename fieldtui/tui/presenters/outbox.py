"""What is not at the office yet, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fieldtui.base.i18n import _
from fieldtui.services.syncing import OutboxRow
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.presenters.names import Names


def state(row: OutboxRow) -> Piece:
    """Glyph and word of where a change stands."""
    if row.state == "rejected":
        return Piece(_("× afvist"), "error")
    if row.state == "parked":
        return Piece(_("! parkeret"), "warning")
    return Piece(_("↑ venter"))


def problems(rows: Sequence[OutboxRow]) -> dict[str, str]:
    """By record id, the reason of what was refused or parked."""
    return {row.record_id: row.why for row in rows if row.state != "waiting"}


def table_rows(rows: Sequence[OutboxRow], names: Names, now: datetime) -> list[Row]:
    """When, state, who, what; what needs a person first."""
    ordered = sorted(rows, key=lambda row: (row.state == "waiting", row.recorded_at))
    made = []
    for row in ordered:
        at = local(row.recorded_at)
        when = clock(row.recorded_at) if at.date() == local(now).date() else near(at.date(), local(now).date())
        label = names.text(_(row.label))
        made.append(Row(row.op_id, (when, state(row), names.show(row.citizen_id, _("Teamet")), label)))
    return made
