"""Where a passphrase may come from: a file, or the terminal. Never an argument, never an environment value."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from fieldtui.base.errors import BadFile, NoPassphrase
from fieldtui.base.i18n import _
from fieldtui.cli.setting import Setting
from fieldtui.services.unlocking import Secret

_LARGEST: Final = 4096
"""Bytes; more is not a passphrase file."""


def passphrase(setting: Setting) -> Secret:
    """The passphrase that opens the vault.

    Raises:
        BadFile: The file cannot be read, is empty, or holds more than one line.
        NoPassphrase: No file was given, and there is no terminal to ask on.
    """
    if setting.passphrase_file is not None:
        return read_file(setting.passphrase_file)
    return asked(_("Adgangssætning: "))


def new_passphrase(setting: Setting) -> Secret:
    """A passphrase to be set: from the file, or typed twice.

    Raises:
        BadFile: As for `passphrase`.
        NoPassphrase: As for `passphrase`.
    """
    if setting.passphrase_file is not None:
        return read_file(setting.passphrase_file)
    while True:
        first = asked(_("Ny adgangssætning: "))
        again = asked(_("Skriv den igen: "))
        same = first.reveal() == again.reveal()
        again.wipe()
        if same:
            return first
        first.wipe()
        setting.tell(_("De to er ikke ens. Prøv igen."))


def typed_anew(setting: Setting) -> Secret:
    """A passphrase to be set, typed twice, where the passphrase file holds the one in force.

    Raises:
        NoPassphrase: There is no terminal.
    """
    return new_passphrase(replace(setting, passphrase_file=None))


def read_file(path: Path) -> Secret:
    """The one line of a passphrase file, without BOM and line end.

    Raises:
        BadFile: The file cannot be read, is empty, not UTF-8, or holds more than one line.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError:
        raise BadFile(str(path), None, _("Den kan ikke læses. Skriv adgangssætningen på én linje i filen.")) from None
    if len(data) > _LARGEST:
        raise BadFile(str(path), None, _("Den er for stor til at være en fil med en adgangssætning."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(str(path), None, _("Den er ikke gemt som UTF-8.")) from None
    line = text.removesuffix("\n").removesuffix("\r")
    if not line:
        raise BadFile(str(path), None, _("Den er tom. Skriv adgangssætningen på én linje i filen."))
    if "\n" in line or "\r" in line:
        raise BadFile(str(path), None, _("Den har mere end én linje. Adgangssætningen skal stå på én linje."))
    return Secret.of(line)


def asked(prompt: str) -> Secret:
    """Ask on the terminal without showing what is typed.

    Raises:
        NoPassphrase: There is no terminal.
    """
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        raise NoPassphrase
    try:
        return Secret.of(getpass.getpass(prompt))
    except EOFError:
        raise NoPassphrase from None
