"""`fieldtui central organisation-key open-slot`: help somebody into a vault whose passphrase is lost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell
from fieldtui.central.commands.organisation_key import key_app, passphrase_of

app = typer.Typer(rich_markup_mode=None)
"""Empty: the command stands among those of the key."""


@key_app.command(
    "open-slot", help=_("Hjælp en medarbejder ind i boksen: svar på anmodningen, når ordene er sammenlignet.")
)
def open_slot_command(
    context: typer.Context,
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help=_("Anmodningen fra maskinen."))],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help=_("Den private organisationsnøgle."))],
    words: Annotated[
        str | None,
        typer.Option(
            "--words", metavar="ORD", help=_("De seks ord, som medarbejderen læser dem op; ellers spørges der.")
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="F", help=_("Hvor svaret skrives; ellers ved siden af, med endelsen .svar.")),
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="DEVICE", help=_("Skriv det i kontorets log: maskinens id."))
    ] = None,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Open the slot in a request, and seal what was in it to the machine that asked."""
    from fieldtui.central.keyfile import read_private, refuse_existing
    from fieldtui.wire.organisation import OrganisationKeyRefused
    from fieldtui.wire.slotrecovery import LARGEST, answer_request, read_request

    where = (embedded, database_url) != (None, None)
    if where != (device is not None):
        raise BadUsage(_("--device og --embedded eller --database-url hører sammen: så står det i kontorets log."))
    out = output or request.with_name(request.name + ".svar")
    refuse_existing(out)
    try:
        with request.open("rb") as stream:
            asked = read_request(stream.read(LARGEST + 1))
    except OSError:
        raise BadFile(str(request), None, _("Den kan ikke læses.")) from None
    except OrganisationKeyRefused:
        raise BadFile(str(request), None, _("Det er ikke en anmodning om at åbne en boks.")) from None
    if _heard(words) != asked.words:
        raise BadUsage(
            _("Ordene passer ikke til anmodningen. Den er måske byttet undervejs. Intet er åbnet; spørg medarbejderen.")
        )
    private = read_private(key, passphrase_of(context))
    try:
        opened = answer_request(asked, private)
    except OrganisationKeyRefused as refused:
        raise BadFile(str(request), None, _REFUSED.get(str(refused), _REFUSED["sealed"])()) from None
    if device is not None:
        from fieldtui.central.slotlog import note_opened_slot

        with database(embedded, database_url) as db:
            note_opened_slot(db, device, asked, organisation=organisation)
    write_atomically(out, opened.data())
    answer(
        {"file": str(out), "vault_id": asked.vault_id, "kid": asked.slot.kid, "words": list(asked.words)},
        [_("Svaret ligger i {file}. Det åbner kun på den maskine, der spurgte.").format(file=out)],
        as_json=as_json,
    )
    if device is None:
        tell(_("Kontorets log ved det ikke. Skriv ned, hvem der var til stede, for hvem og hvornår."))


_REFUSED = {
    "key": lambda: _("Den er lukket til en anden organisationsnøgle end denne."),
    "request": lambda: _("Den har ingen nøgle, der kan svares til."),
    "sealed": lambda: _("Den er ændret, og boksens nøgle kan ikke læses ud af den."),
}


def _heard(words: str | None) -> tuple[str, ...]:
    if words is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise BadUsage(_("Sammenlign først ordene med medarbejderen, og giv dem med: --words"))
        words = str(typer.prompt(_("De seks ord, som medarbejderen læser dem op"), err=True))
    return tuple(words.lower().split())
