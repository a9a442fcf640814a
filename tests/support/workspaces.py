"""Real workspaces for tests: a real vault, and a consultant as enrolment would leave one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.clock import Clock, FixedClock
from fieldtui.base.ids import IdSource, SeededIds
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey, Store
from fieldtui.vault import OpenVault
from fieldtui.vault.anchors import standard_folder
from fieldtui.wire.messages import Person
from tests.support.vaults import anchors_now, phrase

MH = Person(id="01968000-0000-7000-8000-00000000000a", initials="MH", name="Mette Holm", role="consultant")
TB = Person(id="01968000-0000-7000-8000-00000000000b", initials="TB", name="Tariq Bøgh", role="consultant")
MONDAY = datetime(2026, 11, 23, 8, 15)
"""A Monday morning in week 48."""


def enrol_in_place(store: Store, person: Person = MH, people: tuple[Person, ...] = (MH, TB)) -> None:
    """Leave what an enrolment leaves in the store, without a central system."""
    with store.transaction() as connection:
        store.set_meta(MetaKey.CONSULTANT, person.model_dump_json())
        store.set_meta(MetaKey.DEVICE_ID, "01968000-0000-7000-8000-0000000000d1")
        for each in people:
            connection.execute(
                "INSERT OR REPLACE INTO person (id, initials, name, role) VALUES (?, ?, ?, ?)",
                (each.id, each.initials, each.name, each.role),
            )


def make_workspace(
    folder: Path,
    *,
    clock: Clock | None = None,
    ids: IdSource | None = None,
    person: Person | None = MH,
) -> Workspace:
    """A new open workspace below the folder, enrolled for `person` (nobody with `None`).

    Close it, or use it with `with`. `tests.support.vaults.phrase()` opens it again.
    """
    workspace, _code = unlocking.create(
        folder / "data",
        phrase(),
        clock=clock or FixedClock(MONDAY),
        ids=ids or SeededIds(folder.name),
        kdf=unlocking.CHEAPEST,
    )
    if person is not None:
        enrol_in_place(workspace.store, person)
    return workspace


class Kept:
    """A workspace that was made once, as it lay on the disk when its maker was done; copies of it cost a tenth.

    A copy is opened with the vault's key, because guessing at a passphrase is made dear; its passphrase opens it too.
    Every copy has the same vault key, and its access log ends where the maker stopped: it tells of no lock and no
    unlock. So two of them in one test are one vault at two places, which `make_workspace` never makes.
    """

    def __init__(self, make: Callable[[Path], Workspace]) -> None:
        """Let somebody make one in an empty folder, with a state folder of its own; it is closed and kept."""
        self._place = tempfile.TemporaryDirectory(prefix="kept-")
        with tempfile.TemporaryDirectory() as state, pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_STATE_HOME", state)
            vault = make(Path(self._place.name)).store.vault
            self._key = bytes(vault._vault_key)
            vault.close()  # not the workspace: that would be logged as a lock
            self._anchors = anchors_now()
        assert len(self._anchors) == 1  # else a copy would be older or newer than what is remembered of it

    def copied(self, folder: Path, *, clock: Clock, ids: IdSource) -> Workspace:
        """Another one below the folder, open as the maker had it."""
        data = folder / "data"
        shutil.copytree(Path(self._place.name) / "data", data)
        standard_folder().mkdir(parents=True, mode=0o700, exist_ok=True)
        for name, content in self._anchors.items():
            (standard_folder() / name).write_bytes(content)
        return Workspace(OpenVault(data, bytearray(self._key)), clock=clock, ids=ids)


@cache
def _monday() -> Kept:
    return Kept(make_workspace)


def a_workspace(folder: Path, *, clock: FixedClock) -> Workspace:
    """As `make_workspace` for MH, made on `MONDAY`, but every one is the same vault; for tests with only one."""
    return _monday().copied(folder, clock=clock, ids=SeededIds(folder.name))


def reopen(workspace: Workspace) -> Workspace:
    """Close a workspace and unlock it again, as after a lock."""
    workspace.close()
    return unlocking.unlock(
        workspace.folder, phrase(), clock=workspace.clock, ids=SeededIds(f"again-{workspace.folder}", 1_795_000_000_000)
    )


def add_citizen(
    workspace: Workspace, given_name: str = "Fatima", family_name: str | None = "Aslan", **more: Any
) -> str:
    """A citizen, made through the one door; returns the id."""
    values = {"given_name": given_name, "family_name": family_name, "enrolled_on": "2026-10-01", **more}
    return workspace.casework.create("citizen", {k: v for k, v in values.items() if v is not None}).record_ids[0]


def as_synced(store: Store, record_id: str, rev: int = 1, author: str | None = None) -> None:
    """Leave a record as a finished sync would: accepted, nothing pending."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM outbox WHERE record_id = ?", (record_id,))
        connection.execute(
            "UPDATE record SET rev = ?, base = NULL, base_annulled = NULL, author = coalesce(?, author), received_at = ?"
            " WHERE id = ?",
            (rev, author, store.clock.now().isoformat(timespec="seconds"), record_id),
        )


__all__ = [
    "MH", "MONDAY", "TB", "Kept", "a_workspace", "add_citizen", "as_synced", "enrol_in_place", "make_workspace", "reopen",
]  # fmt: skip
