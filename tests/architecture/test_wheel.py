"""The wheel carries everything that the folder does, and runs without the folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, files, name_of

_DATA = frozenset({".toml", ".mo", ".po", ".tcss", ".sql", ".ini", ".mako", ".txt", ".json", ".typed"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of what git would commit, without the network."""
    source = tmp_path_factory.mktemp("source")
    for path in files():
        if path.is_relative_to(PACKAGE) or path.name in {"pyproject.toml", "README.md", "LICENSE"}:
            copy = source / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_carries_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if name.startswith("fieldtui/")}
    assert carried == {name_of(path) for path in files() if path.is_relative_to(PACKAGE)}


@pytest.mark.parametrize(
    "kind",
    [
        "fieldtui/rules/*.toml",
        "fieldtui/tui/**/*.tcss",
        "fieldtui/locale/en/*.mo",
        "fieldtui/central/**/migrations/**/*.py",
        "fieldtui/py.typed",
    ],
)
def test_the_wheel_carries_data_of_every_kind(wheel: Path, kind: str) -> None:
    expected = {name_of(path) for path in ROOT.glob(kind) if "__pycache__" not in path.parts}
    assert expected, f"the folder has no {kind}"
    with zipfile.ZipFile(wheel) as archive:
        assert expected <= set(archive.namelist())


def test_the_wheel_names_its_command_its_licence_and_no_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if name.endswith(".dist-info/METADATA")}
        metadata = archive.read(f"{info}/METADATA").decode()
        assert "fieldtui=fieldtui.__main__:main" in archive.read(f"{info}/entry_points.txt").decode().replace(" ", "")
        assert any(name.startswith(f"{info}/licenses/") and name.endswith("LICENSE") for name in archive.namelist())
    assert "License-Expression: MPL-2.0" in metadata
    assert "Requires-Dist: textual==8.2.8" in metadata


def test_the_wheel_runs_without_the_folder_it_was_built_from(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import fieldtui, sys; from fieldtui.domain.rulebook import builtin; from fieldtui.base.i18n import set_language, translate;"
        "assert builtin().versions(); set_language('en'); print(translate('linje {line}'), fieldtui.__file__)"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"line {{line}} {tmp_path}")
