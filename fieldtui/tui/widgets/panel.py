"""Frames with the title in the frame, and text panels."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Vertical
from textual.widgets import Static

from fieldtui.tui.presenters.lines import Line, Piece
from fieldtui.tui.widgets.content import lines_content, plain_content


class Panel(Vertical):
    """A frame around other widgets; bright while the focus is inside."""

    def __init__(self, title: str = "", *, hint: str = "", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.label(title, hint)

    def label(self, title: str, hint: str = "") -> None:
        """Set what stands in the upper and the lower edge."""
        self.border_title = plain_content(title) if title else None
        self.border_subtitle = plain_content(hint) if hint else None


class Lines(Static):
    """Lines of text without markup; long ones end in `…`."""

    def __init__(
        self, lines: Iterable[Line | Piece | str] = (), *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(lines_content(lines), markup=False, id=id, classes=classes)

    def show(self, lines: Iterable[Line | Piece | str]) -> None:
        """Show other lines."""
        self.update(lines_content(lines))


class TextPanel(Lines):
    """Lines in a frame of their own."""

    def __init__(
        self,
        title: str = "",
        lines: Iterable[Line | Piece | str] = (),
        *,
        hint: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(lines, id=id, classes=classes)
        self.label(title, hint)

    def label(self, title: str, hint: str = "") -> None:
        """Set what stands in the upper and the lower edge."""
        self.border_title = plain_content(title) if title else None
        self.border_subtitle = plain_content(hint) if hint else None
