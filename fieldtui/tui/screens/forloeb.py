"""Forløb: one citizen's programme, who else is on the case, and progress over time. Opening it belongs to the card's own look."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from fieldtui.base.i18n import _
from fieldtui.domain.measures import steps
from fieldtui.services.casepeople import CasePicture
from fieldtui.services.copying import Copied
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.people_acts import PeopleActs
from fieldtui.tui.presenters import people as present
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.linetable import Column, LineTable
from fieldtui.tui.widgets.panel import Panel, TextPanel


class CasePeopleScreen(PeopleActs, ServiceScreen[CasePicture]):
    """One citizen's programme, people and progress."""

    context = "forloeb"
    tab = "borgere"
    first_focus = "#course"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["forloeb"])
    CSS = """
    #course-panel { height: 2fr; } #course { height: 1fr; }
    #case-people { height: 1fr; min-height: 6; overflow-y: auto; text-wrap: wrap; }
    """

    def __init__(self, citizen_id: str) -> None:
        super().__init__()
        self._citizen_id = citizen_id
        self._picture: CasePicture | None = None

    def body(self) -> ComposeResult:
        with Panel(id="course-panel"):
            yield LineTable((Column(width=26, fit=True), Column(), Column(width=8), Column(width=8)), id="course")
        yield TextPanel(_("På sagen"), id="case-people")

    def load(self) -> CasePicture:
        lookup = self.shell.workspace.lookup
        case = lookup.refresh_citizen(self._citizen_id)
        self._citizen_id = case.id
        return lookup.picture(case, self.shell.today)

    def show(self, loaded: CasePicture) -> None:
        self._picture = loaded
        rules, names = self.shell.workspace.rules, self.shell.names
        most = steps(rules, self.shell.today)
        title = _("Forløb · {name}").format(name=names.show(self._citizen_id))
        self.query_one("#course-panel", Panel).label(title, _("Enter på et punkt krydser af · g måler"))
        self.query_one("#course", LineTable).set_rows(present.case_rows(loaded, rules, names, most))
        self.query_one("#case-people", TextPanel).show(present.people_lines(loaded, names))

    def chosen_citizen_id(self) -> str | None:
        """The citizen the screen is about."""
        return self._citizen_id

    def on_line_table_chosen(self, event: LineTable.Chosen) -> None:
        event.stop()
        self._choose(event.key)

    def action_details(self) -> None:
        """Space: as Enter."""
        key = self.query_one("#course", LineTable).cursor_key
        if key is not None:
            self._choose(key)

    def _choose(self, key: str) -> None:
        picture, casework = self._picture, self.shell.workspace.casework
        if picture is None:
            return
        if key == present.PROGRAMME:
            self.change_programme(self._citizen_id)
        elif key.startswith(present.AREA):
            self.measure(self._citizen_id, picture.courses, key.removeprefix(present.AREA))
        else:
            name = key.removeprefix(present.POINT)
            done = any(point.name == name and point.done for point in picture.points)
            self.change(lambda: casework.check_off(self._citizen_id, name, done=not done))

    def action_programme(self) -> None:
        """`i`: another programme."""
        self.change_programme(self._citizen_id)

    def action_measure(self) -> None:
        """`g`: a measurement."""
        self.measure(self._citizen_id, self._picture.courses if self._picture is not None else ())

    def action_edit(self) -> None:
        """`e`: where the citizen lives, and who else is on the case."""
        lookup = self.shell.workspace.lookup
        self.run_service(lambda: lookup.get(self._citizen_id), self.edit_people, group="edit")

    def action_number(self) -> None:
        """`c`: another CPR number."""
        self.new_number(self._citizen_id)

    def action_reviewed(self) -> None:
        """`k`: the target group was looked at again."""
        self.review_eligibility(self._citizen_id)

    def action_apart(self) -> None:
        """`d`: take two cards of the same person apart again."""
        self.take_apart(self._picture.merged if self._picture is not None else ())

    def action_transfer(self) -> None:
        """`t`: the text for another municipality, to the clipboard."""
        lookup = self.shell.workspace.lookup
        self.run_service(
            lambda: Copied(_("Overdragelsesteksten"), lookup.transfer_text(self._citizen_id)),
            self.shell.copy,
            group="copy",
        )
