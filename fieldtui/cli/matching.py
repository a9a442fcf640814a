"""`match`: openings for a citizen, or citizens for an opening, each with every reason for and against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.matching import MOST
from fieldtui.services.matching import Suggestion
from fieldtui.services.workspace import Workspace


def mount(root: typer.Typer) -> None:
    """Add the command."""
    root.command("match", help=_("Åbninger til en borger, eller borgere til en åbning, med alle grunde."))(
        match_command
    )


def match_command(
    context: typer.Context,
    citizen: Annotated[
        str | None, typer.Option("--citizen", metavar="ID", help=_("Åbninger til denne borger."))
    ] = None,
    opening: Annotated[str | None, typer.Option("--opening", metavar="ID", help=_("Borgere til denne åbning."))] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Også dem, der er sagt ikke at være relevante."))] = False,
) -> None:
    """Print suggestions, the best first; a person decides. Health is never used."""
    setting = setting_of(context)
    if (citizen is None) == (opening is None):
        raise BadUsage(_("Giv enten --citizen eller --opening."))
    with opened(setting) as workspace:
        today = workspace.context.today
        found: Sequence[Suggestion]
        if citizen is not None:
            found = workspace.matching.for_citizen(citizen, today, declined=everything)
            heads = [f"{each.opening.title} · {each.company.name}" for each in found]
        else:
            assert opening is not None  # noqa: S101  one of the two was given
            found = workspace.matching.for_opening(opening, today, declined=everything)
            heads = [workspace.lookup.citizen_name(each.match.citizen_id) for each in found]
        documents = [_named(workspace, each) for each in found]
    setting.answer(documents, (line for head, each in zip(heads, found, strict=True) for line in _lines(head, each)))
    if not found:
        setting.tell(_("Ingen forslag."))


def _named(workspace: Workspace, suggestion: Suggestion) -> dict[str, Any]:
    return suggestion.as_json() | {"citizen": workspace.lookup.citizen_name(suggestion.match.citizen_id)}


def _lines(head: str, suggestion: Suggestion) -> Iterator[str]:
    found = suggestion.match
    yield f"{'■' * found.score}{'□' * (MOST - found.score)} {head}"
    for reason in found.reasons:
        yield f"  {reason.sign} {reason.text}"
