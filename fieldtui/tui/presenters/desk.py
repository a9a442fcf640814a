"""Overdragelser: offers, parked edits field by field, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import COLLECTIONS
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.handovers import HandoverRow
from fieldtui.services.parked import ParkedRow, field_label
from fieldtui.tui.presenters.conflicts import value_text
from fieldtui.tui.presenters.dates import clock, local, near
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names

_STATES: Final = {
    "offering": N_("sendes"),
    "offered": N_("venter"),
    "accepting": N_("ja, sendes"),
    "rejecting": N_("nej, sendes"),
    "declining": N_("nej, sendes"),
    "withdrawing": N_("trækkes tilbage"),
    "accepted": N_("ja"),
    "rejected": N_("nej"),
    "declined": N_("nej"),
    "withdrawn": N_("trukket tilbage"),
    "lapsed": N_("bortfaldet"),
    "waiting": N_("venter"),
    "refused": N_("kontoret sagde nej"),
    "changed": N_("se igen"),
}
_OPEN: Final = frozenset({"offered", "waiting", "changed", "refused"})


def state(word: str) -> str:
    """Where an offer or an edit stands."""
    return _(_STATES[word]) if word in _STATES else word


def offer_rows(rows: Sequence[HandoverRow], initials: dict[str, str], names: Names, today: date) -> list[Row]:
    """Offers: who, from or to whom, when, and where it stands."""
    made = []
    for row in rows:
        other = initials.get((row.from_id if row.incoming else row.to_id) or "", "?")
        way = _("fra {who}") if row.incoming else _("til {who}")
        shown = state(row.state)
        marked = Piece(shown, "primary") if row.incoming and row.state in _OPEN else Piece(shown, "dim")
        made.append(
            Row(
                f"offer:{row.id}",
                (names.text(row.label), way.format(who=other), near(local(row.offered_at).date(), today), marked),
            )
        )
    return made


def parked_rows(rows: Sequence[ParkedRow], initials: dict[str, str], names: Names, today: date) -> list[Row]:
    """Parked edits: whose citizen, what, who wrote it, and where it stands."""
    made = []
    for row in rows:
        who = _("dig") if row.mine else initials.get(row.author, "?")
        shown = state(row.state)
        marked = Piece(shown, "dim") if row.mine or row.state not in _OPEN else Piece(shown, "primary")
        made.append(
            Row(
                f"parked:{row.op_id}",
                (
                    names.text(row.label),
                    _collection(row),
                    f"{who} {near(local(row.recorded_at).date(), today)}",
                    marked,
                ),
            )
        )
    return made


def offer_lines(row: HandoverRow, initials: dict[str, str], names: Names) -> list[Line]:
    """One offer: the note, and the answer."""
    said = [line(Piece(text)) for text in names.text(row.note).splitlines()] if row.note else []
    if row.answered_at is not None:
        who = initials.get(row.answered_by or "", "–")
        said.append(line(Piece(f"{state(row.state)} · {who} {clock(row.answered_at)}", "dim")))
    if row.reason:
        said.append(line(_("Grund: "), Piece(names.text(row.reason), "bold")))
    return said or [line(Piece(_("Ingen besked."), "dim"))]


def parked_lines(row: ParkedRow, names: Names) -> list[Line]:
    """One parked edit's answer, where there is one."""
    if row.reason:
        return [line(_("Grund: "), Piece(names.text(row.reason), "bold"))]
    if row.mine:
        return [line(Piece(_("Den, der har borgeren nu, ser den og svarer. Du får besked her."), "dim"))]
    if row.contested:
        return [
            line(Piece(_("▲ Andre har rettet siden. Mellemrum vælger den parkerede værdi; ellers står den nu."), "dim"))
        ]
    return [line(Piece(_("g tager den med under forfatterens navn · n afviser med en grund"), "dim"))]


def field_rows(row: ParkedRow, taken: Collection[str], names: Names, rules: RuleBook) -> list[Row]:
    """The fields of a parked edit: before, parked, as it stands, and what will hold."""
    made = []
    for each in row.differences:
        holds = bool(set(each.fields) & set(taken)) if each.contested else True
        choice = Piece("→ " + (_("parkeret") if holds else _("nu")), "primary" if holds else "dim")
        for name in each.fields:
            cells = (
                value_text(row.collection, name, side.get(name), rules) for side in (each.before, each.parked, each.now)
            )
            before, parked, now = (names.text(cell) for cell in cells)
            mark = Piece("▲ ", "warning") if each.contested else Piece("")
            label = f"{mark.text}{field_label(row.collection, name)}"
            made.append(Row(name, (label, Piece(before, "dim"), parked, now, choice)))
    return made


def _collection(row: ParkedRow) -> str:
    model = COLLECTIONS.get(row.collection)
    return _(model.label) if model is not None else row.collection
