"""Two records that are one: which of them stands for both, told from pointers alone.

A record that was merged into another keeps everything it holds and says only where it went (`merged_into`); whatever
pointed to it still does. Readers follow the pointers. So nothing is rewritten, nothing is lost, two devices that
merged without knowing of each other come to the same answer, and taking it back is emptying one field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def survivors(pointers: Mapping[str, str | None]) -> dict[str, str]:
    """For every record the one that stands for it; itself where it was not merged.

    A pointer to a record that is not among the keys (not on this device, or annulled) is not followed: a record that
    cannot be found under another name is shown under its own. Where pointers run in a circle, as when two devices
    merged the same two in opposite directions, the smallest id of the circle stands for all, on every device.

    Args:
        pointers: `merged_into` of every record that counts, by id.
    """
    found: dict[str, str] = {}
    for start in pointers:
        path: list[str] = []
        here = start
        while here not in found:
            path.append(here)
            following = _next(here, pointers)
            if following is None:
                found[here] = here
            elif following in path:
                circle = path[path.index(following) :]
                found.update(dict.fromkeys(circle, min(circle)))
            else:
                here = following
        for each in path:
            found.setdefault(each, found[here])
    return found


def merged(pointers: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """The other records that each survivor stands for, sorted; survivors that stand for nobody else are left out."""
    found: dict[str, list[str]] = {}
    for each, survivor in survivors(pointers).items():
        if each != survivor:
            found.setdefault(survivor, []).append(each)
    return {survivor: tuple(sorted(others)) for survivor, others in found.items()}


def to_clear(record_id: str, pointers: Mapping[str, str | None]) -> tuple[str, ...]:
    """The records whose `merged_into` has to be emptied so that this one stands apart from its survivor again.

    It is the record itself and, where the survivor's own pointer leads back to it, the one before it on that way.
    What had been merged into this record stays with it. Empty where the record stands for itself.
    """
    survivor = survivors(pointers).get(record_id, record_id)
    if survivor == record_id:
        return ()
    cleared = [record_id]
    here: str | None = survivor
    seen: set[str] = set()
    while here is not None and here not in seen:
        seen.add(here)
        following = _next(here, pointers)
        if following == record_id:
            cleared.append(here)
        here = following
    return tuple(cleared)


def told_apart(
    marks: Mapping[str, Iterable[str]], stands: Mapping[str, str] | None = None
) -> frozenset[frozenset[str]]:
    """The pairs of which somebody said that they are two: a mark counts both ways, whichever record carries it.

    Args:
        marks: By id, the ids that this record is not the same as.
        stands: For every record who stands for it (`survivors`): what was said of a record that was merged counts for
            the one that stands for it. Two that are merged are one, whatever was said before.
    """
    known = stands or {}
    pairs = (
        frozenset((known.get(each, each), known.get(other, other)))
        for each, others in marks.items()
        for other in others
    )
    return frozenset(pair for pair in pairs if len(pair) == 2)


def _next(here: str, pointers: Mapping[str, str | None]) -> str | None:
    following = pointers.get(here)
    return following if following in pointers and following != here else None
