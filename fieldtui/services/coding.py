"""Codes that somebody writes: one that no list knows is a slip, and is refused with the nearest one.

What came with a sync or an extract stays as it was written, and so does what is not changed. Of a list that the law changes, a code that
is like none of those known here may be one of a law this device has not heard of: it is stored, shown as it is written, and told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.base.text import fold
from fieldtui.domain.problems import nearest
from fieldtui.domain.records import Record, fields_of
from fieldtui.domain.rulebook import RuleBook

OPEN_LISTS: Final = frozenset({"visitation_category", "benefit", "district"})
"""Lists that a law, or a move, may add to before this device knows."""
_ALIKE: Final = 0.85
"""How like a known code of such a list a slip is: `aktivitetsparrat` is one, `jobparat_2027` is not."""


def coded(rules: RuleBook, record: Record, before: Mapping[str, Any] | None) -> Record:
    """The record with each label somebody wrote in a code's place made the code.

    Args:
        rules: The code lists.
        record: As it would be stored.
        before: Its body as it stood; `None` for a new one.

    Raises:
        InvalidRecords: A code that is not in its list, each with its field and the nearest one, or those there are.
    """
    changed: dict[str, str] = {}
    problems: list[LineProblem] = []
    for info in fields_of(type(record)).values():
        value = getattr(record, info.attribute)
        if not info.codes or not isinstance(value, str) or (before is not None and before.get(info.name) == value):
            continue
        known = rules.codes(info.codes)
        code = rules.code_of(info.codes, value)
        if not known or value in known:
            continue
        if code in known:
            changed[info.attribute] = code
        elif (sentence := _refusal(info.codes, value, tuple(known))) is not None:
            problems.append(LineProblem(None, info.name, sentence))
    if problems:
        raise InvalidRecords(tuple(problems))
    return record.model_copy(update=changed) if changed else record


def code_warnings(rules: RuleBook, record: Record) -> Iterator[str]:
    """One sentence for each code that was stored although no list here knows it."""
    for info in fields_of(type(record)).values():
        value = getattr(record, info.attribute)
        if info.codes in OPEN_LISTS and value and value not in rules.codes(info.codes):
            yield _("{label}: koden kendes ikke her. Den vises, som den er skrevet.").format(label=_(info.label))


def _refusal(list_name: str, value: str, known: tuple[str, ...]) -> str | None:
    open_ended = list_name in OPEN_LISTS
    near = (
        next(iter(get_close_matches(fold(value), known, n=1, cutoff=_ALIKE)), None)
        if open_ended
        else nearest(value, known)
    )
    if near is not None:
        return _("Koden kendes ikke. Mente du {nearest}?").format(nearest=near)
    if open_ended:
        return None
    return _("Koden kendes ikke. Vælg en af: {allowed}.").format(allowed=", ".join(known))
