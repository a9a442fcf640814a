"""What every record is: a frozen model whose fields say how they are named, limited and merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer
from pydantic_core import PydanticCustomError

from fieldtui.base.clock import COPENHAGEN, in_fold, in_gap, isoformat
from fieldtui.base.text import clean, phone_digits
from fieldtui.domain.identifiers import InvalidCpr, parse_cpr, parse_cvr, parse_p_number


class Merge(StrEnum):
    """How two people's edits of one field come together."""

    SCALAR = "scalar"
    """One value; two different changes are a conflict for a person."""
    SET = "set"
    """A set; additions and removals of both sides apply."""
    APPEND = "append"
    """Written once, with the record; a correction is a new record."""


Scope = Literal["citizen", "team"]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What the models say about one field."""

    name: str
    """Name in JSON, on the wire and on the command line."""
    attribute: str
    """Name in Python; differs only where the public name is a keyword."""
    label: str
    """Danish, as people read it."""
    description: str
    merge: Merge
    group: str | None
    """Fields of one group merge as one value."""
    codes: str | None
    """The dated code list its values come from; unknown codes are kept and shown raw."""
    personal: bool
    """Never in a list, a log or an export that is not about this person."""
    multiline: bool


def about(  # noqa: PLR0913  one keyword for each thing a field says about itself
    label: str,
    description: str,
    *,
    merge: Merge = Merge.SCALAR,
    group: str | None = None,
    codes: str | None = None,
    personal: bool = False,
    multiline: bool = False,
    default: Any = None,
    required: bool = False,
    **limits: Any,
) -> Any:
    """A model field with its Danish label, its description and its merge kind.

    Args:
        label: Danish label.
        description: What the field means, with unit and source where there is one.
        merge: How two edits come together.
        group: Name of the merge group, if any.
        codes: Name of the code list, if any.
        personal: True for what may never stand in a list for others.
        multiline: True where newlines are part of the text.
        default: Value when not given; ignored where required.
        required: True where the record means nothing without it.
        limits: pydantic's own limits (`ge`, `le`, `max_length` …).
    """
    extra: dict[str, JsonValue] = {"merge": merge.value, "personal": personal, "multiline": multiline}
    if group:
        extra["group"] = group
    if codes:
        extra["codes"] = codes
    return Field(... if required else default, title=label, description=description, json_schema_extra=extra, **limits)


FIRST_YEAR: Final = 1850
LAST_YEAR: Final = 2199
"""Days outside are slips of the keyboard, and leave no room to count deadlines from."""


def _within_reach(value: date) -> None:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("year", "out of reach", {"first": FIRST_YEAR, "last": LAST_YEAR})


def _day(value: Any) -> Any:
    """A day is ISO text (`2026-11-24`); numbers, which pydantic would read as seconds, are none."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PydanticCustomError("day", "not a day")
    _within_reach(value)
    return value


def _instant(value: Any) -> Any:
    """Text without an offset means Copenhagen; the spring gap and the autumn fold are not guessed."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise PydanticCustomError("instant", "not a time") from None
    if isinstance(value, datetime):
        _within_reach(value)
        if value.tzinfo is None:
            if in_gap(value):
                raise PydanticCustomError("instant_gap", "does not exist: clocks go forward")
            if in_fold(value):
                raise PydanticCustomError("instant_fold", "exists twice: clocks go back")
            value = value.replace(tzinfo=COPENHAGEN)
        return value.astimezone(COPENHAGEN).replace(second=0, microsecond=0)
    raise PydanticCustomError("instant", "not a time")


Instant = Annotated[datetime, BeforeValidator(_instant), PlainSerializer(isoformat, return_type=str)]
"""An instant, kept to the minute and written with Copenhagen's offset."""


def _line(value: Any) -> Any:
    """Cleaned before it is measured, so that blanks do not count as a name."""
    return clean(value).strip() if isinstance(value, str) else value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = clean(value, multiline=True).strip("\n")
    return text if text.strip() else ""


def _coded(code: str, parse: Callable[[str], str]) -> AfterValidator:
    def check(value: str) -> str:
        try:
            return parse(value)
        except InvalidCpr as error:
            raise PydanticCustomError(f"cpr_{error.code}", "not a CPR number") from None
        except ValueError:
            raise PydanticCustomError(code, "not such a number") from None

    return AfterValidator(check)


def _words(value: Any) -> Any:
    """A set may be given as one text with commas."""
    return tuple(value.split(",")) if isinstance(value, str) else value


MOST_HOURS: Final = 60
"""Hours in a week that no working week has."""


def hour_step(text: str) -> tuple[date, float]:
    """The day and the weekly hours of a step such as `2026-11-24=12.5`.

    Raises:
        ValueError: It is none, or the hours are out of reach.
    """
    day, equals, hours = text.partition("=")
    count = float(hours.replace(",", "."))
    if not equals or not 0 <= count <= MOST_HOURS:
        raise ValueError("hours")
    found: date = _day(day)
    return found, count


def _hour_steps(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each step in one spelling, by day; for one day the last spelling stands beside the others until somebody chooses."""
    try:
        steps = {hour_step(clean(value).strip()) for value in values}
    except ValueError:
        raise PydanticCustomError("hour_steps", "not a day and hours") from None
    return tuple(f"{day.isoformat()}={hours:g}" for day, hours in sorted(steps))


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({clean(value).strip() for value in values} - {""}))


Line = Annotated[str, BeforeValidator(_line), Field(max_length=200)]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=20_000)]
Code = Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=64)]
"""A code from a dated list; an unknown one is kept."""
Ref = Annotated[str, Field(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
"""Id of another record, or of a consultant."""
CprNumber = Annotated[str, _coded("cpr_characters", lambda text: parse_cpr(text).digits)]
CprNumbers = Annotated[tuple[CprNumber, ...], BeforeValidator(_words), AfterValidator(_unique), Field(max_length=40)]
"""A set of CPR numbers, kept sorted."""
CvrNumber = Annotated[str, _coded("cvr", parse_cvr)]
PNumber = Annotated[str, _coded("p_number", parse_p_number)]
Phone = Annotated[str, AfterValidator(phone_digits), Field(max_length=40)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_unique), Field(max_length=40)]
"""A set of short words, kept sorted."""
HourSteps = Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_hour_steps), Field(max_length=200)]
"""Weekly hours from a day on, as a set of steps such as `2026-11-24=12.5`, by day."""
Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day, without a time and without a zone."""


class Record(BaseModel):
    """A record's body. The envelope around it (id, rev, state) belongs to store and wire.

    Fields this version does not know are kept and written back untouched.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        hide_input_in_errors=True,
        str_max_length=20_000,
        serialize_by_alias=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    collection: ClassVar[str]
    label: ClassVar[str]
    """Danish, singular."""
    plural: ClassVar[str]
    reach: ClassVar[Scope]
    append_only: ClassVar[bool] = False

    def body(self) -> dict[str, Any]:
        """The record as JSON values, unset fields left out; the form that is stored, sent and hashed."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def unknown(self) -> dict[str, Any]:
        """Fields a newer central system knows and this version does not."""
        return dict(self.model_extra or {})


RESERVED: Final = frozenset({"id", "collection", "rev", "sync_state", "annulled_at"})
"""Names of the envelope, which no body may use."""


@cache
def fields_of(model: type[Record]) -> dict[str, FieldInfo]:
    """What the model says about its fields, in the order of the form."""
    found: dict[str, FieldInfo] = {}
    for attribute, info in model.model_fields.items():
        name = info.alias or attribute
        extra = info.json_schema_extra
        said: dict[str, Any] = dict(extra) if isinstance(extra, dict) else {}
        found[name] = FieldInfo(
            name=name,
            attribute=attribute,
            label=info.title or name,
            description=info.description or "",
            merge=Merge(said.get("merge", Merge.SCALAR.value)),
            group=said.get("group"),
            codes=said.get("codes"),
            personal=bool(said.get("personal")),
            multiline=bool(said.get("multiline")),
        )
    return found
