"""Every change goes through one door: record, outbox, history, log and search together, or none of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import DiskFull, NotEnrolled, NotFound, ReadOnlyLease
from fieldtui.domain.records import Company, Note
from fieldtui.services.workspace import Workspace
from fieldtui.store import Annul, Change, MetaKey, Put
from tests.support.workspaces import MH, add_citizen, as_synced, make_workspace

TABLES = ("record", "outbox", "history", "audit", "search")

BREAK = {
    "audit": (
        "CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'defekt'); END",
        "DROP TRIGGER broken",
    )
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path) as opened:
        yield opened


def counts(workspace: Workspace) -> dict[str, int]:
    with workspace.store.reading() as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def outbox(workspace: Workspace, record_id: str) -> list[dict[str, Any]]:
    return list(workspace.store.db.query("SELECT * FROM outbox WHERE record_id = ? ORDER BY seq", [record_id]))


def company(workspace: Workspace, name: str = "Café Solsort") -> str:
    return workspace.casework.create("company", {"name": name}).record_ids[0]


def put(workspace: Workspace, record_id: str, name: str, **more: Any) -> None:
    workspace.store.write([Put(record_id, Company(name=name, **more))], label="prøve", actor=MH.id)


def set_in_flight(workspace: Workspace, record_id: str) -> None:
    with workspace.store.transaction() as connection:
        connection.execute("UPDATE outbox SET in_flight = 1 WHERE record_id = ?", (record_id,))


def test_a_change_writes_record_outbox_history_log_and_search_at_once(workspace: Workspace) -> None:
    before = counts(workspace)
    company(workspace)
    assert counts(workspace) == {name: count + 1 for name, count in before.items()}


@pytest.mark.parametrize("table", ["outbox", "history", "audit", "search"])
def test_when_any_part_fails_nothing_is_stored(workspace: Workspace, table: str) -> None:
    kept = company(workspace)
    before = counts(workspace)
    stored = workspace.store.get(kept)
    break_table, repair = BREAK.get(
        table, (f"ALTER TABLE {table} RENAME TO gone", f"ALTER TABLE gone RENAME TO {table}")
    )
    with workspace.store.transaction() as connection:
        connection.execute(break_table)
    with pytest.raises(Exception, match=f"no such table: {table}|defekt"):
        workspace.casework.update(kept, {"name": "Café Nattergal"})
    with workspace.store.transaction() as connection:
        connection.execute(repair)
    assert counts(workspace) == before
    assert workspace.store.get(kept) == stored


def test_of_several_changes_a_bad_one_stops_all(workspace: Workspace) -> None:
    before = counts(workspace)
    changes: list[Change] = [
        Put(workspace.store.ids.new(), Company(name="Lager-X")),
        Annul(workspace.store.ids.new(), "findes ikke"),
    ]
    with pytest.raises(NotFound):
        workspace.store.write(changes, label="prøve", actor=MH.id)
    assert counts(workspace) == before


def test_a_full_disk_is_said_and_stores_nothing(workspace: Workspace) -> None:
    kept = company(workspace)
    before = counts(workspace)
    with workspace.store.transaction() as connection:
        connection.execute("PRAGMA max_page_count = 1")

    def fill() -> None:
        for number in range(2000):
            put(workspace, kept, f"Café {number}", notes="x" * 4000 + str(number))

    with pytest.raises(DiskFull):
        fill()
    with workspace.store.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1073741823")
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert counts(workspace)["record"] == before["record"]
    put(workspace, kept, "Café igen")
    assert workspace.verify_log() == counts(workspace)["audit"]


def test_a_second_edit_replaces_the_waiting_entry_under_a_new_op_id(workspace: Workspace) -> None:
    record_id = company(workspace)
    [first] = outbox(workspace, record_id)
    put(workspace, record_id, "Café Nattergal")
    [second] = outbox(workspace, record_id)
    assert second["op_id"] != first["op_id"]
    assert second["base_rev"] == 0
    assert "Nattergal" in second["body"]


def test_an_entry_that_may_have_arrived_keeps_its_place_and_the_next_edits_stand_behind_it(
    workspace: Workspace,
) -> None:
    record_id = company(workspace)
    [sent] = outbox(workspace, record_id)
    set_in_flight(workspace, record_id)
    put(workspace, record_id, "Café Nattergal")
    put(workspace, record_id, "Café Lærke")
    first, second = outbox(workspace, record_id)
    assert (first["op_id"], first["in_flight"]) == (sent["op_id"], 1)
    assert (second["in_flight"], "Lærke" in second["body"]) == (0, True)


def test_the_base_of_a_pending_edit_is_what_the_central_system_holds(workspace: Workspace) -> None:
    record_id = company(workspace)
    as_synced(workspace.store, record_id, rev=3)
    put(workspace, record_id, "Café Nattergal")
    put(workspace, record_id, "Café Lærke")
    [row] = workspace.store.db.query("SELECT base, rev FROM record WHERE id = ?", [record_id])
    [entry] = outbox(workspace, record_id)
    assert ("Solsort" in row["base"], row["rev"], entry["base_rev"]) == (True, 3, 3)


def test_an_edit_taken_back_before_it_was_sent_leaves_nothing_to_send(workspace: Workspace) -> None:
    record_id = company(workspace)
    as_synced(workspace.store, record_id, rev=3)
    put(workspace, record_id, "Café Nattergal")
    put(workspace, record_id, "Café Solsort")
    assert outbox(workspace, record_id) == []
    assert workspace.lookup.get(record_id).sync_state == "synced"
    put(workspace, record_id, "Café Nattergal")
    set_in_flight(workspace, record_id)
    put(workspace, record_id, "Café Solsort")
    assert len(outbox(workspace, record_id)) == 2, "it may have arrived, so its correction must be sent after it"


def test_annulling_what_was_never_sent_leaves_nothing_to_send(workspace: Workspace) -> None:
    record_id = company(workspace)
    workspace.casework.annul(record_id, "tastet forkert")
    assert outbox(workspace, record_id) == []
    assert workspace.lookup.get(record_id).annulled_reason == "tastet forkert"


def test_annulling_a_creation_on_its_way_waits_behind_it(workspace: Workspace) -> None:
    record_id = company(workspace)
    set_in_flight(workspace, record_id)
    workspace.casework.annul(record_id, "tastet forkert")
    assert [entry["kind"] for entry in outbox(workspace, record_id)] == ["put", "annul"]
    put(workspace, record_id, "Café Solsort")
    assert [(entry["kind"], entry["in_flight"]) for entry in outbox(workspace, record_id)] == [("put", 1), ("put", 0)]


def test_putting_what_is_already_so_changes_nothing(workspace: Workspace) -> None:
    record_id = company(workspace)
    before = counts(workspace)
    result = workspace.store.write([Put(record_id, Company(name="Café Solsort"))], label="prøve", actor=MH.id)
    assert (result.ids, result.changed) == ((record_id,), ())
    assert counts(workspace) == before


def test_nothing_is_stored_before_enrolment(tmp_path: Path) -> None:
    with make_workspace(tmp_path, person=None) as workspace:
        with pytest.raises(NotEnrolled):
            workspace.casework.create("company", {"name": "Café Solsort"})
        with pytest.raises(NotEnrolled):
            workspace.casework.put_lines("company", [(1, '{"name": "Café Solsort"}')])
        assert counts(workspace)["record"] == 0


def test_past_the_lease_it_can_be_read_but_not_written(workspace: Workspace) -> None:
    record_id = company(workspace)
    lease = workspace.clock.now() + timedelta(days=30)
    workspace.store.set_meta(MetaKey.LEASE_UNTIL, lease.isoformat())
    put(workspace, record_id, "Café Nattergal")
    workspace.clock.advance(timedelta(days=31))  # type: ignore[attr-defined]
    with pytest.raises(ReadOnlyLease):
        put(workspace, record_id, "Café Lærke")
    assert workspace.lookup.get(record_id).record.name == "Café Nattergal"


def test_recorded_times_carry_the_known_offset_of_the_clock(workspace: Workspace) -> None:
    workspace.store.set_meta(MetaKey.CLOCK_OFFSET_MS, "3600000")
    record_id = company(workspace)
    [entry] = outbox(workspace, record_id)
    assert (entry["recorded_at"], entry["clock_offset_ms"]) == ("2026-11-23T08:15:00+00:00", 3_600_000)


def test_a_field_this_version_does_not_know_survives_an_edit(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    record = Note.model_validate(
        {"citizen_id": citizen, "text": "tekst", "written_at": "2026-11-23T08:15", "author": MH.id, "mood": {"a": [1]}}
    )
    note_id = workspace.store.ids.new()
    workspace.store.write([Put(note_id, record)], label="prøve", actor=MH.id)
    workspace.casework.update(note_id, {"journalised_at": "2026-11-23T09:00"})
    assert workspace.store.body_of(note_id)["mood"] == {"a": [1]}  # type: ignore[index]


def test_a_code_from_next_year_is_shown_raw_and_kept(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    booked = workspace.casework.book({"citizen_id": citizen, "kind": "opfoelgning", "starts_at": "2026-11-24T10:00"})
    [appointment_id] = booked.record_ids
    with workspace.store.transaction() as connection:
        connection.execute(
            "UPDATE record SET body = json_set(body, '$.kind', 'hologram', '$.rebook_until', 'engang') WHERE id = ?",
            (appointment_id,),
        )
    shown = workspace.lookup.get(appointment_id).record
    assert (shown.kind, shown.rebook_until) == ("hologram", None)
    assert workspace.store.body_of(appointment_id)["rebook_until"] == "engang"  # type: ignore[index]
