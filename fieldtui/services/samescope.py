"""What is written about a citizen of several cards lies where the record lies that it is about: scopes never refer to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldtui.store import Store
from fieldtui.store.joining import group_of


def in_scope(store: Store, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new record, with the card's citizen that the record it refers to belongs to.

    Somebody who writes the minutes of a meeting on the one card of two sees one citizen; the meeting may lie in the other's scope.

    Args:
        store: Where the cards are.
        values: The new record's fields.
    """
    found = dict(values)
    stands, citizen_id = store.stand_ins(), values.get("citizen_id")
    if not stands or not isinstance(citizen_id, str):
        return found
    cards = group_of(citizen_id, stands)
    for name, value in values.items():
        if name == "citizen_id" or not (name.endswith("_id") or name == "addendum_to") or not isinstance(value, str):
            continue
        stored = store.get(value)
        theirs = getattr(stored.record, "citizen_id", None) if stored is not None else None
        if theirs in cards:
            return {**found, "citizen_id": theirs}
    return found
