"""The shapes in schema/ are what the code makes; a change of shape is a change someone looked at."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.architecture.tree import ROOT

_GENERATOR = ROOT / "packaging/schemas.py"


def test_schemas_are_in_step_with_the_code() -> None:
    run = subprocess.run(
        [sys.executable, str(_GENERATOR), "--check"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, f"run make schema and look at the difference\n{run.stdout}{run.stderr}"


def test_every_collection_has_a_schema_with_a_name_for_each_field() -> None:
    from fieldtui.domain.records import COLLECTIONS

    for collection in COLLECTIONS:
        schema = json.loads((ROOT / f"schema/records/{collection}.json").read_text(encoding="utf-8"))
        assert schema["properties"]
        for name, field in schema["properties"].items():
            assert field.get("title"), f"{collection}.{name} has no label"
            assert field.get("description"), f"{collection}.{name} has no description"
