"""`put`: records from JSON or JSON Lines, all or nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from fieldtui.base.errors import BadFile, BadUsage, InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import setting_of
from fieldtui.domain.problems import model_of

LARGEST: Final = 64 * 1024 * 1024
"""Bytes that one call takes."""
_BLANKS: Final = " \t\r\n"


def mount(root: typer.Typer) -> None:
    """Add the command."""
    root.command("put", help=_("Opret eller ret poster fra JSON eller JSON Lines. Alt eller intet."))(put)


def put(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(metavar="COLLECTION", help=_("Samlingens navn, fx citizen."))],
    file: Annotated[Path | None, typer.Option("--file", help=_("Filen; ellers læses standard input."))] = None,
) -> None:
    """Create records, or change the given fields where an id is given, and print their ids."""
    setting = setting_of(context)
    model_of(collection)
    found = list(pieces(_read(file)))
    if not found:
        raise BadUsage(_("Der kom ingen poster. Giv dem som JSON eller JSON Lines."))
    with opened(setting) as workspace:
        ids, warnings = workspace.casework.put_told(collection, found)
        setting.answer(list(ids), ids)
        for sentence in warnings:
            setting.tell(sentence)


def _read(file: Path | None) -> str:
    name = str(file) if file is not None else _("standard input")
    if file is None and sys.stdin.isatty():
        raise BadUsage(_("Giv poster på standard input eller med --file."))
    try:
        if file is None:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with file.open("rb") as stream:
                data = stream.read(LARGEST + 1)
    except OSError:
        raise BadFile(name, None, _("Den kan ikke læses. Tjek navnet og rettighederne.")) from None
    if len(data) > LARGEST:
        raise BadFile(name, None, _("Den er større end 64 MB. Del den op."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(name, line, _("Teksten er ikke UTF-8. Gem filen som UTF-8.")) from None


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Each record's JSON text with the physical line it begins on.

    One array of records, one record over several lines, or one record a line.

    Raises:
        InvalidRecords: An array or a record over several lines is not JSON, with the line where it stops being it.
    """
    start = _skip(text, 0)
    if start == len(text):
        return
    yield from _array(text, start) if text[start] == "[" else _several(text, start)


def _array(text: str, start: int) -> Iterator[tuple[int, str]]:
    at = _skip(text, start + 1)
    if text[at : at + 1] == "]":
        at += 1
    else:
        while True:
            end = _value(text, at)
            yield _line(text, at), text[at:end]
            at = _skip(text, end)
            if text[at : at + 1] == "]":
                at += 1
                break
            if text[at : at + 1] != ",":
                raise _broken(text, at)
            at = _skip(text, at + 1)
    if _skip(text, at) != len(text):
        raise _broken(text, _skip(text, at))


def _several(text: str, at: int) -> Iterator[tuple[int, str]]:
    """Records one after the other, each over as many lines as it likes.

    Where one is not JSON and all stand a line each, the rest is given line by line, so that every bad one is named.
    """
    line_each = True
    while at < len(text):
        try:
            end = _value(text, at)
        except InvalidRecords:
            first = _line(text, at)
            lines = [(first + number, line.strip(_BLANKS)) for number, line in enumerate(text[at:].split("\n"))]
            if not line_each or not all(line.startswith("{") for _number, line in lines if line):
                raise
            yield from ((number, line) for number, line in lines if line)
            return
        line_each = line_each and "\n" not in text[at:end]
        yield _line(text, at), text[at:end]
        at = _skip(text, end)


def _value(text: str, at: int) -> int:
    """Where the JSON value that begins here ends."""
    try:
        _parsed, end = json.JSONDecoder().raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _broken(text, error.pos) from None
    except (ValueError, RecursionError):  # a number with more digits than Python reads, or too deep
        raise _broken(text, at) from None
    return end


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _broken(text: str, at: int) -> InvalidRecords:
    return InvalidRecords((LineProblem(_line(text, at), None, _("Her er det ikke længere JSON.")),))
