"""A sealed file: compressed, encrypted in chunks, and proven chunk by chunk to its end.

Layout: a line that names the format; the length and text of a JSON header; then chunks, each four bytes of length
(big-endian) and that many bytes of AES-256-GCM (NIST SP 800-38D). The key is of this file alone: Argon2id (RFC 9106)
over the passphrase with a fresh salt. The nonce is the chunk's number, with the last bit set in the last chunk, and
everything before the first chunk is authenticated with each, so that nothing can be changed, moved, left out or cut.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldtui.base.errors import BackupDamaged, BadUsage
from fieldtui.base.i18n import _

MAGIC: Final = b"fieldtui central backup\n"
VERSION: Final = 1
_CHUNK: Final = 1_048_576
_TAG: Final = 16
_LONGEST_HEADER: Final = 4_096
_COST: Final = {"memory_kib": 65_536, "passes": 3, "lanes": 4}
"""RFC 9106's second recommendation."""
_COST_BOUNDS: Final = {"memory_kib": (19_456, 1_048_576), "passes": (2, 10), "lanes": (1, 8)}
"""The least that protects, and the most that a file may ask of the machine."""


class SealedWriter:
    """Takes plain bytes, writes a sealed file. `finish` makes it whole; without it the file is refused."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        self._out = out
        salt = os.urandom(16)
        key = _key(passphrase, salt, _COST)
        header = {"version": VERSION, "kdf": {"alg": "argon2id", "salt": base64.b64encode(salt).decode(), **_COST}}
        text = json.dumps({**header, "check": _check(key)}, sort_keys=True).encode()
        prefix = MAGIC + len(text).to_bytes(4, "big") + text
        out.write(prefix)
        self._chunks = _Chunks(key, prefix)
        self._plain = bytearray()
        self._packer = zstandard.ZstdCompressor(level=3).compressobj()

    def write(self, data: bytes, /) -> int:
        """Compress and seal; what is left over waits for more."""
        self._plain += self._packer.compress(data)
        while len(self._plain) > _CHUNK:
            self._seal(bytes(self._plain[:_CHUNK]), last=False)
            del self._plain[:_CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._plain += self._packer.flush()
        while len(self._plain) > _CHUNK:
            self._seal(bytes(self._plain[:_CHUNK]), last=False)
            del self._plain[:_CHUNK]
        self._seal(bytes(self._plain), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        sealed = self._chunks.seal(plain, last=last)
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)


class SealedFile:
    """A sealed file that is read.

    Args:
        path: The file.
        passphrase: What it was sealed with.

    Raises:
        BackupDamaged: It is no such file, or its beginning is damaged.
        BadUsage: The passphrase is another, or a newer fieldtui made it.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path = path
        with path.open("rb") as stream:
            self._prefix, header = _read_header(stream)
        kdf = header["kdf"]
        self._key = _key(passphrase, base64.b64decode(kdf["salt"]), kdf)
        if not hmac.compare_digest(_check(self._key), str(header.get("check"))):
            raise BadUsage(_("Adgangssætningen passer ikke til sikkerhedskopien."))

    def plain(self) -> Iterator[bytes]:
        """What was written, piece by piece. Only what was proven is given.

        Raises:
            BackupDamaged: Something is not as it was written, or the end is missing. What came before was right.
        """
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        for chunk in self._opened():
            try:
                # Piece by piece: a chunk may hold many times its size.
                for start in range(0, len(chunk), 65_536):
                    if plain := unpacker.decompress(chunk[start : start + 65_536]):
                        yield plain
            except zstandard.ZstdError:
                raise BackupDamaged from None
        if not unpacker.eof:
            raise BackupDamaged

    def prove(self) -> str:
        """Read it to its end; SHA-256 of the file in hexadecimal.

        Raises:
            BackupDamaged: As `plain`.
        """
        for _plain in self.plain():
            pass
        with self._path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def _opened(self) -> Iterator[bytes]:
        chunks = _Chunks(self._key, self._prefix)
        with self._path.open("rb") as stream:
            stream.seek(len(self._prefix))
            length = stream.read(4)
            while True:
                size = int.from_bytes(length, "big")
                if len(length) != 4 or not _TAG <= size <= _CHUNK + _TAG:
                    raise BackupDamaged
                sealed = stream.read(size)
                if len(sealed) != size:  # the last chunk's length says more than there is
                    raise BackupDamaged
                length = stream.read(4)
                yield chunks.open(sealed, last=not length)
                if not length:
                    return


class _Chunks:
    """Chunks in their order."""

    def __init__(self, key: bytes, prefix: bytes) -> None:
        self._cipher = AESGCM(key)
        self._context = hashlib.sha256(prefix).digest()
        self._number = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last=last), plain, self._context)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last=last), sealed, self._context)
        except InvalidTag:
            raise BackupDamaged from None

    def _nonce(self, *, last: bool) -> bytes:
        self._number += 1
        return self._number.to_bytes(11, "big") + bytes([last])


def _read_header(stream: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    if stream.read(len(MAGIC)) != MAGIC:
        raise BackupDamaged
    length = stream.read(4)
    size = int.from_bytes(length, "big")
    text = stream.read(size) if size <= _LONGEST_HEADER else b""
    try:
        header = json.loads(text)
        version = header["version"]
        if version != VERSION:
            raise BadUsage(_("Sikkerhedskopien er lavet af en nyere fieldtui. Opdatér fieldtui, og prøv igen."))
        kdf = header["kdf"]
        sound = kdf["alg"] == "argon2id" and len(base64.b64decode(kdf["salt"], validate=True)) == 16
        sound = sound and all(low <= kdf[name] <= high for name, (low, high) in _COST_BOUNDS.items())
    except (ValueError, KeyError, TypeError):
        raise BackupDamaged from None
    if not sound:
        raise BackupDamaged
    return MAGIC + length + text, header


def _key(passphrase: str, salt: bytes, cost: dict[str, Any]) -> bytes:
    return Argon2id(
        salt=salt, length=32, iterations=cost["passes"], lanes=cost["lanes"], memory_cost=cost["memory_kib"]
    ).derive(passphrase.encode())


def _check(key: bytes) -> str:
    """Tells a wrong passphrase from a damaged file."""
    return HKDFExpand(algorithm=SHA256(), length=16, info=b"fieldtui/backup/check").derive(key).hex()
