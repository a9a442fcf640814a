"""Handing a new recovery code to a person at the terminal."""

from __future__ import annotations

import secrets
from typing import Final

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.setting import Setting

ASKED_GROUPS: Final = 2
"""How many groups of the recovery code a person types back."""


def hand_over(setting: Setting, code: str) -> None:
    """Show the code, and ask for two of its groups until they are right."""
    setting.tell(_("Din nødkode. Skriv den ned; den vises kun nu:"))
    setting.tell("")
    setting.tell(f"    {code}")
    setting.tell("")
    groups = code.split("-")[1:]
    for place in sorted(secrets.SystemRandom().sample(range(len(groups)), ASKED_GROUPS)):
        while True:
            typed = typer.prompt(_("Skriv gruppe {number} af nødkoden").format(number=place + 1), err=True)
            if _alike(typed, groups[place]):
                break
            setting.tell(_("Det er ikke gruppe {number}. Se på papiret, og prøv igen.").format(number=place + 1))


def _alike(typed: str, group: str) -> bool:
    """True where a group was typed as written; O is 0, I and L are 1, case and blanks do not count."""
    reading = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})
    return typed.upper().translate(reading) == group.upper().translate(reading)
