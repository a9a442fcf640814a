"""Handing a new recovery code to a person at the terminal."""

from __future__ import annotations

import secrets
from typing import Final

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.setting import Setting
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace

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


def give_code(setting: Setting, workspace: Workspace, code: str, *, more: dict[str, object] | None = None) -> None:
    """Give a vault's new code after it was recovered or got new keys: typed back at a terminal, else written as the answer.

    Where nobody typed it back, the next start of the screens gives another one and asks for it.

    Args:
        setting: How to answer.
        workspace: The vault the code is of.
        code: The new code.
        more: What else the JSON document says.
    """
    document = {"vault_id": workspace.vault_id, "recovery_code": code, **(more or {})}
    if setting.as_json or not setting.terminal:
        setting.answer(document, [code])
        setting.tell(_("Det er den nye nødkode. Den vises kun nu; den gamle åbner ikke mere."))
        return
    hand_over(setting, code)
    unlocking.confirm_code(workspace)
    setting.tell(_("Den gamle adgangssætning og den gamle nødkode åbner ikke mere."))


def _alike(typed: str, group: str) -> bool:
    """True where a group was typed as written; O is 0, I and L are 1, case and blanks do not count."""
    reading = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})
    return typed.upper().translate(reading) == group.upper().translate(reading)
