"""In which order and in how many requests changes are sent. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from fieldtui.store.outbox import Entry
from fieldtui.wire.messages import AnnulOp, Limits, LogEntry, Op

FIRST: Final = frozenset({"appointment"})
"""Summons and attendance are reported at once (lov om en aktiv beskæftigelsesindsats), so they go before the rest. With them goes
a consent that was withdrawn: it closes the file before anything more comes into it."""
_ENVELOPE_BYTES: Final = 400
"""More than an op has around its body."""


def in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Summons and attendance first, then in the order they were made; whatever creates a record goes before what names it.

    Of one record only the oldest change is sent now; a later one builds on its answer.
    """
    oldest: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda each: each.seq):
        oldest.setdefault(entry.record_id, entry)
    created = {entry.record_id: entry for entry in oldest.values() if entry.base_rev == 0}
    placed: dict[str, Entry] = {}

    def place(entry: Entry, above: frozenset[str]) -> None:
        if entry.record_id in placed or entry.record_id in above:
            return
        for name in _texts(entry.body):
            if name in created:
                place(created[name], above | {entry.record_id})
        placed[entry.record_id] = entry

    for entry in sorted(oldest.values(), key=lambda each: (not _goes_first(each), each.seq)):
        place(entry, frozenset())
    return tuple(placed.values())


def _goes_first(entry: Entry) -> bool:
    return entry.collection in FIRST or (entry.collection == "consent" and entry.body.get("withdrawn_at") is not None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def batches(entries: Iterable[Entry], limits: Limits) -> Iterator[tuple[Entry, ...]]:
    """Cut into requests of at most `limits.ops` ops and `limits.bytes` bytes; one op that is larger goes alone."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        weight = len(json.dumps(entry.body, ensure_ascii=False).encode()) + _ENVELOPE_BYTES
        if batch and (len(batch) >= limits.ops or size + weight > limits.bytes):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(entry)
        size += weight
    if batch:
        yield tuple(batch)


def op_of(entry: Entry) -> Op:
    """An entry as it is sent."""
    annul = entry.kind == "annul"
    return Op(
        op_id=entry.op_id,
        collection=entry.collection,
        id=entry.record_id,
        base_rev=entry.base_rev,
        body=None if annul else entry.body,
        annul=AnnulOp(reason=entry.body["reason"]) if annul else None,
        recorded_at=entry.recorded_at,
        clock_offset_ms=entry.clock_offset_ms,
    )


def log_weight(log: Sequence[LogEntry]) -> int:
    """Bytes that log entries take in a request."""
    return sum(len(entry.model_dump_json()) + 1 for entry in log)
