"""Borgere: one line a citizen, sorted and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import sort_key
from fieldtui.services.lookup import CitizenRow
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.filters import Facts
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import sync_mark

ORDERS: Final = (N_("kræver handling"), N_("navn"), N_("sidst set"), N_("næste aftale"))


def hours(value: float) -> str:
    """`6 t`, `7,5 t`."""
    return _("{hours} t").format(hours=f"{value:.1f}".rstrip("0").rstrip(".").replace(".", ","))


def facts(row: CitizenRow) -> Facts:
    """What a citizen can be found by."""
    return Facts(
        text=f"{row.full_name} {row.short_name} {row.status} {row.job} {row.district} {row.call_code or ''}",
        in_job=row.weekly_hours > 0,
        next_on=local(row.next_at).date() if row.next_at else None,
        due_on=row.due_on,
        last_on=row.last_seen,
    )


def ordered(rows: Sequence[CitizenRow], order: int) -> list[CitizenRow]:
    """The rows in one of `ORDERS`; they come in the first one."""
    if order == 1:
        return sorted(rows, key=lambda row: sort_key(row.full_name))
    if order == 2:
        return sorted(rows, key=lambda row: (row.last_seen or date.min, sort_key(row.full_name)))
    if order == 3:
        return sorted(
            rows,
            key=lambda row: (
                row.next_at is None,
                row.next_at.timestamp() if row.next_at else 0.0,
                sort_key(row.full_name),
            ),
        )
    return list(rows)


def _marks(row: CitizenRow) -> Piece:
    text = " ".join((*row.marks, *(("B",) if row.protected else ()), *(("V",) if row.role == "substitute" else ())))
    sync = sync_mark(row.sync_state).text.split()
    text = " ".join((text, *sync[:1])).strip()
    tone = "error" if "▲" in row.marks else "warning" if "!" in row.marks else "dim"
    return Piece(text, tone)  # type: ignore[arg-type]


def table_row(row: CitizenRow, names: Names, today: date) -> Row:
    """Name, status, job, last seen, next appointment, hours, marks."""
    upcoming = ""
    if row.next_at is not None:
        upcoming = f"{near(local(row.next_at).date(), today)} {clock(row.next_at)}"
    return Row(
        row.id,
        (
            Piece(names.show(row.id, row.short_name), "bold"),
            row.status,
            names.text(row.job) or Piece("–", "dim"),
            near(row.last_seen, today) if row.last_seen else Piece("–", "dim"),
            upcoming or Piece("–", "dim"),
            hours(row.weekly_hours),
            _marks(row),
        ),
    )


def legend() -> list[Line]:
    """What the marks mean."""
    return [
        line(
            Piece("▲", "error"),
            " ",
            _("frist inden 3 dage"),
            "   ",
            Piece("!", "warning"),
            " ",
            _("mangler kontakt/udløber"),
            "   · ",
            _("kladde"),
            "   B ",
            _("beskyttet"),
            "   V ",
            _("vikar"),
            "   ↑ ",
            _("venter"),
        )
    ]
