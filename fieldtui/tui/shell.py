"""What screens and dialogs may ask of the app around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from fieldtui.base.clock import Clock
from fieldtui.base.errors import FieldtuiError
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.status import StatusFacts

if TYPE_CHECKING:
    from textual.screen import Screen

    from fieldtui.services.copying import Copied
    from fieldtui.services.workspace import Workspace

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the app said, kept for Beskeder (F7) and “Senest”."""

    at: datetime
    text: str
    severity: Severity = "information"


class Outcome(Protocol):
    """What a service answers after a change (`services.casework.Done`)."""

    @property
    def message(self) -> str: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...


class Shell(Protocol):
    """The app, as screens see it."""

    clock: Clock
    facts: StatusFacts
    names: Names
    """Reloaded after each change; discreet while F6 is on."""
    notices: list[Notice]

    @property
    def workspace(self) -> Workspace:
        """The open workspace; a screen that needs one is never shown before it is there."""
        ...

    @property
    def today(self) -> date:
        """The calendar day in Copenhagen."""
        ...

    def now(self) -> datetime:
        """The present instant."""
        ...

    def notice(self, text: str, severity: Severity = "information", *, seconds: float = 8) -> None:
        """Say something for a few seconds, and keep it under F7. The text is data, never markup."""
        ...

    def fail(self, error: FieldtuiError) -> None:
        """Say what an error means for the person at the screen."""
        ...

    def copy(self, copied: Copied) -> None:
        """Put one text into the system's clipboard, say so, and take it out again after a minute."""
        ...

    def done(self, outcome: Outcome) -> None:
        """After a change: say so, offer undo, load the screens anew, and let it be sent soon."""
        ...

    def go(self, name: str, *args: Any) -> None:
        """Show a screen of `routes.py`: tabs replace each other, cards lie on top."""
        ...

    def ask(self, dialog: Screen[Any], answered: Callable[[Any], None]) -> None:
        """Show a dialog; `answered` runs with its answer unless it was left with `None`."""
        ...

    def tell(self, callback: Callable[..., Any], *args: Any) -> None:
        """Called in any thread: run something on the screens' own thread soon."""
        ...

    def stop_sync(self) -> bool:
        """Stop the sync under way; False where none is."""
        ...

    def refresh_soon(self) -> None:
        """Load status, names and the screens in view anew."""
        ...
