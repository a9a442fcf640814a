"""Failures that hold a needle wherever an exception can hold a text."""

from __future__ import annotations

import os
import secrets
from typing import Any

NEEDLE = os.environ.get("FAILING_NEEDLE") or f"Nål{secrets.token_hex(6)}"
CPR = "610190-0001"


def fail(*_anything: Any, **_more: Any) -> Any:
    """Raise what holds the needle wherever an exception can: message, locals, notes, cause, context, group."""
    about = f"{NEEDLE} {CPR}"
    try:
        raise KeyError(about)
    except KeyError as cause:
        error = ExceptionGroup(
            about, [ValueError(about), OSError(2, about, about), UnicodeDecodeError("x", about.encode(), 0, 1, about)]
        )
        error.add_note(about)
        raise error from cause


class ExitInAGroup(BaseExceptionGroup):
    """A group that no `except Exception` catches."""


def fail_worse(*_anything: Any, **_more: Any) -> Any:
    raise ExitInAGroup(NEEDLE, [GeneratorExit(NEEDLE), ValueError(NEEDLE)])
