"""The guide for the first start: its steps and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.tui.presenters.lines import Line, Piece, line


class Step(IntEnum):
    """The steps, in order."""

    LOOK = 1
    PASSPHRASE = 2
    RECOVERY = 3
    ENROL = 4
    FETCH = 5


TITLES: Final = {
    Step.LOOK: N_("Sprog og udseende"),
    Step.PASSPHRASE: N_("Adgangssætning"),
    Step.RECOVERY: N_("Nødkode"),
    Step.ENROL: N_("Hvem er du?"),
    Step.FETCH: N_("Hent dine borgere"),
}
INTRODUCTIONS: Final = {
    Step.LOOK: N_("Vælg sprog og farver. Begge dele kan skiftes senere, sproget med F9."),
    Step.PASSPHRASE: N_(
        "Alt ligger krypteret på denne maskine. Kun din adgangssætning åbner det. Kontoret kan ikke nulstille den."
    ),
    Step.RECOVERY: N_(
        "Nødkoden åbner boksen, hvis du glemmer adgangssætningen. Den vises kun nu. Skriv den på papir, og læg den i "
        "en lukket kuvert på kontoret, ikke ved maskinen."
    ),
    Step.ENROL: N_("Din leder har givet dig en adresse og en kode. Skriv dem her, så godkender lederen maskinen."),
    Step.FETCH: N_("Nu hentes dine borgere, aftaler og noter fra kontoret. Derefter kan du arbejde uden net."),
}


def heading(step: Step) -> str:
    """`2 Adgangssætning`."""
    return f"{step.value} {_(TITLES[step])}"


def steps(current: Step) -> list[Line]:
    """The list at the left."""
    lines = []
    for step, title in TITLES.items():
        if step < current:
            lines.append(line(Piece("√ ", "success"), f"{step.value} {_(title)}"))
        elif step == current:
            lines.append(line(Piece(f"► {step.value} {_(title)}", "primary")))
        else:
            lines.append(line(Piece(f"  {step.value} {_(title)}", "dim")))
    return lines


def groups_of(code: str) -> tuple[str, ...]:
    """The groups of a recovery code that can be asked back; its prefix is the same for everybody."""
    return tuple(code.split("-")[1:])


def same_group(typed: str, group: str) -> bool:
    """True where a group was typed back, forgiving what the code forgives: case, O for 0, I and L for 1."""
    lookalikes = str.maketrans("OIL", "011")
    return typed.strip().upper().translate(lookalikes) == group.upper().translate(lookalikes)


def compare_words(words: Sequence[str]) -> list[Line]:
    """The words both screens must show."""
    return [
        line(_("Din leder ser de samme seks ord. Læs dem højt for hinanden, før der godkendes:")),
        line(""),
        line(Piece("   " + "   ".join(words), "primary")),
        line(""),
        line(Piece(_("Venter på, at lederen godkender …"), "dim")),
    ]
