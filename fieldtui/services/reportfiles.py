"""Reports leave the vault here: small numbers hidden unless a person says why not, written privately and logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from fieldtui.base import log
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.figures import Period, leaving, together
from fieldtui.domain.trends import By, trends_for_others
from fieldtui.domain.yearly import year_of
from fieldtui.export.report_table import (
    Form,
    Table,
    caseload_table,
    fidelity_table,
    figures_table,
    form_of,
    render,
    trends_table,
)
from fieldtui.services.context import Context
from fieldtui.services.exportfiles import SHORTEST_REASON, ExportFiles, ExportResult, Outgoing
from fieldtui.services.looking import said
from fieldtui.services.reporting import Reporting

KEPT_DAYS: Final = timedelta(days=7)
"""A report with small numbers in it lies there so long."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a report shall leave."""

    form: Form
    internal: bool = False
    """True to keep small numbers; needs a reason."""
    reason: str | None = None
    output: Path | None = None
    """The file, or a folder for it; by default the data folder's `exports`."""
    any_folder: bool = False


def wanted(
    fmt: str, *, internal: bool = False, reason: str | None = None, output: Path | None = None, any_folder: bool = False
) -> Wanted:
    """How a report shall leave, as a person asked for it.

    Raises:
        BadUsage: No such form, or small numbers without a reason of ten characters.
    """
    form = form_of(fmt)
    if internal and len(said(reason) or "") < SHORTEST_REASON:
        raise BadUsage(
            _("Skriv, hvorfor små tal skal med (--reason, mindst {count} tegn).").format(count=SHORTEST_REASON)
        )
    return Wanted(form, internal, said(reason), output, any_folder)


class ReportFiles(ExportFiles):
    """Writes the reports of one store."""

    def __init__(self, context: Context, reporting: Reporting) -> None:
        super().__init__(context)
        self._reporting = reporting

    def outcomes(self, period: Period, how: Wanted, *, programme: str | None = None) -> ExportResult:
        """K1–K11 as a file.

        Args:
            period: First and last day.
            how: Its form, and whether small numbers stay.
            programme: Only citizens of this one.

        Raises:
            FolderRefused: The folder is missing, or is no place for a report.
            OSError: The file could not be written; the log says so.
            NotEnrolled, DiskFull, Busy: As `Reporting.outcomes`.
        """
        figures = self._reporting.outcomes(period, programme=programme)
        shown = figures if how.internal else together(figures, leaving)
        return self._table(figures_table(shown, period, hidden=not how.internal), period, how)

    def trends(self, period: Period, how: Wanted, *, by: By = "month", programme: str | None = None) -> ExportResult:
        """The figures at each step of a period as a file; errors as `outcomes`, and `BadUsage` for too many steps."""
        found = self._reporting.trends(period, by=by, programme=programme)
        shown = found if how.internal else trends_for_others(found)
        return self._table(trends_table(shown, period, hidden=not how.internal), period, how)

    def fidelity(self, period: Period, how: Wanted, *, programme: str | None = None) -> ExportResult:
        """The fidelity items as a file; errors as `outcomes`."""
        shown = self._reporting.fidelity(period, programme=programme)
        return self._table(fidelity_table(shown, hidden=not how.internal), period, how)

    def caseload(self, period: Period, how: Wanted, *, programme: str | None = None) -> ExportResult:
        """The caseload as a file; errors as `outcomes`."""
        load = self._reporting.caseload(period, programme=programme)
        figures = load.figures if how.internal else tuple(leaving(each) for each in load.figures)
        return self._table(caseload_table(load, period, figures, hidden=not how.internal), period, how)

    def yearly(self, year: int, how: Wanted, *, programme: str | None = None) -> ExportResult:
        """One's own year as a PDF.

        Args:
            year: The calendar year.
            how: Whether small numbers stay; the form is always PDF.
            programme: Only citizens of this one.

        Raises:
            BadUsage: No such year. Others as `outcomes`.
        """
        from fieldtui.export.yearly_pdf import to_pdf

        period = year_of(year, self._context.today)
        shown = self._reporting.yearly(period, programme=programme, hidden=not how.internal)
        data = to_pdf(shown, made_at=self._clock.now(), made_by=self._context.me.initials)
        return self._out(f"opfoelgning_{year}", "pdf", lambda: data, len(shown.figures), how)

    def _table(self, table: Table, period: Period, how: Wanted) -> ExportResult:
        stem = f"{table.name}_{period.first.isoformat()}_{period.last.isoformat()}"
        made_by, now = self._context.me.initials, self._clock.now()
        return self._out(
            stem, how.form, lambda: render(table, how.form, made_at=now, made_by=made_by), len(table.rows), how
        )

    def _out(self, stem: str, suffix: str, make: Callable[[], bytes], rows: int, how: Wanted) -> ExportResult:
        path = self.place(
            how.output, lambda version: f"rapport_{stem}_v{version}.{suffix}", any_folder=how.any_folder, seal=None
        )
        about = Outgoing(
            profile="report.internal" if how.internal else "report",
            rows=rows,
            kept=not how.internal,
            expires_on=self._context.today + KEPT_DAYS,
            reason=how.reason,
            failed=f"report/{suffix}",
        )
        result = self.write(path, make(), about, seal=None)
        log.event("export", profile=about.profile, format=suffix, rows=rows, sealed=False)
        return result
