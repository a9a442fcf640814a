"""`fieldtui central wipe-order`, `recover-sealed`, `device restore` and `policy`: devices that are gone, and rules for all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.commands.devices import device_app
from fieldtui.central.commands.options import AsJson, Embedded, Name, Url, answer, database, tell
from fieldtui.central.commands.organisation_key import passphrase_of
from fieldtui.wire.organisation import WipeOrder
from fieldtui.wire.sealed import Pending, PendingChange

app = typer.Typer(rich_markup_mode=None)
policy_app = typer.Typer(help=_("Regler for alle maskiner."), rich_markup_mode=None, no_args_is_help=True)
app.add_typer(policy_app, name="policy")

LONGEST_DAYS: Final = 365
_LARGEST_ORDER: Final = 8_192
_LONGEST_SHOWN: Final = 200


@device_app.command("restore", help=_("Luk en spærret maskine ind igen; den arbejder videre med alt, den havde."))
def restore_command(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra device list."))],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Let a device in again."""
    from fieldtui.central.lockout import restore

    with database(embedded, database_url) as opened:
        changed = restore(opened, device, organisation=organisation)
    said = (
        _("Maskinen er lukket ind igen. Den spørger selv, næste gang den låses op.")
        if changed
        else _("Maskinen var ikke spærret.")
    )
    answer({"device_id": device, "changed": changed}, [said], as_json=as_json)


@app.command(
    "wipe-order", help=_("Giv en maskine ordre til at slette sine nøgler, underskrevet med organisationens nøgle.")
)
def wipe_order_command(
    context: typer.Context,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help=_("Maskinens id, fra device list."))],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help=_("Den private nøgle; underskriver en ny ordre."))
    ] = None,
    order: Annotated[
        Path | None, typer.Option("--order", metavar="FILE", help=_("En ordre, der er underskrevet et andet sted."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=_("Skriv ordren i en fil i stedet for at give den."))
    ] = None,
    push_first: Annotated[
        bool, typer.Option("--push-first", help=_("Lad maskinen sende det, den har, før den sletter."))
    ] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=LONGEST_DAYS, help=_("Hvor længe ordren gælder."))] = 90,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Sign an order, place one, or both."""
    from fieldtui.central.lockout import place_order

    if (key is None) == (order is None):
        raise BadUsage(_("Vælg én: --key FIL underskriver en ny ordre, --order FIL giver en, der er underskrevet."))
    signed = _order_in(order) if order is not None else _sign(context, device, key, push_first=push_first, days=days)
    if signed.device_id != device:
        raise BadUsage(_("Ordren er til en anden maskine."))
    document = {
        "device_id": device, "nonce": signed.nonce, "expires_at": signed.expires_at, "push_first": signed.push_first,
    }  # fmt: skip
    if out is not None:
        _write_new(out, signed.model_dump_json().encode() + b"\n")
        answer(document | {"order": str(out)}, [_("Ordren står i {file}.").format(file=out)], as_json=as_json)
        return
    with database(embedded, database_url) as opened:
        changed = place_order(opened, signed, organisation=organisation)
    said = (
        _("Maskinen sletter sine nøgler, så snart den har sendt det, den har.")
        if signed.push_first
        else _("Maskinen er spærret og sletter sine nøgler, næste gang den får forbindelse.")
    )
    answer(document | {"changed": changed}, [said], as_json=as_json)


@app.command("recover-sealed", help=_("Åbn det, en spærret maskine ikke nåede at sende, og læg det til godkendelse."))
def recover_sealed_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Den forseglede fil fra maskinen, eller en åbnet."))],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help=_("Den private nøgle; til en forseglet fil."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=_("Skriv det åbnet i en fil, som kun du kan læse."))
    ] = None,
    put: Annotated[
        bool, typer.Option("--put", help=_("Læg ændringerne til godkendelse hos borgerens konsulent."))
    ] = False,
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """List what is in a sealed file; take it in with `--put`."""
    from fieldtui.central.keyfile import read_private
    from fieldtui.central.recovering import opened as open_pending
    from fieldtui.central.recovering import put_recovered, read_file

    held = read_file(file)
    if isinstance(held, Pending):
        pending = held
    elif key is None:
        raise BadUsage(_("Filen er forseglet. Åbn den med den private nøgle: --key FIL"))
    else:
        pending = open_pending(held, read_private(key, passphrase_of(context)), file)
    document = pending.model_dump(mode="json")
    if out is not None:
        _write_new(out, pending.model_dump_json().encode() + b"\n")
    lines = [*_described(pending)]
    if put:
        with database(embedded, database_url) as opened:
            taken = put_recovered(opened, pending, organisation=organisation)
        document |= {"recovered": taken.as_json()}
        lines.append(
            _(
                "Lagt til godkendelse: {parked}. Taget ind: {applied}. Kendt i forvejen: {known}. Ikke taget ind: {left}."
            ).format(parked=len(taken.parked), applied=len(taken.applied), known=len(taken.known), left=len(taken.left))
        )
    answer(document, lines, as_json=as_json)
    if put and pending.drafts:
        tell(_("Kladder kan ikke lægges til godkendelse. Skriv dem over i hånden, eller giv dem til konsulenten."))


def _described(pending: Pending) -> Iterable[str]:
    yield _("{name} ({initials}), maskine {device}: {changes} ændringer og {drafts} kladder fra {at}.").format(
        name=pending.consultant.name, initials=pending.consultant.initials, device=pending.device_id,
        changes=len(pending.changes), drafts=len(pending.drafts), at=pending.sealed_at[:16],
    )  # fmt: skip
    for change in pending.changes:
        yield f"{change.op.id} {change.state:<9} {change.op.recorded_at[:16]}  {change.label}  {_body(change)}".rstrip()
    for draft in pending.drafts:
        yield f"{draft.subject or '–':<36} {_('kladde'):<9} {draft.saved_at[:16]}  {clean(draft.text)}"


def _body(change: PendingChange) -> str:
    held = (
        change.op.body if change.op.body is not None else {"annul": change.op.annul.reason if change.op.annul else ""}
    )
    text = json.dumps(held, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} …"


@policy_app.command("show", help=_("Vis, hvad der gælder."))
def policy_show(
    embedded: Embedded = None, database_url: Url = None, organisation: Name = None, as_json: AsJson = False
) -> None:
    """Print what is in force."""
    from fieldtui.central.policy import read_policy

    with database(embedded, database_url) as opened:
        found = read_policy(opened, organisation=organisation)
    document = {"lease_days": found.lease_days, "lease_warn_days": found.lease_warn_days, "ca": found.ca}
    answer(
        document,
        [f"{name} = {value if value is not None else '–'}" for name, value in document.items()],
        as_json=as_json,
    )


@policy_app.command(
    "set", help=_("Bestem: lease_days=30 lease_warn_days=14 ca=@FIL. En tom værdi tager standarden igen.")
)
def policy_set(
    values: Annotated[list[str], typer.Argument(metavar="NAVN=VÆRDI", help=_("Hvad der skal gælde."))],
    embedded: Embedded = None,
    database_url: Url = None,
    organisation: Name = None,
    as_json: AsJson = False,
) -> None:
    """Decide."""
    from fieldtui.central.policy import set_policy

    decided: dict[str, str] = {}
    for each in values:
        name, equals, value = each.partition("=")
        if not equals:
            raise BadUsage(_("Skriv det som navn=værdi, for eksempel lease_days=30."))
        decided[name] = _text_of(Path(value[1:])) if value.startswith("@") else value
    with database(embedded, database_url) as opened:
        found = set_policy(opened, decided, organisation=organisation)
    document = {"lease_days": found.lease_days, "lease_warn_days": found.lease_warn_days, "ca": found.ca}
    answer(document, [_("Det gælder fra maskinernes næste synk.")], as_json=as_json)


def _sign(context: typer.Context, device: str, key: Path | None, *, push_first: bool, days: int) -> WipeOrder:
    from fieldtui.central.keyfile import read_private

    assert key is not None  # noqa: S101  told by the caller
    now = SystemClock().now()
    return read_private(key, passphrase_of(context)).order(
        clean(device, limit=40).strip(),
        nonce=secrets.token_hex(16),
        issued_at=now,
        expires_at=now + timedelta(days=days),
        push_first=push_first,
    )


def _order_in(path: Path) -> WipeOrder:
    try:
        return WipeOrder.model_validate_json(_text_of(path))
    except ValidationError:
        raise BadFile(str(path), None, _("Det er ikke en sletteordre.")) from None


def _text_of(path: Path) -> str:
    try:
        return path.expanduser().read_text("utf-8")
    except (OSError, ValueError):
        raise BadFile(str(path), None, _("Den kan ikke læses.")) from None


def _write_new(path: Path, data: bytes) -> None:
    from fieldtui.central.keyfile import refuse_existing

    refuse_existing(path)
    write_atomically(path, data)
