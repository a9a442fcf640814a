"""Which screens exist, and where their code lies; a screen is imported the first time it is shown."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.screen import Screen

ROUTES: Final[dict[str, str]] = {
    "idag": "fieldtui.tui.screens.idag:Today",
    "team": "fieldtui.tui.screens.team:TeamScreen",
    "behandlerdag": "fieldtui.tui.screens.behandlerdag:TreatmentDay",
    "borgere": "fieldtui.tui.screens.borgere:Citizens",
    "kalender": "fieldtui.tui.screens.kalender:Calendar",
    "maaned": "fieldtui.tui.screens.maaned:Month",
    "virksomheder": "fieldtui.tui.screens.virksomheder:Companies",
    "virksomhedskort": "fieldtui.tui.screens.virksomhedskort:CompanyScreen",
    "match": "fieldtui.tui.screens.match:MatchScreen",
    "brobygning": "fieldtui.tui.screens.brobygning:BridgingBoardScreen",
    "rapport": "fieldtui.tui.screens.rapport:Report",
    "synk": "fieldtui.tui.screens.synk:SyncScreen",
    "overdragelser": "fieldtui.tui.screens.overdragelser:Handing",
    "eksport": "fieldtui.tui.screens.eksport:Export",
    "forloeb": "fieldtui.tui.screens.forloeb:CasePeopleScreen",
    "borgerkort": "fieldtui.tui.screens.borgerkort:CitizenCard",
}
"""Name → `module:class`."""


def build(name: str, *args: Any) -> Screen[Any]:
    """A fresh screen.

    Args:
        name: A name of `ROUTES`.
        args: What the screen is about, such as a citizen's id.
    """
    module, _, attribute = ROUTES[name].partition(":")
    screen: Screen[Any] = getattr(import_module(module), attribute)(*args)
    return screen


def overlay(place: str) -> Any:
    """The class of a screen that lies over others.

    Args:
        place: `module:class` below `fieldtui.tui.screens`.
    """
    module, _, attribute = place.partition(":")
    return getattr(import_module(f"fieldtui.tui.screens.{module}"), attribute)
