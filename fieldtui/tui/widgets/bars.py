"""The three rows around every screen: tabs on top, status and key hints at the bottom. All of them take clicks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widget import Widget

from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.tui.keymap import Key, tabs_of
from fieldtui.tui.messages import HintPicked, TabPicked
from fieldtui.tui.presenters.lines import Line, plain
from fieldtui.tui.presenters.status import StatusFacts, left, right
from fieldtui.tui.widgets.content import line_content

_NARROW = 100


class TabsRow(Widget):
    """`1 I dag  2 Borgere …`; the current one is inverted, Synk carries the number of conflicts."""

    def __init__(self, current: str, available: Sequence[str], role: str = "consultant") -> None:
        super().__init__(id="tabs")
        self._tabs = tabs_of(role)
        self._current = current
        self._available = frozenset(available)
        self._conflicts = 0

    def show_conflicts(self, count: int) -> None:
        """Mark Synk with the number of open conflicts."""
        if count != self._conflicts:
            self._conflicts = count
            self.refresh()

    def _labels(self) -> list[tuple[str, str, str]]:
        """Screen, key and words of each tab that exists."""
        narrow = self.size.width < _NARROW
        labels = []
        for key, screen, name, short in self._tabs:
            if screen in self._available:
                words = _(short if narrow else name)
                if screen == "synk" and self._conflicts:
                    words += f" ▲{self._conflicts}"
                labels.append((screen, key, words))
        return labels

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for screen, key, words in self._labels():
            if screen == self._current:
                parts.append((f" {key} {words} ", "bold $block-cursor-foreground on $primary"))
            else:
                parts += [(f" {key}", "bold $primary"), (f" {words} ", "")]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = 0
        for screen, key, words in self._labels():
            at += cell_len(f" {key} {words} ")
            if event.x < at:
                self.post_message(TabPicked(screen))
                return


class StatusBar(Widget):
    """One line of state; the right half shows in windows of 100 columns and more."""

    def __init__(self, facts: StatusFacts) -> None:
        super().__init__(id="status")
        self._facts = facts

    def show(self, facts: StatusFacts) -> None:
        """Show other facts."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render(self) -> Content:
        first, last = left(self._facts), right(self._facts)
        gap = self.size.width - _width(first) - _width(last)
        if self.size.width < _NARROW or gap < 1:
            return line_content(first)
        return Content.assemble(line_content(first), " " * gap, line_content(last))


class HintBar(Widget):
    """Up to seven keys that matter here; one that does not fit whole is left out."""

    def __init__(self, hints: Sequence[Key]) -> None:
        super().__init__(id="hints")
        self._hints = tuple(hints)[:7]

    def show(self, hints: Sequence[Key]) -> None:
        """Show other hints."""
        if tuple(hints)[:7] != self._hints:
            self._hints = tuple(hints)[:7]
            self.refresh()

    def _fitting(self) -> list[tuple[Key, str, str]]:
        room = self.size.width
        shown = []
        for key in self._hints:
            label = clean(_(key.label))
            room -= cell_len(f"{_(key.show)} {label} ")
            if room < -1:
                break
            shown.append((key, _(key.show), label))
        return shown

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for _key, show, label in self._fitting():
            parts += [(show, "bold $primary"), (f" {label} ", "$dim")]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        at = 0
        for key, show, label in self._fitting():
            at += cell_len(f"{show} {label} ")
            if event.x < at:
                self.post_message(HintPicked(key.names[0]))
                return


def _width(line: Line) -> int:
    return cell_len(clean(plain(line)))
