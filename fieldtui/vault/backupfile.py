"""One backup in one file, `*.fvb`: a copy of the header, and the database under a key of its own (docs/adr/0016-backups.md).

    8 bytes   `fieldfvb`
    2 bytes   version, big-endian
    4 bytes   length of the head in bytes, big-endian; at most 64 KiB
    head      canonical JSON: `Head`
    database  a SQLCipher 4 file of `head.size` bytes, keyed from the backup's key
    32 bytes  HMAC-SHA256, keyed from the backup's key, over everything before it

The backup's key (32 random bytes) is wrapped with a key that is derived from the vault key. So whatever opens the slots of
the copied header (the passphrase, the recovery code, the organisation's key of that day) opens the backup. Every limit is
checked before work is done with a value, and nothing of the database is used before the whole file proved itself.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import BackupDamaged, NewerVault
from fieldtui.base.files import open_plain
from fieldtui.vault.database import SMALLEST, room_on_disk
from fieldtui.vault.header import DatabasePart, Header, b64, parse_header, unb64
from fieldtui.vault.keys import NONCE_BYTES, derive, new_vault_key, unwrap, wrap
from fieldtui.vault.secret import wipe

SUFFIX: Final = ".fvb"
MAGIC: Final = b"fieldfvb"
VERSION: Final = 1
MAX_HEAD: Final = 64 * 1024
MAX_DATABASE: Final = 1 << 32
"""Bytes. A caseload is a few MB; what claims more is not ours."""
_MAX_SUMMARY: Final = 4096
_MAC_BYTES: Final = 32
_LEAD: Final = len(MAGIC) + 2 + 4
_CHUNK: Final = 1 << 20
_LABEL_WRAP: Final = "backup-wrap"
_LABEL_MAC: Final = "backup-mac"
_LABEL_SUMMARY: Final = "backup-summary"

Kind = Literal["daily", "migration", "purge", "rotation", "hand"]
"""Why a backup was made."""
Summary = dict[str, int | str | None]
"""What was in the database when it was copied: counts and instants, no names."""


class Head(BaseModel):
    """What stands before the database; public but for the key and the summary, and bound to them."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["fieldtui-backup"] = "fieldtui-backup"
    made: Annotated[int, Field(ge=0, le=2**40)]
    """Unix seconds."""
    kind: Kind
    header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]{1,50000}$")]
    """`vault.json` of that moment, base64."""
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """Of the database's key."""
    size: Annotated[int, Field(ge=SMALLEST, le=MAX_DATABASE)]
    """Of the database in bytes."""
    wrap: Literal["aes-256-gcm-siv"] = "aes-256-gcm-siv"
    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16}$")]
    ct: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{64}$")]
    """The backup's key, wrapped."""
    summary: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/=]{1,8000}$")]
    """Nonce and ciphertext (AES-256-GCM-SIV) of the summary's canonical JSON."""

    def canonical(self) -> bytes:
        """The bytes in the file."""
        return canonical_json(self.model_dump())

    def context(self) -> bytes:
        """What the wrapped key is bound to."""
        return canonical_json(self.model_dump(include={"format", "made", "kind", "salt"}))


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file whose head could be read. Who made it is known once it was opened with the vault key."""

    path: Path
    head: Head
    header: Header = field(repr=False)
    """The copy of the vault's header of that moment; proven by `open_backup`."""

    @property
    def made(self) -> int:
        """Unix seconds."""
        return self.head.made


class OpenedBackup:
    """A backup whose key is known. Close it to wipe that."""

    def __init__(self, file: BackupFile, key: bytearray, summary: Summary) -> None:
        self.file = file
        self.summary = summary
        self._key = key

    @property
    def part(self) -> DatabasePart:
        """Which key the database in it has."""
        return DatabasePart(salt=self.file.head.salt)

    @property
    def key(self) -> bytearray:
        """The backup's key, this object's own."""
        return self._key

    def require_whole(self) -> None:
        """Read the file once and prove every byte of it.

        Raises:
            BackupDamaged: One changed.
        """
        digest = _digest(self._key)
        with self.file.path.open("rb") as stream:
            left = os.fstat(stream.fileno()).st_size - _MAC_BYTES
            while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
            mac = stream.read(_MAC_BYTES + 1)
        if left != 0 or not hmac.compare_digest(mac, digest.digest()):
            raise BackupDamaged

    def extract(self, path: Path) -> None:
        """Write the database, still encrypted under the backup's key, to a new private file.

        Raises:
            DiskFull: No room; nothing is left.
        """
        try:
            with room_on_disk(), self.file.path.open("rb") as stream, _private(path) as out:
                stream.seek(_LEAD + len(self.file.head.canonical()))
                left = self.file.head.size
                while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
                    out.write(chunk)
                    left -= len(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Wipe the key."""
        wipe(self._key)


def new_backup_key() -> bytearray:
    """Fresh random bytes from the operating system."""
    return new_vault_key()


def wrapping_key_of(vault_key: bytearray) -> bytearray:
    """What a backup's key is wrapped with; the caller's, to wipe."""
    return derive(vault_key, _LABEL_WRAP)


def write_backup(  # noqa: PLR0913  the parts of one file
    path: Path,
    database: Path,
    *,
    header: Header,
    wrapping_key: bytearray,
    key: bytearray,
    part: DatabasePart,
    made: int,
    kind: Kind,
    summary: Mapping[str, int | str | None],
) -> None:
    """Write a backup to a new private file and make it durable; the caller gives it its name when it has proved itself.

    Args:
        path: The file to make.
        database: A closed database without a WAL, keyed from `key` and `part`.
        header: The vault's header as it stands.
        wrapping_key: From `wrapping_key_of`.
        key: The backup's key.
        part: The salt of the database's key.
        made: Unix seconds.
        kind: Why it is made.
        summary: What is in the database.

    Raises:
        DiskFull: No room; nothing is left.
    """
    size = database.stat().st_size
    bare = Head(
        made=made, kind=kind, header=b64(header.canonical()), salt=part.salt, size=size,
        nonce="A" * 16, ct="A" * 64, summary=_seal_summary(key, summary),
    )  # fmt: skip
    nonce, wrapped = wrap(wrapping_key, key, bare.context())
    head = bare.model_copy(update={"nonce": b64(nonce), "ct": b64(wrapped)}).canonical()
    digest = _digest(key)
    try:
        with room_on_disk(), _private(path) as out, database.open("rb") as stream:
            lead = MAGIC + VERSION.to_bytes(2, "big") + len(head).to_bytes(4, "big") + head
            for chunk in (lead, *iter(lambda: stream.read(_CHUNK), b"")):
                digest.update(chunk)
                out.write(chunk)
            out.write(digest.digest())
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read_backup(path: Path) -> BackupFile:
    """Read the head of a file; nothing is proven yet.

    Raises:
        BackupDamaged: It is no backup, or cut short.
        NewerVault: A newer fieldtui made it, or the vault in it.
        HeaderDamaged: The header in it cannot be read.
        OSError: It cannot be read.
    """
    with open_plain(path) as stream:
        lead = stream.read(_LEAD)
        if len(lead) < _LEAD or not lead.startswith(MAGIC):
            raise BackupDamaged
        if int.from_bytes(lead[8:10], "big") > VERSION:
            raise NewerVault
        length = int.from_bytes(lead[10:14], "big")
        if int.from_bytes(lead[8:10], "big") != VERSION or not 0 < length <= MAX_HEAD:
            raise BackupDamaged
        data = stream.read(length)
        whole = os.fstat(stream.fileno()).st_size
    try:
        head = Head.model_validate_json(data)
        canonical = head.canonical()
        header = unb64(head.header)
    except (ValidationError, ValueError, RecursionError) as error:
        raise BackupDamaged from error
    if canonical != data or whole != _LEAD + length + head.size + _MAC_BYTES:
        raise BackupDamaged
    return BackupFile(path, head, parse_header(header))


def open_backup(file: BackupFile, vault_key: bytearray) -> OpenedBackup:
    """Take a backup's key out with the vault key that made it. That the file is whole, `require_whole` proves.

    Raises:
        BackupDamaged: Another vault key made it, or its head changed.
    """
    wrapping_key = derive(vault_key, _LABEL_WRAP)
    key = unwrap(wrapping_key, unb64(file.head.nonce), unb64(file.head.ct), file.head.context())
    wipe(wrapping_key)
    if key is None:
        raise BackupDamaged
    try:
        if not file.header.authentic(vault_key):
            raise BackupDamaged
        return OpenedBackup(file, key, _open_summary(key, file.head.summary))
    except BaseException:
        wipe(key)
        raise


def _digest(key: bytearray) -> hmac.HMAC:
    mac_key = derive(key, _LABEL_MAC)
    digest = hmac.new(mac_key, digestmod="sha256")
    wipe(mac_key)
    return digest


def _seal_summary(key: bytearray, summary: Mapping[str, int | str | None]) -> str:
    data = canonical_json(dict(summary))
    if len(data) > _MAX_SUMMARY:
        raise ValueError("a summary holds counts")
    sealing_key = derive(key, _LABEL_SUMMARY)
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCMSIV(sealing_key).encrypt(nonce, data, None)
    wipe(sealing_key)
    return b64(nonce + sealed)


def _open_summary(key: bytearray, text: str) -> Summary:
    sealing_key = derive(key, _LABEL_SUMMARY)
    try:
        data = unb64(text)
        found = json.loads(AESGCMSIV(sealing_key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], None))
    except (InvalidTag, ValueError) as error:
        raise BackupDamaged from error
    finally:
        wipe(sealing_key)
    return {str(name): value for name, value in found.items()}


def _private(path: Path) -> IO[bytes]:
    """A new file for this user alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")
