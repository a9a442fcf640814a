"""Why a line of “Kræver handling” is there: the day, the reason, the rule and its source, and what Enter does about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.due import Deadline
from fieldtui.domain.rulebook import RuleBook
from fieldtui.tui.presenters.dates import days_left, with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.names import Names

_CELLS: Final = 36
"""Room for text in the panel where it is narrowest."""
_ACTS: Final[Mapping[str, str]] = {
    "treatment": N_("registrér, hvor langt det er"),
    "jobsamtale": N_("find en tid"),
    "consent": N_("forny samtykket"),
    "placement": N_("registrér en plads"),
    "praktik_end": N_("forlæng eller afslut praktikken"),
    "activation": N_("registrér tilbuddet"),
    "contact": N_("skriv kontakten"),
    "follow_along": N_("skriv, hvad der blev sagt"),
    "missed": N_("ring, skriv eller find en ny tid"),
    "next": N_("find en tid"),
    "course_end": N_("kryds af, hvad der er skrevet ned"),
    "review": N_("vurdér målgruppen igen"),
}


def due_title(deadline: Deadline, names: Names) -> str:
    """`Følg op i job · Ali D.`."""
    return f"{deadline.what} · {names.show(deadline.citizen_id)}"


def due_lines(deadline: Deadline, names: Names, rules: RuleBook, on: date) -> list[Line]:
    """The day and what is left, the reason, the rule with its source, and what Enter does."""
    rule = rules.get(deadline.rule_id, deadline.rule_version)
    lines: list[Line] = [
        line(Piece(with_day_full(deadline.due_on), "bold"), Piece(f" · {days_left(deadline.days_left(on))}", "dim")),
        line(""),
        *(line(row) for row in _folded(names.text(deadline.reason))),
        line(""),
        line(Piece(_("Regel") + "  ", "primary"), f"{deadline.rule_id} v{deadline.rule_version}"),
    ]
    if rule is not None:
        lines += [line(Piece(row, "dim")) for row in _folded(rule.source)]
    if not deadline.confirmed:
        lines.append(line(Piece(_("? Ikke bekræftet af kommunen"), "warning")))
    act = _ACTS.get(deadline.kind)
    lines += [line(""), line(Piece("Enter  ", "primary"), _(act) if act else _("åbner borgerkortet"))]
    return lines


def _folded(text: str) -> list[str]:
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > _CELLS:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return rows
