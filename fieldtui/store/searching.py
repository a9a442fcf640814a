"""Full-text search over folded words: `aagaard` finds Ågård, `ojvind` finds Øjvind, prefixes match.

A word is indexed and asked for in one common spelling: folded (æ→ae, ø→oe, å→aa, other marks off), and then
with the two spellings of a Danish letter made one (aa→a, oe→o). So a query never misses for its spelling;
now and then it finds a little more.
"""

from __future__ import annotations

import hmac
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Final

from fieldtui.base.text import clean, fold
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import Citizen, Record, fields_of
from fieldtui.store.rows import main_day

_UNREAD: Final = frozenset({"author", "by", "cpr", "former_cpr", "merged_into", "not_duplicate_of"})
"""Numbers of persons, and fields that hold ids: no words to be found."""
_CPR: Final = re.compile(r"(?<!\d)(\d{6})[- ]?(\d{4})(?!\d)")
_DIGIT: Final = re.compile(r"\d")
_AROUND: Final = 40
_LONGEST_QUERY: Final = 200
_WORTH_MERGING: Final = 100
"""Records in the whole store for each one that is put in place of another, up to which the index is made one part first:
FTS5 looks for each removed word in every part. For a hundred of 2,765 that takes 13 ms of processor and saves 90."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One record that has every word of the query."""

    record_id: str
    collection: str
    title: str
    """A name or a title; for a citizen's records the services put the citizen's short name in."""
    snippet: str
    """The place in the text where the first word stands, at most about 80 characters; empty where it is the title."""
    citizen_id: str | None
    day: date | None
    """The record's main date."""


def hit_of(found: Stored[Any], query: str) -> SearchHit:
    """A record that was found, as the person who searched reads it."""
    return SearchHit(
        record_id=found.id,
        collection=found.collection,
        title=title_of(found.record),
        snippet=snippet_of(found.record, query),
        citizen_id=found.scope.removeprefix("citizen:") if found.scope.startswith("citizen:") else None,
        day=main_day(found.record),
    )


def spell(text: str) -> str:
    """The one spelling in which words are compared."""
    return fold(text).replace("aa", "a").replace("oe", "o")


def texts_of(record: Record) -> Iterator[tuple[str, str]]:
    """Name and text of everything in a record that may be searched.

    Never the CPR number, never an id, never a protected citizen's address or phone number, never a confidential note, never
    fields this version does not know.
    """
    if is_confidential(record):
        return
    hidden = PROTECTED_FIELDS if isinstance(record, Citizen) and is_protected(record) else ()
    for name, attribute in _searched(type(record)):
        if name in hidden:
            continue
        value = getattr(record, attribute)
        if isinstance(value, str) and not isinstance(value, Enum) and value:
            yield name, value
        elif isinstance(value, tuple) and value:
            yield name, ", ".join(str(word) for word in value)


@cache
def _searched(model: type[Record]) -> tuple[tuple[str, str], ...]:
    """Name and attribute of every field of a model that may hold text to be found."""
    return tuple(
        (name, info.attribute)
        for name, info in fields_of(model).items()
        if name not in _UNREAD and not name.endswith("_id")
    )


def cpr_token(key: bytes, digits: str) -> str:
    """The word a CPR number is indexed as: a keyed hash, so that the index does not hold the number."""
    return "cpr" + hmac.digest(key, b"fieldtui/search/cpr\n" + digits.encode("ascii"), "sha256").hex()[:24]


def words_of(record: Record, key: bytes) -> str:
    """Everything of a record that goes into the index."""
    parts = [spell(_without_numbers("\n".join(text for _name, text in texts_of(record)), key))]
    phone = getattr(record, "phone", None) if "phone" in type(record).model_fields else None
    if isinstance(phone, str) and not (isinstance(record, Citizen) and is_protected(record)):
        parts.append(phone.replace(" ", ""))
    if isinstance(record, Citizen):
        parts += [cpr_token(key, number) for number in (record.cpr, *record.former_cpr) if number]
    return "\n".join(parts)


def _without_numbers(text: str, key: bytes) -> str:
    if _DIGIT.search(text) is None:  # most texts; the search for a whole number takes five times as long
        return text
    return _CPR.sub(lambda cpr: cpr_token(key, cpr[1] + cpr[2]), text)


def index(connection: sqlite3.Connection, no: int, record: Record, key: bytes) -> None:
    """Put a record into the index, in place of what was there under its number."""
    index_again(connection, {no: record}, key)


def index_again(connection: sqlite3.Connection, records: Mapping[int, Record | None], key: bytes) -> None:
    """Put records into the index, in place of what was there under their numbers; `None` takes one out.

    Taking words out of the index costs far more than finding that they are the same. The numbers go upwards: before one
    lower than the last, FTS5 writes out all that it has gathered.
    """
    numbers = sorted(records)
    known: dict[int, str] = dict(
        connection.execute(
            "SELECT rowid, folded FROM search WHERE rowid IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        ).fetchall()
    )
    gone: list[tuple[int]] = []
    renewed: list[tuple[int, str]] = []
    for no in numbers:
        record = records[no]
        words = None if record is None else words_of(record, key)
        if words is None:
            gone.append((no,))
        elif known.get(no) != words:
            renewed.append((no, words))
    replaced = len(gone) + sum(no in known for no, _words in renewed)
    if replaced:
        (last,) = connection.execute("SELECT coalesce(max(no), 0) FROM record").fetchone()
        if replaced * _WORTH_MERGING > last:
            connection.execute("INSERT INTO search(search) VALUES ('optimize')")
    connection.executemany("DELETE FROM search WHERE rowid = ?", gone)
    connection.executemany("INSERT OR REPLACE INTO search (rowid, folded) VALUES (?, ?)", renewed)


def index_new(connection: sqlite3.Connection, records: Iterable[tuple[int, Record]], key: bytes) -> None:
    """Put records into the index under numbers that it does not hold yet."""
    connection.executemany(
        "INSERT INTO search (rowid, folded) VALUES (?, ?)", ((no, words_of(record, key)) for no, record in records)
    )


def unindex(connection: sqlite3.Connection, no: int) -> None:
    """Take a record out of the index."""
    connection.execute("DELETE FROM search WHERE rowid = ?", (no,))


def match_expression(text: str, key: bytes) -> str:
    """The FTS5 expression for a query: all words, any order, each as a prefix. Empty where there is no word."""
    query = clean(text, limit=_LONGEST_QUERY)
    tokens = [f'"{cpr_token(key, first + last)}"' for first, last in _CPR.findall(query)]
    for word in _CPR.sub(" ", query).split():
        spelled = spell(word).replace('"', " ").strip()
        if any(char.isalnum() for char in spelled):
            tokens.append(f'"{spelled}"*')
    return " ".join(tokens)


def snippet_of(record: Record, query: str) -> str:
    """The text around the first word of the query, on one line, safe to show; empty where it is in no text."""
    wanted = [spell(word) for word in clean(query, limit=_LONGEST_QUERY).split()]
    for _name, text in texts_of(record):
        for found in re.finditer(r"\w+", text):
            if any(spell(found.group()).startswith(word) for word in wanted if word):
                begin, end = max(0, found.start() - _AROUND), found.end() + _AROUND
                shown = clean(text[begin:end]).strip()
                return f"{'…' if begin else ''}{shown}{'…' if end < len(text) else ''}"
    return ""


def title_of(record: Record) -> str:
    """What a record is called in a list of hits."""
    if isinstance(record, Citizen):
        return record.full_name
    for name in ("name", "title", "recipient", "provider"):
        value = getattr(record, name, None)
        if isinstance(value, str) and value:
            return value
    return record.label
