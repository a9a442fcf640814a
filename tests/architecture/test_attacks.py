"""The table of attacks names tests that exist, all eighteen that were set, and a control or a reason for each."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.architecture.tree import ROOT

_TABLE = (ROOT / "docs/attacks.md").read_text("utf-8")
_NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", _TABLE)))
_ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in _TABLE.splitlines()
    if line.startswith("|") and "`tests/" in line
]


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", sorted({path for path, _name in _NAMED}))
def test_every_test_that_the_table_names_exists(path: str) -> None:
    assert (ROOT / path).is_file()
    named = {name for file, name in _NAMED if file == path and name}
    assert named <= _functions(path)


def test_all_eighteen_attacks_that_were_set_stand_in_it_once() -> None:
    ids = [row[0] for row in _ROWS if re.fullmatch(r"S\d\d", row[0])]
    assert ids == [f"S{number:02}" for number in range(1, 19)]


def test_each_attack_has_a_control_or_says_why_it_has_none() -> None:
    for row in _ROWS:
        control = row[-1]
        assert "`tests/" in control or control.startswith(("–", "same test")), row
        assert not control.startswith("–") or len(control) > 20, row
    assert len(_ROWS) >= 35
