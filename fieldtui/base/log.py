"""A log without personal data: events and numbers from an allow-list, never sentences.

Two nets: `event` takes only numbers, flags and short technical words, and a filter drops any
record that still looks like a CPR number or is suspiciously long.
"""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_LOGGER: Final = logging.getLogger("fieldtui")
_CPR_SHAPED: Final = re.compile(r"\b\d{6}[- ]?\d{4}\b")
_WORD: Final = re.compile(r"[A-Za-z0-9_.:<>/-]{0,80}\Z")
_LONGEST: Final = 300
_FIELDS: Final = "fieldtui_fields"
_LOUD: Final = ("httpx", "httpx2", "httpcore", "httpcore2", "sqlalchemy", "alembic", "uvicorn.access")
"""Libraries that log addresses."""


class _PersonalDataFilter(logging.Filter):
    """Drops what should never have reached the log, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if len(text) > _LONGEST or _CPR_SHAPED.search(text):
            self.dropped += 1
            return False
        return True


def event(name: str, **fields: float | str | None) -> None:
    """Write one event.

    Args:
        name: What happened, in a few words joined by dots (`sync.finished`).
        fields: Counts, durations, flags, record ids and technical words. A value with a blank or a
            letter outside ASCII is not a technical word and is replaced by `?`.
    """
    shown = (f"{key}={_technical(value)}" for key, value in fields.items())
    said: dict[str, float | str | None] = {"event": _technical(name)}
    said |= {key: _technical(value) if isinstance(value, str) else value for key, value in fields.items()}
    _LOGGER.info("%s", " ".join([_technical(name), *shown]), extra={_FIELDS: said})


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


def _technical(value: float | str | None) -> str:
    text = str(value)
    return text if _WORD.match(text) else "?"


def open_log(folder: Path) -> Path:
    """Send events to a rotating file in the folder, and quieten libraries that log addresses."""
    path = folder / "fieldtui.log"
    handler = RotatingFileHandler(path, maxBytes=512_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    send_to(handler)
    return path
