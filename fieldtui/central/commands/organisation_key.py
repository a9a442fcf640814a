"""`fieldtui central organisation-key …`: the organisation's offline key, made on a machine that is never on a network."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Annotated

import typer

from fieldtui.base.errors import BadFile, BadUsage, NoPassphrase
from fieldtui.base.i18n import _
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell

app = typer.Typer(rich_markup_mode=None)
key_app = typer.Typer(
    help=_("Organisationens nøgle: åbner det, spærrede maskiner efterlader, og underskriver sletteordrer."),
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(key_app, name="organisation-key")


@key_app.command(
    "make", help=_("Lav nøglen på en maskine uden net. Den private fil kommer aldrig på kontorets system.")
)
def make_command(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help=_("Den private fil; den offentlige får endelsen .pub."))
    ],
    as_json: AsJson = False,
) -> None:
    """Make a key."""
    from fieldtui.central.keyfile import refuse_existing, write_private, write_public
    from fieldtui.wire.organisation import new_organisation_key

    public = out.with_name(out.name + ".pub")
    refuse_existing(out)
    refuse_existing(public)
    passphrase = passphrase_of(context, new=True)
    key = new_organisation_key()
    write_private(out, key, passphrase)
    write_public(public, key.public)
    words = key.public.words
    document = {"kid": key.public.kid, "words": list(words), "private": str(out), "public": str(public)}
    lines = [
        _("Nøglens ord: {words}").format(words=" ".join(words)),
        _("Privat: {file}. Gem den låst inde, og adgangssætningen et andet sted.").format(file=out),
        _("Offentlig: {file}. Sæt den på kontorets system: fieldtui central organisation-key set {file}").format(
            file=public
        ),
    ]
    answer(document, lines, as_json=as_json)


@key_app.command("words", help=_("Vis ordene for en offentlig nøgle."))
def words_command(
    public: Annotated[Path, typer.Argument(metavar="PUBLIC", help=_("Den offentlige fil."))], as_json: AsJson = False
) -> None:
    """Print a key's words."""
    from fieldtui.central.keyfile import read_public

    key = read_public(public)
    answer({"kid": key.kid, "words": list(key.words)}, [" ".join(key.words)], as_json=as_json)


@key_app.command("endorse", help=_("Lad den gamle nøgle stå inde for den nye, så maskinerne tager imod den."))
def endorse_command(
    context: typer.Context,
    public: Annotated[Path, typer.Argument(metavar="PUBLIC", help=_("Den nye nøgles offentlige fil."))],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help=_("Den gamle private nøgle."))],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help=_("Hvor den underskrevne offentlige fil skrives."))
    ],
    as_json: AsJson = False,
) -> None:
    """Sign the change to a new key."""
    from fieldtui.central.keyfile import read_private, read_public, write_public

    successor = read_public(public)
    endorsed = read_private(key, passphrase_of(context)).endorse(successor)
    write_public(out, endorsed)
    answer(
        {"kid": endorsed.kid, "words": list(endorsed.words), "public": str(out)},
        [_("Skrevet: {file}. Sæt den med: fieldtui central organisation-key set {file}").format(file=out)],
        as_json=as_json,
    )


@key_app.command("set", help=_("Sæt den offentlige nøgle; maskinerne får den ved tilmelding og næste synk."))
def set_command(
    public: Annotated[Path, typer.Argument(metavar="PUBLIC", help=_("Den offentlige fil."))],
    unendorsed: Annotated[
        bool, typer.Option("--unendorsed", help=_("Den gamle nøgle er tabt: maskinerne skal tilmeldes igen."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Put a key in force."""
    from fieldtui.central.keyfile import read_public
    from fieldtui.central.organisationkeys import set_organisation_key

    key = read_public(public)
    with database(embedded, database_url) as opened:
        changed = set_organisation_key(opened, key, unendorsed=unendorsed, organisation=organisation)
    lines = [
        _("Nøglen er sat.") if changed else _("Nøglen var sat i forvejen."),
        _("Nøglens ord: {words}").format(words=" ".join(key.words)),
    ]
    answer({"kid": key.kid, "words": list(key.words), "changed": changed}, lines, as_json=as_json)


@key_app.command("show", help=_("Vis, hvilken nøgle der gælder."))
def show_command(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """Print the words of the key in force."""
    from fieldtui.central.organisationkeys import key_in_force

    with database(embedded, database_url) as opened:
        key = key_in_force(opened, organisation=organisation)
    if key is None:
        answer({"kid": None, "words": []}, [], as_json=as_json)
        tell(_("Organisationen har ingen nøgle endnu. Lav en med: fieldtui central organisation-key make --out FIL"))
        return
    answer({"kid": key.kid, "words": list(key.words)}, [" ".join(key.words)], as_json=as_json)


def passphrase_of(context: typer.Context, *, new: bool = False) -> str:
    """The key's own passphrase: from `--passphrase-file`, else asked on the terminal, twice where it is new.

    Raises:
        BadFile: The file cannot be read.
        NoPassphrase: No file and no terminal.
        BadUsage: The two were not the same.
    """
    file = getattr(context.find_root().obj, "passphrase_file", None)
    if file is not None:
        return _line_of(Path(file))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NoPassphrase
    given = str(typer.prompt(_("Adgangssætning til nøglen"), hide_input=True, err=True))
    if new and given != typer.prompt(_("Den samme igen"), hide_input=True, err=True):
        raise BadUsage(_("De to var ikke ens. Intet er lavet."))
    return unicodedata.normalize("NFKC", given)


def _line_of(file: Path) -> str:
    try:
        text = file.expanduser().read_text("utf-8-sig")
    except (OSError, ValueError):
        raise BadFile(str(file), None, _("Den kan ikke læses.")) from None
    return unicodedata.normalize("NFKC", text.removesuffix("\n").removesuffix("\r"))
