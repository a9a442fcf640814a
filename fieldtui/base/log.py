"""A log without personal data: events and numbers from an allow-list, never sentences.

Two nets: `event` takes only numbers, flags and short technical words, and a filter drops any
record that still looks like a CPR number or is suspiciously long.
"""

from __future__ import annotations

import io
import logging
import os
import re
import unicodedata
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from fieldtui.base.files import PRIVATE_FILE

_LOGGER: Final = logging.getLogger("fieldtui")
_CPR_SHAPED: Final = re.compile(
    r"(?<![0-9A-Fa-f])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]){0}(?:0[1-9]|1[0-2]){0}\d\d{0}\d{{4}}(?![0-9A-Fa-f])".format(
        r"[\W_]{0,3}"
    )
)
"""Day (a replacement number adds 60), month, year and four digits, with anything that is no letter between them. Part of
a longer hexadecimal word it is an id."""
_WORD: Final = re.compile(r"[A-Za-z0-9_.:<>/-]{0,80}\Z")
_LONGEST: Final = 300
_FIELDS: Final = "fieldtui_fields"
_LOUD: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "sqlalchemy", "alembic", "uvicorn.access")
"""Libraries that log addresses."""


class _PersonalDataFilter(logging.Filter):
    """Drops what should never have reached the log, and says with the next record how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):  # a library's words and values that do not fit each other
            self.dropped += 1
            return False
        if len(text) > _LONGEST or looks_like_cpr(text):
            self.dropped += 1
            return False
        if self.dropped:
            record.msg, record.args = f"{text.replace('%', '%%')} dropped={self.dropped}", ()
            if (said := fields_of(record)) is not None:
                said["dropped"] = self.dropped
            self.dropped = 0
        return True


class PrivateLog(RotatingFileHandler):
    """A rotating file that is nobody else's, whatever the mask says and whatever lay there before."""

    def _open(self) -> io.TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK"):  # a pipe in its place would be waited for
            flags |= getattr(os, name, 0)
        handle = os.open(self.baseFilename, flags, PRIVATE_FILE)
        if hasattr(os, "fchmod"):
            os.fchmod(handle, PRIVATE_FILE)
        return os.fdopen(handle, "a", encoding=self.encoding, errors="backslashreplace")


def event(name: str, **fields: float | str | None) -> None:
    """Write one event.

    Args:
        name: What happened, in a few words joined by dots (`sync.finished`).
        fields: Counts, durations, flags, record ids and technical words. A value with a blank or a
            letter outside ASCII is not a technical word and is replaced by `?`.
    """
    shown = (f"{key}={technical(value)}" for key, value in fields.items())
    said: dict[str, float | str | None] = {"event": technical(name)}
    said |= {key: _kept(value) for key, value in fields.items()}
    _LOGGER.info("%s", " ".join([technical(name), *shown]), extra={_FIELDS: said})


def fields_of(record: logging.LogRecord) -> dict[str, float | str | None] | None:
    """Name and fields of an event, for a log with fields; `None` where it is not one."""
    said: dict[str, float | str | None] | None = getattr(record, _FIELDS, None)
    return said


def send_to(handler: logging.Handler) -> None:
    """Send events to a handler and nowhere else; what looks personal all the same is dropped before it."""
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    for before in list(_LOGGER.handlers):
        _LOGGER.removeHandler(before)
        before.close()
    handler.addFilter(_PersonalDataFilter())
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def no_longer_to(handler: logging.Handler) -> None:
    """Take a handler back that `send_to` was given."""
    _LOGGER.removeHandler(handler)


def looks_like_cpr(text: str) -> bool:
    """True where ten digits stand together, or with any signs between day, month, year and number, as in a CPR number.

    Digits of other scripts and full-width ones count: they read the same.
    """
    if not text.isascii():
        text = "".join(str(unicodedata.digit(char, char)) for char in unicodedata.normalize("NFKC", text))
    return _CPR_SHAPED.search(text) is not None


def _kept(value: float | str | None) -> float | str | None:
    return (
        value if value is None or (not isinstance(value, str) and not looks_like_cpr(str(value))) else technical(value)
    )


def technical(value: float | str | None) -> str:
    """A number, id or technical word as it is; `?` for anything else, and for what could be a CPR number."""
    text = str(value)
    return text if _WORD.match(text) and not looks_like_cpr(text) else "?"


def open_log(folder: Path) -> Path:
    """Send events to a rotating file in the folder, and quieten libraries that log addresses."""
    path = folder / "fieldtui.log"
    handler = PrivateLog(path, maxBytes=512_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    send_to(handler)
    return path
