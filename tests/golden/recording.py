"""Writes `fixture.json` (once) and `conversation.json`: `python -m tests.golden.recording`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.serve import BackgroundServer
from fieldtui.wire.keys import new_device_key
from tests.golden.ours import obey
from tests.golden.playing import FOLDER, Player, fixture
from tests.golden.script import CITIZEN, IDS, script


def write(name: str, document: Any) -> None:
    """One document, readable."""
    (FOLDER / name).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def make_fixture() -> dict[str, Any]:
    """Made-up people and keys that are used for nothing else."""
    people = [("MH", "Mette Holm"), ("TB", "Tariq Bøgh")]
    return {
        "organisation": "Gyldne Samtaler",
        "people": [{"initials": initials, "name": name, "role": "consultant"} for initials, name in people],
        "citizens": [
            {
                "id": CITIZEN, "consultant": "MH",
                "body": {"given_name": "Fatima", "family_name": "Aslan", "enrolled_on": "2026-10-01"},
            }
        ],
        "ids": IDS,
        "devices": {name: f"{new_device_key().private_numbers().private_value:064x}" for name in ("MH-1", "MH-2", "TB-1")},
    }  # fmt: skip


def main() -> int:
    """Play the script against our own central system, and keep what was said."""
    if not (FOLDER / "fixture.json").exists():
        write("fixture.json", make_fixture())
    with (
        tempfile.TemporaryDirectory(prefix="fieldtui-golden-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as postgres,
    ):
        migrate(postgres.url)
        database = Database(postgres.url, clock=SystemClock(), ids=SystemIds())
        with BackgroundServer(database) as server:
            player = Player(server.public_url, SystemClock(), lambda order: obey(database, order))
            write("conversation.json", player.play(script(fixture()), lambda _name, _problems: None))
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
