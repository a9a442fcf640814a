"""The filter language of the lists: folded words that all must match, and a few questions such as `frist<7`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.base.text import fold

_ASK: Final = re.compile(r"(?P<name>job|frist|ingen-kontakt|no-contact|due|cvr|p)(?P<op>[:<>])(?P<value>\w+)")
_ANSWERS: Final = {"ja": True, "yes": True, "j": True, "y": True, "nej": False, "no": False, "n": False}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row can be asked about."""

    text: str
    """Everything its words are looked up in."""
    in_job: bool = False
    next_on: date | None = None
    due_on: date | None = None
    last_on: date | None = None
    cvr: tuple[str, ...] = ()
    p_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it was typed."""

    words: tuple[str, ...]
    """Folded."""
    tests: tuple[Callable[[Facts, date], bool], ...]

    @classmethod
    def of(cls, text: str) -> Filter:
        """Read what was typed; what is no question is a word."""
        words: list[str] = []
        tests: list[Callable[[Facts, date], bool]] = []
        for part in text.lower().split():
            if part in {"uden-aftale", "no-appointment"}:
                tests.append(_without_appointment)
            elif (asked := _ASK.fullmatch(part)) and (test := _test(asked["name"], asked["op"], asked["value"])):
                tests.append(test)
            else:
                words.append(fold(part))
        return cls(tuple(words), tuple(tests))

    def takes(self, facts: Facts, today: date) -> bool:
        """True where every word is in the row and every question is answered with yes."""
        text = fold(facts.text)
        return all(word in text for word in self.words) and all(test(facts, today) for test in self.tests)


def _without_appointment(facts: Facts, today: date) -> bool:
    del today
    return facts.next_on is None


def _test(name: str, op: str, value: str) -> Callable[[Facts, date], bool] | None:
    if name == "job" and op == ":" and value in _ANSWERS:
        wanted = _ANSWERS[value]
        return lambda facts, _today: facts.in_job is wanted
    if not value.isdigit():
        return None
    if name in {"cvr", "p"}:
        # The kind of number is said: the ten digits of a P number may be somebody's CPR number too.
        return (
            None
            if op != ":"
            else lambda facts, _today: any(
                number.startswith(value) for number in (facts.cvr if name == "cvr" else facts.p_numbers)
            )
        )
    days = int(value)
    if name in {"frist", "due"} and op == "<":
        return lambda facts, today: facts.due_on is not None and (facts.due_on - today).days < days
    if name in {"ingen-kontakt", "no-contact"} and op == ">":
        return lambda facts, today: facts.last_on is None or (today - facts.last_on).days > days
    return None


def nothing_found(what: str, text: str, rows: Iterable[Facts]) -> str:
    """The sentence of an empty list, with the word that was probably meant and how many rows have it.

    Args:
        what: The rows in plural: `borgere`.
        text: What was typed.
        rows: All rows.
    """
    said = _("Ingen {what} passer til “{text}”.").format(what=what, text=text.strip())
    all_rows = [fold(row.text) for row in rows]
    known = sorted({word for row in all_rows for word in re.findall(r"\w{3,}", row)})
    for word in Filter.of(text).words:
        near = get_close_matches(word, known, n=1, cutoff=0.7)
        if near and near[0] != word:
            count = sum(near[0] in row for row in all_rows)
            return said + " " + _("Mente du “{word}” ({count})? Esc rydder.").format(word=near[0], count=count)
    return said + " " + _("Esc rydder.")
