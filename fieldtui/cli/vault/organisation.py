"""`vault organisation-key`: the office's key for emergencies, as this machine pinned it."""

from __future__ import annotations

from typing import Annotated

import typer

from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of


def mount(app: typer.Typer) -> None:
    """Add this group's commands to the family."""
    app.command(
        "organisation-key", help=_("Vis kontorets nøgle til nødsituationer; --confirm, når ordene er sammenlignet.")
    )(organisation_key)


def organisation_key(
    context: typer.Context,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="ORD", help=_("De seks ord, som kontoret siger dem, i anførselstegn.")),
    ] = None,
) -> None:
    """Print the words of the organisation's key; confirm a key that came with a sync."""
    setting = setting_of(context)
    with opened(setting) as workspace:
        shutout = workspace.shutout
        if confirm is not None:
            shutout.confirm_key(tuple(confirm.lower().split()))
        key = shutout.key
        words = [] if key is None else list(key.words)
        lines = [_("Ord: {words}").format(words=" ".join(words))] if words else []
        setting.answer(
            {
                "kid": None if key is None else key.kid,
                "words": words,
                "obeyed": shutout.obeys,
                "refused": shutout.refused_key,
            },
            lines,
        )
        if key is None:
            setting.tell(_("Kontoret har ikke sat en nøgle endnu. Spærres maskinen, beholder den alt selv."))
        elif not shutout.obeys:
            setting.tell(
                _('Sammenlign ordene med kontoret, og bekræft dem: fieldtui vault organisation-key --confirm "ORD"')
            )
        if shutout.refused_key is not None:
            setting.tell(_("Kontoret tilbyder en anden nøgle, som den gamle ikke står inde for. Ring til IT."))
