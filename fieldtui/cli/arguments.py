"""Words from the command line, as the values they mean."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Final

import typer
from pydantic import TypeAdapter, ValidationError

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.setting import Setting
from fieldtui.domain.calendar import parse_day
from fieldtui.domain.records.base import Instant

ASKED: Final = "-"
"""Given for a text, it is asked for on the terminal, or read from standard input: it then stands in no shell's history."""
_LONGEST: Final = 20_000


def text(given: str, question: str) -> str:
    """A text that may hold a name: as it was given, or asked for where that is `-`.

    Args:
        given: The argument.
        question: What a person is asked.
    """
    if given != ASKED:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(question, err=True))
    return sys.stdin.readline(_LONGEST).rstrip("\r\n")


def day(setting: Setting, text: str, option: str) -> date:
    """A day: ISO, or as people type it (`24-11-2026`, `24/11`, `i morgen`).

    Raises:
        BadUsage: No such day, with the option it was given to.
    """
    try:
        return parse_day(text, today(setting.clock))
    except ValueError as error:
        raise BadUsage(f"{option}: {error}") from None


def instant(text: str, option: str) -> datetime:
    """A time: ISO, in Copenhagen where no offset stands with it (`2026-11-25T10:00`).

    Raises:
        BadUsage: No such time, one that the clocks skip, or one that comes twice, with the option it was given to.
    """
    try:
        return TypeAdapter(Instant).validate_python(text)
    except ValidationError as error:
        kind = error.errors(include_url=False, include_input=False)[0]["type"]
        said = {
            "instant_gap": _("Klokkeslættet findes ikke: uret stilles frem den nat."),
            "instant_fold": _("Klokkeslættet findes to gange den nat: skriv tidszonen med, fx +02:00."),
        }.get(kind, _("Skriv dag og klokkeslæt, fx 2026-11-25T10:00."))
        raise BadUsage(f"{option}: {said}") from None


def period(setting: Setting, since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """The two ends of a period, either of which may be open.

    Raises:
        BadUsage: No such day, or the end lies before the beginning.
    """
    begins = day(setting, since, "--since") if since is not None else None
    ends = day(setting, until, "--until") if until is not None else None
    if begins is not None and ends is not None and ends < begins:
        raise BadUsage(_("Perioden slutter, før den begynder."))
    return begins, ends
