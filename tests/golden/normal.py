"""What of an answer is the protocol's and what is one central system's own: ids it made, times, numbers, cursors, words."""

from __future__ import annotations

import re
from typing import Any, Final

from fieldtui.wire.messages import PROBLEM_PREFIX

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OWN: Final = {
    "server_time": "time", "lease_until": "time", "lease_warn_after": "time", "received_at": "time", "recorded_at": "time",
    "at": "time", "seq": "number", "next": "cursor", "call_code": "code", "server_key": "key", "retry_after": "seconds",
    "last_seq": "number",
}  # fmt: skip
_NOT_COMPARED: Final = frozenset(
    {
        "ruleset_versions",
        "notices",
        "desk",
        "log_head",
        "errands",
        "organisation_keys",
        "incarnation",
    }
)
"""What a central system may leave out, and what comes from its own settings."""
_WORDS: Final = frozenset({"title", "detail"})
"""For people who read logs; in a problem or a refusal they are not compared."""


class Names:
    """Gives every id that is not of the fixture a name, in the order they come."""

    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._given: dict[str, str] = {}

    def name(self, text: str) -> str:
        """The text with its ids named."""
        return _ID.sub(lambda found: self._name(found[0]), text)

    def _name(self, id_: str) -> str:
        if id_ in self._known:
            return id_
        return self._given.setdefault(id_, f"<id {len(self._given) + 1}>")


def normal(value: Any, names: Names, people: set[str]) -> Any:
    """An answer without what is one central system's own.

    Args:
        value: JSON.
        names: Across the whole conversation, so that the same id has the same name.
        people: Initials of the fixture's people; an answer may name more.
    """
    if isinstance(value, dict):
        left_out = _NOT_COMPARED | (_WORDS if str(value.get("type")).startswith(PROBLEM_PREFIX) else frozenset())
        kept = {key: each for key, each in sorted(value.items()) if key not in left_out and each is not None}
        if "people" in kept:
            kept["people"] = sorted(
                (each for each in kept["people"] if each["initials"] in people), key=lambda each: str(each["initials"])
            )
        return {
            names.name(key): f"<{_OWN[key]}>"
            if key in _OWN and not isinstance(each, dict | list)
            else normal(each, names, people)
            for key, each in kept.items()
        }
    if isinstance(value, list):
        return [normal(each, names, people) for each in value]
    return names.name(value) if isinstance(value, str) else value


def missing(expected: Any, found: Any, place: str = "") -> list[str]:
    """Where an answer lacks what was recorded or says otherwise; what it says beyond that is its own."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            problem
            for key, value in expected.items()
            for problem in (
                missing(value, found[key], f"{place}.{key}") if key in found else [f"{place}.{key} is not there"]
            )
        ]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{place} has {len(found)} entries, not {len(expected)}"]
        return [
            problem
            for at, (one, other) in enumerate(zip(expected, found, strict=True))
            for problem in missing(one, other, f"{place}[{at}]")
        ]
    return [] if expected == found else [f"{place} is {found!r}, not {expected!r}"]
