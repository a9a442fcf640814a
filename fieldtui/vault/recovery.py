"""The recovery code: 128 random bits on paper, with a check that catches slips of the pen.

`FT1-` and six groups of five characters of Crockford's Base32: 26 carry the bits, 4 check them.
`O` is read as `0`, `I` and `L` as `1`; case, blanks and dashes do not matter.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

from fieldtui.base.errors import WrongRecoveryCode

SECRET_BYTES: Final = 16
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BODY: Final = 26
_CHECK: Final = 4
_GROUP: Final = 5
_PREFIX: Final = "FT1"
_LOOKALIKES: Final = str.maketrans("OIL", "011")
_IGNORED: Final = str.maketrans("", "", " \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212_.")


def new_secret() -> bytearray:
    """Fresh 128 bits from the operating system."""
    return bytearray(os.urandom(SECRET_BYTES))


def write_code(secret: bytes | bytearray) -> str:
    """The code for a secret, as it is printed."""
    number = int.from_bytes(secret, "big") << 2  # 26 characters hold 130 bits
    body = "".join(_ALPHABET[number >> (5 * i) & 31] for i in reversed(range(_BODY)))
    text = body + _check(body)
    return "-".join([_PREFIX, *(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))])


def read_code(code: str) -> bytearray:
    """The secret behind a code as a person typed it.

    Raises:
        WrongRecoveryCode: Not a code, or mistyped; nothing else was tried.
    """
    text = code.translate(_IGNORED).upper()
    text = text.removeprefix(_PREFIX).translate(_LOOKALIKES)
    body, check = text[:_BODY], text[_BODY:]
    if len(text) != _BODY + _CHECK or not set(text) <= set(_ALPHABET) or _check(body) != check:
        raise WrongRecoveryCode
    number = 0
    for char in body:
        number = number << 5 | _ALPHABET.index(char)
    if number & 3:
        raise WrongRecoveryCode
    return bytearray((number >> 2).to_bytes(SECRET_BYTES, "big"))


def _check(body: str) -> str:
    digest = hashlib.sha256((_PREFIX + body).encode()).digest()
    number = int.from_bytes(digest[:3], "big") >> 4
    return "".join(_ALPHABET[number >> (5 * i) & 31] for i in range(_CHECK))
