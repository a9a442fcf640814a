"""Show that every locked dependency has a wheel for each system and each Python we promise.

    python packaging/wheels.py [--write docs/wheels.md]

Asks the resolver, with hashes required and builds forbidden, whether it could install each lock as it stands. Nothing is
installed. Needs the package index; ends with 1 where a promised combination lacks a wheel.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKS = ("requirements.txt", "requirements-central.txt", "requirements-dev.txt")


@dataclass(frozen=True, slots=True)
class System:
    """A kind of machine, as people and as the resolver call it."""

    name: str
    target: str
    promised: bool = True


SYSTEMS = (
    System("Windows x64", "x86_64-pc-windows-msvc"),
    System("Linux x64 (manylinux_2_28)", "x86_64-manylinux_2_28"),
    System("Linux arm64 (manylinux_2_28)", "aarch64-manylinux_2_28"),
    System("macOS 13+ Apple silicon", "aarch64-apple-darwin"),
    # Some libraries no longer make wheels for it; shown, not promised.
    System("macOS Intel", "x86_64-apple-darwin", promised=False),
)


class ResolverFailedError(Exception):
    """The resolver said no for another reason than a missing wheel."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one lock gives on one system and Python."""

    installable: int
    missing: tuple[str, ...]
    """Requirements without a wheel."""


def requirements(lock: Path) -> list[str]:
    """The requirements of a lock, each with its marker and hashes."""
    return [block for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()) if block]


def try_install(blocks: list[str], system: System, python: str) -> subprocess.CompletedProcess[str]:
    """Ask the resolver what it would do; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "requirements.txt"
        lock.write_text("\n".join(blocks) + "\n", encoding="utf-8")
        return subprocess.run(
            [
                str(Path(sys.executable).parent / "uv"), "pip", "install", "--dry-run", "--no-config", "--no-deps", "--only-binary", ":all:",
                "--require-hashes", "--python", sys.executable, "--python-platform", system.target, "--python-version", python,
                "--target", str(Path(folder) / "site"), "--requirement", str(lock),
            ],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip


def outcome(lock: Path, system: System, python: str) -> Outcome:
    """What could be installed; a requirement without a wheel is set aside and the rest is asked again.

    Raises:
        ResolverFailedError: The resolver failed for another reason, such as an unreachable index.
    """
    blocks = requirements(lock)
    missing: list[str] = []
    while True:
        answer = try_install(blocks, system, python)
        if answer.returncode == 0:
            installed = re.search(r"Would install (\d+) package", answer.stderr)
            if not installed:
                raise ResolverFailedError(answer.stderr.strip())
            return Outcome(int(installed.group(1)), tuple(missing))
        without = re.search(
            r"Because ([A-Za-z0-9._-]+)(?:\{[^}]*\})?==(\S+) has no (?:usable|\S+-compatible|`.*?`-compatible) wheels",
            answer.stderr,
        )
        kept = [block for block in blocks if not (without and block.startswith(f"{without.group(1)}=="))]
        if not without or len(kept) == len(blocks):
            raise ResolverFailedError(answer.stderr.strip())
        missing.append(f"{without.group(1)} {without.group(2)}")
        blocks = kept


def table(results: dict[tuple[str, str, str], Outcome]) -> Iterator[str]:
    """The results as Markdown."""
    yield "# Wheels"
    yield ""
    yield "Whether every locked dependency can be installed from a wheel, with its hash and without a compiler."
    yield "Written by `make wheels-check`; the number is how many packages would be installed."
    for lock in LOCKS:
        yield ""
        yield f"## packaging/{lock}"
        yield ""
        yield f"| system | {' | '.join(f'Python {python}' for python in PYTHONS)} |"
        yield f"|---|{'---|' * len(PYTHONS)}"
        for system in SYSTEMS:
            cells = []
            for python in PYTHONS:
                found = results[lock, system.name, python]
                cells.append(f"no wheel: {', '.join(found.missing)}" if found.missing else f"all {found.installable}")
            yield f"| {system.name}{'' if system.promised else ' (not promised)'} | {' | '.join(cells)} |"


def main() -> int:
    """Print the table, write it where asked, and judge it."""
    parser = argparse.ArgumentParser(description="Check that every locked dependency has a wheel.")
    parser.add_argument("--write", type=Path, help="write the table to this file too")
    write: Path | None = parser.parse_args().write
    results: dict[tuple[str, str, str], Outcome] = {}
    for lock in LOCKS:
        for system in SYSTEMS:
            for python in PYTHONS:
                results[lock, system.name, python] = outcome(ROOT / "packaging" / lock, system, python)
    text = "\n".join(table(results)) + "\n"
    print(text, end="")
    if write:
        write.write_text(text, encoding="utf-8")
    promised = {system.name for system in SYSTEMS if system.promised}
    lacking = sum(1 for (_, name, _), found in results.items() if found.missing and name in promised)
    print(
        f"\n{lacking} promised combinations lack a wheel"
        if lacking
        else "\nEvery promised combination has all its wheels"
    )
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
