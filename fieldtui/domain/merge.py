"""Three-way merge of one record: a pure function that drops nothing and decides nothing for a person.

Sync protocol, "Merge": compare `base`, `mine` and `theirs` unit by unit, where a unit is a field, or a group of fields that only
hold together. One side changed: that side. Both changed to the same: that. Both changed differently: a conflict; the record shows
theirs, and the other units go on. Sets merge as sets. Unknown fields are single values, carried through untouched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from fieldtui.domain.records import Merge, Record, fields_of

Body = Mapping[str, Any]

ANNULLED: Final = "annulled"
"""The pseudo-field of a conflict between annulling a record and editing it."""

_TIED: Final[dict[str, frozenset[str]]] = {"appointment": frozenset({"time", "outcome"})}
"""Groups of which two people may not change different ones unseen: what became of a meeting belongs to its time."""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Two different changes of one unit. A value that is unset is missing from its mapping."""

    fields: tuple[str, ...]
    base: dict[str, Any]
    mine: dict[str, Any]
    theirs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came out: the body to show (theirs where in conflict) and what a person must decide."""

    body: dict[str, Any]
    conflicts: tuple[FieldConflict, ...]
    changed_from_theirs: bool
    """True where the body holds something of mine that the other side does not have yet, so that it must be sent."""


@dataclass(frozen=True, slots=True)
class MergedAnnulment:
    """Whether the record is annulled after the merge, and the conflict where one side annulled what the other edited."""

    annulled: dict[str, Any] | None
    conflict: FieldConflict | None
    changed_from_theirs: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    fields: tuple[str, ...]
    is_set: bool = False

    def of(self, body: Body) -> dict[str, Any]:
        return {name: body[name] for name in self.fields if body.get(name) is not None}


def merge(model: type[Record], base: Body | None, mine: Body, theirs: Body) -> Merged:
    """Merge my body and theirs, which both grew out of `base`.

    Args:
        model: The collection's model; it says what is a set and what belongs together.
        base: The server's body that my edit started from; `None` where there was none, then every difference is a conflict.
        mine: My body.
        theirs: The server's body now.

    Returns:
        The merged body in the model's canonical form. Swapping the sides gives the same body apart from units in conflict.
    """
    mine, theirs = _canonical(model, mine), _canonical(model, theirs)
    start = _canonical(model, base) if base is not None else None
    body = dict(theirs)
    conflicts: list[FieldConflict] = []
    for unit in _units(model, start, mine, theirs):
        conflict = _settle(unit, start, mine, theirs, body)
        if conflict is not None:
            conflicts.append(conflict)
    if not _valid(model, body) and _valid(model, theirs):
        # Each side is sound alone, but not both together: nothing of mine may slip in, and nothing may be lost.
        return Merged(dict(theirs), _everything(model, start, mine, theirs), changed_from_theirs=False)
    return Merged(body, tuple(conflicts), changed_from_theirs=not _same(body, theirs))


def merge_annulment(
    model: type[Record],
    base: Body | None,
    mine: Body,
    theirs: Body,
    *,
    mine_annulled: Body | None,
    theirs_annulled: Body | None,
) -> MergedAnnulment:
    """Merge an annulment with an edit of the same record.

    Annulling what the other side left alone, or what both annulled, stands; theirs is kept where both gave a reason. Annulling
    what the other side edited is a conflict on the pseudo-field `annulled`, and the record shows theirs until a person decides.

    Args:
        model: The collection's model.
        base: The server's body that my change started from, or `None`.
        mine: My body.
        theirs: The server's body now.
        mine_annulled: My annulment (`reason`, `at`, `by`), or `None`.
        theirs_annulled: Theirs, or `None`.
    """
    shown = dict(theirs_annulled) if theirs_annulled is not None else None
    if (mine_annulled is None) == (theirs_annulled is None):
        return MergedAnnulment(shown, None, changed_from_theirs=False)
    other = theirs if mine_annulled is not None else mine
    edited = base is None or not _same(_canonical(model, other), _canonical(model, base))
    if edited:
        conflict = FieldConflict((ANNULLED,), {}, _under_name(mine_annulled), _under_name(theirs_annulled))
        return MergedAnnulment(shown, conflict, changed_from_theirs=False)
    if mine_annulled is not None:
        return MergedAnnulment(dict(mine_annulled), None, changed_from_theirs=True)
    return MergedAnnulment(shown, None, changed_from_theirs=False)


_WEIGHT: Final[Mapping[str, int]] = {
    "planned": 0, "cancelled_staff": 1, "cancelled_citizen": 1, "cancelled_citizen_late": 1, "no_show": 2, "attended": 2,
}  # fmt: skip
"""A plan gives way to what was called off, and that to what happened. Whether the citizen came is for a person."""


def heavier(collection: str, mine: Body, theirs: Body) -> Literal["mine", "theirs"] | None:
    """Which side of a conflict about what became of a meeting is likely to be right: a proposal, never a decision.

    Two people disagree, so a person decides (sync protocol, promise 4). `planned` weighs less than any cancellation, and that less
    than a meeting that was held or to which nobody came. Between equals nothing is proposed: held against no-show, and who
    called off, have consequences for the citizen.

    Args:
        collection: Of the record.
        mine: My values of the fields in conflict.
        theirs: Theirs.
    """
    one, other = _WEIGHT.get(str(mine.get("status"))), _WEIGHT.get(str(theirs.get("status")))
    if collection != "appointment" or one is None or other is None or one == other:
        return None
    return "mine" if one > other else "theirs"


def _under_name(annulment: Body | None) -> dict[str, Any]:
    return {} if annulment is None else {ANNULLED: dict(annulment)}


def _canonical(model: type[Record], body: Body) -> dict[str, Any]:
    """One spelling for equal values: defaults filled in, instants and sets in their written form, unset fields away."""
    try:
        return model.model_validate(dict(body)).body()
    except ValidationError:
        return {name: value for name, value in body.items() if value is not None}


def _valid(model: type[Record], body: Body) -> bool:
    try:
        model.model_validate(dict(body))
    except ValidationError:
        return False
    return True


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, and the order of keys does not count."""
    if _only_texts(one) and _only_texts(other):
        return bool(one == other)
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _only_texts(value: Any) -> bool:
    """True for most units: where there is nothing but text, Python's equality is JSON's, and far cheaper."""
    return type(value) is dict and all(type(each) is str for each in value.values())


def _units(model: type[Record], base: Body | None, mine: Body, theirs: Body) -> Iterable[_Unit]:
    """The units of a record in the order of its form, unknown fields last; tied groups are one unit where both moved."""
    known = fields_of(model)
    groups: dict[str, list[str]] = {}
    for name, info in known.items():
        if info.merge is not Merge.SET:
            groups.setdefault(info.group or f" {name}", []).append(name)
    units = {key: _Unit(tuple(names)) for key, names in groups.items()}
    tied = _TIED.get(model.collection, frozenset())
    if base is not None and tied:
        moved = [
            {key for key in tied if not _same(units[key].of(base), units[key].of(side))} for side in (mine, theirs)
        ]
        if all(moved) and not (moved[0] == moved[1] and len(moved[0]) == 1):
            fields = tuple(name for key, unit in units.items() if key in tied for name in unit.fields)
            units = {key: unit for key, unit in units.items() if key not in tied} | {"tied": _Unit(fields)}
    yield from units.values()
    yield from (_Unit((name,), is_set=True) for name, info in known.items() if info.merge is Merge.SET)
    yield from (_Unit((name,)) for name in sorted({*mine, *theirs, *(base or {})} - known.keys()))


def _settle(unit: _Unit, base: Body | None, mine: Body, theirs: Body, body: dict[str, Any]) -> FieldConflict | None:
    """Write one unit's outcome into `body`, which holds theirs so far; answer the conflict if there is one."""
    old, my, their = unit.of(base or {}), unit.of(mine), unit.of(theirs)
    if unit.is_set:
        name = unit.fields[0]
        body[name] = _merged_set(old.get(name, ()), my.get(name, ()), their.get(name, ()))
        return None
    if _same(my, their) or (base is not None and _same(my, old)):
        return None
    if base is None or not _same(their, old):
        return FieldConflict(unit.fields, old, my, their)
    for name in unit.fields:
        body.pop(name, None)
    body.update(my)
    return None


def _merged_set(base: Iterable[str], mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Additions and removals of both sides apply."""
    old, my, their = set(base), set(mine), set(theirs)
    return sorted((old & my & their) | (my - old) | (their - old))


def _everything(model: type[Record], base: Body | None, mine: Body, theirs: Body) -> tuple[FieldConflict, ...]:
    """Every change of mine as a conflict."""
    found = []
    for unit in _units(model, base, mine, theirs):
        old, my, their = unit.of(base or {}), unit.of(mine), unit.of(theirs)
        if not _same(my, their) and (base is None or not _same(my, old)):
            found.append(FieldConflict(unit.fields, old, my, their))
    return tuple(found)
