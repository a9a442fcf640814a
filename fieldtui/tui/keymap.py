"""Every key of the TUI in one table: key, action, Danish label. Footer, help and bindings read it; tests lint it.

Keys are typeable on a Danish keyboard without AltGr or dead keys, are not taken by common terminals, and survive a
terminal that knows only the old key codes. One letter means one thing everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fieldtui.base.i18n import N_

if TYPE_CHECKING:
    from textual.binding import BindingType


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does."""

    keys: str
    """Textual key names, joined by commas; the first is the one that is shown."""
    action: str
    """Name of the method without `action_`; global ones live on the app."""
    label: str
    """Danish, as the footer and the help show it."""
    show: str
    """How the key is written for people."""
    hint: bool = False
    """True where the footer should show it when there is room."""
    changes: bool = False
    """True where it changes a record at once; each such change can be undone."""
    priority: bool = False
    """True where it works inside text fields too."""

    @property
    def names(self) -> tuple[str, ...]:
        """The single key names."""
        return tuple(self.keys.split(","))


HELP: Final = Key("f1,question_mark", "help", N_("Hjælp"), "F1", hint=True)
FIND: Final = Key("ctrl+p", "find", N_("Find/gør"), "Ctrl+P", hint=True, priority=True)
QUICK: Final = Key("plus", "quick_add", N_("Hurtig-tilføj"), "+", hint=True)
UNDO: Final = Key("z,ctrl+z", "undo", N_("Fortryd"), "z", hint=True, changes=True)

TABS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("1", "idag", N_("I dag"), N_("I dag")),
    ("2", "borgere", N_("Borgere"), N_("Borgere")),
    ("3", "kalender", N_("Kalender"), N_("Kal.")),
    ("4", "virksomheder", N_("Virksomheder"), N_("Virk.")),
    ("5", "match", N_("Match"), N_("Match")),
    ("6", "brobygning", N_("Brobygning"), N_("Brob.")),
    ("7", "synk", N_("Synk"), N_("Synk")),
    ("8", "rapport", N_("Rapport"), N_("Rap.")),
)
"""Key, screen, name, short name (below 100 columns). A tab shows when its screen is built (`routes.py`)."""

_ROLE_TABS: Final[dict[str, tuple[tuple[str, str, str, str], ...]]] = {
    "leader": (("1", "team", N_("Team"), N_("Team")), TABS[6]),
    "treatment": (("1", "behandlerdag", N_("I dag"), N_("I dag")), TABS[5], TABS[6]),
}


def tabs_of(role: str) -> tuple[tuple[str, str, str, str], ...]:
    """The tabs of a role, in the order and form of `TABS`; the first is where its day begins."""
    return _ROLE_TABS.get(role, TABS)


TAB_SCREENS: Final = frozenset(screen for tabs in (TABS, *_ROLE_TABS.values()) for _key, screen, *_names in tabs)
"""Every screen that is a tab for somebody."""

SYNC: Final = Key("f5", "sync", N_("Synk nu"), "F5", priority=True)

GLOBAL: Final[tuple[Key, ...]] = (
    HELP,
    FIND,
    QUICK,
    UNDO,
    Key("ctrl+y", "redo", N_("Gentag"), "Ctrl+Y", changes=True),
    SYNC,
    Key("f6", "discreet", N_("Diskret visning"), "F6", priority=True),
    Key("f7", "messages", N_("Beskeder"), "F7", priority=True),
    Key("f9", "language", N_("English"), "F9", priority=True),
    Key("ctrl+l", "lock", N_("Lås nu"), "Ctrl+L", priority=True),
    Key("ctrl+q", "leave", N_("Afslut"), "Ctrl+Q", priority=True),
)

_NOT_FOR: Final = {"leader": frozenset({"quick_add", "undo", "redo"}), "treatment": frozenset({"quick_add"})}


def global_keys(role: str) -> tuple[Key, ...]:
    """The keys that work everywhere, for a role: who makes no appointments has no quick-add."""
    return tuple(key for key in GLOBAL if key.action not in _NOT_FOR.get(role, frozenset()))


_ATTENDED = Key("f", "attended", N_("Fremmødt"), "f", hint=True, changes=True)
_NO_SHOW = Key("u", "no_show", N_("Udeblevet"), "u", hint=True, changes=True)
_CANCELLED = Key("a", "cancelled", N_("Afbud"), "a", hint=True, changes=True)
_MOVE = Key("x", "move", N_("Flyt"), "x", hint=True)
_NOTE = Key("m", "note", N_("Referat"), "m", hint=True)
_CONTACT = Key("v", "contact", N_("Virk.kontakt"), "v")
_BRIDGING = Key("b", "bridging_note", N_("Brobygning"), "b")
_TASK = Key("o", "task", N_("Opgave"), "o")
_CALL = Key("r", "call", N_("Ring"), "r")
_NEW_MEETING = Key("n", "new", N_("Ny aftale"), "n", hint=True)
_EDIT = Key("e", "edit", N_("Ret"), "e")
_SORT = Key("s", "sort", N_("Sortér"), "s")
_OPEN = Key("enter", "open", N_("Åbn"), "Enter")
_MATCH = Key("g", "match", N_("Find match"), "g", hint=True)
_DETAILS = Key("space", "details", N_("Detaljer"), N_("Mellemrum"))
_FILTER = Key("slash", "filter", N_("Filtrér"), "/", hint=True)
_DROP_IN = Key("w", "drop_in", N_("Kom uanmeldt"), "w")
_SUMMONS = Key("i", "summons", N_("Indkaldelse"), "i")
_HAND_OVER = Key("h", "hand_over", N_("Overdrag"), "h")
_COURSE = Key("i", "course", N_("Forløb"), "i")
_BACK = Key("escape", "back", N_("Tilbage"), "Esc")
_CLOSE = Key("escape", "close", N_("Luk"), "Esc", hint=True)

CONTEXTS: Final[dict[str, tuple[Key, ...]]] = {
    "idag": (_ATTENDED, _NO_SHOW, _CANCELLED, _MOVE, _NOTE, _CONTACT, _BRIDGING, _CALL, _TASK, _NEW_MEETING,
             Key("y", "forecast", N_("14 dage frem"), "y"), _SUMMONS, _DROP_IN, _DETAILS),
    "team": (
        Key("s", "substitute", N_("Syg: vikar"), "s", hint=True),
        Key("h", "hand_over", N_("Overdrag"), "h", hint=True),
        Key("g", "approve", N_("Godkend"), "g", hint=True),
        Key("n", "new_code", N_("Ny kode"), "n", hint=True),
        Key("p", "revoke", N_("Spær"), "p", hint=True),
        Key("l", "lost", N_("Mistet"), "l", hint=True),
        _BACK,
    ),
    "behandlerdag": (
        Key("right", "step_on", N_("Frem"), "→", hint=True, changes=True),
        Key("b", "bridging_note", N_("Brobygning"), "b", hint=True),
        Key("n", "new", N_("Ny udadvendt dag"), "n", hint=True),
        _EDIT, _CALL, _DETAILS, _BACK,
    ),
    "daekning": (
        Key("space,right", "next_cover", N_("Skift vikar"), N_("Mellemrum"), hint=True),
        Key("left", "previous_cover", N_("Tilbage"), "←"),
        Key("ctrl+s", "save", N_("Gem"), "Ctrl+S", hint=True, priority=True),
        _CLOSE,
    ),
    "borgere": (_NEW_MEETING, _NOTE, _CONTACT, _BRIDGING, _TASK, _HAND_OVER, _COURSE, _DROP_IN,
                Key("d", "duplicates", N_("Dubletter"), "d"), _SORT, _FILTER, _BACK),
    "borgerkort": (
        Key("left", "previous_tab", N_("Forrige fane"), "←"),
        Key("right", "next_tab", N_("Næste fane"), "→", hint=True),
        _NEW_MEETING, _NOTE, _CONTACT, _BRIDGING, _TASK, _EDIT,
        Key("p", "placement", N_("Placering"), "p"),
        Key("s", "consent", N_("Samtykke"), "s"),
        Key("c", "copy", N_("Kopiér"), "c"),
        Key("l", "journal", N_("Til journal"), "l"),
        _MOVE, _DROP_IN, _HAND_OVER, _COURSE,
        Key("space", "details", N_("Vis/afkryds"), N_("Mellemrum"), hint=True),
        _BACK,
    ),
    "forloeb": (
        Key("i", "programme", N_("Skift indsats"), "i", hint=True),
        Key("g", "measure", N_("Mål progression"), "g", hint=True),
        Key("space", "details", N_("Kryds af"), N_("Mellemrum"), hint=True),
        _EDIT,
        Key("c", "number", N_("Nyt CPR-nummer"), "c"),
        Key("k", "reviewed", N_("Målgruppe vurderet"), "k"),
        Key("t", "transfer", N_("Overdragelsestekst"), "t"),
        Key("d", "apart", N_("Skil kort ad"), "d"),
        _BACK,
    ),
    "kalender": (
        Key("left", "previous_day", N_("Forrige dag"), "←"),
        Key("right", "next_day", N_("Næste dag"), "→"),
        Key("pageup", "previous_week", N_("Forrige uge"), "PgUp"),
        Key("pagedown", "next_week", N_("Næste uge"), "PgDn"),
        Key("n", "new", N_("Ny her"), "n", hint=True),
        _MOVE,
        Key("t", "today", N_("Til i dag"), "t", hint=True),
        _EDIT, _SUMMONS, _ATTENDED, _NO_SHOW, _CANCELLED, _NOTE, _CONTACT, _BRIDGING, _TASK,
        Key("l", "list", N_("Liste (eksport)"), "l", hint=True),
        Key("w", "month", N_("Måned"), "w"),
        Key("space", "details", N_("Borgerkort"), N_("Mellemrum")), _BACK,
    ),
    "maaned": (
        Key("left", "previous_day", N_("Forrige dag"), "←"),
        Key("right", "next_day", N_("Næste dag"), "→"),
        Key("pageup", "previous_month", N_("Forrige måned"), "PgUp"),
        Key("pagedown", "next_month", N_("Næste måned"), "PgDn"),
        Key("w", "week", N_("Uge"), "w", hint=True),
        Key("t", "today", N_("Til i dag"), "t", hint=True),
        _BACK,
    ),
    "virksomheder": (
        Key("n", "new", N_("Ny virksomhed"), "n", hint=True),
        Key("v", "contact", N_("Log kontakt"), "v", hint=True),
        _MATCH, _TASK, _SORT, _EDIT, _FILTER,
        Key("d", "duplicates", N_("Dubletter"), "d"),
        Key("p", "partners", N_("Partnere"), "p"),
        _BACK,
    ),
    "virksomhedskort": (
        Key("v", "contact", N_("Log kontakt"), "v", hint=True),
        Key("n", "new", N_("Ny åbning/person"), "n", hint=True),
        _MATCH, _TASK, _EDIT,
        Key("d", "duplicates", N_("Dublet"), "d"),
        _BACK,
    ),
    "match": (
        Key("left", "to_citizens", N_("Borgere"), "←"),
        Key("right", "to_suggestions", N_("Forslag"), "→", hint=True),
        Key("i", "not_relevant", N_("Ikke relevant"), "i", hint=True),
        Key("p", "placements", N_("Placeringer"), "p", hint=True),
        Key("n", "new", N_("Ny placering"), "n"),
        Key("v", "contact", N_("Log kontakt"), "v"),
        _TASK,
        Key("space", "details", N_("Borgerkort"), N_("Mellemrum")),
        _BACK,
    ),
    "brobygning": (
        Key("left", "step_back", N_("Tilbage"), "←", hint=True, changes=True),
        Key("right", "step_on", N_("Frem"), "→", hint=True, changes=True),
        Key("s", "consent", N_("Samtykke"), "s", hint=True),
        Key("n", "new", N_("Ny note"), "n", hint=True),
        Key("d", "share", N_("Del"), "d"),
        Key("w", "wish", N_("Nyt ønske"), "w", hint=True),
        Key("t", "joint", N_("Fælles møde"), "t"),
        Key("y", "activity", N_("Aktivitet"), "y"),
        _EDIT,
        _TASK, _DETAILS, _BACK,
    ),
    "rapport": (
        Key("left", "earlier", N_("Før"), "←", hint=True),
        Key("right", "later", N_("Efter"), "→"),
        Key("space", "steps", N_("Uger/måneder"), N_("Mellemrum"), hint=True),
        Key("t", "team", N_("Mig/team"), "t", hint=True),
        Key("i", "items", "IPS-25", "i"),
        Key("e", "export", N_("Eksport"), "e"),
        Key("c", "copy", N_("Kopiér"), "c"), _BACK,
    ),
    "bag": (_CLOSE,),
    "synk": (
        Key("left", "take_mine", N_("Min"), "←", hint=True),
        Key("right", "take_theirs", N_("Kontorets"), "→", hint=True),
        Key("b", "take_both", N_("Begge"), "b", hint=True),
        Key("e", "own_value", N_("Ret selv"), "e", hint=True),
        Key("g", "save_solution", N_("Gem løsning"), "g", hint=True, changes=True),
        Key("i", "send_again", N_("Send igen"), "i", changes=True),
        Key("escape", "stop_sync", N_("Stop synk"), "Esc"),
    ),
    "overdragelser": (
        Key("g", "accept", N_("Godkend"), "g", hint=True),
        Key("n", "decline", N_("Nej"), "n", hint=True),
        Key("space", "take", N_("Vælg parkeret"), N_("Mellemrum"), hint=True),
        Key("t", "withdraw", N_("Træk tilbage"), "t"),
        _BACK,
    ),
    "telefonark": (Key("t", "count", N_("Tæl med"), "t", hint=True), _CLOSE),
    "hjaelp": (_CLOSE,),
    "beskeder": (_CLOSE,),
    "find": (_CLOSE,),
    "hurtig": (Key("tab", "choose", N_("Vælg forslag"), "Tab", hint=True), _CLOSE),
    "referat": (Key("ctrl+s", "save", N_("Gem"), "Ctrl+S", hint=True, priority=True),
                Key("f2", "task", N_("Aftalt"), "F2", hint=True),
                Key("f3", "template", N_("Skabelon"), "F3", hint=True),
                Key("f4", "to_bridging", N_("→ Brobygning"), "F4", hint=True),
                Key("ctrl+f", "confidential", N_("Fortroligt"), "Ctrl+F", priority=True),
                Key("f8", "attendance", N_("Fremmøde"), "F8", hint=True),
                Key("escape", "close", N_("Luk, gem kladde"), "Esc", hint=True)),
    "eksport": (Key("enter", "export", N_("Eksportér"), "Enter", hint=True), _BACK),
    "formular": (Key("ctrl+s", "save", N_("Gem"), "Ctrl+S", hint=True, priority=True), _CLOSE),
    "sporg": (
        Key("j", "yes", N_("Ja"), "j", hint=True),
        Key("n,escape", "no", N_("Nej"), "n", hint=True),
    ),
    "velkommen": (Key("escape", "later", N_("Senere"), "Esc", hint=True),),
}  # fmt: skip
"""The keys of each screen beside the global ones; the name is the screen's `context`."""


def bindings(keys: tuple[Key, ...]) -> list[BindingType]:
    """Textual bindings of a part of the table. Labels stay Danish: only our own footer and help show them."""
    from textual.binding import Binding

    return [Binding(key.keys, key.action, key.label, show=False, priority=key.priority) for key in keys]


_OWN_HINTS: Final = frozenset({"team", "behandlerdag"})
"""Screens of roles that make no appointments: no quick-add is offered there."""


_TREATMENT_DOES: Final = {
    "borgerkort": frozenset({"previous_tab", "next_tab", "bridging_note", "details", "copy", "edit", "back"}),
    "brobygning": frozenset({"step_back", "step_on", "new", "share", "wish", "activity", "edit", "details", "back"}),
}
"""On screens that a treatment worker shares with consultants: what is theirs to do (decision 29)."""


def is_for(role: str, context: str, action: str) -> bool:
    """False for a key of a screen that is not this role's: a treatment worker does not book, hand over or take consents."""
    own = _TREATMENT_DOES.get(context) if role == "treatment" else None
    return own is None or action in own or all(key.action != action for key in CONTEXTS[context])


def hints(context: str, *, on_screen: bool, role: str = "consultant") -> tuple[Key, ...]:
    """What the footer offers, most wanted first.

    Args:
        context: Which part of the table.
        on_screen: False in a dialog, where the screen's global keys do nothing.
        role: Whose screen it is.
    """
    local = tuple(key for key in CONTEXTS.get(context, ()) if key.hint and is_for(role, context, key.action))
    if not on_screen:
        return local
    if role == "treatment" and context in _TREATMENT_DOES:
        return (HELP, FIND, *local[:4], UNDO)
    if context in _OWN_HINTS:
        return (HELP, FIND, *local, UNDO) if context == "behandlerdag" else (HELP, *local[:6])
    return (HELP, FIND, *local[:3], QUICK, UNDO)
