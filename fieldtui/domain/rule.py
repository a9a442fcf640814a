"""What one rule, one code and one programme profile may say: the shapes that rule files are held against.

A number is data with its source, its dates and whether the municipality has confirmed it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from fieldtui.base.text import clean

Level = Literal["legal", "local", "method"]
Kind = Literal["deadline", "limit", "norm", "target", "switch"]


def _empty_is_unset(value: Any) -> Any:
    """TOML has no null; an empty text means not set yet."""
    return None if value == "" else value


_MOST: Final = 100_000
"""As days close to three hundred years: what no rule needs, and every calendar can still count with."""
_LATEST: Final = 2**31 - 1
_LONGEST: Final = 2_000


def _countable(value: float | None) -> float | None:
    """A number that can be a count, a share or a span of time: from 0, and not beyond any calendar."""
    if value is not None and not 0 <= value <= _MOST:
        raise ValueError("number")
    return value


def _numbered(version: int) -> int:
    if version > _LATEST:
        raise ValueError("version")
    return version


def _shown(text: str) -> str:
    """What a municipality publishes is foreign text too."""
    return clean(text, limit=_LONGEST)


def _noted(text: str | None) -> str | None:
    return None if text is None else _shown(text)


_Number = AfterValidator(_countable)
_Version = Annotated[int, Field(ge=1), AfterValidator(_numbered)]
_Shown = Annotated[str, AfterValidator(_shown)]
OptionalDay = Annotated[date | None, BeforeValidator(_empty_is_unset)]
OptionalText = Annotated[str | None, BeforeValidator(_empty_is_unset)]


class Strict(BaseModel):
    """Frozen, and no unknown key."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, use_attribute_docstrings=True
    )


class Params(Strict):
    """What a rule may say; each names its unit."""

    days: int | None = Field(default=None, ge=0, le=3660)
    """Calendar days."""
    weeks: int | None = Field(default=None, ge=0, le=520)
    """Seven calendar days each."""
    months: int | None = Field(default=None, ge=0, le=120)
    """Calendar months, clipped to a month's last day."""
    hours: Annotated[float | None, _Number] = Field(default=None, ge=0)
    value: Annotated[int | float | bool | None, _Number] = None
    """A count, a share or a switch."""
    values: tuple[Annotated[float, _Number], ...] | None = None
    counted_from: str | None = Field(default=None, alias="from")
    """The field whose day starts the clock."""
    basis: str | None = None
    """A code that the rule is about: the legal basis of treatment, or the category it names."""
    category: tuple[str, ...] | None = None
    """Visitation categories the rule is for; none means all."""
    warn_days: int | None = Field(default=None, ge=0, le=366)
    """From how many days before the day it is worth showing on its own account."""


class Rule(Strict):
    """One version of one rule."""

    id: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=64)
    version: _Version
    kind: Kind
    level: Level
    label: _Shown = Field(min_length=1)
    """Danish."""
    source: _Shown = Field(min_length=1)
    """Paragraph of law, or the document it is taken from."""
    valid_from: date
    """First day."""
    valid_to: OptionalDay = None
    """Last day; `None` while no end is known."""
    confirmed_on: OptionalDay = None
    """The day the municipality said that it is right; `None` while nobody has."""
    confirmed_by: OptionalText = None
    """Who said so."""
    expected: bool = False
    """True where it stands on a law that is expected and was not seen passed."""
    note: Annotated[str | None, BeforeValidator(_empty_is_unset), AfterValidator(_noted)] = None
    """What is not sure about it, in Danish."""
    enabled: bool = True
    """False keeps a rule that counts no more, so that old decisions can be read."""
    given: Params = Field(default=Params(), alias="params")
    programme: str | None = None
    """The programme profile it belongs to; `None` for everyone."""

    @property
    def params(self) -> dict[str, Any]:
        """What the rule says, by the names of the file; only what was given."""
        return self.given.model_dump(by_alias=True, exclude_unset=True)

    @property
    def confirmed(self) -> bool:
        """True where the municipality has said that it is right."""
        return self.confirmed_on is not None

    def says_the_same(self, other: Rule) -> bool:
        """True where two differ at most in whether somebody has confirmed it, and in what is said to be unsure."""
        open_ = {"confirmed_on": None, "confirmed_by": None, "expected": False, "note": None}
        return self.model_copy(update=open_) == other.model_copy(update=open_)

    def in_force(self, day: date) -> bool:
        """True where it is switched on and counts on a day."""
        return self.enabled and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Code(Strict):
    """One entry of a code list."""

    code: str = Field(min_length=1, max_length=64)
    label: _Shown = Field(min_length=1)
    """Danish; spelled as people read it."""
    valid_from: OptionalDay = None
    valid_to: OptionalDay = None
    """Last day it may be chosen; records that have it keep it."""
    expected: bool = False
    """True where it stands on a law that is expected and was not seen passed."""

    def in_force(self, day: date) -> bool:
        """True where it may be chosen on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Programme(Strict):
    """A programme's profile: whom it is for and what it aims at."""

    id: str
    label: _Shown
    version: _Version
    source: _Shown
    valid_from: date
    valid_to: OptionalDay = None
    districts: tuple[str, ...] = ()
    """Codes of the list `district`."""
    min_age: int | None = Field(default=None, ge=0, le=120)
    """Whole years at enrolment."""
    max_age: int | None = Field(default=None, ge=0, le=120)
    """Whole years at enrolment; somebody who turns older stays."""
    visitation_categories: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    """Codes of the list `benefit`; none means any."""
    weeks: int | None = Field(default=None, ge=1, le=104)
    """How long a course of fixed length takes at least."""
    tasks: tuple[_Shown, ...] = ()
    """What is tried in the course."""
    outputs: tuple[_Shown, ...] = ()
    """What the course must leave behind in writing."""
    figures: tuple[str, ...] = ()
    """Ids of the figures a report shows, in its order; none means all."""
    usual: bool = False
    """True for the one whose rules count for a citizen without a programme."""
