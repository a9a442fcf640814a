"""Any field of any record in a form: what stands in it at first, and what was meant by what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import parse_instant
from fieldtui.domain.records import Record, fields_of
from fieldtui.domain.rulebook import RuleBook
from fieldtui.tui.dialogs.entries import Entry, Kind, options_of
from fieldtui.tui.presenters.conflicts import value_text
from fieldtui.tui.presenters.dates import clock, full, local

_YES, _NO = "true", "false"
_DAYS: Final = ("_on", "_until", "_to", "_from")


def value_entry(
    model: type[Record], name: str, value: Any, rules: RuleBook, today: date, *, wrong: bool = False
) -> Entry:
    """A field of a form for one field of a record.

    Args:
        model: The collection's model.
        name: The field, as on the wire.
        value: As in a record's body; `None` where it has none.
        rules: Names the codes.
        today: Which codes are in force.
        wrong: True where the central system refused this field; said beside it.
    """
    info = fields_of(model)[name]
    words = _words(model, name)
    kind: Kind = "text" if info.multiline else "line"
    options: tuple[tuple[str, str], ...] = ()
    if info.codes:
        kind, options = "pick", options_of(rules.codes(info.codes, today))
    elif words:
        kind, options = "pick", tuple((word, value_text(model.collection, name, _plain(word), rules)) for word in words)
    elif isinstance(value, (list, tuple)):
        kind = "words"
    elif isinstance(value, (int, float)):
        kind = "number"
    elif _is_day(name):
        kind = "date"
    hint = _("kontoret tog ikke imod det, der står her") if wrong else "" if options else _(info.description)
    return Entry(name, _(info.label), kind, _shown(name, kind, value), options, hint=hint)


def read_values(model: type[Record], given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What a form of such fields says, as a record's body has it.

    Raises:
        InvalidRecords: A time nobody can read; the sentence says why.
    """
    return {name: _read(model, name, value, today) for name, value in given.items()}


def _read(model: type[Record], name: str, value: Any, today: date) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and {_YES, _NO} == set(_words(model, name)):
        return value == _YES
    if isinstance(value, str) and name.endswith("_at"):
        try:
            return isoformat(parse_instant(value, today))
        except ValueError as error:
            raise InvalidRecords((LineProblem(None, name, str(error)),)) from None
    return value


def _shown(name: str, kind: Kind, value: Any) -> Any:
    """The value as the form's widget takes it."""
    if isinstance(value, bool):
        return _YES if value else _NO
    if not isinstance(value, str):
        return value
    try:
        if kind == "date":
            return date.fromisoformat(value)
        if name.endswith("_at"):
            at = datetime.fromisoformat(value).astimezone(COPENHAGEN)
            return f"{full(local(at).date())} {clock(at)}"
    except ValueError:
        return None if kind == "date" else value
    return value


def _is_day(name: str) -> bool:
    return name == "on" or name.endswith(_DAYS)


def _plain(word: str) -> Any:
    return word == _YES if word in {_YES, _NO} else word


def _words(model: type[Record], name: str) -> Sequence[str]:
    """The words a field may hold, where the model itself says which."""
    annotation = model.model_fields[fields_of(model)[name].attribute].annotation
    kinds = [annotation, *(each for each in get_args(annotation) if get_origin(annotation) is not Literal)]
    for each in kinds:
        if get_origin(each) is Literal:
            return [str(word) for word in get_args(each)]
        if isinstance(each, type) and issubclass(each, Enum):
            return [str(word.value) for word in each]
    return [_YES, _NO] if bool in kinds else []
