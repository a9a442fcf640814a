"""`connection`: the way to the office on the network this machine is in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of


def mount(root: typer.Typer) -> None:
    """Add the family's command."""
    root.command("connection", help=_("Vis eller skift vejen til kontoret: proxy og certifikat."))(connection)


def connection(
    context: typer.Context,
    proxy: Annotated[
        str | None, typer.Option("--proxy", metavar="URL", help=_("Gå gennem denne proxy: http://navn:port."))
    ] = None,
    no_proxy: Annotated[bool, typer.Option("--no-proxy", help=_("Gå direkte."))] = False,
    ca: Annotated[
        Path | None, typer.Option("--ca", metavar="FILE", help=_("Stol kun på dette certifikat (PEM)."))
    ] = None,
    system_store: Annotated[
        bool, typer.Option("--system-store", help=_("Stol på de certifikater, maskinen selv stoler på."))
    ] = False,
) -> None:
    """Show how the office is reached; change it where an option says so."""
    from fieldtui.services.connection import Connection

    if (proxy is not None and no_proxy) or (ca is not None and system_store):
        raise BadUsage(_("Vælg én af --proxy og --no-proxy, og én af --ca og --system-store."))
    setting = setting_of(context)
    with opened(setting) as workspace:
        way = Connection(workspace.context)
        if proxy is not None or no_proxy:
            way.set_proxy(proxy or "")
        if ca is not None or system_store:
            way.set_authority(ca)
        now = way.state()
    setting.answer(
        {"url": now.url, "proxy": now.proxy, "authority": "pinned" if now.pinned else "system"},
        [
            _("Kontoret: {url}").format(url=now.url or _("ikke tilmeldt")),
            _("Proxy: {proxy}").format(proxy=now.proxy or _("ingen")),
            _("Certifikat: {authority}").format(
                authority=_("kun det, der er valgt") if now.pinned else _("de, maskinen stoler på")
            ),
        ],
    )
