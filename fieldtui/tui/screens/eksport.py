"""Eksport: appointment lists; the reception's comes first. What leaves the vault is shown before it does, and logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import monday_of
from fieldtui.services.exporting import PASSPHRASE, ExportResult, Plain, seal_for
from fieldtui.tui.dialogs.reason import ReasonDialog
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.dates import with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.panel import TextPanel

_PROFILES: Final = (
    ("reception", N_("Receptionen"), N_("tid, sted, konsulent, fornavn og initial; kaldekode ved beskyttelse")),
    ("own", N_("Mig selv"), N_("også praktiske behov og borgerens telefonnummer")),
    ("outlook", N_("Outlook"), N_("kun tid, sted, type og et nummer; ingen navne")),
)
_FORMATS: Final = {"reception": ("csv", "pdf"), "own": ("csv", "pdf"), "outlook": ("ics",)}
_SEALS: Final = (
    ("none", N_("Åben"), N_("en almindelig fil: vis den kun til dem, den er til")),
    ("words", N_("Ord"), N_("fem ord åbner den; de vises, når den er skrevet")),
    ("key", N_("Nøgle"), N_("kun modtagerens nøgle åbner den")),
)
_PERIODS: Final = (("day", N_("I dag")), ("week", N_("Ugen")), ("next", N_("Næste uge")))


@dataclass(frozen=True, slots=True)
class Preview:
    """What the list would hold."""

    first: date
    last: date
    rows: int
    left: tuple[Plain, ...] = ()
    """Files about one citizen that have been lying without a seal for a day."""


_PATH_CELLS: Final = 34
"""Cells of the panel at 80 columns."""


class Export(ServiceScreen[Preview]):
    """Lists of appointments."""

    context = "eksport"
    tab = "kalender"
    first_focus = "#profile"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["eksport"])
    CSS = "#export-left { width: 1fr; } #export-right { width: 1fr; } #export-said { height: 1fr; text-wrap: wrap; } #export-what { text-wrap: wrap; }"

    def __init__(self, on: date | None = None) -> None:
        super().__init__()
        self._on = on
        self._written: list[Line] = []
        self._preview: Preview | None = None

    def body(self) -> ComposeResult:
        with Horizontal(classes="row"):
            with Vertical(id="export-left"):
                yield ChoiceField(
                    _("Hvem er listen til?"), [(key, _(name)) for key, name, _what in _PROFILES], id="profile"
                )
                yield ChoiceField(
                    _("Periode"),
                    [(key, _(name)) for key, name in _PERIODS],
                    id="period",
                    value="day" if self._on is None else "week",
                )
                yield ChoiceField(_("Format"), [("csv", "CSV"), ("pdf", "PDF"), ("ics", "ICS")], id="format")
                yield ChoiceField(_("Forseglet"), [(key, _(name)) for key, name, _what in _SEALS], id="seal")
                yield TextPanel(_("Listen"), hint=_("Enter skriver den"), id="export-what")
            with Vertical(id="export-right"):
                yield TextPanel(_("Hvor og hvor længe?"), id="export-said")

    def _choice(self, name: str) -> str:
        return self.query_one(f"#{name}", ChoiceField).value

    def _days(self) -> tuple[date, date]:
        """First and last day of the period."""
        period = self._choice("period")
        begin = self._on or self.shell.today
        if period == "day":
            return self.shell.today, self.shell.today
        monday = monday_of(begin) + timedelta(days=7 if period == "next" else 0)
        return monday, monday + timedelta(days=6)

    def load(self) -> Preview:
        first, last = self._asked
        exports = self.shell.workspace.exports
        return Preview(first, last, exports.count(first, last), exports.lying_about())

    def reload(self) -> None:
        """Load and show anew; the period is read on the screen's own thread."""
        self._asked = self._days()
        super().reload()

    def show(self, loaded: Preview) -> None:
        self._preview = loaded
        what = next(_(what) for key, _name, what in _PROFILES if key == self._choice("profile"))
        days = with_day_full(loaded.first)
        if loaded.last != loaded.first:
            days += f" – {with_day_full(loaded.last)}"
        rows = _("1 aftale") if loaded.rows == 1 else _("{count} aftaler").format(count=loaded.rows)
        lines: list[Line] = [
            line(Piece(_("Indhold  "), "primary"), what),
            line(Piece(_("Periode  "), "primary"), days),
            line(Piece(_("Rækker   "), "primary"), Piece(rows, "bold")),
        ]
        self.query_one("#export-what", TextPanel).show(lines)
        folder = self.shell.workspace.exports.folder
        sealing = next(f"{_(name)}: {_(what)}." for key, name, what in _SEALS if key == self._choice("seal"))
        place = [
            line(_("Mappen {folder} i fieldtuis egen datamappe.").format(folder=folder.name)),
            line(sealing),
            line(_("fieldtui fjerner den, når dens sidste dag er gået.")),
            line(_("At den er lavet, skrives i din log.")),
        ]
        left = [
            line(
                Piece(
                    _("! Uden segl siden {day}: slet {file}.").format(
                        day=with_day_full(each.made_at.date()), file=each.file.name
                    ),
                    "warning",
                )
            )
            for each in loaded.left
        ]
        self.query_one("#export-said", TextPanel).show([*place, line(""), *left, *self._written])

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        """Another profile has other formats; another period other rows."""
        event.stop()
        allowed = _FORMATS[self._choice("profile")]
        chosen = self.query_one("#format", ChoiceField)
        if chosen.value not in allowed:
            chosen.chosen = ("csv", "pdf", "ics").index(allowed[0])
        self.reload()

    def action_export(self) -> None:
        """Enter: write the list, after asking for whom where it is sealed to a key."""
        chosen = self._choice("seal")
        if chosen == "key":
            note = _("Modtagerens nøgle (age1…), eller en fil med nøgler. Nøglen er ikke hemmelig.")
            self.shell.ask(ReasonDialog(_("Forsegl til"), note, label=_("Nøgle eller fil")), self._write)
        else:
            self._write(PASSPHRASE if chosen == "words" else None)

    def _write(self, receiver: str | None) -> None:
        first, last = self._days()
        profile, fmt = self._choice("profile"), self._choice("format")
        exports = self.shell.workspace.exports

        def write() -> ExportResult:
            seal = None if receiver is None else seal_for(receiver)
            try:
                return exports.appointments(first, last, profile, fmt, seal=seal)
            except OSError:
                raise BadUsage(
                    _("Filen kunne ikke skrives. Listen er ikke lavet. Se, om der er plads, og prøv igen.")
                ) from None

        self.run_service(write, self._done, group="change")

    def _done(self, result: ExportResult) -> None:
        rows = _("1 aftale") if result.rows == 1 else _("{count} aftaler").format(count=result.rows)
        self._written = [
            line(Piece(_("√ Skrevet: {rows}").format(rows=rows), "success")),
            *(line(part) for part in _in_pieces(str(result.file))),
        ]
        if result.passphrase is not None:
            self._written += [
                line(_("Åbnes med disse ord, som kun vises nu:")),
                line(Piece(result.passphrase, "bold")),
                line(_("Giv dem på en anden vej end filen.")),
            ]
        self.shell.notice(_("Listen er skrevet: {file} ({rows}).").format(file=result.file.name, rows=rows))
        if self._preview is not None:
            self.show(self._preview)


def _in_pieces(path: str) -> list[str]:
    """A path in lines that fit the panel, so that it can be read and found."""
    return [path[at : at + _PATH_CELLS] for at in range(0, len(path), _PATH_CELLS)]
