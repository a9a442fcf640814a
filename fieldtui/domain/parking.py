"""An edit that waited for a citizen's new consultant, held against the record as it stands: pure functions.

The same on the device, which shows it, and at the central system, which carries it out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fieldtui.domain.merge import merge
from fieldtui.domain.records import Record

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the parked edit changes, or fields that only hold together. A value that is unset is missing."""

    fields: tuple[str, ...]
    before: dict[str, Any]
    """As the author saw it."""
    parked: dict[str, Any]
    """As the author left it."""
    now: dict[str, Any]
    """As it stands."""
    contested: bool
    """Somebody else changed it since: it stays as it stands unless a person says otherwise."""


def differences(model: type[Record], base: Body | None, parked: Body, now: Body | None) -> tuple[Difference, ...]:
    """What accepting the edit would change, field by field, and where it would meet another change.

    Args:
        model: The collection's model.
        base: The record that the edit started from; `None` where it was new.
        parked: The record as the author left it.
        now: The record as it stands; `None` where there is none.
    """
    if now is None:
        return tuple(Difference((name,), {}, {name: value}, {}, contested=False) for name, value in parked.items())
    merged = merge(model, base, parked, now)
    found = [Difference(each.fields, each.base, each.mine, each.theirs, contested=True) for each in merged.conflicts]
    contested = {name for each in found for name in each.fields}
    stood = model.model_validate(dict(now)).body()
    for name in dict.fromkeys([*merged.body, *stood]):
        if name not in contested and merged.body.get(name) != stood.get(name):
            old = base or {}
            found.append(
                Difference((name,), _value(old, name), _value(merged.body, name), _value(stood, name), contested=False)
            )
    return tuple(found)


def accepted_body(
    model: type[Record], base: Body | None, parked: Body, now: Body, take: Collection[str]
) -> dict[str, Any]:
    """The record once the edit is accepted: what met nothing applies; of what is contested only what is taken.

    Args:
        model: The collection's model.
        base: The record that the edit started from; `None` where it was new.
        parked: The record as the author left it.
        now: The record as it stands.
        take: Contested fields where the parked value shall hold; one field of a group stands for the group.
    """
    merged = merge(model, base, parked, now)
    body = dict(merged.body)
    for each in merged.conflicts:
        if set(each.fields) & set(take):
            for name in each.fields:
                body.pop(name, None)
            body.update(each.mine)
    return body


def _value(body: Body, name: str) -> dict[str, Any]:
    return {name: body[name]} if body.get(name) is not None else {}
