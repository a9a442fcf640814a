"""Hjælp: write what you want to do."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, Key, bindings, global_keys, tabs_of
from fieldtui.tui.presenters.help import in_fields, key_lines, marks, task_lines, who_helps
from fieldtui.tui.presenters.lines import Line
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.service_screen import ServiceScreen
from fieldtui.tui.widgets.fields import CleanInput
from fieldtui.tui.widgets.panel import TextPanel

_COLUMN = 23


class Help(ServiceScreen[None]):
    """Tasks, keys and marks. Esc goes back."""

    context = "hjaelp"
    first_focus = "#help-search"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["hjaelp"])

    def __init__(self, came_from: str) -> None:
        """`came_from` is the context whose keys stand first."""
        super().__init__()
        self._came_from = came_from

    def body(self) -> ComposeResult:
        yield CleanInput(
            placeholder=_("Søg i hjælpen: skriv hvad du vil gøre, fx “udeblevet” eller “flytte aftale”"),
            id="help-search",
        )
        with Horizontal(classes="row"):
            with Vertical(classes="half help-left"):
                name = next((_(words) for _key, screen, words, _short in self._tabs() if screen == self._came_from), "")
                yield TextPanel(
                    _("Her: {screen}").format(screen=name) if name else _("Her"), self._here(), id="help-here"
                )
                yield TextPanel(_("Overalt"), self._everywhere())
                yield TextPanel(_("I tekstfelter"), in_fields(), classes="grow")
            with Vertical(classes="half help-right"):
                yield TextPanel(_("Sådan gør du"), task_lines(""), id="help-tasks", classes="grow")
                yield TextPanel(_("Tegn"), marks())
                yield TextPanel(_("Ring til hjælp"), who_helps())

    def _tabs(self) -> tuple[tuple[str, str, str, str], ...]:
        return tabs_of(self.shell.facts.role)

    def _here(self) -> list[Line]:
        keys = [(_(key.show), _(key.label)) for key in CONTEXTS.get(self._came_from, ())]
        return key_lines([*keys, ("Enter", _("Åbn"))], _COLUMN)

    def _everywhere(self) -> list[Line]:
        tabs = [key for key, screen, _name, _short in self._tabs() if screen in ROUTES]
        shown: list[Key] = list(global_keys(self.shell.facts.role))
        keys = [("–".join((tabs[0], tabs[-1])), _("Skærmene øverst"))]
        keys += [(key.show, _(key.label)) for key in shown]
        keys.append(("Esc", _("Tilbage")))
        return key_lines(keys, _COLUMN)

    def load(self) -> None:
        """Nothing: the help is part of the program."""

    def show(self, loaded: None) -> None:
        """Nothing to put in."""

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.set_class(bool(event.value.strip()), "-asking")  # a narrow screen shows the answers instead of the keys
        self.query_one("#help-tasks", TextPanel).show(task_lines(event.value))

    def action_close(self) -> None:
        """Esc: back to the screen before."""
        self.app.pop_screen()
