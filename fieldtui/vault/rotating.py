"""A new vault key: everything is written anew under it, and what the old one opened is gone from this machine.

For when the passphrase may be known to somebody: changing it leaves the key, and a copy of the old files with the old
passphrase goes on opening what is written today. The new database is made and proven beside the old one; then one
rename of `vault.json` decides. Before it the old secrets open the old file, after it the new ones open the new one, which
the next opening puts in its place if a kill kept this one from it. There is no moment with both, and none with neither.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldtui.base.clock import Clock
from fieldtui.base.errors import DatabaseDamaged, PassphraseTooWeak
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.vault.anchors import Anchors
from fieldtui.vault.database import check_pages, open_database, require_own, room_on_disk, seal_of
from fieldtui.vault.devicesecret import SecretStore, binding_of, forget_unused, store_named
from fieldtui.vault.header import DatabasePart, Header, OrganisationSlot
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.keys import STANDARD, KdfCost, new_vault_key
from fieldtui.vault.logkey import carry_log_key, log_key
from fieldtui.vault.openvault import OpenVault
from fieldtui.vault.organisationslot import forget_request, organisation_slot
from fieldtui.vault.passphrase import check_strength
from fieldtui.vault.replacing import clear_next, finish_replacing, next_of
from fieldtui.vault.secret import Secret, wipe
from fieldtui.vault.slots import PassphraseTry, new_passphrase_slot, new_recovery_slot

if TYPE_CHECKING:
    import sqlite3

    from fieldtui.wire.organisation import OrganisationKey

Verify = Callable[["sqlite3.Connection", bytes], None]
"""Proves what the store keeps in a database, given the key of its log; raises what is wrong."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What takes the old vault's place."""

    before: Header
    header: Header
    code: str


def rotate_vault(
    vault: OpenVault,
    new: Secret,
    *,
    clock: Clock,
    verify: Verify,
    organisation: OrganisationKey | None = None,
    kdf: KdfCost = STANDARD,
    about: tuple[str, ...] = (),
) -> tuple[OpenVault, str]:
    """Give a vault a new key, a new file, a new passphrase and a new recovery code; what was there before opens nothing here.

    Copies of the old files that somebody made elsewhere go on opening with the old secrets: what they hold is known.

    Args:
        vault: The open vault; it is closed afterwards, whatever happens once the new file was proven.
        new: Stays the caller's, to wipe. A vault that is bound to this machine stays bound.
        clock: Dates the slots.
        verify: Holds the copy against what the store knows.
        organisation: The organisation's key, where it is trusted; else the new vault has no slot for it.
        kdf: What a guess costs.
        about: Words that do not count towards the passphrase's strength.

    Returns:
        The vault, open again under its new key, and the new recovery code.

    Raises:
        PassphraseTooWeak: Too short, too well known, or the one in force; nothing was changed.
        DeviceStoreShut: The vault is bound, and the store is locked or gone; nothing was changed.
        Busy: Another process has the vault open; nothing was changed.
        DatabaseDamaged, DiskFull, LogBroken: The vault, or the copy of it, does not pass; the old secrets go on opening the old file.
    """
    name = vault.borrow(lambda header, _key: binding_of(header))
    check_strength(new, about=about, bound=name is not None)
    _require_another(vault, new)
    store = None if name is None else store_named(name, vault.folder)
    folder, key = vault.folder, new_vault_key()
    home = folder / "vault"

    def prepare(connection: sqlite3.Connection, header: Header, old_key: bytearray) -> _Made:
        if not check_pages(connection).ok:
            raise DatabaseDamaged
        part = DatabasePart(gen=header.db.gen + 1, salt=secrets.token_hex(16))
        with room_on_disk():
            _copy(connection, home, key, part, header, old_key, verify)
        slots, code = _slots(header, key, new, store, organisation, clock, kdf)
        seal = seal_of(next_of(home), key)
        return _Made(header, header.succeeded_by(key, db=part, slots=slots, seal=seal), code)

    def switch(made: _Made) -> None:
        HeaderFiles(home).replace(made.header)
        finish_replacing(home, made.header, key)
        anchors = Anchors(key)
        anchors.raise_to(made.header.epoch, made.header.audit_head.seq, made.header.audit_head.mac)
        anchors.close()

    try:
        made = vault.give_way(prepare, switch)
    except BaseException:
        wipe(key)
        raise
    forget_unused(made.before, made.header, folder)
    forget_request(folder)
    event("vault.rotated", generation=made.header.db.gen)
    return OpenVault(folder, key), made.code


def _require_another(vault: OpenVault, new: Secret) -> None:
    """New keys under a passphrase that somebody may know would be none.

    Raises:
        PassphraseTooWeak: It is the passphrase in force.
    """
    with contextlib.closing(PassphraseTry(new, vault.folder)) as attempt:
        known = vault.borrow(lambda header, _key: attempt(header))
    if known is not None:
        wipe(known)
        raise PassphraseTooWeak(_("Det er den adgangssætning, der gælder nu. Vælg en, som ingen kender."))


def _copy(
    connection: sqlite3.Connection,
    home: Path,
    key: bytearray,
    part: DatabasePart,
    header: Header,
    old_key: bytearray,
    verify: Verify,
) -> None:
    """Write the database under its new key, and prove it: every page, every row's table, the log, the owner."""
    path = next_of(home)
    clear_next(home)
    target = open_database(path, key, part, create=True)
    try:
        connection.backup(target)
        kept = log_key(connection, old_key)
        carry_log_key(target, kept)
        require_own(target, header.vault_id)
        if not check_pages(target).ok or _counts(target) != _counts(connection):
            raise DatabaseDamaged
        verify(target, bytes(kept))
        wipe(kept)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        target.close()
    path.chmod(0o600)
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has; the vault's own two or three values aside, of which the copy has one more."""
    names = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'vault_meta'")
    ]
    quoted = {name: '"{}"'.format(name.replace('"', '""')) for name in names}
    return {
        name: connection.execute(f"SELECT count(*) FROM {quoted[name]}").fetchone()[0]  # noqa: S608  names of our own
        for name in names
    }


def _slots(
    header: Header,
    key: bytearray,
    new: Secret,
    store: SecretStore | None,
    organisation: OrganisationKey | None,
    clock: Clock,
    kdf: KdfCost,
) -> tuple[tuple[object, ...], str]:
    """Fresh slots for the new key. One of a kind that this version does not know wraps the old key, and is left behind."""
    recovery, code = new_recovery_slot(header.vault_id, key, clock)
    slots: list[object] = [new_passphrase_slot(header.vault_id, key, new, kdf, store), recovery]
    if organisation is not None:
        slots.append(organisation_slot(header.vault_id, key, organisation, clock))
    elif any(isinstance(slot, OrganisationSlot) for slot in header.slots):
        event("vault.organisation_slot_dropped")
    return tuple(slots), code
