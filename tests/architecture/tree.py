"""The repository as a list of files, as git would commit it."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fieldtui"
_BINARY = frozenset({".mo", ".png", ".gz", ".zip", ".zst", ".db", ".xlsx", ".pdf", ".ttf", ".bin"})


@cache
def files() -> tuple[Path, ...]:
    """Every file that is committed or would be, in order; generated and ignored files are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file()))


@cache
def text_files() -> tuple[tuple[Path, str], ...]:
    """Every text file with its text."""
    return tuple(
        (path, path.read_text(encoding="utf-8", errors="surrogateescape"))
        for path in files()
        if path.suffix not in _BINARY
    )


def name_of(path: Path) -> str:
    """A path as it is written in a document."""
    return path.relative_to(ROOT).as_posix()


def modules(package: str = "") -> tuple[str, ...]:
    """Importable modules of fieldtui (or of one package in it), dotted; migrations are loaded by path and left out."""
    found = []
    for path in files():
        if path.suffix == ".py" and path.is_relative_to(PACKAGE / package) and "migrations" not in path.parts:
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    assert found, f"no modules in fieldtui/{package}"
    return tuple(found)
