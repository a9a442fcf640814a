"""Reports as tables: the same rows become CSV for Danish Excel, a workbook, or paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import xlsxwriter

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _, decimal
from fieldtui.base.text import clean
from fieldtui.domain.caseload import Caseload, scenario_said
from fieldtui.domain.fidelity import Review, rating_said, score_said
from fieldtui.domain.figures import Figure, Period, aimed, compared, is_share, written
from fieldtui.domain.trends import Trend
from fieldtui.export.csv_list import guarded

Cell = str | int | float | None
Form = Literal["csv", "xlsx", "pdf"]
FORMS: Final[tuple[Form, ...]] = ("csv", "xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class Plot:
    """A bar for each step; only paper draws it."""

    title: str
    names: tuple[str, ...]
    numbers: tuple[float | None, ...]
    share: bool
    """True where the numbers are shares between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Table:
    """One report, ready for paper."""

    name: str
    """Part of the file's name: ASCII, one word."""
    title: str
    notes: tuple[str, ...]
    """What must be said with it: period, who, what is hidden."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    """Parts of the page's width."""
    lines: tuple[str, ...] = ()
    """What stands under the table on paper, and in rows of its own in a file."""
    plots: tuple[Plot, ...] = ()
    """What is drawn above the table on paper."""


def form_of(given: str) -> Form:
    """The form of a file by its name.

    Raises:
        BadUsage: There is no such form.
    """
    for form in FORMS:
        if form == given:
            return form
    raise BadUsage(_("En rapport kan skrives som {forms}.").format(forms=", ".join(FORMS)))


def _about(period: Period, *, hidden: bool) -> tuple[str, ...]:
    days = _("Periode {first} til {last}.").format(first=f"{period.first:%d-%m-%Y}", last=f"{period.last:%d-%m-%Y}")
    if hidden:
        return days, _("Tal om én til fire personer er skjult.")
    return days, _("Internt: små tal er ikke skjult. Må ikke forlade teamet.")


def figures_table(figures: Sequence[Figure], period: Period, *, hidden: bool) -> Table:
    """K1–K11 with what each is made of."""
    rows = tuple(
        (
            each.id,
            each.label,
            written(each),
            None if isinstance(each.value, Mapping) else each.value,
            each.numerator,
            each.denominator,
            each.excluded,
            aimed(each),
            each.formula,
            ", ".join(each.rule_ids),
        )
        for each in figures
    )
    lines = tuple(f"{each.id}: {compared(each, other)}" for each in figures for other in each.benchmarks)
    return Table(
        "resultater", _("Resultater"), _about(period, hidden=hidden),
        (_("Id"), _("Tal"), _("Resultat"), _("Værdi"), _("Tæller"), _("Nævner"), _("Udeladt"), _("Mål"), _("Formel"), _("Regler")),
        rows, (13, 24, 26, 0, 0, 0, 0, 30, 44, 0), lines,
    )  # fmt: skip


def trends_table(found: Sequence[Trend], period: Period, *, hidden: bool) -> Table:
    """Each figure at each step, a row for each."""
    rows = tuple(
        (
            each.id, each.label, step.name, step.period.first.isoformat(), step.period.last.isoformat(), written(figure),
            None if isinstance(figure.value, Mapping) else figure.value, figure.numerator, figure.denominator,
        )
        for each in found
        for step, figure in each.points
    )  # fmt: skip
    return Table(
        "tendenser", _("Tendenser"), _about(period, hidden=hidden),
        (_("Id"), _("Tal"), _("Trin"), _("Fra"), _("Til"), _("Resultat"), _("Værdi"), _("Tæller"), _("Nævner")),
        rows, (16, 40, 16, 0, 0, 40, 0, 0, 0),
        plots=tuple(
            Plot(each.label, tuple(step.name for step, _figure in each.points), each.numbers, is_share(each.points[0][1]))
            for each in found
            if sum(number is not None for number in each.numbers) > 1 and any(each.numbers)
        ),
    )  # fmt: skip


def fidelity_table(shown: Review, *, hidden: bool) -> Table:
    """The 25 items with their scores; the headline is the first note."""
    rows = tuple(
        (
            each.item.number,
            _(each.item.label),
            score_said(each) if not hidden else _bare(each.score),
            each.score,
            "" if hidden else each.evidence,
            rating_said(each.rating) if each.rating is not None and not hidden else "",
            _("Bekræftet") if each.item.confirmed else _("Ikke bekræftet"),
        )
        for each in shown.items
    )
    return Table(
        "fidelitet", _("IPS-25"), (shown.headline, *_about(shown.period, hidden=hidden)),
        (_("Punkt"), _("Hvad"), _("Score"), _("Værdi"), _("Bygger på"), _("Bedømmelse"), _("Kilde")),
        rows, (10, 38, 24, 0, 52, 36, 18),
    )  # fmt: skip


def _bare(score: int | None) -> str:
    return _("ikke vurderet") if score is None else str(score)


def caseload_table(shown: Caseload, period: Period, figures: Sequence[Figure], *, hidden: bool) -> Table:
    """Each consultant on a row; for others only the figures that may leave the team."""
    if hidden:
        plain = figures_table(figures, period, hidden=True)
        return Table("sagsantal", _("Sagsantal"), plain.notes, plain.columns, plain.rows, plain.widths)
    norm = shown.norm.given.value if shown.norm is not None else None
    rows = tuple(
        (each.consultant, each.citizens, norm, _("Ja") if each.over else _("Nej"), each.standing_in, each.both_tracks, each.overdue)
        for each in shown.shares
    )  # fmt: skip
    return Table(
        "sagsantal", _("Sagsantal"), _about(period, hidden=False),
        (_("Konsulent"), _("Borgere"), _("Norm"), _("Over normen"), _("Som vikar"), _("Begge spor"), _("Overskredet")),
        rows, (20, 16, 14, 18, 16, 18, 18), tuple(scenario_said(shown, each) for each in shown.scenarios),
    )  # fmt: skip


def render(table: Table, form: Form, *, made_at: datetime, made_by: str) -> bytes:
    """A table as a file.

    Args:
        table: The report.
        form: `csv`, `xlsx` or `pdf`.
        made_at: Stands in the file.
        made_by: Who asked for it; stands in the file.
    """
    if form == "pdf":
        from fieldtui.export.report_pdf import table_pdf

        return table_pdf(table, made_at=made_at, made_by=made_by)
    signed = _("Lavet {day} af {who}.").format(day=f"{made_at.astimezone(COPENHAGEN):%d-%m-%Y %H:%M}", who=made_by)
    under = (*table.lines, *table.notes, signed)
    return _csv(table, under) if form == "csv" else _xlsx(table, under, made_at)


def _csv(table: Table, under: Sequence[str]) -> bytes:
    """Semicolons, UTF-8 with BOM, CRLF, decimal commas; what must be said stands in rows after the last."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_text(cell) for cell in row])
    for text in under:
        writer.writerow([guarded(clean(text)), *("" for _rest in table.columns[1:])])
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guarded(clean(cell))
    return str(cell) if isinstance(cell, int) else decimal(cell, 4)


_OPTIONS: Final = {
    "in_memory": True,  # else parts of it lie in temporary files
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def _xlsx(table: Table, under: Sequence[str], made_at: datetime) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"created": made_at.astimezone(COPENHAGEN).replace(tzinfo=None)})
    sheet = book.add_worksheet(table.title[:31])
    text = book.add_format({"quote_prefix": True, "num_format": "@"})
    sheet.set_column(0, len(table.columns) - 1, 18)
    sheet.freeze_panes(1, 0)
    for place, title in enumerate(table.columns):
        sheet.write_string(0, place, title, book.add_format({"bold": True}))
    at = 0
    for at, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(at, place, clean(cell), text)
            elif cell is not None:
                sheet.write_number(at, place, cell)
    for line in under:
        at += 1
        sheet.write_string(at, 0, clean(line), text)
    book.close()
    return stream.getvalue()
