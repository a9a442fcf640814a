"""What becomes of an office's loss when it is restored from an older backup: what its laptops have must come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fieldtui.domain.records import COLLECTIONS, Merge, fields_of
from tests.simulation.laptop import Laptop
from tests.simulation.office import Office
from tests.simulation.values import ANNULLED, Broken, changed, holds, value_in


class GoneBack:
    """Remembers what each restore took from the office."""

    def __init__(self, office: Office, laptops: Sequence[Laptop]) -> None:
        self._office = office
        self._laptops = laptops
        self._before: list[Any] = []
        self._events: list[Any] = []
        self._lost: dict[str, list[Any]] = {}
        """By record, the revisions that were lost, in order."""
        self._kept: dict[str, Any] = {}
        """By record that lost revisions, the last one that was kept, if any."""
        self._acts = 0
        self.scopes: set[str] = set()
        """Scopes of which the office no longer knows who could see them."""

    def before(self) -> None:
        """Right before a restore."""
        self._before = list(self._office.revisions())
        self._events = self._office.events()

    def after(self) -> None:
        """Right after it."""
        kept = {(each.id, each.rev, each.op_id, each.received_at) for each in self._office.revisions()}
        for each in self._before:
            if (each.id, each.rev, each.op_id, each.received_at) not in kept:
                self._lost.setdefault(each.id, []).append(each)
        standing = {each.id: each for each in self._office.revisions()}
        self._kept = {record_id: standing.get(record_id) for record_id in self._lost}
        seqs = {each.seq for each in self._office.events()}
        self.scopes |= {each.scope for each in self._events if each.seq not in seqs and each.scope}
        self.scopes |= {each.scope for lost in self._lost.values() for each in lost}
        self._acts = sum(len(laptop.acts) for laptop in self._laptops)

    def lost(self, record_id: str) -> bool:
        """Whether revisions of it were ever lost."""
        return record_id in self._lost

    def kept_rev(self, record_id: str) -> int | None:
        """The last revision that was kept of a record that lost some; `None` where it lost none."""
        if record_id not in self._lost:
            return None
        kept = self._kept[record_id]
        return 0 if kept is None else int(kept.rev)

    def is_held(self, person_id: str, record_id: str, field: str, value: Any) -> bool:
        """Whether a laptop of this person still shows a value that was lost with the last state of its record."""
        if record_id not in self._lost or not holds(*_state(self._lost[record_id][-1]), field, value):
            return False
        return any(
            laptop.person.id == person_id and not laptop.revoked and _shows(laptop, record_id, field, value)
            for laptop in self._laptops
        )

    def is_put_back(self, record_id: str, field: str, old: Any, new: Any) -> bool:
        """Whether a change does nothing but put a lost value back over what the backup held, or another lost one."""
        lost = self._lost.get(record_id, [])
        kept = self._kept.get(record_id)
        earlier = [each.body for each in lost] + ([kept.body] if kept is not None else [])
        return any(value_in(each.body, field) == new for each in lost) and (
            old is None or any(value_in(body, field) == old for body in earlier)
        )

    def check_back(self) -> None:
        """What anybody wrote and a consultant's laptop still has is at the office again, or waits, or is asked about.

        Raises:
            Broken: It is not.
        """
        for record_id, field, value in self._last_words():
            holders = [
                laptop
                for laptop in self._laptops
                if not laptop.revoked
                and laptop.person.role == "consultant"
                and record_id in self._office.visible_to(laptop.person.initials)
                and _shows(laptop, record_id, field, value)
            ]
            there = [each for each in self._office.revisions() if each.id == record_id]
            if holders and not any(holds(*_state(each), field, value) for each in there):
                waiting = any(
                    record_id in {entry.record_id for entry in laptop.entries()}
                    or laptop.rows("SELECT 1 FROM conflict WHERE record_id = ?", record_id)
                    for laptop in holders
                )
                if not waiting:
                    raise Broken(
                        f"1: the office lost {field} = {value!r} of {record_id[-4:]} by its restore, {holders[0].name} has it,"
                        " and it is not there again"
                    )

    def _last_words(self) -> Iterator[tuple[str, str, Any]]:
        """Of what was lost, the fields of each record's last state that the backup did not hold."""
        for record_id, lost in self._lost.items():
            last, kept = lost[-1], self._kept.get(record_id)
            if any(info.merge is Merge.APPEND for info in fields_of(COLLECTIONS[last.collection]).values()):
                continue  # its author's alone
            for field, _old, new in changed(last.collection, kept.body if kept is not None else {}, last.body):
                yield record_id, field, new


def _state(revision: Any) -> tuple[dict[str, Any], Any]:
    return revision.body, revision.annulled


def _shows(laptop: Laptop, record_id: str, field: str, value: Any) -> bool:
    return any(
        id_ == record_id and (annulled is None or field == ANNULLED) and holds(body, annulled, field, value)
        for id_, _collection, _scope, _rev, body, annulled in laptop.records()
    )
