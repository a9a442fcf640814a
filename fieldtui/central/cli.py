"""`fieldtui central …`: the reference central system and its administration (docs/cli.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import typer
from typer.main import get_command_name

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


def commands_for(words: Sequence[str]) -> typer.Typer:
    """The commands after `central`; only those that are kept together with the one that is asked for.

    Building all of them takes as long as most commands do. Help, and a name that there is not, gets them all.

    Args:
        words: What was given after `central`.
    """
    app = typer.Typer(
        help=_("Det centrale system og dets administration."), rich_markup_mode=None, no_args_is_help=True
    )
    needed = [group for group in _GROUPS if words and words[0] in _names(group.app)]
    for group in needed or _GROUPS:
        app.add_typer(group.app)  # without a name: its commands stand beside the others
    return app


def _names(app: typer.Typer) -> set[str]:
    commands = {
        each.name or get_command_name(each.callback.__name__) for each in app.registered_commands if each.callback
    }
    return commands | {each.name for each in app.registered_groups if each.name}
