"""What a figure is: a number that shows what it is made of, and whom it may be shown to.

A figure names its formula, what it counts of what, how many were left out, and the rules whose limits it uses, so that anybody can
count it again. Cells under five can point at a person among 25 citizens and are hidden in what leaves the team (domain.md §1.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _, decimal
from fieldtui.domain.rule import Benchmark

SMALLEST_SHOWN: Final = 5
"""Counts of persons from 1 to one under this are hidden outside the team."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a first to a last day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadUsage(_("Perioden slutter, før den begynder."))

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def overlaps(self, first: date, last: date | None) -> bool:
        """True where something from one day to another, or still going on, shares a day with the period."""
        return first <= self.last and (last is None or last >= self.first)

    @property
    def iso_weeks(self) -> int:
        """How many ISO weeks (ISO 8601, Monday first) the period touches."""
        monday = self.first - timedelta(days=self.first.weekday())
        return (self.last - monday).days // 7 + 1


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule wants of a figure, and whether it is so."""

    rule_id: str
    version: int
    confirmed: bool
    """False while nobody in the municipality has said that the number is right."""
    source: str
    least: float | None = None
    most: float | None = None
    """The limits, in the figure's own unit; of a breakdown, for each of its cells."""
    met: bool | None = None
    """`None` where nothing can be said, or it may not be shown."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report."""

    id: str
    """`K1a` … `K11`, `both_tracks` (docs/cli.md)."""
    label: str
    """Short, in the language in force."""
    value: float | Mapping[str, int] | None
    """A share between 0 and 1, a count, days, or counts by code; `None` where nothing can be said or it is hidden."""
    numerator: int | None
    denominator: int | None
    """What a share is a share of; `None` where the figure is a count."""
    excluded: int
    """How many were looked at and left out, as the formula says."""
    formula: str
    """In words, in the language in force."""
    rule_ids: tuple[str, ...] = ()
    hidden: bool = False
    """True where it was too small to be shown outside the team."""
    per: bool = False
    """True where the denominator is a time: so many in each week."""
    personal: bool = True
    """False where nobody can be recognised by it, however small: contacts with employers, outreach days."""
    ratio: bool = False
    """True where the value is a share between 0 and 1, also where it is hidden."""
    n: int | None = None
    """How many a value stands on that is no count of them: a median's."""
    target: Target | None = None
    benchmarks: tuple[Benchmark, ...] = ()
    """Imported numbers of others that it may be held against, the newest first."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "id": self.id,
            "label": self.label,
            "value": dict(self.value) if isinstance(self.value, Mapping) else self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "excluded": self.excluded,
            "formula": self.formula,
            "rule_ids": list(self.rule_ids),
            "target": None if self.target is None else self.target.as_json(),
            "benchmarks": [each.model_dump(mode="json", exclude={"figure"}) for each in self.benchmarks],
            **({"hidden": True} if self.hidden else {}),
        }


def document(figures: Sequence[Figure], period: Period, *, programme: str | None) -> dict[str, Any]:
    """A report in the shape of docs/cli.md; it stands as of the period's last day.

    Args:
        figures: Its figures.
        period: What they are about.
        programme: Only citizens of this one; `None` is everybody.
    """
    return {
        "as_of": period.last.isoformat(),
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "programme": programme,
        "figures": [figure.as_json() for figure in figures],
    }


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Each figure for a person: what it is, how much, of what; its formula under it."""
    for figure in figures:
        yield f"{figure.id:<14} {figure.label}: {written(figure)}"
        yield f"{'':<14} {figure.formula}"
        if figure.target is not None:
            yield f"{'':<14} {aimed(figure)}"
        for benchmark in figure.benchmarks:
            yield f"{'':<14} {compared(figure, benchmark)}"


def aimed(figure: Figure) -> str:
    """The target of a figure in words, whether it is met, and whether it is confirmed; empty where it has none."""
    target = figure.target
    if target is None:
        return ""
    met = {None: "", True: " " + _("Nået."), False: " " + _("Ikke nået.")}[target.met]
    unsure = "" if target.confirmed else " " + _("Ikke bekræftet.")
    return _("Mål: {limits} ({source}).").format(limits=limits(figure, target), source=target.source) + met + unsure


def limits(figure: Figure, target: Target) -> str:
    """The limits of a target: `mindst 25 pct.`, `højst 25`, `1–2`."""
    least, most = (None if each is None else in_unit(figure, each) for each in (target.least, target.most))
    if least is not None and most is not None:
        return f"{least}–{most}"
    return _("mindst {limit}").format(limit=least) if least is not None else _("højst {limit}").format(limit=most)


def compared(figure: Figure, benchmark: Benchmark) -> str:
    """An imported number with whom it is about, its period and its source, and how far the figure lies from it."""
    said = _("Til sammenligning: {label} {value} ({first} til {last}). Kilde: {source}, læst {read}.").format(
        label=benchmark.label, value=in_unit(figure, benchmark.value), first=f"{benchmark.first:%d-%m-%Y}",
        last=f"{benchmark.last:%d-%m-%Y}", source=benchmark.source, read=f"{benchmark.read_on:%d-%m-%Y}",
    )  # fmt: skip
    return f"{said} {_apart(figure, benchmark)}".rstrip()


def _apart(figure: Figure, benchmark: Benchmark) -> str:
    """How far a figure lies from an imported number; empty where it has no number or lies as near as can be written."""
    if figure.value is None or isinstance(figure.value, Mapping):
        return ""
    apart = figure.value - benchmark.value
    size = decimal(abs(100 * apart if is_share(figure) else apart))
    if size == "0":
        return ""
    size = _("{number} procentpoint").format(number=size) if is_share(figure) else size
    return (_("Tallet her er {size} højere.") if apart > 0 else _("Tallet her er {size} lavere.")).format(size=size)


def in_unit(figure: Figure, number: float) -> str:
    """A number as the figure's own values are written: a share in per cent, everything else bare."""
    return _("{percent} pct.").format(percent=decimal(100 * number)) if is_share(figure) else decimal(number)


def is_share(figure: Figure) -> bool:
    """True where the value is a share between 0 and 1, also where it is hidden."""
    return figure.ratio


def written(figure: Figure, words: Mapping[str, str] | None = None) -> str:
    """A figure's value with what it is made of: `22 pct. (16 af 73)`, `12`, `MH 25 · SK 24`.

    Args:
        figure: The figure.
        words: What codes of a breakdown are called; those it lacks stand as they are.
    """
    if figure.hidden and not figure.value:
        return _("skjult (under {least})").format(least=SMALLEST_SHOWN)
    if isinstance(figure.value, Mapping):
        cells = [f"{(words or {}).get(key, key)} {number}" for key, number in figure.value.items()]
        return " · ".join([*cells, *([_("andre skjult")] if figure.hidden else [])]) or "–"
    if figure.value is None:
        return (
            _("ingen ({numerator} af {denominator})").format(
                numerator=figure.numerator or 0, denominator=figure.denominator or 0
            )
            if figure.denominator is not None
            else "–"
        )
    if figure.denominator is None:
        return decimal(figure.value)
    if figure.per:
        return _("{value} ({numerator} på {denominator})").format(
            value=decimal(figure.value), numerator=figure.numerator, denominator=figure.denominator
        )
    return _("{percent} pct. ({numerator} af {denominator})").format(
        percent=percent(figure), numerator=figure.numerator, denominator=figure.denominator
    )


def percent(figure: Figure) -> int:
    """A share in whole per cent, halves up, as the municipality's memos write it (16 of 73 is 22)."""
    assert figure.numerator is not None and figure.denominator  # noqa: S101, PT018  a share of something
    return (200 * figure.numerator + figure.denominator) // (2 * figure.denominator)


def share(
    figure_id: str, label: str, of: int, whole: int, formula: str, *, excluded: int = 0, rules: tuple[str, ...] = ()
) -> Figure:
    """A share of a whole; of nothing it is nothing."""
    return Figure(figure_id, label, of / whole if whole else None, of, whole, excluded, formula, rules, ratio=True)


def count(
    figure_id: str, label: str, number: int, formula: str, *, rules: tuple[str, ...] = (), personal: bool = True
) -> Figure:
    """How many."""
    return Figure(figure_id, label, number, number, None, 0, formula, rules, personal=personal)


def breakdown(
    figure_id: str, label: str, counts: Mapping[str, int], formula: str, *, rules: tuple[str, ...] = ()
) -> Figure:
    """How many of each kind; `numerator` is their sum."""
    ordered = {key: counts[key] for key in sorted(counts)}
    return Figure(figure_id, label, ordered, sum(counts.values()), None, 0, formula, rules)


def for_others(figure: Figure) -> Figure:
    """The figure as it may leave the team.

    A share is hidden where those it counts, or those it does not count, are 1 to 4; a count where it is 1 to 4. In a breakdown each
    small cell is hidden, and with a single one the next smallest too: else the sum would give it away.
    """
    if not figure.personal:
        return figure
    if isinstance(figure.value, Mapping):
        return _without_small_cells(figure, figure.value)
    parts = [figure.numerator, figure.n]
    if figure.denominator is not None and figure.numerator is not None:
        parts += [figure.denominator, figure.denominator - figure.numerator]
    if any(part is not None and 0 < part < SMALLEST_SHOWN for part in parts):
        return unsaid(figure)
    excluded = 0 if 0 < figure.excluded < SMALLEST_SHOWN else figure.excluded
    return replace(figure, excluded=excluded)


_BY_STAFF: Final = frozenset({"K11", "caseload_standing_in", "caseload_both_tracks", "caseload_overdue"})
"""Breakdowns by consultant."""


def leaving(figure: Figure) -> Figure:
    """The figure as it stands in a file that leaves the team: as `for_others`, and no consultant's own number, only the team's."""
    if figure.id in _BY_STAFF and isinstance(figure.value, Mapping):
        figure = replace(figure, value=figure.numerator, target=None)
    return for_others(figure)


_OF_ALL, _OF_ENROLLED = "K1a", "K1b"
_ENROLLED: Final = frozenset({_OF_ENROLLED, "K11", "caseload_total"})
"""Figures that say how many are enrolled on the last day; `K1a` and `K2` say how many were at any time."""


def together(figures: Sequence[Figure], each: Callable[[Figure], Figure] = for_others) -> tuple[Figure, ...]:
    """The figures of one report as they may leave the team side by side.

    Where one to four citizens left in the period, how many are enrolled at its end is hidden: those who were there at any time, less
    those, would be who left.

    Args:
        figures: As they were counted.
        each: `for_others` or `leaving`.
    """
    few = few_left(figures)
    return tuple(unsaid(each(one)) if few and one.id in _ENROLLED else each(one) for one in figures)


def few_left(figures: Iterable[Figure]) -> bool:
    """True where those who left in the period are one to four; told by figures as they were counted."""
    of = {one.id: one.denominator for one in figures}
    everybody, enrolled = of.get(_OF_ALL), of.get(_OF_ENROLLED)
    return everybody is not None and enrolled is not None and 0 < everybody - enrolled < SMALLEST_SHOWN


def is_of_enrolled(figure: Figure) -> bool:
    """True for a figure that says how many are enrolled on the period's last day."""
    return figure.id in _ENROLLED


def unsaid(figure: Figure) -> Figure:
    """The figure with everything that was counted taken out of it."""
    target = None if figure.target is None else replace(figure.target, met=None)
    return replace(figure, value=None, numerator=None, denominator=None, excluded=0, hidden=True, target=target)


def _without_small_cells(figure: Figure, counts: Mapping[str, int]) -> Figure:
    small = {key for key, number in counts.items() if 0 < number < SMALLEST_SHOWN}
    if not small:
        return figure
    shown = {key: number for key, number in counts.items() if key not in small}
    if len(small) == 1 and any(shown.values()):
        del shown[min((key for key in shown if shown[key]), key=lambda key: (shown[key], key))]
    return replace(figure, value=shown, numerator=None, hidden=True)
