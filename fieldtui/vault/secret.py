"""A passphrase held so that it is hard to leak and possible to wipe."""

from __future__ import annotations

import unicodedata
from typing import NoReturn

_REDACTED = "<hemmelig>"


def wipe(buffer: bytearray) -> None:
    """Overwrite a buffer with zeros, in place."""
    buffer[:] = bytes(len(buffer))


class Secret:
    """A passphrase in a buffer that can be wiped; it never shows itself.

    `repr`, `str` and formatting are redacted; comparing, hashing, copying and pickling are refused.
    Python may keep short-lived copies of the text it was made from; only the buffer here is wiped.
    """

    __slots__ = ("_buffer",)

    def __init__(self, buffer: bytearray) -> None:
        self._buffer = buffer

    @classmethod
    def of(cls, text: str) -> Secret:
        """From text, normalised to NFKC (NIST SP 800-63B-4 §3.1.1.2), so that every keyboard gives the same bytes."""
        return cls(bytearray(unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")))

    @property
    def buffer(self) -> bytearray:
        """The UTF-8 bytes themselves, not a copy; empty after `wipe`."""
        return self._buffer

    def reveal(self) -> str:
        """The passphrase as text. The caller's copy cannot be wiped: ask only where it must be typed on."""
        return self._buffer.decode("utf-8", "surrogatepass")

    def wipe(self) -> None:
        """Overwrite the buffer with zeros and empty it; a second call does nothing."""
        wipe(self._buffer)
        self._buffer = bytearray()

    def __len__(self) -> int:
        """Length in characters."""
        return len(self.reveal())

    def __repr__(self) -> str:
        return f"Secret({_REDACTED})"

    def __str__(self) -> str:
        return _REDACTED

    def __format__(self, spec: str) -> str:
        return format(_REDACTED, spec)

    def __eq__(self, other: object) -> bool:
        raise TypeError("secrets are not compared")

    __hash__ = None  # type: ignore[assignment]

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("secrets are not copied or pickled")
