"""Rule sets that the municipality publishes: rule files of its own, on top of those that fieldtui came with.

A published set is immutable, and so is what every rule says by id and version: what a record was judged by stays what it was. A
new number is a new version of the rule, with the day it counts from. To confirm a rule is to publish the same version again with
`confirmed_on` and `confirmed_by`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import BadFile
from fieldtui.base.i18n import _
from fieldtui.domain.rulebook import RuleBook, merged, parse, read

LARGEST: Final = 262_144
"""Bytes of a set as JSON."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of one published set."""

    name: str
    version: int
    document: Mapping[str, Any]
    """A rule file's values, as JSON: days are ISO text."""

    @property
    def label(self) -> str:
        """For messages: `kommunen 3`."""
        return f"{self.name} {self.version}"

    def book(self) -> RuleBook:
        """The rules in it.

        Raises:
            BadFile: They are none.
        """
        return read(self.document, self.label)


def document_of(text: str, file: str, *, begins: date | None = None) -> dict[str, Any]:
    """A rule file as a document to publish.

    Args:
        text: TOML.
        file: Its name, for the message.
        begins: The day from which rules count that do not say so themselves.

    Raises:
        BadFile: It says something no rule can say (with the nearest valid key), says nothing, or is too large.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raw = {}
    if begins is not None:
        for rule in raw.get("rule", ()):
            if isinstance(rule, dict):
                rule.setdefault("valid_from", begins)
        checked = read(raw, file) if raw else parse(text, file)
    else:
        checked = parse(text, file)
    document: dict[str, Any] = _plain(raw)
    _require_worth(checked, document, file)
    return document


def benchmarks_of(entries: Iterable[Mapping[str, Any]], file: str) -> dict[str, Any]:
    """Benchmarks as a document to publish.

    Args:
        entries: The fields of `fieldtui.domain.rule.Benchmark`; days as ISO text.
        file: Where they come from, for the message.

    Raises:
        BadFile: One of them is none, there are none, or they are too many.
    """
    document = {"benchmark": [_plain(each) for each in entries]}
    _require_worth(read(document, file), document, file)
    return document


def _require_worth(book: RuleBook, document: Mapping[str, Any], file: str) -> None:
    """Refuse a document that says nothing, or too much to be carried to every device."""
    if not (book.rules or book.lists or book.programmes or book.fidelity or book.benchmarks):
        raise BadFile(file, None, _("Der er ingen regler, kodelister eller programmer i filen."))
    if len(canonical_json(document)) > LARGEST:
        raise BadFile(file, None, _("Filen er for stor."))


def combined(base: RuleBook, sets: Iterable[RuleSet]) -> RuleBook:
    """A book with published sets on top of it, in the order given.

    Raises:
        BadFile: A set breaks a rule of rule files, or says something else of a rule that is known already.
    """
    known = {(rule.id, rule.version, rule.programme): rule for rule in base.rules}
    books = [base]
    for each in sets:
        book = each.book()
        for rule in book.rules:
            if not rule.says_the_same(known.setdefault((rule.id, rule.version, rule.programme), rule)):
                raise BadFile(
                    each.label,
                    None,
                    _(
                        "{rule}: version {version} findes allerede og siger noget andet. Giv den et nyt versionsnummer."
                    ).format(rule=rule.id, version=rule.version),
                )
        books.append(book)
    return merged(books)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
