"""The help: tasks first, then the keys of the screen one came from, the keys that work everywhere, and the marks."""

from __future__ import annotations

import re
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
    (N_("Lægge et notat i journalen"), N_("l på notatet")),
    (N_("Flytte et notat fra forkert borger"), N_("x på notatet")),
    (N_("Borgeren kom uden aftale"), "w"),
    (N_("Finde en ufærdig kladde"), N_("1 I dag")),
    (N_("Logge en virksomhedskontakt"), "v"),
    (N_("Skrive en brobygningsnote"), "b"),
    (N_("Registrere samtykke"), N_("6 Brobygning, s")),
    (N_("Lave en opgave"), N_("o, eller + opgave fre: …")),
    (N_("Ringe til en borger"), N_("r (skrives i loggen)")),
    (N_("Rette en fejl"), N_("z, og Ctrl+Y gentager")),
    (N_("Finde en borger"), "Ctrl+P"),
    (N_("Hvem mangler kontakt?"), N_("2: de øverste")),
    (N_("Se, hvad der bliver for sent"), N_("1 I dag, y")),
    (N_("Registrere plads eller tilbud"), N_("p på borgerkortet")),
    (N_("Vise skærmen til en borger"), N_("F6; to gange låser")),
    (N_("Liste til receptionen"), N_("3 Kalender, l")),
    (N_("Se mine tal"), N_("8 Rapport")),
    (N_("Sende ændringer nu"), "F5"),
    (N_("Løse en konflikt"), N_("7 Synk")),
    (N_("Låse"), "Ctrl+L"),
    (N_("Skifte sprog"), "F9"),
)
"""What a person wants to do, and how."""
_ASKED: Final = {
    "Book en ny samtale": N_("booke bestille aftale møde tid jobsamtale oprette"),
    "Flytte en aftale": N_("ændre tid udsætte møde samtale"),
    "Aflyse en aftale": N_("slette annullere møde samtale"),
    "Skrive et referat": N_("notat journal note"),
    "Lægge et notat i journalen": N_("journalisere notatpligt fagsystem kopiere"),
    "Flytte et notat fra forkert borger": N_("fejl brud streget ud"),
    "Borgeren kom uden aftale": N_("uanmeldt dukkede op"),
    "Logge en virksomhedskontakt": N_("besøg arbejdsgiver firma"),
    "Rette en fejl": N_("fortryde slette tilbage"),
    "Vise skærmen til en borger": N_("skjule navne diskret"),
    "Sende ændringer nu": N_("synke synkronisere hente net"),
    "Registrere samtykke": N_("tilladelse trække tilbage give"),
    "Se mine tal": N_("rapport resultater statistik fidelitet nøgletal"),
    "Liste til receptionen": N_("eksport udskrive outlook csv"),
    "Skifte sprog": N_("engelsk dansk"),
    "Se, hvad der bliver for sent": N_("prognose frist frister fremad 14 dage"),
    "Registrere plads eller tilbud": N_("praktik job løntilskud aktivering timer mentor placering"),
    "Registrér udeblevet": N_("kom ikke mødte udeblev"),
    "Registrér fremmødt": N_("kom mødte fremmøde"),
    "Registrér afbud": N_("syg meldte aflyste"),
}
"""Other words people ask with, by task."""
_SMALL: Final = frozenset({
    "jeg", "en", "et", "den", "det", "de", "du", "man", "hvordan", "hvad", "hvor", "kan", "skal", "vil", "med", "til",
    "for", "fra", "i", "paa", "af", "at", "og", "er", "min", "mit", "mine",
    "how", "do", "can", "the", "a", "an", "to", "my", "of", "is", "what", "where", "with",
})  # fmt: skip
"""Words that say nothing of what somebody wants."""
_SHORT_WORD: Final = 4
_ENDING: Final = 2

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
    """The tasks that fit a question best; all of them without one.

    A question may be a whole sentence: its endings and small words do not count, and the task that shares most words
    with it stands first.
    """
    stems = [_stem(word) for word in re.findall(r"[^\W_]+", fold(search)) if word not in _SMALL]
    ranked = []
    for number, (task, way) in enumerate(TASKS):
        known = re.findall(r"[^\W_]+", fold(f"{task} {_(task)} {_(way)} {_(_ASKED.get(task, ''))}"))
        shared = sum(any(word.startswith(stem) for word in known) for stem in stems)
        if shared or not stems:
            shown = line(Piece(f"{_(task)} ", "bold"), Piece("→ ", "dim"), _(way))
            ranked.append((-shared, number, shown))
    ranked.sort(key=lambda each: each[:2])
    found = [shown for rank, _number, shown in ranked if rank == ranked[0][0]]
    return found or [line(Piece(_("Intet passer. Prøv et andet ord, fx “flytte”."), "dim"))]


def _stem(word: str) -> str:
    """A word without the ending that a sentence gives it: `flytter` and `flytte` begin alike."""
    return word if len(word) <= _SHORT_WORD else word[: max(_SHORT_WORD, len(word) - _ENDING)]


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
