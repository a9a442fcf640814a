"""Nothing personal stands readable in any file: not while open, not after closing, not after a kill."""

from __future__ import annotations

import base64
import gzip
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard

from fieldtui.base.ids import SeededIds
from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.services.workspace import Workspace
from fieldtui.store import Store
from fieldtui.vault import OpenVault
from tests.support.needles import hits
from tests.support.oldvaults import NAMES, a_vault_of, what_is_missing
from tests.support.vaults import a_clock
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
                or name in {"author", "by", "addendum_to", "merged_into", "moved_from", "former_cpr", "postal_code"}
                or info.codes
                or name == "hours_steps"
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
    "placement": {"kind": "virksomhedspraktik", "starts_on": "2026-11-01"},
    "job_lead": {"on": "2026-11-20"},
    "activation": {},
    "referral": {"basis": "SUL141", "requested_on": "2026-11-20"},
    "consent": {"given_on": "2026-11-20"},
    "progression": {"on": "2026-11-20", "area": "helbred", "direction": "progress"},
    "bridging_note": {"legal_basis": "borger_til_stede"},
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


WORDS = [NEEDLE, "6702651234", "670265-1234", "87654321", "87 65 43 21"]


def readable(*folders: Path) -> set[str]:
    """Files below the folders, or held open by this process, that hold a needle or a number in any form."""
    return hits(folders, WORDS)


def strain(workspace: Workspace) -> None:
    """What makes SQLite want a place to put things: sorts that spill, an index, and the search made anew."""
    with workspace.store.reading() as connection:
        connection.execute("PRAGMA cache_size=-50")
        connection.execute("PRAGMA temp.cache_size=-50")
        connection.execute(
            "CREATE TEMP TABLE spill AS SELECT a.body || b.id AS text FROM record a, record b, record c LIMIT 9000"
        )
        connection.execute("CREATE INDEX temp.spilled ON spill (text)")
        cursor = connection.execute("SELECT text FROM spill ORDER BY substr(text, 9) DESC, text")
        cursor.fetchone()
        workspace.spilled = readable(workspace.folder)  # type: ignore[attr-defined]
        cursor.close()
        connection.execute("DROP TABLE temp.spill")


def test_every_collection_has_a_needle_in_a_field() -> None:
    without = {collection for collection, body in needles().items() if not body}
    assert without <= {"activation"}, "all that can be written there is codes and days"
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
    assert readable(tmp_path, isolated_home) == set()
    strain(workspace)
    assert workspace.spilled == set()  # type: ignore[attr-defined]
    workspace.store.vault.connection.execute("PRAGMA temp_store=FILE")
    strain(workspace)
    assert workspace.spilled  # type: ignore[attr-defined]  # the control: there it would be seen
    workspace.close()
    assert readable(tmp_path, isolated_home) == set()


def test_the_search_finds_a_needle_in_every_form(tmp_path: Path) -> None:
    raw = f"xx{NEEDLE}xx".encode()
    laid = [raw, raw.upper(), NEEDLE.encode("utf-16"), raw.hex().encode(), zlib.compress(raw), gzip.compress(raw),
            zstandard.compress(raw), *(base64.b64encode(b"y" * shift + raw) for shift in range(3))]  # fmt: skip
    for number, content in enumerate(laid):
        (tmp_path / f"{number}").write_bytes(os.urandom(999) + content + os.urandom(999))
    with tempfile.TemporaryFile(dir=tmp_path) as unlinked:
        unlinked.write(raw)
        unlinked.flush()
        assert len(readable(tmp_path)) == len(laid) + (sys.platform == "linux")
    for path in tmp_path.iterdir():
        path.write_bytes(os.urandom(99_999))
    assert readable(tmp_path) == set()


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
    assert readable(tmp_path) == set()
    with reopen(workspace) as again:
        assert len(again.lookup.search(NEEDLE)) >= len(COLLECTIONS)
        assert again.consultant == MH


def test_no_text_is_in_any_file_during_an_upgrade_nor_in_the_backup_before_it(tmp_path: Path) -> None:
    key = a_vault_of(NAMES[0], tmp_path)
    words = ["Fatima", "Gartner", "Et halvt", "Ændrede"]
    seen: set[str] = set()

    class Watched(OpenVault):
        """Looks at the disk whenever the migration asks for the connection."""

        @property
        def connection(self) -> Any:
            seen.update(hits([tmp_path], words))
            return super().connection

    vault = Watched(tmp_path, bytearray(key), anchors=tmp_path / "anchors")
    store = Store(vault, clock=a_clock(), ids=SeededIds("upgrade"))
    assert what_is_missing(store) == []
    vault.close()
    assert list((tmp_path / "backups").iterdir())
    assert seen | hits([tmp_path], words) == set()
