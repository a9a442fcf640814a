"""Typer's complaints about a command line, said in our own words: what, where, what now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

import typer

from fieldtui.base.i18n import _
from fieldtui.base.text import clean

_TYPERS_WORDS: Final = (
    (r"^Usage: ", "Brug: "),
    (r"^Options:$", "Valg:"),
    (r"^Arguments:$", "Argumenter:"),
    (r"^Commands:$", "Kommandoer:"),
    (r"\[required\]", "[skal gives]"),
    (r"\[default: ", "[ellers: "),
    (r"\bShow\s+this\s+message\s+and\s+exit\.", "Vis denne hjælp."),
    (r"\bInstall\s+completion\s+for\s+the\s+current\s+shell\.", "Installér fuldførelse i din skal."),
    (
        r"\bShow\s+completion\s+for\s+the\s+current\s+shell,\s+to\s+copy\s+it\s+or\s+customize\s+the\s+installation\.",
        "Vis fuldførelsen, så den kan kopieres.",
    ),
)
"""What Typer itself says in a help page, and how we say it; Typer has no Danish of its own."""


def help_in_danish(text: str) -> str:
    """A help page with Typer's own words in Danish."""
    for pattern, danish in _TYPERS_WORDS:
        text = re.sub(pattern, danish, text, flags=re.MULTILINE)
    return text


def sentence(error: typer.TyperException, commands: Sequence[str]) -> str:
    """A finished sentence for a usage error.

    Args:
        error: What Typer raised.
        commands: Names of the top-level commands, to suggest from.
    """
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "fieldtui"
    what = _what(error, context, commands)
    how = _("Se hvordan med: {command} --help").format(command=path)
    return f"{what} {how}"


def _what(error: typer.TyperException, context: typer.Context | None, commands: Sequence[str]) -> str:
    kind = type(error).__name__
    option = clean(str(getattr(error, "option_name", "") or ""))
    if kind == "NoSuchOption":
        close = [name for name in getattr(error, "possibilities", None) or [] if name.startswith("--")]
        text = _("Valget {option} findes ikke.").format(option=option)
        return text + _suggested(close)
    if kind == "BadOptionUsage":
        return _("{option} mangler en værdi.").format(option=option)
    parameter = getattr(error, "param", None)
    if kind == "MissingParameter" and parameter is not None:
        return _("{what} mangler.").format(what=_named(parameter))
    if kind == "BadParameter" and parameter is not None:
        return _("Værdien for {what} kan ikke bruges.").format(what=_named(parameter))
    if kind in {"UsageError", "NoArgsIsHelpError"} and context is not None and hasattr(context.command, "commands"):
        return _group("" if kind == "NoArgsIsHelpError" else error.message, context, commands)
    if kind == "UsageError":
        return _("Der står mere på linjen, end kommandoen kan bruge.")
    return _("Kommandolinjen kan ikke forstås.")


def _group(message: str, context: typer.Context, commands: Sequence[str]) -> str:
    """An unknown command, or a group without one."""
    known = list(getattr(context.command, "commands", {}))
    if context.parent is None:
        known = [*known, *commands]
    word = message.partition("'")[2].partition("'")[0]
    if not word:
        return _("Der mangler en kommando efter {command}: {known}.").format(
            command=context.command_path, known=", ".join(sorted(set(known)))
        )
    text = _("Kommandoen {word} findes ikke.").format(word=clean(word))
    close = get_close_matches(word, known, n=1)
    return text + _suggested(close)


def _suggested(close: Sequence[str]) -> str:
    return " " + _("Mente du {close}?").format(close=close[0]) if close else ""


def _named(parameter: object) -> str:
    if getattr(parameter, "param_type_name", "") == "option":
        return str(max(getattr(parameter, "opts", [""]), key=len))
    return str(getattr(parameter, "metavar", "") or getattr(parameter, "name", ""))
