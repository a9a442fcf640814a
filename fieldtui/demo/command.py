"""`fieldtui demo`: the whole of fieldtui on one machine, with people who do not exist."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _, decimal
from fieldtui.cli import agenda
from fieldtui.cli.setting import Setting, setting_of
from fieldtui.demo import PASSPHRASE
from fieldtui.domain.calendar import monday_of

if TYPE_CHECKING:
    from fieldtui.services.syncing import SyncReport
    from fieldtui.services.workspace import Workspace

_WEEK = timedelta(days=6)
_LISTS = (("reception", "csv"), ("outlook", "ics"))


def mount(root: typer.Typer) -> None:
    """Add the command."""
    root.command("demo", help=_("Øv dig: et opdigtet team på et rigtigt centralt system. Aldrig blandet med arbejde."))(
        demo
    )


def demo(
    context: typer.Context,
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Uden skærmbillede: vis dagen, skriv ugens lister, og slut."))
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help=_("Samme tal, samme team."))] = 1,
    citizens: Annotated[
        int, typer.Option("--citizens", min=2, max=500, metavar="N", help=_("Borgere til hver konsulent."))
    ] = 25,
    role: Annotated[
        str,
        typer.Option(
            "--as", metavar="MH|TB|SK|LE|BH", help=_("Hvem du er: MH, TB og SK er konsulenter, LE leder, BH behandler.")
        ),
    ] = "MH",
) -> None:
    """Set the training up and open it."""
    from fieldtui.demo.folder import finish, home_of, prepare
    from fieldtui.demo.team import LEADER, TEAM, THERAPIST

    try:
        from fieldtui.demo import central, device
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "fieldtui":
            raise
        raise BadUsage(
            _("Øvelsen har brug for det centrale system. Installér det med: pipx install 'fieldtui[central]'")
        ) from None
    setting = setting_of(context)
    alone = headless or setting.as_json or not (sys.stdin.isatty() and sys.stdout.isatty())
    known_as = {each.initials: each for each in (*TEAM, LEADER, THERAPIST)}
    trainee = known_as.get(role.strip().upper())
    if trainee is None:
        raise BadUsage(_("Vælg en af: {initials}.").format(initials=", ".join(known_as)))
    home = home_of(setting.folder, trainee.initials, TEAM[0].initials)
    training = prepare(setting.folder, seed, citizens, today(setting.clock))
    known: dict[str, Any] = {"clock": setting.clock, "ids": setting.ids, "tell": setting.tell}
    with _ended_by_signals(), central.running(setting.folder, training, **known) as office:
        with device.opened(home, office, trainee, **known) as workspace:
            report = workspace.syncing.run(manual=True)
            finish(setting.folder, training, office.port)
            if alone and trainee is LEADER:
                _answer_team(setting, workspace, report)
            elif alone:
                _answer(setting, workspace, report)
        if not alone:
            raise typer.Exit(_open_screen(setting, home, trainee.name))


def _answer_team(setting: Setting, workspace: Workspace, report: SyncReport) -> None:
    """The team, as its leader sees it, and the sync."""
    from fieldtui.cli import team

    seen = workspace.team.refresh()
    setting.answer(
        {"team": team.document(seen, fresh=True), "sync": report.as_json()}, team.lines(seen, workspace.rules)
    )


def _answer(setting: Setting, workspace: Workspace, report: SyncReport) -> None:
    """The day, the sync, and this week's lists under the folder's `exports`."""
    day = workspace.agenda.day(today(setting.clock))
    monday = monday_of(day.date)
    lists = [workspace.exports.appointments(monday, monday + _WEEK, profile, fmt) for profile, fmt in _LISTS]
    setting.answer(
        {
            "agenda": agenda.document(day),
            "sync": report.as_json(),
            "exports": [each.as_json() for each in lists],
        },
        [
            *agenda.lines(day, workspace),
            "",
            _("Synket. Hentet: {pulled}. Sendt: {pushed}. Kald: {requests}. Tid: {seconds} s.").format(
                pulled=report.pulled, pushed=report.pushed, requests=report.requests, seconds=decimal(report.seconds)
            ),
            *(_("Liste: {file} ({rows} aftaler)").format(file=each.file, rows=each.rows) for each in lists),
        ],
    )


def _open_screen(setting: Setting, home: Path, name: str) -> int:
    from fieldtui.tui import supervisor

    setting.tell(_("Øvelse: du er {name}. Adgangssætningen er: {passphrase}").format(
        name=name, passphrase=PASSPHRASE
    ))  # fmt: skip
    language = ["--lang", setting.language] if setting.language_given else []
    return supervisor.run(["--worker", "--data-dir", str(home), *language, "--training"])


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let a signal that would end the process end the training in order, so that nothing stays running."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    caught = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.signal(number, end) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
