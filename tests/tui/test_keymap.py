"""The table of keys: nothing twice, nothing a terminal takes, nothing a Danish keyboard makes hard."""

from __future__ import annotations

import pytest

from fieldtui.tui.keymap import CONTEXTS, GLOBAL, TABS, Key, hints
from fieldtui.tui.routes import ROUTES, build

_DIGITS = "123456789"
WINDOWS_TERMINAL = {
    "alt+f4",
    "alt+enter",
    "f11",
    "ctrl+shift+space",
    "ctrl+comma",
    "ctrl+shift+f",
    "ctrl+shift+p",
    "alt+space",
    "ctrl+shift+t",
    "ctrl+shift+n",
    "ctrl+shift+d",
    "ctrl+tab",
    "ctrl+shift+tab",
    "ctrl+shift+w",
    "alt+shift+minus",
    "alt+shift+plus",
    "alt+down",
    "alt+left",
    "alt+right",
    "alt+up",
    "ctrl+shift+c",
    "ctrl+insert",
    "ctrl+shift+v",
    "shift+insert",
    "ctrl+shift+a",
    "ctrl+shift+m",
    "ctrl+plus",
    "ctrl+minus",
    "ctrl+0",
    "ctrl+v",
} | {f"ctrl+{more}+{digit}" for digit in _DIGITS for more in ("shift", "alt")}
GNOME = {"f10", "f11", "ctrl+shift+q", "ctrl+pageup", "ctrl+pagedown"} | {f"alt+{digit}" for digit in "0" + _DIGITS}
BROWSER = {"ctrl+n", "ctrl+t", "ctrl+w", "f12"}
SAME_BYTE = {
    "ctrl+i",
    "ctrl+m",
    "ctrl+j",
    "ctrl+h",
    "ctrl+enter",
    "shift+enter",
    "ctrl+shift+z",
    "ctrl+backspace",
    "ctrl+space",
    "ctrl+@",
}
ALTGR_OR_DEAD = {
    "at", "pound_sign", "dollar_sign", "left_curly_bracket", "left_square_bracket", "right_square_bracket",
    "right_curly_bracket", "vertical_line", "backslash", "tilde", "circumflex_accent", "grave_accent", "acute_accent",
}  # fmt: skip
ALLOWED_NAMES = {
    "plus", "slash", "question_mark", "enter", "space", "tab", "escape", "left", "right", "up", "down", "pageup", "pagedown",
    "home", "end", "backspace", "delete", *(f"f{number}" for number in range(1, 10)), *(f"shift+f{n}" for n in range(1, 10)),
}  # fmt: skip

EVERY = [("overalt", key) for key in GLOBAL] + [(name, key) for name, keys in CONTEXTS.items() for key in keys]


@pytest.mark.parametrize(("context", "key"), EVERY, ids=lambda value: value if isinstance(value, str) else value.action)
def test_each_key_can_be_typed_everywhere(context: str, key: Key) -> None:
    for name in key.names:
        assert name not in WINDOWS_TERMINAL | GNOME | BROWSER | SAME_BYTE | ALTGR_OR_DEAD, (context, name)
        plain = name.removeprefix("ctrl+")
        assert name in ALLOWED_NAMES or (len(plain) == 1 and plain.isascii() and plain.isalnum()), (context, name)


def _dialog(context: str) -> bool:
    return context in {"find", "hurtig", "referat", "formular", "sporg", "velkommen"}


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_key_means_two_things_on_one_screen(context: str) -> None:
    seen: dict[str, str] = {}
    keys = [*CONTEXTS[context], *(() if _dialog(context) else GLOBAL)]
    for key in keys:
        for name in key.names:
            assert seen.setdefault(name, key.action) == key.action, f"{name}: {seen[name]} and {key.action}"
    digits = {digit for digit, screen, _name, _short in TABS if screen in ROUTES}
    assert not digits & set(seen)


def test_the_registering_letters_mean_the_same_everywhere() -> None:
    for letter, action in {
        "f": "attended",
        "u": "no_show",
        "a": "cancelled",
        "x": "move",
        "m": "note",
        "o": "task",
    }.items():
        meanings = {key.action for keys in CONTEXTS.values() for key in keys if letter in key.names}
        assert meanings <= {action}, (letter, meanings)


def test_footers_offer_seven_hints_at_most_and_how_to_get_help() -> None:
    for context in CONTEXTS:
        offered = hints(context, on_screen=True)
        assert len(offered) <= 7
        assert offered[0].action == "help"


def test_every_key_of_a_screen_has_an_action_behind_it() -> None:
    for name in ROUTES:
        keys = CONTEXTS.get(name, ())
        arguments = (
            ["01968000-0000-7000-8000-00000000000f"] if name in {"borgerkort", "virksomhedskort", "forloeb"} else []
        )
        screen = build(name, *arguments)
        for key in keys:
            assert callable(getattr(screen, f"action_{key.action}", None)), f"{name}: {key.action}"


def test_every_global_key_has_an_action_on_the_app() -> None:
    from fieldtui.tui.app import FieldtuiApp

    for key in GLOBAL:
        assert callable(getattr(FieldtuiApp, f"action_{key.action}", None)), key.action
