"""What other rules would change: which rules, codes and programmes differ, and which deadlines of today's citizens would move.

Pure; nothing is taken into use by looking. A stored deadline keeps its day, and a rule is chosen by the day that triggers it, so most
changes move nothing that has begun; whoever publishes should see which ones do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Literal

from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook

RuleChangeKind = Literal["new", "version", "confirmed", "wording"]
Movement = Literal["moved", "new", "gone", "confirmed"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that differs."""

    rule: Rule
    """As it would be."""
    kind: RuleChangeKind
    """`new`: no rule has its id; `version`: another version of a known one; `confirmed`: says the same, and the municipality stands
    by it; `wording`: says the same with another note."""
    nearest: str | None = None
    """A known id so like a new one that the new one may be a slip."""


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """What becomes of one deadline."""

    kind: Movement
    """`moved`: another day; `new` and `gone`: it stands only after, or only before; `confirmed`: the same day, by a rule that is
    confirmed now."""
    before: Deadline | None
    after: Deadline | None

    @property
    def shown(self) -> Deadline:
        """The deadline as it would be; as it was where it would be gone."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  one of the two stands
        return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two books of rules beside each other."""

    rules: tuple[RuleChange, ...]
    codes: tuple[tuple[str, str], ...]
    """(list, code) of those that are new or say something else."""
    programmes: tuple[str, ...]
    """Ids of those that are new or say something else."""
    deadlines: tuple[DeadlineChange, ...]
    unchanged: int
    """Deadlines that stay as they are."""


def compared(before: RuleBook, after: RuleBook, cases: Iterable[Case], on: date) -> Comparison:
    """Put two books beside each other.

    Args:
        before: The rules in use.
        after: The rules as they would be.
        cases: Whose deadlines are looked at; may be none.
        on: The day on which they are looked at.
    """
    moved: list[DeadlineChange] = []
    unchanged = 0
    for case in cases:
        for was, becomes in _pairs(deadlines(case, before, on), deadlines(case, after, on)):
            kind = _movement(was, becomes)
            if kind is None:
                unchanged += 1
            else:
                moved.append(DeadlineChange(kind, was, becomes))
    moved.sort(key=lambda each: (each.shown.due_on, each.shown.citizen_id, each.shown.kind, each.shown.rule_id))
    return Comparison(
        rules=tuple(_rules(before, after)),
        codes=tuple(_codes(before, after)),
        programmes=tuple(each.id for each in after.programmes if each not in before.programmes),
        deadlines=tuple(moved),
        unchanged=unchanged,
    )


def _rules(before: RuleBook, after: RuleBook) -> Iterator[RuleChange]:
    known = {(rule.id, rule.version, rule.programme): rule for rule in before.rules}
    ids = {rule.id for rule in before.rules}
    for rule in sorted(after.rules, key=lambda each: (each.id, each.version, each.programme or "")):
        was = known.get((rule.id, rule.version, rule.programme))
        if was == rule:
            continue
        if was is not None:
            yield RuleChange(rule, "confirmed" if rule.confirmed and not was.confirmed else "wording")
        elif rule.id in ids:
            yield RuleChange(rule, "version")
        else:
            yield RuleChange(rule, "new", next(iter(get_close_matches(rule.id, sorted(ids), n=1, cutoff=0.8)), None))


def _codes(before: RuleBook, after: RuleBook) -> Iterator[tuple[str, str]]:
    for name, codes in sorted(after.lists.items()):
        known = before.lists.get(name, ())
        yield from ((name, each.code) for each in codes if each not in known)


def _movement(before: Deadline | None, after: Deadline | None) -> Movement | None:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if before.due_on != after.due_on:
        return "moved"
    return "confirmed" if after.confirmed and not before.confirmed else None


def _pairs(before: Sequence[Deadline], after: Sequence[Deadline]) -> Iterator[tuple[Deadline | None, Deadline | None]]:
    """The deadlines of one citizen, before and after, side by side: by what they are about and the record they hang on.

    Several of one sort hang on the citizen alone (the next interview, and so many in the first months): they are paired by
    their rule first.
    """
    left = _by_subject(before)
    right = _by_subject(after)
    for subject in {**left, **right}:
        yield from _matched(left.get(subject, []), right.get(subject, []))


def _by_subject(found: Iterable[Deadline]) -> Mapping[tuple[str, str | None], list[Deadline]]:
    by: defaultdict[tuple[str, str | None], list[Deadline]] = defaultdict(list)
    for each in found:
        by[each.kind, each.record_id].append(each)
    return by


def _matched(before: list[Deadline], after: list[Deadline]) -> Iterator[tuple[Deadline | None, Deadline | None]]:
    rest = list(after)
    alone: list[Deadline] = []
    for was in before:
        same = next((each for each in rest if each.rule_id == was.rule_id), None)
        if same is None:
            alone.append(was)
        else:
            rest.remove(same)
            yield was, same
    for number in range(max(len(alone), len(rest))):
        yield (alone[number] if number < len(alone) else None), (rest[number] if number < len(rest) else None)
