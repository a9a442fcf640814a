"""Files that only their receiver can open: the age format (age-encryption.org/v1), made by pyrage.

The plain text exists in memory only: it is sealed before anything is written, so no temporary file ever holds it.
pyrage comes with the extra `seal` and is loaded only by who seals.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.i18n import _

SUFFIX: Final = ".age"
MOST_RECIPIENTS: Final = 20
_LARGEST: Final = 64 * 1024
"""Bytes of a file of recipients."""
_RECIPIENT: Final = "age1"
_IDENTITY: Final = "AGE-SECRET-KEY-"


def recipients_of(given: str) -> tuple[str, ...]:
    """The public keys that a person named: one X25519 key (`age1…`), or a file with one on each line.

    In a file blank lines and lines with `#` are skipped, as `age -R` does.

    Raises:
        BadUsage: No key, one that is mistyped, or more than 20.
        BadFile: The file cannot be read, or a line of it is no public key.
    """
    if given.startswith(_RECIPIENT):
        return (_checked(given),)
    if given.upper().startswith(_IDENTITY):
        raise BadUsage(_secret_key())
    path = Path(given).expanduser()
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError):
        raise BadUsage(
            _("Modtageren er hverken en nøgle (age1…), en fil med nøgler eller ordet passphrase. Intet er skrevet.")
        ) from None
    if len(data) > _LARGEST:
        raise BadFile(str(path), None, _("Den er for stor til at være en fil med modtagernes nøgler."))
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        key = line.strip()
        if not key or key.startswith("#"):
            continue
        try:
            found.append(_checked(key))
        except BadUsage as error:
            raise BadFile(str(path), number, error.message) from None
    if not found:
        raise BadFile(str(path), None, _("Der er ingen nøgle i den. Skriv modtagerens nøgle (age1…) på en linje."))
    if len(found) > MOST_RECIPIENTS:
        raise BadFile(
            str(path), None, _("Der er for mange modtagere i den. Brug højst {most}.").format(most=MOST_RECIPIENTS)
        )
    return tuple(dict.fromkeys(found))


def sealed_to(data: bytes, recipients: Sequence[str]) -> bytes:
    """The bytes as an age file that each of the recipients can open alone.

    Args:
        data: What is sealed.
        recipients: X25519 public keys, at least one (`recipients_of`).

    Raises:
        BadUsage: pyrage is not installed, or a key is none.
    """
    pyrage = _pyrage()
    keys = [_parsed(pyrage, recipient) for recipient in recipients]
    if not keys:
        raise BadUsage(_no_key())
    sealed: bytes = pyrage.encrypt(data, keys)
    return sealed


def sealed_with(data: bytes, passphrase: str) -> bytes:
    """The bytes as an age file under a passphrase (scrypt; a guess costs about a second on this machine).

    Raises:
        BadUsage: pyrage is not installed.
    """
    sealed: bytes = _pyrage().passphrase.encrypt(data, passphrase)
    return sealed


def require_sealing() -> None:
    """Say early that sealing is not installed.

    Raises:
        BadUsage: With what to install.
    """
    _pyrage()


def _checked(key: str) -> str:
    if key.upper().startswith(_IDENTITY):
        raise BadUsage(_secret_key())
    _parsed(_pyrage(), key)
    return key


def _parsed(pyrage: ModuleType, key: str) -> object:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise BadUsage(_no_key()) from None


def _pyrage() -> ModuleType:
    try:
        import pyrage
    except ImportError:
        raise BadUsage(
            _(
                "Forsegling er ikke installeret på denne maskine. Intet er skrevet. "
                "Bed IT installere tilvalget seal: pip install 'fieldtui[seal]'."
            )
        ) from None
    module: ModuleType = pyrage
    return module


def _no_key() -> str:
    return _("Det er ikke en modtagers nøgle. Den begynder med age1 og er på 62 tegn. Intet er skrevet.")


def _secret_key() -> str:
    return _(
        "Det er en hemmelig nøgle. Den skal aldrig ud af hænderne på den, der ejer den. "
        "Bed modtageren om den offentlige, der begynder med age1. Intet er skrevet."
    )
