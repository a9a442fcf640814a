"""What is not at the office yet, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fieldtui.base.i18n import _
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.waiting import OutboxRow, urgency
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


def why(row: OutboxRow, now: datetime) -> str:
    """Why a change is not at the office, in a sentence."""
    if row.state == "waiting" and row.rests_until is not None and row.rests_until > now:
        return _("Kan fortrydes til kl. {time}, før det sendes af sig selv. F5 sender nu.").format(
            time=clock(row.rests_until)
        )
    return row.why


def age(at: datetime, now: datetime, rules: RuleBook) -> Piece:
    """How long something has waited, in whole days; nothing before the rules warn of it."""
    level = urgency(at, now, rules)
    if level == "fresh":
        return Piece("")
    days = (now - at).days
    text = _("1 dag") if days == 1 else _("{count} dage").format(count=days)
    return Piece(f"▲ {text}", "error") if level == "red" else Piece(f"! {text}", "warning")


def problems(rows: Sequence[OutboxRow]) -> dict[str, str]:
    """By record id, the reason of what was refused or parked."""
    return {row.record_id: row.why for row in rows if row.state != "waiting"}


def table_rows(rows: Sequence[OutboxRow], names: Names, now: datetime, rules: RuleBook) -> list[Row]:
    """When, state, how long already, who, what; what needs a person first, then what has waited longest."""
    ordered = sorted(rows, key=lambda row: (row.state == "waiting", row.recorded_at))
    made = []
    for row in ordered:
        at = local(row.recorded_at)
        when = clock(row.recorded_at) if at.date() == local(now).date() else near(at.date(), local(now).date())
        label = names.text(_(row.label))
        waited = age(row.recorded_at, now, rules) if row.state != "parked" else Piece("")
        made.append(
            Row(
                row.op_id,
                (when, state(row), waited, names.show(row.citizen_id, names.text(row.title) or _("Teamet")), label),
            )
        )
    return made
