"""The help: tasks first, then the keys of the screen one came from, the keys that work everywhere, and the marks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.tui.presenters.lines import Line, Piece, line

TASKS: Final[tuple[tuple[str, str], ...]] = (
    (N_("Registrér fremmødt"), N_("f, når mødet er begyndt")),
    (N_("Registrér udeblevet"), "u"),
    (N_("Registrér afbud"), "a"),
    (N_("Book en ny samtale"), N_("+ samtale fre 10 @fatima")),
    (N_("Flytte en aftale"), "x"),
    (N_("Aflyse en aftale"), N_("x, og vælg hvem")),
    (N_("Skrive et referat"), N_("m eller Enter")),
    (N_("Finde en ufærdig kladde"), N_("1 I dag")),
    (N_("Logge en virksomhedskontakt"), "v"),
    (N_("Skrive en brobygningsnote"), "b"),
    (N_("Lave en opgave"), N_("o, eller + opgave fre: …")),
    (N_("Ringe til en borger"), N_("r (skrives i loggen)")),
    (N_("Rette en fejl"), N_("z, og Ctrl+Y gentager")),
    (N_("Finde en borger"), "Ctrl+P"),
    (N_("Hvem mangler kontakt?"), N_("2: de øverste")),
    (N_("Vise skærmen til en borger"), N_("F6; to gange låser")),
    (N_("Sende ændringer nu"), "F5"),
    (N_("Løse en konflikt"), N_("7 Synk")),
    (N_("Låse"), "Ctrl+L"),
    (N_("Skifte sprog"), "F9"),
)
"""What a person wants to do, and how."""

_MARKS: Final = (
    N_("√ gjort   □ mangler   × udeblevet"),
    N_("► nu   ▲ haster   ! husk   · kladde"),
    N_("● online   ○ offline   ↑3 venter på afsendelse"),
    N_("? efter en frist: reglen er ikke bekræftet"),
)
_IN_FIELDS: Final = (
    N_("Tab næste felt   Ctrl+S gem"),
    N_("Esc ud af feltet (kladde gemmes)"),
    N_("Ctrl+C kopiér   Ctrl+V indsæt"),
)


def task_lines(search: str) -> list[Line]:
    """The tasks that fit all words of a search; all of them without one."""
    words = fold(search).split()
    found = []
    for task, way in TASKS:
        if all(word in fold(f"{task} {_(task)} {_(way)}") for word in words):
            found.append(line(Piece(f"{_(task)} ", "bold"), Piece("→ ", "dim"), _(way)))
    return found or [line(Piece(_("Intet passer. Prøv et andet ord, fx “flytte”."), "dim"))]


def key_lines(keys: Iterable[tuple[str, str]], width: int) -> list[Line]:
    """Keys in two columns.

    Args:
        keys: (key as written, label).
        width: Cells of one column.
    """
    items = [(show, label) for show, label in keys]
    wide = max((len(show) for show, _label in items), default=0) + 1
    lines = []
    for number in range(0, len(items), 2):
        pieces = []
        for show, label in items[number : number + 2]:
            room = width - wide - 1
            words = label if len(label) <= room else label[: room - 1] + "…"
            pieces += [Piece(f"{show:<{wide}}", "primary"), Piece(f"{words:<{room}} ")]
        lines.append(tuple(pieces))
    return lines


def marks() -> list[Line]:
    """The legend."""
    return [line(_(text)) for text in _MARKS]


def in_fields() -> list[Line]:
    """Keys inside text fields."""
    return [line(_(text)) for text in _IN_FIELDS]


def who_helps() -> list[Line]:
    """Where help comes from."""
    return [
        line(_("Superbruger, ellers IT.")),
        line(_("Et fejlnummer viser aldrig borgerens data.")),
    ]
