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
    _LOGGER.info("%s", " ".join([_technical(name), *shown]))


def _technical(value: float | str | None) -> str:
    text = str(value)
    return text if _WORD.match(text) else "?"


def open_log(folder: Path) -> Path:
    """Send events to a rotating file in the folder, and quieten libraries that log addresses."""
    path = folder / "fieldtui.log"
    for name in ("httpx", "httpx2", "httpcore", "httpcore2", "sqlalchemy", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in list(_LOGGER.handlers):
        _LOGGER.removeHandler(handler)
        handler.close()
    handler = RotatingFileHandler(path, maxBytes=512_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    handler.addFilter(_PersonalDataFilter())
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    return path
