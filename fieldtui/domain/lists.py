"""Short codes for lists: what a reception can call out and nobody can turn back into a person."""

from __future__ import annotations

import hashlib
from typing import Final

ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Crockford's digits and letters without vowels and Y (no words), and without 0 and 1 (read as O and I)."""
LENGTH: Final = 4


def appointment_reference(appointment_id: str) -> str:
    """Four characters for an appointment, derived from its id, the same on every device (`K7Q4`).

    Two appointments share a reference once in 373,977; it names an appointment on a list and is never a key.
    """
    return _code(f"appointment:{appointment_id}")


def _code(seed: str) -> str:
    """A code that follows from the seed; it begins with a letter, so that no spreadsheet reads it as a number."""
    letters = ALPHABET[8:]
    number, first = divmod(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"), len(letters))
    code = letters[first]
    for _place in range(LENGTH - 1):
        number, digit = divmod(number, len(ALPHABET))
        code += ALPHABET[digit]
    return code
