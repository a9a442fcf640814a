"""What must be true, whatever happened: the promises of docs/protocol, looked at from outside the code that keeps them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.simulation.goneback import GoneBack
from tests.simulation.laptop import Act, Laptop
from tests.simulation.office import Office
from tests.simulation.overheard import Overheard
from tests.simulation.values import ANNULLED, WORD, Broken, changed, holds, value_in


class Promises:
    """What everybody wrote, and whether it is kept."""

    def __init__(self, office: Office, laptops: Sequence[Laptop], overheard: Overheard) -> None:
        self._office = office
        self._laptops = laptops
        self._overheard = overheard
        self._owed: dict[tuple[str, str], dict[str, tuple[Any, int]]] = defaultdict(dict)
        """By laptop and record: field → value and the revision it was written on."""
        self._given_up: set[str] = set()
        """Conflicts in which a person chose what the other side had."""
        self._gone_back = GoneBack(office, laptops)

    # --- 1: no edit is lost ---------------------------------------------------------------------

    def owe(self, laptop: Laptop, acts: Iterable[Act]) -> None:
        """Remember what was written: it must be found somewhere until its author writes something else there."""
        laptop.owed = len(laptop.acts)
        for act in acts:
            owed = self._owed[laptop.name, act.record_id]
            before = act.before or {"body": {}, "annulled": None}
            if act.after["annulled"] is not None:
                # Who annuls a record gives up what was not sent of it yet; their own history keeps it.
                owed.clear()
                owed[ANNULLED] = (act.after["annulled"]["reason"], act.rev)
                continue
            if before["annulled"] is not None:
                owed[ANNULLED] = (None, act.rev)
            for field, _old, new in changed(act.collection, before["body"], act.after["body"]):
                owed[field] = (new, act.rev)
        self._release(laptop)

    # --- a restored office ----------------------------------------------------------------------

    def before_restore(self) -> None:
        """Look at what is about to be lost at the office."""
        self._gone_back.before()

    def after_restore(self) -> None:
        """What the office has lost is still owed where a laptop of its author has it and nobody wrote over it knowingly.

        The office can be held to no more: what was at the office alone is gone with it.
        """
        self._gone_back.after()
        self._office.revisions()
        for (name, record_id), fields in self._owed.items():
            kept = self._gone_back.kept_rev(record_id)
            if kept is None:
                continue
            laptop = next(each for each in self._laptops if each.name == name)
            for field, (value, rev) in list(fields.items()):
                fields[field] = (value, min(rev, kept))
                if not (
                    self._is_somewhere(laptop, record_id, field, value, min(rev, kept))
                    or self._gone_back.is_held(laptop.person.id, record_id, field, value)
                ):
                    del fields[field]

    def _release(self, laptop: Laptop) -> None:
        """What a person gave up in a conflict is owed no longer."""
        for conflict_id, record_id, fields in laptop.rows(
            "SELECT id, record_id, fields FROM conflict WHERE resolution LIKE '%\"theirs\"%'"
        ):
            if conflict_id not in self._given_up:
                self._given_up.add(conflict_id)
                owed = self._owed[laptop.name, record_id]
                for field in list(owed) if ANNULLED in fields else json.loads(fields):
                    owed.pop(field, None)

    def check_nothing_lost(self, laptop: Laptop, *, quiet: bool = False) -> None:
        """Whatever this laptop's person wrote is at the office, or waits on the laptop, or is asked about.

        Args:
            laptop: Whose.
            quiet: Everybody has synced, so that what a restored office lost must be there again.

        Raises:
            Broken: Something is nowhere.
        """
        self._office.revisions()
        for (name, record_id), fields in self._owed.items():
            if name != laptop.name:
                continue
            for field, (value, rev) in fields.items():
                if not self._is_somewhere(laptop, record_id, field, value, rev) and not (
                    not quiet and self._gone_back.is_held(laptop.person.id, record_id, field, value)
                ):
                    raise Broken(f"1: {laptop.name} wrote {field} = {value!r} in {record_id[-4:]}; it is nowhere")

    def _is_somewhere(self, laptop: Laptop, record_id: str, field: str, value: Any, rev: int) -> bool:
        """At the office as it was last looked at, or on the laptop as something that waits or is asked about."""
        there = self._office.known_of(record_id)
        if any(holds(each.body, each.annulled, field, value) for each in there if each.rev >= rev):
            return True
        # Made and annulled before it was ever sent: the office never hears of it.
        if field == ANNULLED and not there:
            return True
        if any(_waits(e.kind, e.body, field, value) for e in laptop.entries() if e.record_id == record_id):
            return True
        conflicts = laptop.rows("SELECT fields, mine FROM conflict WHERE record_id = ?", record_id)
        if any(_asked(json.loads(fields), json.loads(mine), field, value) for fields, mine in conflicts):
            return True
        return any(
            _waits("annul" if op["annul"] else "put", op["annul"] or op["body"], field, value)
            for op in (each.op for each in self._office.parked())
            if op["id"] == record_id
        )

    # --- the others -----------------------------------------------------------------------------

    def check_quiet(self) -> None:
        """Everything that holds once everybody has synced and nothing moves.

        Raises:
            Broken: Something does not.
        """
        for laptop in self._laptops:
            self.check_nothing_lost(laptop, quiet=not laptop.revoked)
        self._gone_back.check_back()
        revisions = self._office.revisions()
        self._check_sequence(revisions)
        self._overheard.check(revisions)
        self._check_once(revisions)
        self._check_nothing_overwritten(revisions)
        self._check_conflicts(revisions)
        for laptop in self._laptops:
            if laptop.device_id in self._office.revoked_at:
                self._check_shut_out(laptop, revisions)
            if not laptop.revoked:
                self._check_same(laptop)
            self._check_whole(laptop)

    def _check_sequence(self, revisions: list[Any]) -> None:
        """`seq` has no gaps, and of each record the revisions count up with it."""
        used = sorted([each.seq for each in revisions] + [each.seq for each in self._office.events()])
        if used != list(range(1, self._office.last_seq() + 1)):
            raise Broken("6: seq has gaps, or was given twice")
        by_record: dict[str, list[int]] = defaultdict(list)
        for each in revisions:
            by_record[each.id].append(each.rev)
        for record_id, revs in by_record.items():
            if revs != list(range(1, len(revs) + 1)):
                raise Broken(f"6: revisions of {record_id[-4:]} are {revs}")

    def _check_once(self, revisions: list[Any]) -> None:
        """2: no op made two revisions, and no word was put in more often than it was written."""
        ops = Counter(each.op_id for each in revisions if each.op_id)
        if ops and max(ops.values()) > 1:
            raise Broken("2: one op, several revisions")
        used: Counter[tuple[str, str, str, str]] = Counter()
        for laptop_name, each, field, _old, new in self._transitions(revisions):
            if isinstance(new, str) and new.startswith(WORD):
                used[laptop_name, each.id, field, new] += 1
        for laptop in self._laptops:
            for record_id, fields, base, mine in laptop.rows("SELECT record_id, fields, base, mine FROM conflict"):
                for field, value in _written(json.loads(fields), json.loads(base), json.loads(mine)):
                    used[laptop.name, record_id, field, value] += 1
        written: Counter[tuple[str, str, str, str]] = Counter()
        for act in (act for laptop in self._laptops for act in laptop.acts):
            before = act.before or {"body": {}}
            for field, _old, new in changed(act.collection, before["body"], act.after["body"]):
                written[act.laptop, act.record_id, field, new] += 1
        for key, times in used.items():
            if times > written[key] and not self._gone_back.lost(key[1]):
                name, record_id, field, value = key
                raise Broken(
                    f"2: {name} wrote {field} = {value} in {record_id[-4:]} {written[key]} times, and it was taken or asked"
                    f" about {times} times"
                )

    def _transitions(self, revisions: list[Any]) -> Iterator[tuple[str, Any, str, Any, Any]]:
        """Each field that a laptop's change changed at the office: laptop, revision, field, old, new."""
        names = {laptop.device_id: laptop.name for laptop in self._laptops}
        last: dict[str, Any] = {}
        for each in revisions:
            before = last.get(each.id)
            last[each.id] = each
            if each.device in names:
                body = before.body if before is not None else {}
                for field, old, new in changed(each.collection, body, each.body):
                    yield names[each.device], each, field, old, new

    def _check_nothing_overwritten(self, revisions: list[Any]) -> None:
        """4: what a laptop's change replaced at the office, its person had before them when they wrote."""
        acts: dict[tuple[str, str], list[Act]] = defaultdict(list)
        for act in (act for laptop in self._laptops for act in laptop.acts):
            acts[act.laptop, act.record_id].append(act)
        for name, each, field, old, new in self._transitions(revisions):
            if each.rev == 1:
                continue
            mine = acts[name, each.id]
            seen = next((i for i, act in enumerate(mine) if _was(act.before, field) == old), None)
            wrote = seen is not None and any(value_in(act.after["body"], field) == new for act in mine[seen:])
            if not wrote and not self._gone_back.is_put_back(each.id, field, old, new):
                raise Broken(
                    f"4: {name} replaced {field} = {old!r} in {each.id[-4:]} by {new!r} (revision {each.rev}) without"
                    " having seen it"
                )

    def _check_conflicts(self, revisions: list[Any]) -> None:
        """4: a person is asked only where they and somebody else changed the same."""
        touched: dict[str, set[tuple[str, str]]] = defaultdict(set)
        last: dict[str, Any] = {}
        for each in revisions:
            before = last.get(each.id)
            last[each.id] = each
            for field, _old, _new in changed(each.collection, before.body if before else {}, each.body):
                touched[each.id].add((field, each.device or "office"))
            if before is not None and (each.annulled is None) != (before.annulled is None):
                touched[each.id].add((ANNULLED, each.device or "office"))
        for laptop in self._laptops:
            wrote: dict[str, set[str]] = defaultdict(set)
            for act in laptop.acts:
                before = act.before or {"body": {}}
                wrote[act.record_id] |= {f for f, _o, _n in changed(act.collection, before["body"], act.after["body"])}
            for record_id, text in laptop.rows("SELECT record_id, fields FROM conflict"):
                if self._gone_back.lost(record_id):
                    continue  # what was put back met what was written since
                fields = set(json.loads(text))
                others = {field for field, device in touched[record_id] if device != laptop.device_id}
                if ANNULLED in fields:
                    if not others:
                        raise Broken(f"4: {laptop.name} is asked about {record_id[-4:]}, which nobody else touched")
                elif not fields & others or not fields & wrote[record_id]:
                    raise Broken(f"4: {laptop.name} is asked about {sorted(fields)} of {record_id[-4:]} for nothing")

    def _check_shut_out(self, laptop: Laptop, revisions: list[Any]) -> None:
        """6: a revoked device changes nothing any more; what was pending is still on it (checked with promise 1)."""
        since = self._office.revoked_at[laptop.device_id]
        if any(each.device == laptop.device_id and each.received_at > since for each in revisions):
            raise Broken(f"6: {laptop.name} wrote after it was revoked")

    def _check_same(self, laptop: Laptop) -> None:
        """3: what is here is what is there, for everything this person sees; and nothing else is here."""
        there = self._office.visible_to(laptop.person.initials)
        kept = {entry.record_id for entry in laptop.entries()}
        waiting = [entry for entry in laptop.entries() if entry.state == "waiting"]
        if waiting:
            raise Broken(f"3: {laptop.name} has synced, and {len(waiting)} changes still wait")
        held_back = {scope for (scope,) in laptop.rows("SELECT scope FROM leaving")}
        here = {}
        for id_, _collection, scope, rev, body, annulled in laptop.records():
            if id_ in kept or (scope in held_back and id_ not in there):
                continue
            if id_ not in there and scope in self._gone_back.scopes:
                continue  # given to this person after the backup: the restored office knows of no one to take it from
            if rev == 0 and (annulled is not None or self._gone_back.lost(id_)):
                continue  # made and annulled here, never sent; or its author's to send again
            here[id_] = (rev, body, (annulled or {}).get("reason"))
        expected = {
            id_: (line.rev, line.body, line.annulled.reason if line.annulled else None)
            for id_, line in there.items()
            if id_ not in kept
        }
        if here != expected:
            raise Broken(f"3: {laptop.name} differs: {_difference(here, expected)}")
        self._check_purged(laptop, set(expected) | kept, held_back | {line.scope for line in there.values()})

    def _check_purged(self, laptop: Laptop, seen: set[str], visible: set[str]) -> None:
        """6: of a scope that this person no longer sees nothing is left, in no table."""
        for table in ("record", "outbox", "conflict", "history"):
            left = {s for (s,) in laptop.rows(f"SELECT DISTINCT scope FROM {table}")} - visible - {"team"}
            own = {f"citizen:{id_}" for id_ in seen} | self._gone_back.scopes
            if left - own:
                raise Broken(f"6: {laptop.name} still has {left - own} in {table}")
        for (scope,) in laptop.rows("SELECT scope FROM leaving"):
            pending = [e for e in laptop.entries() if e.scope == scope and e.state != "parked"]
            asked = laptop.rows("SELECT 1 FROM conflict WHERE scope = ? AND resolved_at IS NULL", scope)
            if not pending and not asked:
                raise Broken(f"6: {laptop.name} keeps {scope} for nothing")

    def _check_whole(self, laptop: Laptop) -> None:
        """The access log is unbroken, and the search finds what is there and nothing else."""
        if laptop.revoked:
            return
        laptop.workspace.verify_log()
        found = {no for (no,) in laptop.rows("SELECT rowid FROM search")}
        due = {no for (no,) in laptop.rows("SELECT no FROM record WHERE annulled IS NULL")}
        if found != due:
            raise Broken(f"{laptop.name}: the search has {len(found - due)} too many and lacks {len(due - found)}")


def _was(before: dict[str, Any] | None, field: str) -> Any:
    return value_in(before["body"] if before else {}, field)


def _waits(kind: str, body: dict[str, Any], field: str, value: Any) -> bool:
    if field == ANNULLED:
        return bool(body["reason"] == value) if kind == "annul" else value is None
    return kind == "put" and bool(value_in(body, field) == value)


def _asked(fields: list[str], mine: dict[str, Any], field: str, value: Any) -> bool:
    whole = mine.get("")
    if field == ANNULLED and ANNULLED in fields:
        said = mine.get(ANNULLED)
        return bool((said["reason"] if said else None) == value)
    if whole is not None and value_in(whole, field) == value:
        return True
    return field in fields and mine.get(field) == value


def _difference(here: dict[str, Any], there: dict[str, Any]) -> str:
    missing, extra = sorted(there.keys() - here.keys()), sorted(here.keys() - there.keys())
    if missing or extra:
        return f"lacks {[i[-4:] for i in missing]}, has {[(i[-4:], here[i]) for i in extra]} too many"
    other = next(id_ for id_ in here if here[id_] != there[id_])
    return f"{other[-4:]} is here {here[other]}, there {there[other]}"


def _written(asked: list[str], base: dict[str, Any], mine: dict[str, Any]) -> list[tuple[str, str]]:
    """The words that a person wrote of those a question shows: what only belongs to the group stands there as it was."""
    return [
        (field, value)
        for field, value in mine.items()
        if field in asked and value != base.get(field) and isinstance(value, str) and value.startswith(WORD)
    ]
