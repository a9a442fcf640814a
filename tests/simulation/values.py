"""What was written, field by field: how the simulation compares one state of a record with another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from fieldtui.domain.records import COLLECTIONS, Merge, fields_of

ANNULLED = "annulled"
WORD = "ord"
"""How a word begins that is written only once by the scheduler."""


class Broken(AssertionError):
    """A promise was not kept."""


@cache
def sets_of(collection: str) -> frozenset[str]:
    """The fields of a collection that merge as sets."""
    return frozenset(name for name, info in fields_of(COLLECTIONS[collection]).items() if info.merge is Merge.SET)


def changed(
    collection: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[tuple[str, Any, Any]]:
    """Each field that differs, with both values; of a set each element, with whether it is in."""
    one, other = before or {}, after or {}
    for name in sorted(one.keys() | other.keys()):
        if name in sets_of(collection):
            old, new = set(one.get(name) or ()), set(other.get(name) or ())
            yield from ((f"{name}:{each}", each in old, each in new) for each in sorted(old ^ new))
        elif one.get(name) != other.get(name):
            yield name, one.get(name), other.get(name)


def value_in(body: dict[str, Any], field: str) -> Any:
    """A field's value in a body, or whether an element is in a set."""
    name, colon, element = field.partition(":")
    return element in (body.get(name) or ()) if colon else body.get(field)


def holds(body: dict[str, Any], annulled: dict[str, Any] | None, field: str, value: Any) -> bool:
    """Whether a state of a record holds a value; of an annulment, whether it is one."""
    if field == ANNULLED:
        # Where both sides annulled, it is annulled; the reason of who came first stands.
        return (annulled is None) == (value is None)
    return bool(value_in(body, field) == value)
