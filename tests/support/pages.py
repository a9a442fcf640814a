"""A SQLCipher 4 file, decrypted by hand: live pages, free ones, and the unused ends of each."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAGE = 4096
_RESERVED = 80
"""Initialisation vector (16) and HMAC-SHA512 (64)."""


def decrypted(data: bytes, key: bytes) -> bytes:
    """The plain content of every page.

    Args:
        data: The file.
        key: The 32 bytes it is encrypted with.
    """
    plain = []
    for number in range(len(data) // _PAGE):
        page = data[number * _PAGE : (number + 1) * _PAGE]
        begin, vector = (16 if number == 0 else 0), page[_PAGE - _RESERVED : _PAGE - _RESERVED + 16]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        plain.append(decryptor.update(page[begin : _PAGE - _RESERVED]))
    return b"".join(plain)
