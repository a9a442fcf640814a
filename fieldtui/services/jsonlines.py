"""One record as a line of JSON, as scripts give it."""

from __future__ import annotations

import json
from typing import Any, NoReturn
from uuid import UUID

from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.base.text import clean


def read_object(text: str) -> dict[str, Any]:
    """The fields of a record.

    Raises:
        InvalidRecords: Not JSON, not an object, or a field that stands twice.
    """
    try:
        values = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        refuse(None, _("Linjen er ikke gyldig JSON. Skriv et objekt med felter."))
    if not isinstance(values, dict):
        refuse(None, _("En post skal være et JSON-objekt med felter."))
    return values


def is_id(value: object) -> bool:
    """True for an id as `SystemIds` makes them: 36 characters, lower case."""
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def refuse(field_name: str | None, reason: str) -> NoReturn:
    """Refuse a record for one field, or as a whole.

    Raises:
        InvalidRecords: Always.
    """
    raise InvalidRecords((LineProblem(None, field_name, reason),))


def _refuse_constant(_text: str) -> NoReturn:
    raise ValueError("JSON knows no NaN and no Infinity")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object's fields; a name that stands twice is refused, since one of its values would be lost without a word."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _value in pairs]
        refuse(clean(next(name for name in names if names.count(name) > 1), limit=40), _("Feltet står to gange."))
    return values
