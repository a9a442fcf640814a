"""What is said and logged about a fault: a number, a type, a line of code; never a message or a variable."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path

from fieldtui.base.i18n import _
from fieldtui.base.log import event


def report_crash(error: BaseException) -> str:
    """Log a fault without any data, and give it a number.

    Returns:
        Six hexadecimal digits that are the same for the same place in the code.
    """
    while (cause := getattr(error, "error", None)) is not None and isinstance(cause, BaseException):
        error = cause  # Textual's `WorkerFailed` says only that a thread failed; where it did stands in what it carries
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)][-6:]
    kind = type(error).__name__
    number = hashlib.sha256("|".join([kind, *frames]).encode()).hexdigest()[:6].upper()
    event("tui.crash", number=number, kind=kind, where=frames[-1] if frames else "-")
    return number


def sentence_for(number: str) -> str:
    """What a person reads after a fault."""
    return _(
        "fieldtui måtte lukke. Dine kladder er gemt. Fejlnummer {number}. Start igen; ring til superbruger, hvis det sker igen."
    ).format(number=number)
