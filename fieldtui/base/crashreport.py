"""What is kept of a defect: a small file a person can read before sending it. Types and places, never a message.

A message may quote what somebody wrote, a local variable may hold it, a note on an exception too; none of them is looked
at. A type's name and a place in the code are ours or a library's; anything that is not a technical word is left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

from fieldtui import __version__
from fieldtui.base.clock import SystemClock
from fieldtui.base.files import make_private_folder, write_atomically
from fieldtui.base.log import event, technical

_FRAMES: Final = 12
"""Innermost places kept of each error."""
_ERRORS: Final = 6
"""Errors kept of a chain or a group."""
_KEPT: Final = 5
"""Reports that are kept; the oldest go."""
_NUMBERED_BY: Final = 6
_BEGINNING: Final = "crash-"
_LARGEST: Final = 65_536
_NUMBER: Final = re.compile(r"[0-9A-F]{6}\Z")

_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class CrashReport:
    """One defect."""

    number: str
    """Six hexadecimal digits, the same for the same place in the code."""
    at: str
    """UTC, to the second."""
    fieldtui: str
    python: str
    system: str
    errors: tuple[tuple[str, tuple[str, ...]], ...]
    """Each error's type and places, outermost call first; then what it came from."""

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        errors = [{"type": kind, "places": list(places)} for kind, places in self.errors]
        return {
            "format": "fieldtui-crash", "number": self.number, "at": self.at, "fieldtui": self.fieldtui,
            "python": self.python, "system": self.system, "errors": errors,
        }  # fmt: skip


def keep_reports_in(folder: Path | None) -> None:
    """From now on reports of this process are kept in that folder; made when it is first needed."""
    global _folder  # noqa: PLW0603  one process, one place
    _folder = folder


def report_defect(error: BaseException, where: str = "defect") -> str:
    """Log a defect, and keep a report of it where a folder was named. Never fails itself.

    Args:
        error: What was raised.
        where: Name of the event.

    Returns:
        The report's number.
    """
    errors = tuple(_errors(error))
    number = _number(errors[0])
    for kind, places in errors:
        event(where, number=number, error=kind, place=places[-1] if places else "-")
    report = CrashReport(
        number=number,
        at=SystemClock().now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        fieldtui=technical(__version__),
        python=technical(platform.python_version()),
        system=technical(f"{platform.system()}-{platform.release()}-{platform.machine()}"),
        errors=errors,
    )
    if _folder is not None:
        with contextlib.suppress(OSError):  # a full disk must not turn one defect into two
            make_private_folder(_folder)
            _keep(_folder, report)
    return number


def file_of(number: str) -> Path | None:
    """Where that report was kept by this process; `None` where it was not."""
    if _folder is None or not (path := _folder / f"{_BEGINNING}{number}.json").is_file():
        return None
    return path


def kept_reports(folder: Path) -> tuple[CrashReport, ...]:
    """Reports in a folder, the newest first; files that are none are passed over."""
    by_age = sorted(_files(folder), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return tuple(report for path in by_age if (report := _read(path)) is not None)


def _keep(folder: Path, report: CrashReport) -> None:
    text = json.dumps(report.as_json(), indent=1, ensure_ascii=True) + "\n"
    write_atomically(folder / f"{_BEGINNING}{report.number}.json", text.encode(), durable=False)
    by_age = sorted(_files(folder), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in by_age[_KEPT:]:
        old.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob(f"{_BEGINNING}*.json") if path.is_file()] if folder.is_dir() else []


def _read(path: Path) -> CrashReport | None:
    """A report as somebody may have changed it: whatever is not a technical word becomes `?`."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        said = json.loads(path.read_bytes())
        if said["format"] != "fieldtui-crash" or not _NUMBER.match(said["number"]):
            return None
        return CrashReport(
            number=said["number"],
            **{name: technical(said[name]) for name in ("at", "fieldtui", "python", "system")},
            errors=tuple(
                (technical(each["type"]), tuple(technical(place) for place in each["places"][:_FRAMES]))
                for each in said["errors"][:_ERRORS]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _errors(error: BaseException) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The error that matters, then what it came from or holds, each once."""
    waiting: list[BaseException] = [_innermost(error)]
    seen: set[int] = set()
    while waiting and len(seen) < _ERRORS:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield technical(type(current).__name__), _places(current)
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
        came_from = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if came_from is not None:
            waiting.append(came_from)


def _innermost(error: BaseException) -> BaseException:
    """Textual's `WorkerFailed` says only that a thread failed; where it did stands in what it carries."""
    for _step in range(_ERRORS):
        inner = getattr(error, "error", None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    return error


def _places(error: BaseException) -> tuple[str, ...]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        module = trace.tb_frame.f_globals.get("__name__", "?")
        places.append(technical(f"{module}:{code.co_name}:{trace.tb_lineno}"))
        trace = trace.tb_next
    return tuple(places[-_FRAMES:])


def _number(error: tuple[str, tuple[str, ...]]) -> str:
    kind, places = error
    return hashlib.sha256("|".join([kind, *places[-_NUMBERED_BY:]]).encode()).hexdigest()[:6].upper()
