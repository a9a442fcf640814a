"""The process that opens the vault: lock screen at once, then the app. To lock, it ends, and its memory goes with it."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from fieldtui.base.clock import Clock
from fieldtui.base.environment import forget_family, forget_hostile
from fieldtui.base.i18n import Language, set_language
from fieldtui.base.i18n import language as language_in_force
from fieldtui.base.ids import IdSource
from fieldtui.tui import preferences, terminal
from fieldtui.tui.endings import SENTENCES, Ending, LockReason
from fieldtui.tui.lockscreen import LockScreen
from fieldtui.tui.parting import ProcessEnd, end_with_parent, orphaned
from fieldtui.tui.watch import BEAT_SECONDS

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace
    from fieldtui.tui.app import FieldtuiApp


def run(
    folder: Path,
    *,
    clock: Clock,
    ids: IdSource,
    language: Language | None,
    training_passphrase: str = "",
    opened: Workspace | None = None,
    reason: str | None = None,
    read_only: bool = False,
) -> int:
    """Unlock and work until the person leaves or the vault is locked.

    Args:
        folder: The data folder.
        clock: Where time comes from.
        ids: Where ids come from.
        language: Language that was asked for at the start. It goes before what was chosen here earlier and is
            remembered as the choice, so that a lock does not change it; `None` takes the earlier choice, or Danish.
        training_passphrase: What opens a demo with made-up citizens; the lock screen shows it. Empty for a real vault.
        opened: A vault that is open already; then nothing is asked. It is closed at the end.
        reason: Why the worker before ended (`LockReason`), shown on the lock screen.
        read_only: Read the vault on a copy and change nothing, whatever is wrong with it.

    Returns:
        An `Ending`; 1 after a fault in the program.
    """
    parent = os.getppid()
    end_with_parent()
    _on(("SIGHUP", "SIGTERM", "SIGBREAK"), _leave)
    _speak(folder, language, first=reason is None)
    _harden()
    workspace = opened
    if workspace is None and _has_vault(folder):
        workspace = _unlock(folder, clock, ids, reason, training_passphrase, parent, reading=read_only)
        if workspace is None:
            return int(Ending.LEFT)
        if language_in_force() != preferences.load(folder).language:
            preferences.remember(folder, language=language_in_force())  # F9 on the lock screen is a choice too
    return _work(folder, clock, ids, workspace, bool(training_passphrase), parent)


def _speak(folder: Path, language: Language | None, *, first: bool) -> None:
    """Choose the language: after a lock the one that was in force, which F9 may have changed."""
    if language and first:
        preferences.remember(folder, language=language)
    else:
        language = preferences.load(folder).language or language or "da"
    set_language(language)


def _has_vault(folder: Path) -> bool:
    """A cheap look, without importing what opens vaults; a vault that is damaged still counts."""
    home = folder / "vault"
    return any((home / name).exists() for name in ("vault.json", "vault.json.bak", "vault.db"))


def _harden() -> None:
    """Before Textual: no debugging switch of the environment, no traceback with data. Bootstrap closed the memory."""
    forget_hostile()
    for name in ("COLUMNS", "LINES"):
        forget_family(name)  # Textual would believe them before the terminal, and lay out a screen of any size
    sys.excepthook = _silent
    threading.excepthook = lambda given: _silent(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: _silent(given.exc_type, given.exc_value, given.exc_traceback)


def _silent(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    """Say only that, and where, something failed: messages and variables may hold personal data."""
    del kind, trace
    if error is None or isinstance(error, KeyboardInterrupt):
        return
    from fieldtui.tui.crashes import report_crash, sentence_for

    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(sentence_for(report_crash(error)) + "\n")


def _warm_up() -> None:
    """Import what the app needs while the passphrase is typed. Failing here is no loss: the real import says why."""
    gc.disable()
    with contextlib.suppress(Exception):
        import fieldtui.services.unlocking
        import fieldtui.tui.app
        import fieldtui.tui.screens.idag  # noqa: F401
    gc.freeze()
    gc.enable()


def _unlock(
    folder: Path,
    clock: Clock,
    ids: IdSource,
    reason: str | None,
    training_passphrase: str,
    parent: int,
    *,
    reading: bool,
) -> Workspace | None:
    """Draw the lock screen and open the vault; `None` where the person left, or the supervisor is gone."""
    terminal.write(terminal.ENTER_SCREEN)
    if reason is not None:
        terminal.forget_typed()  # it was meant for the screen that was locked
    known = {item.value for item in LockReason}
    sentence = SENTENCES[LockReason(reason)] if reason in known else ""
    screen = LockScreen(sentence, training_passphrase=training_passphrase, reading=reading)
    opened: list[Workspace] = []

    def warm_up() -> None:
        _warm_up()
        with contextlib.suppress(Exception):  # the first try says what is wrong
            from fieldtui.services.unlocking import seconds_to_wait

            screen.wait(seconds_to_wait(folder, clock))  # failures before this start count too

    warming = threading.Thread(target=warm_up, name="fieldtui-warm-up", daemon=True)

    def submit(shown: LockScreen) -> bool:
        workspace = _try(folder, clock, ids, shown)
        if workspace is not None:
            opened.append(workspace)
        return workspace is not None

    def forgot() -> bool:
        from fieldtui.tui.recoveryscreen import RecoveryScreen

        recovery = RecoveryScreen(folder, clock, ids)
        recovery.run(recovery.step, on_drawn=lambda: None, go_on=lambda: not orphaned(parent))
        if recovery.opened is not None:
            opened.append(recovery.opened)
        elif not recovery.went_back:
            raise SystemExit(int(Ending.LEFT))
        return recovery.opened is not None

    try:
        screen.run(submit, on_drawn=warming.start, go_on=lambda: not orphaned(parent), on_forgot=forgot)
    finally:
        if not opened:
            with contextlib.suppress(OSError, ValueError):  # the terminal may be gone
                terminal.write(terminal.LEAVE_SCREEN)
            if orphaned(parent):
                terminal.leave_usable()
    if opened:
        warming.join()
    return opened[0] if opened else None


def _try(folder: Path, clock: Clock, ids: IdSource, shown: LockScreen) -> Workspace | None:
    """One try with what was typed; what went wrong is said on the screen."""
    from fieldtui.base.errors import ChangedSinceLock, FieldtuiError, HeaderTampered, RolledBack, TooSoon
    from fieldtui.base.explain import explain
    from fieldtui.services import unlocking

    secret = unlocking.Secret(shown.normalised())
    try:
        unlock = unlocking.read_only if shown.reading else unlocking.unlock
        return unlock(folder, secret, clock=clock, ids=ids)
    except (RolledBack, ChangedSinceLock, HeaderTampered) as error:
        shown.say(explain(error))
        shown.offer_reading()
    except TooSoon as error:
        shown.wait(error.seconds)
    except FieldtuiError as error:
        shown.say(explain(error))
    finally:
        secret.wipe()
    return None


def _work(folder: Path, clock: Clock, ids: IdSource, workspace: Workspace | None, training: bool, parent: int) -> int:
    """Run the app. Whatever happens, the vault is closed and its keys are wiped."""
    from fieldtui.tui.app import FieldtuiApp
    from fieldtui.tui.desktop import this_machine

    app = FieldtuiApp(folder, clock=clock, ids=ids, workspace=workspace, training=training, desktop=this_machine())
    app.begin_with(ProcessEnd(app, parent=parent), started=lambda: _listen(app, parent))
    terminal.forget_typed()  # at the lock screen; a key too many must not register anything
    try:
        ending = app.run()
    finally:
        if app.open_workspace is not None:
            app.open_workspace.close()
    if ending is None:
        ending = app.return_code or 0
    return int(ending)


def _listen(app: FieldtuiApp, parent: int) -> None:
    """Signals, once Textual has set its own: an end keeps drafts, and nothing stops this process but SIGSTOP.

    Textual would stop on SIGTSTP with the caseload on the screen, and draw it again on SIGCONT.
    """
    app.set_interval(BEAT_SECONDS, lambda: app.leave_at_once() if orphaned(parent) else None)
    _on(("SIGHUP", "SIGTERM", "SIGBREAK"), lambda _number, _frame: app.soon(app.leave_at_once))
    _on(("SIGTSTP",), signal.SIG_IGN)
    _on(("SIGCONT",), lambda _number, _frame: app.soon(app.look_around))


def _on(names: Iterable[str], handler: Any) -> None:
    for name in names:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, handler)


def _leave(number: int, frame: object) -> NoReturn:
    """The terminal went away, or somebody asked the process to end, before there is an app that could."""
    del number, frame
    raise SystemExit(int(Ending.LEFT))
