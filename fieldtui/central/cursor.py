"""How far a device has come, as the central system hands it out and reads it back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldtui.base.canonical import canonical_json
from fieldtui.central.caller import Caller, Refusal
from fieldtui.central.incarnation import kept_seq

_LIVES = 16
"""Earlier lives that a cursor names: each takes some thirty of the 2,000 characters it may have."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a device has come. Opaque to devices; nothing in it is a clock's."""

    org_id: str
    consultant_id: str
    at: int = 0
    """Everything up to this number was sent."""
    base: int | None = None
    """Where the round began; `None` between rounds."""
    head: int | None = None
    """Where the round ends."""
    scope: str | None = None
    """The scope that is being sent after its join."""
    after: str | None = None
    """Id of the last record of that scope that was sent."""
    rules: str | None = None
    """How many publications of rule sets the device was told of, so that it is told when there are more."""
    keys: str | None = None
    """Which organisation keys the device was told, likewise."""
    incarnation: str = ""
    """Which life of the organisation the numbers belong to; a restore from a backup begins a new one."""
    earlier: tuple[tuple[str, int], ...] = ()
    """Which lives came before that one, and up to which number it had their changes: a backup that is older than this
    life knows one of them."""

    def text(self) -> str:
        """As it goes over the wire."""
        values = {"o": self.org_id, "c": self.consultant_id, "s": self.at, "b": self.base, "h": self.head}
        values |= {"j": self.scope, "a": self.after, "r": self.rules, "k": self.keys, "i": self.incarnation or None}
        values |= {"e": dict(self.earlier) or None}
        compact = canonical_json({k: v for k, v in values.items() if v is not None})
        return base64.urlsafe_b64encode(compact).decode("ascii").rstrip("=")

    def settled(self, at: int) -> Cursor:
        """The cursor between rounds, where the last one ended at a number."""
        return Cursor(
            self.org_id, self.consultant_id, at, rules=self.rules, keys=self.keys, incarnation=self.incarnation,
            earlier=self.earlier,
        )  # fmt: skip

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Read what `text` wrote.

        Raises:
            ValueError: It is none of ours.
        """
        try:
            values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            return cls(
                str(values["o"]), str(values["c"]), _number(values["s"]), _number_or_none(values.get("b")),
                _number_or_none(values.get("h")), _text_or_none(values.get("j")), _text_or_none(values.get("a")),
                _text_or_none(values.get("r")), _text_or_none(values.get("k")), _text_or_none(values.get("i")) or "",
                tuple(sorted((str(name), _number(at)) for name, at in (values.get("e") or {}).items())),
            )  # fmt: skip
        except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ValueError("not a cursor") from None


def accepted(text: str | None, caller: Caller, *, incarnation: str, left_at: Mapping[str, int], last: int) -> Cursor:
    """The cursor of a request.

    Args:
        text: As the device gave it; nothing from the beginning.
        caller: Whose device asks.
        incarnation: The organisation's present one.
        left_at: By earlier incarnation, the highest number kept of it.
        last: The highest number given so far.

    Raises:
        Refusal: `cursor-reset` where it is not from here, or from before a restore.
    """
    if not text:
        return Cursor(caller.organisation.id, caller.person.id, incarnation=incarnation, earlier=_earlier(left_at))
    try:
        cursor = Cursor.read(text)
    except ValueError:
        raise Refusal("cursor-reset") from None
    ours = (cursor.org_id, cursor.consultant_id) == (caller.organisation.id, caller.person.id)
    if ours and cursor.incarnation != incarnation:
        raise Refusal("cursor-reset", kept_seq=kept_seq(left_at, cursor.incarnation, cursor.earlier))
    ordered = (cursor.base or 0) <= cursor.at <= (last if cursor.head is None else cursor.head) <= last
    if not ours or not ordered or (cursor.base is None) != (cursor.head is None):
        raise Refusal("cursor-reset")
    return cursor


def require_same_life(text: str | None, caller: Caller, *, incarnation: str, left_at: Mapping[str, int]) -> None:
    """Refuse a change that a device made on top of what a restore took away.

    Raises:
        Refusal: `cursor-reset`. A cursor that says nothing about it is let through.
    """
    try:
        cursor = Cursor.read(text) if text else None
    except ValueError:
        return
    if cursor is not None and cursor.org_id == caller.organisation.id and cursor.incarnation != incarnation:
        raise Refusal("cursor-reset", kept_seq=kept_seq(left_at, cursor.incarnation, cursor.earlier))


def _earlier(left_at: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The last lives that were left, as many as a cursor has room for."""
    return tuple(sorted(sorted(left_at.items(), key=lambda left: left[1])[-_LIVES:]))


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise ValueError("not a number")
    return value


def _number_or_none(value: Any) -> int | None:
    return None if value is None else _number(value)


def _text_or_none(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or "\x00" in value):
        raise ValueError("not text")
    return value
