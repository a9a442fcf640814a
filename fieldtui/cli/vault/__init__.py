"""`vault …`: the vault itself. One module per group of commands; each one mounts its own on the family."""

from __future__ import annotations

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.vault import (
    accepting,
    backing,
    checking,
    erasing,
    organisation,
    recovering,
    restoring,
    secrets,
    slots,
)

_GROUPS = (
    checking,
    slots,
    secrets,
    recovering,
    organisation,
    backing,
    restoring,
    accepting,
    erasing,
)


def mount(root: typer.Typer) -> None:
    """Add the family's commands."""
    app = typer.Typer(help=_("Boksen selv: prøv den, skift adgangssætning, åbn med nødkoden."), rich_markup_mode=None)
    for group in _GROUPS:
        group.mount(app)
    root.add_typer(app, name="vault")
