"""What one rule, one code and one programme profile may say: the shapes that rule files are held against.

A number is data with its source, its dates and whether the municipality has confirmed it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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
_Headings = Annotated[str, AfterValidator(lambda text: clean(text, limit=_LONGEST, multiline=True).strip("\n") + "\n")]
"""Several lines, without a blank one at either end."""
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
    minutes: int | None = Field(default=None, ge=0, le=1440)
    between: tuple[_Shown, _Shown] | None = None
    """Two places, as the beginnings of their names: the way between them takes `minutes`."""
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


class Template(Strict):
    """The headings of a note: what is asked for, in lines to write behind."""

    id: str = Field(pattern=r"^[a-z0-9_]+$", max_length=64)
    label: _Shown = Field(min_length=1)
    """Danish."""
    version: _Version
    source: _Shown = Field(min_length=1)
    kinds: tuple[str, ...] = ()
    """Kinds of appointments it is offered first for."""
    text: _Headings = Field(min_length=1)


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


class FidelityItem(Strict):
    """One item of the IPS fidelity scale: what it asks, what each score means, and how much of it can be counted here."""

    number: int = Field(ge=1, le=25)
    label: _Shown = Field(min_length=1)
    """Danish."""
    automation: Literal["auto", "partial", "human"]
    """`auto` is scored from the records, `partial` is shown with what the records say of it, `human` with nothing."""
    anchors: tuple[_Shown, ...] = Field(min_length=1, max_length=5)
    """What the scores mean in our own words, the highest first."""
    cuts: tuple[Annotated[float, _Number], ...] | None = Field(default=None, min_length=4, max_length=4)
    """What it takes at least for 5, 4, 3 and 2; at most, where less is better."""
    less_is_better: bool = False
    most: int = Field(default=5, ge=1, le=5)
    """The highest score that counting alone can give: more would need what no record says."""
    kinds: tuple[str, ...] = ()
    """Codes of what is counted."""
    of: tuple[str, ...] = ()
    """Codes of what it is a share of."""
    words: tuple[_Shown, ...] = ()
    """Words of a place that is the team's own office."""
    source: _Shown = Field(min_length=1)
    note: Annotated[str | None, BeforeValidator(_empty_is_unset), AfterValidator(_noted)] = None
    """What is not sure about it, in Danish."""
    confirmed_on: OptionalDay = None
    """The day somebody held it against the licensed manual; `None` while nobody has."""
    confirmed_by: OptionalText = None

    @property
    def confirmed(self) -> bool:
        """True where somebody has held it against the licensed manual."""
        return self.confirmed_on is not None


class Benchmark(Strict):
    """A number of somebody else's to hold a figure against; imported with its source, never computed here."""

    figure: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=32)
    """The figure's id (`K6`)."""
    label: _Shown = Field(min_length=1)
    """Whom it is about, in Danish."""
    value: float = Field(ge=0)
    """In the figure's own unit: a share is between 0 and 1."""
    first: date
    """First day of the period it is about."""
    last: date
    """Last day of it."""
    source: _Shown = Field(min_length=1)
    """Who published it, and where."""
    read_on: date
    """The day somebody read it there."""

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.last < self.first or self.value > _MOST:
            raise ValueError("benchmark")
        return self
