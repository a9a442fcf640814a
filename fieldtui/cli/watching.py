"""`sync --watch` on the command line, and how far a sync is, on the terminal's stderr."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Final

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.cli.opening import passphrase_for
from fieldtui.cli.setting import Setting
from fieldtui.services import unlocking
from fieldtui.services.syncing import set_back_notice
from fieldtui.services.watching import SyncProgress, SyncReport, Watching
from fieldtui.services.workspace import Workspace

_LOOK_SECONDS: Final = 0.2
"""How long a signal may wait until it is acted on."""


def watch(setting: Setting) -> None:
    """Keep the vault in step until SIGTERM or Ctrl-C; one line a sync on stdout, trouble on stderr.

    Raises:
        NoVault, NotEnrolled, Revoked, Locked, Damaged: Waiting does not mend it.
    """
    secret = passphrase_for(setting)

    def unlock() -> Workspace:
        workspace = unlocking.unlock(setting.folder, secret, clock=setting.clock, ids=setting.ids)
        secret.wipe()
        return workspace

    def synced(report: SyncReport) -> None:
        wipe_progress()
        setting.report(report.as_json(), summary(report))
        if report.set_back:
            setting.tell(set_back_notice())

    def trouble(error: FieldtuiError) -> None:
        wipe_progress()
        setting.tell(explain(error))

    watching = Watching(
        unlock,
        clock=setting.clock,
        on_sync=synced,
        on_trouble=trouble,
        on_progress=progress if sys.stderr.isatty() else None,
    )
    try:
        _run_until_told(watching)
    finally:
        secret.wipe()


def _run_until_told(watching: Watching) -> None:
    """SIGTERM, Ctrl-C and Ctrl-Break end the watching as if it had come to its end.

    It runs in a thread of its own: a signal handler runs in the middle of whatever the main thread does, and must not
    wait for a lock that is held there.
    """
    told: list[int] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            watching.run()
        except BaseException as error:  # noqa: BLE001  raised again in the main thread
            failed.append(error)

    names = ("SIGTERM", "SIGINT", "SIGBREAK")
    known = [each for name in names if (each := getattr(signal, name, None)) is not None]
    before = {each: signal.signal(each, lambda number, _frame: told.append(number)) for each in known}
    thread = threading.Thread(target=work, name="fieldtui-watch", daemon=True)
    try:
        thread.start()
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
            if told:
                watching.stop()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if failed:
        raise failed[0]


def summary(report: SyncReport) -> str:
    """What a sync did, in one sentence."""
    return _("Synket: {pulled} ind, {pushed} ud, {merged} flettet, {pending} venter.").format(
        pulled=report.pulled, pushed=report.pushed, merged=report.merged, pending=report.pending
    )


def progress(step: SyncProgress) -> None:
    """One line on the terminal's stderr, written over by the next."""
    stages = {"pull": _("Henter"), "push": _("Sender"), "purge": _("Rydder op")}
    count = f"{step.done}" if step.total is None else _("{done} af {total}").format(done=step.done, total=step.total)
    sys.stderr.write(f"\r\x1b[K{stages[step.stage]} {count}")
    sys.stderr.flush()


def wipe_progress() -> None:
    """Take the line of `progress` away."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
