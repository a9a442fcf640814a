"""The only place that picks concrete adapters and wires them together; every process begins and ends here."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldtui.base import log
from fieldtui.base.clock import SystemClock
from fieldtui.base.crashreport import file_of, keep_reports_in, report_defect
from fieldtui.base.environment import forget_hostile
from fieldtui.base.errors import BadFile, BadUsage, DiskFull, FieldtuiError
from fieldtui.base.exits import ExitCode
from fieldtui.base.explain import explain
from fieldtui.base.files import make_private_folder
from fieldtui.base.hardening import harden
from fieldtui.base.i18n import LANGUAGES, Language, _, set_language
from fieldtui.base.ids import SystemIds
from fieldtui.base.text import clean, is_encodable
from fieldtui.cli.families import FAMILIES

if TYPE_CHECKING:
    import typer

INTERRUPTED: Final = 130
"""What a shell expects of a program that Ctrl-C ended."""

_VALUED: Final = {
    "--data-dir": "FIELDTUI_DATA_DIR",
    "--passphrase-file": "FIELDTUI_PASSPHRASE_FILE",
    "--lang": "FIELDTUI_LANG",
}

_COMPLETING: Final = "_FIELDTUI_COMPLETE"
"""Set by a shell that completes a command line: then every command must be known with its options."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_TRAINING: Final = "--training"
"""The demo says to the worker that nobody in the vault exists."""
READ_ONLY: Final = "--read-only"
"""Read on from a vault that is not as it should be, without touching it."""
_LOCKED_BECAUSE: Final = "--locked-because"
"""The supervisor says to the next worker why the one before it ended."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """The command line with the global options taken out of it."""

    options: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    read_only: bool = False
    rest: tuple[str, ...] = ()


def lift(argv: Sequence[str]) -> Lifted:
    """Take the global options out, wherever they stand before a `--`.

    Raises:
        BadUsage: One of them has no value.
    """
    options: dict[str, str] = {}
    rest: list[str] = []
    as_json = read_only = False
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word == "--json":
            as_json = True
        elif word == READ_ONLY:
            read_only = True
        elif name in _VALUED:
            given = value if equals else next(words, "")
            if not given:
                raise BadUsage(_("{option} mangler en værdi.").format(option=name))
            options[name] = given
        else:
            rest.append(word)
    return Lifted(options, as_json, read_only, tuple(rest))


def main(argv: Sequence[str]) -> int:
    """Run one command, or the terminal UI, and answer the exit code.

    Everything that goes wrong ends here: an expected error becomes a sentence on stderr and its exit code, an
    unexpected one becomes exit 1 and a place in a log file without personal data.
    """
    _prepare_process()
    folder: Path | None = None
    try:
        environment = {name: value for name in _VALUED.values() if (value := os.environ.get(name))}
        set_language(_language(environment.get("FIELDTUI_LANG"), "FIELDTUI_LANG", strict=False))
        lifted = lift(argv)
        if any(not is_encodable(word) and not os.path.lexists(word) for word in argv):  # a file may be called anything
            raise BadUsage(_("Der er tegn på linjen, som ikke kan læses. Skriv den i UTF-8."))
        given = {option: environment[name] for option, name in _VALUED.items() if name in environment}
        options = {**given, **lifted.options}
        language = _language(options.get("--lang"), "--lang", strict=True)
        set_language(language)
        folder = _folder(options.get("--data-dir"), training=lifted.rest[:1] == ("demo",))
        _open_log(folder)
        code = _run(lifted, folder, options, language)
        sys.stdout.flush()
    except FieldtuiError as error:
        log.event("ended", error=str(error), exit=int(error.exit_code))
        _say(explain(error))
        return int(error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return int(ExitCode.DONE)  # whoever read our output has heard enough
    except OSError as error:
        return _system_error(error, folder)
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  the one place where a defect becomes an exit code
        return _defect(error, folder)
    finally:
        _settle_output()
    return code


def _settle_output() -> None:
    """Leave nothing for Python to flush at exit where it cannot be written: that would change our exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _prepare_process() -> None:
    """Private files by default, a closed memory, and UTF-8 out whatever the locale says."""
    os.umask(0o077)
    forget_hostile()
    harden()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _language(value: str | None, source: str, *, strict: bool) -> Language:
    if value is None:
        return "da"
    for known in LANGUAGES:
        if value == known:
            return known
    if not strict:
        return "da"
    raise BadUsage(
        _("Sproget {language} findes ikke ({source}). Vælg da eller en.").format(language=clean(value), source=source)
    )


def _folder(given: str | None, *, training: bool) -> Path:
    """Where the vault lies; training has a place of its own."""
    if given is not None:
        return Path(given).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("fieldtui-demo" if training else "fieldtui", appauthor=False)


def _open_log(folder: Path) -> None:
    """Events go to a file once there is a vault; before that there is nothing to tell of."""
    if (folder / "vault").is_dir() and os.access(folder, os.W_OK):
        logs = folder / "logs"
        with contextlib.suppress(OSError):
            make_private_folder(logs)
            log.open_log(logs)
            keep_reports_in(logs)


def _run(lifted: Lifted, folder: Path, options: Mapping[str, str], language: Language) -> int:
    rest = lifted.rest
    passphrase_file = (
        Path(options["--passphrase-file"]).expanduser().absolute() if "--passphrase-file" in options else None
    )
    if not rest and lifted.as_json:
        raise BadUsage(_("--json hører til en kommando, fx: fieldtui status --json"))
    if lifted.read_only:
        from fieldtui.cli.reading import require_reading

        require_reading(rest)
    chosen, reading = (language if "--lang" in options else None), ([READ_ONLY] if lifted.read_only else [])
    if rest[:1] == ("--worker",):
        return _worker([*rest[1:], *reading], folder, passphrase_file, chosen)
    if not rest and _COMPLETING not in os.environ:  # a shell asks for words without giving any
        return _terminal_ui([*worker_arguments(folder, passphrase_file, chosen), *reading])
    if rest == ("--version",):
        from fieldtui import __version__

        sys.stdout.write(f"fieldtui {__version__}\n")
        return int(ExitCode.DONE)
    from fieldtui.cli.setting import Setting

    setting = Setting(
        folder=folder,
        passphrase_file=passphrase_file,
        as_json=lifted.as_json,
        language=language,
        clock=SystemClock(),
        ids=SystemIds(),
        language_given="--lang" in options,
        read_only=lifted.read_only,
    )
    return _command(list(rest), setting)


def _terminal_ui(worker_words: list[str]) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadUsage(_("Skærmbilledet har brug for en terminal. Se kommandoerne med: fieldtui --help"))
    from fieldtui.tui import supervisor

    return supervisor.run(worker_words)


def worker_arguments(folder: Path, passphrase_file: Path | None, language: Language | None) -> list[str]:
    """What the supervisor hands to the worker it starts; a language only where one was asked for."""
    words = ["--worker", "--data-dir", str(folder), *(["--lang", language] if language else [])]
    if passphrase_file is not None:
        words += ["--passphrase-file", str(passphrase_file)]
    return words


def _worker(words: Sequence[str], folder: Path, passphrase_file: Path | None, language: Language | None) -> int:
    """The process that holds the open vault; the supervisor starts it, and starts another one to lock.

    A passphrase file opens the vault once: after a lock, a person is asked.
    """
    from fieldtui.demo import PASSPHRASE
    from fieldtui.tui import worker

    clock, ids = SystemClock(), SystemIds()
    reason = words[words.index(_LOCKED_BECAUSE) + 1] if _LOCKED_BECAUSE in words[:-1] else None
    opened = None
    if passphrase_file is not None and reason is None:
        from fieldtui.cli.passphrase import read_file
        from fieldtui.services import unlocking

        secret = read_file(passphrase_file)
        unlock = unlocking.read_only if READ_ONLY in words else unlocking.unlock
        opened = unlock(folder, secret, clock=clock, ids=ids)
        secret.wipe()
    return worker.run(
        folder,
        clock=clock,
        ids=ids,
        language=language,
        training_passphrase=PASSPHRASE if _TRAINING in words else "",
        opened=opened,
        reason=reason,
        read_only=READ_ONLY in words,
    )


def _command(words: list[str], setting: Any) -> int:
    """Build the commands that are needed, and run the one that was asked for."""
    import typer

    from fieldtui.cli.usage import help_in_danish, sentence

    root = _root(words)
    command = typer.main.get_command(root)
    arguments = [*words, "--json"] if words[:1] == ["central"] and setting.as_json else words
    said = io.StringIO()
    helping = setting.language == "da" and not {"-h", "--help"}.isdisjoint(words)
    try:
        with contextlib.redirect_stdout(said) if helping else contextlib.nullcontext():
            result = command.main(args=arguments, prog_name="fieldtui", standalone_mode=False, obj=setting)
    except typer.TyperException as error:
        raise BadUsage(sentence(error, [*FAMILIES, "central"])) from None
    except typer.Abort:
        return INTERRUPTED
    sys.stdout.write(help_in_danish(said.getvalue()))
    return result if isinstance(result, int) else int(ExitCode.DONE)


def _root(words: Sequence[str]) -> typer.Typer:
    import typer

    root = typer.Typer(
        name="fieldtui",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        suggest_commands=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=_("Borgere, aftaler og brobygning i en krypteret boks. Uden kommando åbner skærmbilledet."),
        epilog=_(
            "Overalt på linjen: --data-dir MAPPE, --passphrase-file FIL, --lang da|en, --json, --read-only, --version. "
            "Miljøet kan sige det samme: FIELDTUI_DATA_DIR, FIELDTUI_PASSPHRASE_FILE, FIELDTUI_LANG."
        ),
    )

    @root.callback()
    def everything() -> None:
        """Hold the commands together."""

    first = next((word for word in words if not word.startswith("-")), "")
    if first in FAMILIES:
        wanted: Iterable[str] = (FAMILIES[first],)
    else:
        wanted = () if first == "central" else FAMILIES.values()
    for module in dict.fromkeys(wanted):
        importlib.import_module(module).mount(root)
    if first not in FAMILIES:
        _mount_central(root, words, needed=first == "central" or _COMPLETING in os.environ)
    return root


def _mount_central(root: typer.Typer, words: Sequence[str], *, needed: bool) -> None:
    """The central system comes with an extra, which a laptop may do without; help only names it."""
    import typer

    about = _("Det centrale system og dets administration.")
    if not needed:
        placeholder = typer.Typer()
        placeholder.callback()(lambda: None)
        root.add_typer(placeholder, name="central", help=about)
        return
    try:
        module = importlib.import_module("fieldtui.central.cli")
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.partition(".")[0] == "fieldtui":
            raise
        raise BadUsage(
            _("Det centrale system er ikke installeret her. Installér det med: pipx install 'fieldtui[central]'")
        ) from None
    # Only where the name stands first: whatever is before it may ask for help with all of them.
    after = words[1:] if words[:1] == ["central"] else []
    root.add_typer(module.commands_for(after), name="central", help=about)


def _system_error(error: OSError, folder: Path | None) -> int:
    """What the machine refuses: no room, no right, no such place."""
    if error.errno in _NO_ROOM:
        _say(explain(DiskFull()))
        return int(DiskFull.exit_code)
    if isinstance(error, (PermissionError, NotADirectoryError, IsADirectoryError)) or error.errno == errno.EROFS:
        refused = BadFile(clean(str(error.filename or folder or "")), None, _("Der er ikke adgang til den."))
        _say(explain(refused))
        return int(refused.exit_code)
    return _defect(error, folder)


def _defect(error: BaseException, folder: Path | None) -> int:
    """Write down where it happened, never what was in it, and name the file and what shows it."""
    message = _("fieldtui måtte stoppe på grund af en fejl i programmet. Det, der er gemt, er gemt.")
    _crash_log(folder)
    file = file_of(report_defect(error))
    if file is not None:
        message += " " + _(
            "Stedet i programmet står i {file}, uden personoplysninger. Læs det, før du sender det: fieldtui doctor --crash"
        ).format(file=file)
    _say(message)
    return int(ExitCode.INTERNAL)


def _crash_log(folder: Path | None) -> None:
    """Reports of a defect are kept also where there is no vault yet; without a folder there is no place for them."""
    if folder is not None:
        with contextlib.suppress(OSError):
            make_private_folder(folder / "logs")
            log.open_log(folder / "logs")
            keep_reports_in(folder / "logs")


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(clean(text, multiline=True) + "\n")
