"""Real workspaces for tests: a real vault, and a consultant as enrolment would leave one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fieldtui.base.clock import Clock, FixedClock
from fieldtui.base.ids import IdSource, SeededIds
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey, Store
from fieldtui.wire.messages import Person
from tests.support.vaults import phrase

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


__all__ = ["MH", "MONDAY", "TB", "add_citizen", "as_synced", "enrol_in_place", "make_workspace", "reopen"]
