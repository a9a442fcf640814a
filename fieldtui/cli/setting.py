"""What holds for the whole process: where, who asks, in which language, and how it answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from fieldtui.base.clock import Clock
from fieldtui.base.exits import ExitCode
from fieldtui.base.i18n import Language
from fieldtui.base.ids import IdSource
from fieldtui.base.text import clean, safe_json


@dataclass(frozen=True, slots=True)
class Setting:
    """The global options, and the clock and ids that every command works with."""

    folder: Path
    """The data folder; the vault lies in it."""
    passphrase_file: Path | None
    as_json: bool
    language: Language
    clock: Clock
    ids: IdSource
    language_given: bool = False
    """True where somebody asked for the language; False where it is the default."""
    read_only: bool = False
    """True where the vault is to be read on a copy and nothing is to be changed."""

    def answer(self, document: Any, lines: Iterable[str]) -> None:
        """Write what was asked for on stdout: one JSON document, or lines for a person.

        Args:
            document: JSON values; written only with `--json`.
            lines: Sentences and rows; each is cleaned of what could steer a terminal.
        """
        self._write([safe_json(document)] if self.as_json else [clean(line) for line in lines])

    def report(self, document: Any, line: str) -> None:
        """Write one of many answers on stdout: one line of JSON with `--json`, else one line for a person."""
        self._write([safe_json(document, indent=None) if self.as_json else clean(line)])

    def _write(self, lines: Iterable[str]) -> None:
        try:
            for line in lines:
                print(line)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has heard enough. Python would complain once more while it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.DONE) from None

    def tell(self, sentence: str) -> None:
        """Say something beside the answer, on stderr."""
        print(clean(sentence, multiline=True), file=sys.stderr)

    @property
    def terminal(self) -> bool:
        """True where a person can be asked: keyboard and screen are both a terminal."""
        return sys.stdin.isatty() and sys.stderr.isatty()


def setting_of(context: typer.Context) -> Setting:
    """The setting that bootstrap put into the context."""
    setting = context.find_root().obj
    if not isinstance(setting, Setting):
        raise TypeError("a command of fieldtui was run without bootstrap")
    return setting
