"""Hypothesis strategies for the bodies of every collection, made from the models themselves."""

from __future__ import annotations

import types
from datetime import date
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.identifiers import InvalidCpr, parse_cpr
from fieldtui.domain.records import Record, fields_of
from fieldtui.domain.rulebook import builtin

HOSTILE = st.sampled_from(
    [
        '=HYPERLINK("http://x")',
        "\x1b[31mrød\x1b[0m",
        "[@click=app.quit]x[/]",
        "A\u0301rhus \u202etxt.exe",
        "'; DROP TABLE record; --",
        "\ufeffÆØÅ \u200bæøå",
        "👩\u200d👩\u200d👧 familie",
        "%s {navn} \\N{SNOWMAN}",
        '"anførsel" & <tag>',
    ]
)
"""Texts that break what is careless."""

days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
texts = st.one_of(st.text(max_size=60), HOSTILE)
_WORDS = st.one_of(st.text(min_size=1, max_size=20), HOSTILE)


@st.composite
def replacement_numbers(draw: st.DrawFn) -> str:
    """CPR numbers of nobody: the day of birth plus 60."""
    birth = draw(st.dates(date(1940, 1, 1), date(1999, 12, 31)))
    digits = f"{birth.day + 60:02}{birth:%m%y}{draw(st.integers(1, 3999)):04}"
    try:
        return parse_cpr(digits).digits
    except InvalidCpr:
        return "6101900001"


@st.composite
def instants(draw: st.DrawFn) -> str:
    """ISO instants to the minute, with Copenhagen's offset."""
    at = draw(st.datetimes(date_time(2000), date_time(2040), timezones=st.just(COPENHAGEN), allow_imaginary=False))
    return at.isoformat(timespec="minutes")


def date_time(year: int) -> Any:
    """The first minute of a year, without a zone."""
    from datetime import datetime

    return datetime(year, 1, 1)


_SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "cpr": replacement_numbers(),
    "former_cpr": st.lists(replacement_numbers(), max_size=2),
    "hours_steps": st.lists(st.builds(lambda on, hours: f"{on}={hours}", days, st.integers(0, 60)), max_size=3),
    "cvr": st.sampled_from(["13585628", "25313763"]),
    "p_number": st.from_regex(r"[0-9]{10}", fullmatch=True),
    "phone": st.from_regex(r"[2-9][0-9]{7}", fullmatch=True),
    "postal_code": st.from_regex(r"[0-9]{4}", fullmatch=True),
}


def _for(name: str, annotation: Any, ids: dict[str, str]) -> st.SearchStrategy[Any] | None:
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name.endswith("_id") or name in {"author", "by", "addendum_to", "merged_into", "moved_from"}:
        return st.just(ids[name]) if name in ids else None
    while hasattr(annotation, "__metadata__"):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = next(each for each in get_args(annotation) if each is not type(None))
        return _for(name, annotation, ids)
    return _plain(name, annotation)


def _plain(name: str, annotation: Any) -> st.SearchStrategy[Any]:
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from([each.value for each in annotation])
    if get_origin(annotation) is tuple:
        return st.lists(_WORDS, max_size=4)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(5, 100)
    if annotation is float:
        return st.integers(0, 60).map(lambda half: half / 2)
    if getattr(annotation, "__name__", "") == "datetime":
        return instants()
    if getattr(annotation, "__name__", "") == "date":
        return days.map(date.isoformat)
    return _WORDS.filter(lambda text: bool(_visible(text))) if name else texts


def _codes(list_name: str) -> st.SearchStrategy[str]:
    """Codes that the list knows: of most lists another one is refused."""
    return st.sampled_from(sorted(builtin().codes(list_name)))


def _visible(text: str) -> str:
    from fieldtui.base.text import clean

    return clean(text, multiline=True).strip().strip("\n")


def bodies(model: type[Record], ids: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Values that may break a rule between fields, but no single field.

    Args:
        model: Of which collection.
        ids: By field name, the ids that references may hold; other references stay empty.
    """
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, info in fields_of(model).items():
        field = model.model_fields[info.attribute]
        strategy = _codes(info.codes) if info.codes else _for(name, field.annotation, ids)
        if strategy is not None:
            (required if field.is_required() else optional)[name] = strategy
    return st.fixed_dictionaries(required, optional=optional)
