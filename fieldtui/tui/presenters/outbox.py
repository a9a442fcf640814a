"""What is not at the office yet, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.services.syncing import OutboxRow
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.presenters.names import Names

_REASONS: Final[Mapping[str, str]] = MappingProxyType({
    "scope-lost": N_("Borgeren er ikke længere din. Fortryd ændringen, eller ring til din leder."),
    "forbidden": N_("Din rolle må ikke rette det her. Fortryd ændringen, eller ring til din leder."),
    "validation": N_("Kontoret kan ikke bruge værdien. Ret den, så sendes den igen."),
    "too-large": N_("Teksten er for lang til at sende. Del den i to."),
    "reassigned": N_("Borgeren har fået en ny konsulent, som skal godkende ændringen."),
    "ended": N_("Forløbet er sluttet. Kontoret har ændringen og afgør den."),
    "erased": N_("Borgerens oplysninger er slettet hos kontoret."),
})  # fmt: skip


def reason(row: OutboxRow) -> str:
    """Why a change was refused or parked, and what to do; for one that only waits, that it will be sent."""
    if row.state == "waiting":
        return _("sendes ved næste synk")
    names = [part for part in (row.reason or "").replace("urn:fieldtui:problem", "").split(":") if part]
    text = next((_(_REASONS[name]) for name in names if name in _REASONS), "")
    if not text:
        said = " ".join(names)
        text = _("Kontoret sagde nej ({reason}). Ret eller fortryd ændringen.").format(reason=said or "–")
    if row.field and row.collection in COLLECTIONS:
        info = fields_of(COLLECTIONS[row.collection]).get(row.field)
        text = f"{_(info.label) if info else row.field}: {text}"
    return text


def state(row: OutboxRow) -> Piece:
    """Glyph and word of where a change stands."""
    if row.state == "rejected":
        return Piece(_("× afvist"), "error")
    if row.state == "parked":
        return Piece(_("! parkeret"), "warning")
    return Piece(_("↑ venter"))


def problems(rows: Sequence[OutboxRow]) -> dict[str, str]:
    """By record id, the reason of what was refused or parked."""
    return {row.record_id: reason(row) for row in rows if row.state != "waiting"}


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
