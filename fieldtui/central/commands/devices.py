"""`fieldtui central enrol-code`, `approve`, `device …` and `revoke`: the laptops."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell
from fieldtui.domain.setbacks import set_back_words

app = typer.Typer(rich_markup_mode=None)
device_app = typer.Typer(help=_("Maskiner."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(device_app, name="device")


@app.command("enrol-code", help=_("Lav en engangskode til en maskine; den gælder et kvarter."))
def enrol_code_command(
    consultant: Annotated[str, typer.Option("--consultant", metavar="MH", help=_("Hvis maskine det er."))],
    pre_approved: Annotated[
        bool, typer.Option("--pre-approved", help=_("Uden sammenligning af ord (oplæring, automatik)."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Make a code."""
    from fieldtui.central.administration import enrol_code

    with database(embedded, database_url) as opened:
        made = enrol_code(opened, consultant, pre_approved, organisation=organisation)
        lines = [
            _("Kode: {code}").format(code=made.code),
            _("Gælder til kl. {time}").format(time=made.expires_at[11:16]),
            _("På maskinen: fieldtui enrol '{url}' --code {code}").format(url=made.url, code=made.code),
        ]
        answer({"code": made.code, "url": made.url, "expires_at": made.expires_at}, lines, as_json=as_json)


@app.command("approve", help=_("Godkend en maskine, når ordene på begge skærme er de samme."))
def approve_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help=_("Koden, maskinen brugte."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Ordene er sammenlignet; spørg ikke."))] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Show the words, ask on a terminal, approve."""
    from fieldtui.central.administration import approve
    from fieldtui.central.enrolling import waiting

    with database(embedded, database_url) as opened:
        asks = waiting(opened, code, organisation=organisation)
        tell(_("{initials}s maskine {name} viser ordene: {words}").format(
            initials=asks.consultant, name=asks.device_name, words=" ".join(asks.words)
        ))  # fmt: skip
        if asks.reused_at is not None:
            tell(_(
                "OBS: en anden maskine har også brugt koden, kl. {time}. Godkend kun, hvis du har set maskinen og ordene selv; "
                "ellers lav en ny kode."
            ).format(time=asks.reused_at[11:16]))  # fmt: skip
        if not yes and sys.stdin.isatty() and not typer.confirm(_("Står de samme ord på maskinens skærm?"), err=True):
            raise BadUsage(_("Maskinen er ikke godkendt."))
        device_id = approve(opened, code, organisation=organisation)
        answer({"device_id": device_id, "words": list(asks.words)}, [_("Maskinen er godkendt.")], as_json=as_json)


@device_app.command("list", help=_("Vis maskinerne."))
def device_list(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """List the devices."""
    from fieldtui.central.administration import devices

    with database(embedded, database_url) as opened:
        found = devices(opened, organisation=organisation)
        lines = [
            f"{row.id}  {row.consultant:<8} {row.name}  "
            + (_("spærret {time}").format(time=row.revoked_at) if row.revoked_at else row.last_seen_at or "–")
            + (
                "  " + _("SLETTEORDRE HENTET {time}").format(time=row.wipe_delivered_at)
                if row.wipe_delivered_at
                else ""
            )
            + (
                "  " + _("OBS {time}: {what}").format(time=row.set_back_at, what=set_back_words(row.set_back))
                if row.set_back
                else ""
            )
            + (
                "  " + _("ALARM: koden er brugt igen {time}").format(time=row.code_used_again_at)
                if row.code_used_again_at
                else ""
            )
            for row in found
        ]
        answer([row.as_json() for row in found], lines, as_json=as_json)


@app.command("revoke", help=_("Spær en maskine. Den låser ved næste synk; intet på den går tabt."))
def revoke_command(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra device list."))],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Shut a device out."""
    from fieldtui.central.administration import revoke

    with database(embedded, database_url) as opened:
        changed = revoke(opened, device, organisation=organisation)
        said = _("Maskinen er spærret.") if changed else _("Maskinen var allerede spærret.")
        answer({"device_id": device, "changed": changed}, [said], as_json=as_json)
