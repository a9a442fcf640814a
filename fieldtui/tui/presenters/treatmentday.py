"""A treatment worker's day: joint meetings, referrals that wait with their clocks, and outreach days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Activity, Appointment
from fieldtui.services.bridgingboard import BridgingRow
from fieldtui.tui.presenters.board import consent_piece, days_left_words
from fieldtui.tui.presenters.dates import clock, local, near, short, with_day
from fieldtui.tui.presenters.lines import Piece, Row
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import state
from fieldtui.tui.presenters.words import sync_mark, word

KINDS: Final = {
    "outreach": N_("Udadvendt dag"),
    "network": N_("Netværk"),
    "team_meeting": N_("Teammøde"),
    "sparring": N_("Sparring"),
}
STAGE_WORDS: Final = {"wish": N_("ønske"), "referred": N_("henvist"), "received": N_("modtaget")}
_WAITING: Final = ("wish", "referred", "received")
_SOON: Final = 3


def waiting(rows: Sequence[BridgingRow]) -> list[BridgingRow]:
    """The referrals that have not led to treatment yet, the nearest guarantee first."""
    return [row for row in rows if row.stage in _WAITING]


def meeting_rows(meetings: Sequence[Stored[Appointment]], names: Names, now: datetime) -> list[Row]:
    """Joint meetings: day, time, whom, where, state."""
    today = local(now).date()
    return [
        Row(
            f"meeting:{stored.id}",
            (
                near(local(stored.record.starts_at).date(), today),
                clock(stored.record.starts_at),
                names.show(stored.record.citizen_id, _("Netværk")),
                names.text(stored.record.place or ""),
                state(stored.record, now),
            ),
        )
        for stored in meetings
    ]


def referral_rows(rows: Sequence[BridgingRow], names: Names) -> list[Row]:
    """Referrals with their clocks: how urgent, which day of how many, whom, until when, and the consent."""
    return [
        Row(
            f"referral:{row.referral.id}",
            (
                _urgency(row),
                f"{names.show(row.citizen.id, row.citizen.record.short_name)} · {word(STAGE_WORDS, row.stage)}",
                _("dag {day} af {limit}").format(day=row.day_number, limit=row.limit_days)
                if row.limit_days is not None
                else _("venter på regionen"),
                _("frist {day}").format(day=with_day(row.due_on)) if row.due_on else "",
                consent_piece(row),
            ),
        )
        for row in rows
    ]


def _urgency(row: BridgingRow) -> Piece:
    if row.days_left is None:
        return Piece("·", "dim")
    text = days_left_words(row.days_left)
    if row.days_left <= _SOON:
        return Piece(f"▲ {text}", "error")
    return Piece(f"  {text}")


def activity_rows(activities: Sequence[Stored[Activity]], today: date) -> list[Row]:
    """Outreach days and the like, the newest first."""
    return [
        Row(
            f"activity:{stored.id}",
            (
                near(stored.record.on, today)
                if abs((stored.record.on - today).days) <= 1
                else with_day(stored.record.on),
                _(KINDS.get(stored.record.kind, stored.record.kind)),
                " · ".join(part for part in (stored.record.place, stored.record.with_whom) if part),
                sync_mark(stored.sync_state),
            ),
        )
        for stored in sorted(activities, key=lambda each: (each.record.on, each.id), reverse=True)
    ]


def heading(count: int, today: date) -> str:
    """`Fælles møder · 3 · til 07-12`."""
    return _("Fælles møder · {count} · til {day}").format(count=count, day=short(today))
