"""Failed tries slow the next one down, across restarts.

The counter is neither secret nor trusted: copying the folder away resets it. It stops a person at
the keyboard; what stops a thief is the passphrase and the cost of the KDF. Nothing is ever wiped
because of failures.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.base.errors import TooSoon, WrongPassphrase, WrongRecoveryCode
from fieldtui.base.files import make_private_folder, read_small, write_atomically
from fieldtui.base.log import event

LONGEST_SECONDS: Final = 300
_FREE: Final = 3
_MAX_BYTES: Final = 200


def delay_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: 0, 0, 0, 2, 4, 8 … 300."""
    if failures <= _FREE:
        return 0
    return int(min(LONGEST_SECONDS, 2 ** min(failures - _FREE, 20)))


@dataclass(frozen=True, slots=True)
class _Count:
    failures: int
    at: float
    """Unix seconds of the last failure."""


class Throttle:
    """The counter in `state/attempts` of a data folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / "state" / "attempts"
        self._clock = clock

    def check(self) -> None:
        """Let a try through.

        A clock that was set back counts as a failure just now, so that it neither shortens the wait
        nor locks anybody out for longer than the wait itself.

        Raises:
            TooSoon: So many seconds are left.
        """
        count = self._read()
        delay = delay_after(count.failures)
        if delay == 0:
            return
        elapsed = self._now() - count.at
        if elapsed < 0:
            self._write(_Count(count.failures, self._now()))
            elapsed = 0
        if elapsed < delay:
            raise TooSoon(delay - elapsed)

    @property
    def failures(self) -> int:
        """How many tries in a row failed."""
        return self._read().failures

    def failed(self) -> int:
        """Count a failure; returns how many in a row."""
        failures = self._read().failures + 1
        self._write(_Count(failures, self._now()))
        return failures

    def succeeded(self) -> None:
        """Forget the failures. What is in the way there keeps nobody out who has the right secret."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            event("vault.attempts_unwritten", error=type(error).__name__)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _read(self) -> _Count:
        """The counter; a missing or unreadable one counts as zero."""
        try:
            value = json.loads(read_small(self._path, _MAX_BYTES))
            failures, at = value["failures"], value["at"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return _Count(0, 0.0)
        sound = type(failures) is int and failures >= 0 and type(at) in {int, float} and abs(at) < 1e12
        return _Count(failures, float(at)) if sound else _Count(0, 0.0)

    def _write(self, count: _Count) -> None:
        try:
            make_private_folder(self._path.parent)
            write_atomically(self._path, json.dumps({"failures": count.failures, "at": count.at}).encode())
        except OSError as error:  # whoever may write there may set it back too: it is worth no refusal
            event("vault.attempts_unwritten", error=type(error).__name__)


@contextlib.contextmanager
def counted(throttle: Throttle) -> Iterator[None]:
    """Let a try through, and count how it ends.

    Raises:
        TooSoon: The try was not made.
    """
    throttle.check()
    try:
        yield
    except (WrongPassphrase, WrongRecoveryCode):
        event("vault.wrong_secret", failures=throttle.failed())
        raise
    throttle.succeeded()
