"""`fieldtui central …`: the reference central system and its administration (docs/cli.md)."""

from __future__ import annotations

from typing import Final

import typer

from fieldtui.base.i18n import _
from fieldtui.central.commands import (
    backups,
    benchmarks,
    citizens,
    devices,
    erasure,
    lists,
    logs,
    losses,
    open_slot,
    organisation_key,
    people,
    reports,
    rules,
    serving,
    ties,
    trust,
)

_GROUPS: Final = (
    serving,
    backups,
    people,
    citizens,
    ties,
    devices,
    losses,
    logs,
    organisation_key,
    open_slot,
    trust,
    rules,
    lists,
    reports,
    benchmarks,
    erasure,
)

app = typer.Typer(help=_("Det centrale system og dets administration."), rich_markup_mode=None, no_args_is_help=True)
for _group in _GROUPS:
    app.add_typer(_group.app)  # without a name: its commands stand beside the others
