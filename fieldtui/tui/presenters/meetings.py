"""What the calendar and the notes ask of a person beside deadlines: meetings in each other's way, what the office does not know, the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.collisions import Collision
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.journal import Waiting, waiting
from fieldtui.domain.records import Appointment, Note
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.calendaring import COLLISION_DAYS, collision_sentence
from fieldtui.services.waiting import urgency
from fieldtui.tui.presenters.dates import days_left, local, short
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import who

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace

_MOST: Final = 3
"""So many meetings in each other's way have a line of their own."""


def collision_text(collision: Collision, names: Names) -> str:
    """Which two meetings, when, and what they cannot both have."""
    one, other = who(collision.first.record, names), who(collision.second.record, names)
    return collision_sentence(collision, one, other)


def collision_rows(found: Sequence[Collision], names: Names) -> list[tuple[date, Row]]:
    """A row for each of the first, and one for the rest, with their days."""
    rows = []
    for each in found[:_MOST]:
        on = local(each.second.record.starts_at).date()
        text = collision_text(each, names).partition(": ")[2]
        cells = (Piece(_("▲ Sammenfald"), "warning"), text, "", short(on))
        rows.append((on, Row(f"collision:{on}:{each.second.id}", cells)))
    if len(found) > _MOST:
        on = local(found[_MOST].second.record.starts_at).date()
        more = _("{count} sammenfald mere").format(count=len(found) - _MOST)
        rows.append((on, Row(f"collision:{on}:more", (Piece(_("▲ Sammenfald"), "warning"), more, "", short(on)))))
    return rows


def collision_lines(found: Sequence[Collision], names: Names) -> list[Line]:
    """The week's, one line each; two that begin in the same time are marked in the grid and named here too."""
    return [line(Piece(f"▲ {collision_text(each, names)}", "warning")) for each in found[:_MOST]]


def journal_row(found: Sequence[Waiting]) -> list[Row]:
    """One row where a note has waited too long for the municipality's journal (OFL § 15)."""
    late = [each for each in found if each.urgency != "fresh"]
    if not late:
        return []
    red = any(each.urgency == "red" for each in late)
    oldest = max(each.days for each in late)
    one, many = _("1 notat ikke i journalen"), _("{count} notater ikke i journalen")
    mark = Piece(f"▲ {days_left(oldest)}", "error") if red else Piece(f"! {days_left(oldest)}", "warning")
    text = one if len(late) == 1 else many.format(count=len(late))
    return [Row("journal:", (mark, text, "", ""))]


def journal_piece(stored: Stored[Note], on: date, rules: RuleBook) -> Piece:
    """Whether a note is in the municipality's journal, and how long it has waited; empty for one that came with an extract."""
    record = stored.record
    if record.journalised_at is not None:
        return Piece(_("√ i journalen {day}").format(day=short(local(record.journalised_at).date())), "success")
    if record.author is None:
        return Piece("")
    found = waiting(stored, on, rules)
    said = _("ikke journaliseret · {days}").format(days=days_left(found.days))
    return {"red": Piece(f"▲ {said}", "error"), "amber": Piece(f"! {said}", "warning")}.get(
        found.urgency, Piece(_("ikke journaliseret endnu · l lægger det der"), "dim")
    )


def note_lines(stored: Stored[Any], on: date, rules: RuleBook) -> list[Line]:
    """What stands under a note: the journal, and that it once stood on another citizen."""
    piece = journal_piece(stored, on, rules) if isinstance(stored.record, Note) else Piece("")
    lines = [line(piece)] if piece.text else []
    if stored.record.moved_from is not None:
        lines.append(line(Piece(_("Flyttet hertil: det stod hos en forkert borger."), "dim")))
    return lines


def unreported_row(count: int, since: datetime | None, urgency: str, now: datetime) -> list[Row]:
    """One row where meetings have waited far too long to be told to the office (bek. 442/2023 § 20).

    Before that the status line says how long changes have waited, and each meeting that the office has not heard of it.
    """
    if since is None or urgency != "red":
        return []
    days = days_left((local(now).date() - local(since).date()).days)
    return [
        Row(
            "unreported:",
            (Piece(f"▲ {days}", "error"), _("Ikke indberettet: {count}").format(count=count), "", _("møder")),
        )
    ]


def unreported(stored: Stored[Appointment], on: date) -> str:
    """`ikke indberettet endnu · 2 dage` for a citizen's meeting that the office has not heard of; empty for others."""
    if stored.record.citizen_id is None or stored.sync_state not in {SyncState.PENDING, SyncState.REJECTED}:
        return ""
    said = _("ikke indberettet endnu")
    if stored.recorded_at is None:
        return said
    days = (on - local(stored.recorded_at).date()).days
    return f"{said} · {days_left(days)}" if days > 0 else said


def summons_lines(stored: Stored[Appointment], names: Names, on: date) -> list[Line]:
    """Why it became what it did, and what the summons says beside time and place (bek. 442/2023 § 20), as far as it is filled in."""
    record = stored.record
    found = [
        (_("Årsag"), record.status_reason or ""),
        (_("Indkaldt"), short(local(record.summoned_at).date()) if record.summoned_at else ""),
        (_("Adresse"), names.text(record.address or "")),
        (_("Ring til"), names.text(record.call_phone or "")),
        (_("Kontakt"), names.text(record.contact_options or "")),
        (_("Behov"), names.text(", ".join(record.practical_needs))),
        (_("Ombooking"), _rebooking(record)),
        (_("Beskrivelse"), names.text(" ".join((record.description or "").split()))),
    ]
    told = unreported(stored, on)
    lines = [line(Piece(told, "dim"))] if told else []
    lines += [line(Piece(f"{label}  ", "primary"), text) for label, text in found if text]
    if record.series_id is not None:
        lines.append(line(Piece(_("Del af en række. Under Flyt (x) kan resten stoppes."), "dim")))
    return lines


def _rebooking(record: Appointment) -> str:
    parts = []
    if record.rebook_allowed is True:
        until = short(record.rebook_until) if record.rebook_until else "–"
        parts.append(_("borgeren må flytte til og med {day}").format(day=until))
    elif record.rebook_allowed is False:
        parts.append(_("borgeren må ikke selv flytte"))
    if record.rebookings:
        parts.append(_("flyttet {count} gange af borgeren").format(count=record.rebookings))
    return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands under “Kræver handling” besides deadlines and tasks."""

    collisions: tuple[Collision, ...] = ()
    journal: tuple[Waiting, ...] = ()
    unreported: tuple[int, datetime | None, str] = (0, None, "fresh")
    """How many meetings the office has not heard of, since when, and how urgent that is."""


def beside(workspace: Workspace, today: date) -> Beside:
    """Look it up; called in a thread."""
    count, since = workspace.waiting.unreported()
    now = workspace.clock.now()
    return Beside(
        workspace.casework.collisions(today, today + timedelta(days=COLLISION_DAYS)),
        workspace.casework.journal_queue(),
        (count, since, urgency(since, now, workspace.rules) if since else "fresh"),
    )


def waiting_rows(found: Beside, now: datetime) -> list[Row]:
    """What the office and the journal have not heard of for too long."""
    count, since, how = found.unreported
    return [*unreported_row(count, since, how, now), *journal_row(found.journal)]
