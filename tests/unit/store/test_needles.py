"""Nothing personal stands readable in any file: not while open, not after closing, not after a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MH, add_citizen, make_workspace, reopen

REPOSITORY = Path(__file__).parents[3]
NEEDLE = "zqxneedlekjw"


def needles() -> dict[str, dict[str, Any]]:
    """A body for every collection, with a needle in every field that takes a text."""
    found: dict[str, dict[str, Any]] = {}
    for collection, model in COLLECTIONS.items():
        body: dict[str, Any] = {}
        for name, info in fields_of(model).items():
            annotation = str(model.model_fields[info.attribute].annotation)
            metadata = str(model.model_fields[info.attribute].metadata)
            if (
                name.endswith("_id")
                or name in {"author", "by", "addendum_to", "postal_code"}
                or "Literal" in annotation
            ):
                continue
            if annotation in {"<class 'str'>", "str | None", "typing.Optional[str]"} or "Annotated[str" in annotation:
                if not any(word in annotation + metadata for word in ("parse_c", "_coded", "phone_digits", "pattern")):
                    body[name] = f"{NEEDLE} {collection} {name}"
            elif "tuple" in annotation:
                body[name] = [f"{NEEDLE} {collection} {name}"]
        found[collection] = body
    return found


REQUIRED: dict[str, dict[str, Any]] = {
    "citizen": {"cpr": "6702651234", "phone": "87654321"},
    "appointment": {"kind": "opfoelgning", "starts_at": "2026-11-24T10:00"},
    "placement": {"starts_on": "2026-11-01"},
    "job_lead": {"on": "2026-11-20"},
    "activation": {},
    "referral": {"basis": "SUL141", "requested_on": "2026-11-20"},
    "consent": {"given_on": "2026-11-20"},
    "progression": {"on": "2026-11-20", "direction": "progress"},
    "employer_contact": {"on": "2026-11-20", "mode": "visit"},
    "partner": {"kind": "provider"},
    "activity": {"kind": "network", "on": "2026-11-20"},
}


def write_needles(workspace: Workspace) -> None:
    ids = {"citizen_id": add_citizen(workspace, f"{NEEDLE} navn")}
    ids["company_id"] = workspace.casework.create("company", {"name": NEEDLE}).record_ids[0]
    for collection, body in needles().items():
        model = COLLECTIONS[collection]
        refs = {name: value for name, value in ids.items() if name in fields_of(model)}
        workspace.casework.create(collection, {**body, **REQUIRED.get(collection, {}), **refs})
    workspace.drafts.save("note:1", "note", ids["citizen_id"], f"{NEEDLE} kladde")
    workspace.lookup.search(NEEDLE)
    workspace.lookup.open_citizen(ids["citizen_id"], f"{NEEDLE} grund")
    workspace.casework.annul(ids["citizen_id"], f"{NEEDLE} annulleret")
    workspace.undo.undo()


def readable(folder: Path) -> list[str]:
    """Files below the folder that hold a needle or the CPR number, in any case, in UTF-8 or UTF-16."""
    words = [NEEDLE, "6702651234", "670265-1234", "87654321", "87 65 43 21"]
    forms = [form for word in words for form in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"))]
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            found += [str(path) for form in forms if form in content]
    return found


def test_every_collection_has_a_needle_in_a_field() -> None:
    assert all(body for collection, body in needles().items())
    assert sum(len(body) for body in needles().values()) > 60


def test_no_needle_is_in_any_file_while_open_or_after_closing(
    tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    workspace = make_workspace(tmp_path)
    write_needles(workspace)
    assert len(workspace.lookup.search(NEEDLE)) >= len(COLLECTIONS), "they are there to be found"
    assert readable(tmp_path) + readable(isolated_home) == []
    workspace.close()
    assert readable(tmp_path) + readable(isolated_home) == []
    (tmp_path / "control").write_text(f"xx{NEEDLE}xx")
    assert readable(tmp_path) == [str(tmp_path / "control")]


def test_no_needle_is_in_any_file_after_a_kill(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    workspace.close()
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from tests.unit.store.test_needles import write_needles; from fieldtui.services import unlocking;"
        "from tests.support.vaults import phrase; from fieldtui.base.clock import SystemClock;"
        "from fieldtui.base.ids import SystemIds;"
        "w = unlocking.unlock(Path(sys.argv[1]), phrase(), clock=SystemClock(), ids=SystemIds());"
        "write_needles(w); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(workspace.folder)], cwd=REPOSITORY, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed.stderr.decode()
    assert readable(tmp_path) == []
    with reopen(workspace) as again:
        assert len(again.lookup.search(NEEDLE)) >= len(COLLECTIONS)
        assert again.consultant == MH
