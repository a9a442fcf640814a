"""Looks for a text in everything a process leaves on a machine: files, temporary files, and what it holds open."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import zstandard

_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd")
_SHORTEST = 5
"""Bytes; what is shorter stands in any file by chance."""
_MOST = 4_000_000
"""Bytes that are unpacked of one stream."""


def forms(text: str) -> frozenset[bytes]:
    """How a text could lie there: three encodings of Unicode, upper case, hexadecimal, and base64 at any place."""
    raw = text.encode()
    found: set[bytes] = {raw, text.upper().encode(), raw.hex().encode(), raw.hex().upper().encode()}
    found |= {text.encode(each) for each in ("utf-16-le", "utf-16-be", "utf-32-le", "latin-1")}
    for coded in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # The first and the last characters depend on the neighbours; what is between does not.
            text64 = coded(b"\0" * shift + raw)
            found.add(text64[4 * bool(shift) : len(text64) // 4 * 4 - 4])
    found = {form for form in found if len(form) >= _SHORTEST}
    return frozenset(found)


def contents(folders: Iterable[Path], pids: Iterable[int | str] = ("self",)) -> Iterator[tuple[str, bytes]]:
    """Every file below the folders, and every file these processes hold open, unlinked ones too."""
    roots = [str(folder) for folder in folders]
    for root in roots:
        for path in sorted(Path(root).rglob("*")):
            if path.is_file():
                yield str(path), path.read_bytes()
    if sys.platform != "linux":
        return
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile, or none that can be read
                target = str(link.readlink())
                if (
                    target.startswith("/")
                    and ("(deleted)" in target or target.startswith(tuple(roots)))
                    and "pts" not in target
                ):
                    yield target, link.read_bytes()


def unpacked(content: bytes) -> Iterator[bytes]:
    """The content, and what any compressed stream in it holds (zlib, gzip, zstd)."""
    yield content
    for match in _ZLIB.finditer(content):
        with contextlib.suppress(zlib.error):
            plain = zlib.decompressobj(47).decompress(content[match.start() : match.start() + _MOST], _MOST)
            if len(plain) > 8:
                yield plain
    for match in _ZSTD.finditer(content):
        with contextlib.suppress(zstandard.ZstdError):
            yield (
                zstandard.ZstdDecompressor()
                .stream_reader(io.BytesIO(content[match.start() : match.start() + _MOST]))
                .read(_MOST)
            )


def hits(folders: Iterable[Path], words: Iterable[str], pids: Iterable[int | str] = ("self",)) -> set[str]:
    """Names of the files that hold one of the words, in any form."""
    sought = [form for word in words for form in forms(word)]
    return {
        name
        for name, content in contents(folders, pids)
        if any(form in plain for plain in unpacked(content) for form in sought)
    }
