"""Bodies over the wire: zstd (RFC 8878) from 1 KiB on, and never decoded past a limit."""

from __future__ import annotations

from typing import Final

import zstandard

ZSTD: Final = "zstd"
SMALLEST: Final = 1_024
"""Bytes; a smaller body goes as it is, because its frame would cost what it saves."""
_LEVEL: Final = 3


class BodyRefused(ValueError):
    """A body that is not what its header says, or larger than the receiver allows."""


def encode_body(body: bytes, *, accepted: str | None) -> tuple[bytes, str | None]:
    """A body as it is sent.

    Args:
        body: Plain bytes.
        accepted: The peer's `accept-encoding`; a device may always send zstd.

    Returns:
        The bytes, and the `content-encoding` to name, or `None` where they are plain.
    """
    names = {part.partition(";")[0].strip().lower() for part in (accepted or "").split(",")}
    if len(body) < SMALLEST or ZSTD not in names:
        return body, None
    return zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(body), ZSTD


def decode_body(body: bytes, encoding: str | None, *, limit: int) -> bytes:
    """A body as it was meant.

    Args:
        body: Bytes as received.
        encoding: The `content-encoding`, or `None`.
        limit: Most decoded bytes.

    Raises:
        BodyRefused: Another encoding, a broken frame, more than one frame, or more than `limit`.
    """
    if encoding in {None, "", "identity"}:
        if len(body) > limit:
            raise BodyRefused("too large")
        return body
    if encoding != ZSTD:
        raise BodyRefused("encoding")
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(body)
        plain = reader.read(limit + 1)
    except zstandard.ZstdError:
        raise BodyRefused("broken") from None
    if len(plain) > limit:
        raise BodyRefused("too large")
    return plain
