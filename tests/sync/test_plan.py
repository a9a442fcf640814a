"""What goes first, what goes together, and when a person is asked."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import MassChange
from fieldtui.store.contact import contact_file, read_contact, write_contact
from fieldtui.store.inbox import Page
from fieldtui.store.meta import MetaKey
from fieldtui.store.outbox import Entry
from fieldtui.sync.brake import check_mass_change
from fieldtui.sync.plan import batches, in_order, op_of
from fieldtui.wire.messages import Assigned, JoinLine, LeaveLine, Limits, PageStart, RecordLine
from tests.support.workspaces import add_citizen, as_synced, make_workspace


def entry(
    seq: int, record_id: str, collection: str = "task", *, base_rev: int = 0, kind: str = "put", **body: Any
) -> Entry:
    return Entry(
        seq, f"{seq:036d}", record_id, collection, "team", base_rev, kind, body, "2026-11-23T07:00:00+00:00", 0,
        "waiting", None, None, None, False,
    )  # fmt: skip


def test_summons_and_attendance_go_first_and_the_rest_as_it_was_done() -> None:
    entries = [entry(1, "a"), entry(2, "b", "appointment", base_rev=3), entry(3, "c")]
    assert [each.record_id for each in in_order(entries)] == ["b", "a", "c"]


def test_what_is_created_goes_before_what_names_it() -> None:
    entries = [
        entry(1, "task", company_id="company"),
        entry(2, "meeting", "appointment", company_id="company", participants=["person"]),
        entry(3, "company", "company"),
        entry(4, "person", "company_contact", company_id="company"),
    ]
    assert [each.record_id for each in in_order(entries)] == ["company", "person", "meeting", "task"]


def test_records_that_name_each_other_do_not_go_round_in_circles() -> None:
    entries = [entry(1, "a", other="b"), entry(2, "b", other="a")]
    assert {each.record_id for each in in_order(entries)} == {"a", "b"}


def test_of_one_record_only_the_oldest_change_goes() -> None:
    annul = entry(2, "a" * 36, kind="annul", reason="fejl")
    assert in_order([annul, entry(1, "a" * 36)]) == (entry(1, "a" * 36),)
    assert op_of(annul).annul is not None
    assert op_of(annul).body is None


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(1, 7), st.integers(500, 2_000))
def test_batches_keep_the_order_and_the_limits(sizes: list[int], ops: int, size: int) -> None:
    entries = [entry(number, f"{number:036d}", text="x" * length) for number, length in enumerate(sizes)]
    cut = list(batches(entries, Limits(ops=ops, bytes=size)))
    assert [each for batch in cut for each in batch] == entries
    for batch in cut:
        assert len(batch) <= ops
        assert len(batch) == 1 or sum(len(op_of(each).model_dump_json()) for each in batch) <= size


def line(citizen: str, *, annulled: bool = False, **body: Any) -> RecordLine:
    return RecordLine(
        collection="citizen", id=citizen, scope=f"citizen:{citizen}", rev=2, seq=9, body=body,
        annulled={"reason": "r", "at": "2026-11-23T07:00:00+00:00"} if annulled else None,  # type: ignore[arg-type]
        received_at="2026-11-23T07:00:00+00:00",
    )  # fmt: skip


WHEN = "2026-11-23T07:00:00+00:00"
DAY = date(2026, 11, 23)


def page(*lines: Any) -> Page:
    start = PageStart(server_time=WHEN, lease_until=WHEN, lease_warn_after=WHEN)
    return Page(start, tuple(lines), "next", False)


def test_the_brake_counts_what_nothing_explains(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizens = [add_citizen(workspace, f"Borger {number}") for number in range(40)]
        with workspace.store.reading() as connection:
            check_mass_change(
                connection, [page(*(line(each, given_name="X") for each in citizens))], day=DAY
            )  # a first sync
        for citizen in citizens:
            as_synced(workspace.store, citizen)
        changed = [line(each, given_name="X") for each in citizens]
        same = [line(each, **(workspace.store.body_of(each) or {})) for each in citizens]
        joins = [JoinLine(scope=f"citizen:{each}", seq=1) for each in citizens]
        with workspace.store.reading() as connection:
            check_mass_change(connection, [page(*same)], day=DAY)
            new = [str(uuid.UUID(int=number)) for number in range(1, 41)]
            arrive = [JoinLine(scope=f"citizen:{each}", seq=1) for each in new]
            check_mass_change(connection, [page(*arrive), page(*(line(each, given_name="X") for each in new))], day=DAY)
            with pytest.raises(MassChange):  # a join does not explain a change of what was here all along
                check_mass_change(connection, [page(*joins), page(*changed)], day=DAY)
            check_mass_change(connection, [page(*changed[:20])], day=DAY)
            check_mass_change(connection, [page(*(line(each, annulled=True) for each in citizens[:3]))], day=DAY)
            with pytest.raises(MassChange) as stopped:
                check_mass_change(connection, [page(*changed[:10]), page(*changed[10:21])], day=DAY)
            assert (stopped.value.citizens, stopped.value.records) == (0, 21)
            with pytest.raises(MassChange) as stopped:
                check_mass_change(connection, [page(*(line(each, annulled=True) for each in citizens[:4]))], day=DAY)
            assert stopped.value.citizens == 4


def test_citizens_who_leave_stop_a_sync_unless_this_device_knows_why_by_itself(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizens = [add_citizen(workspace, f"Borger {number}") for number in range(8)]
        for citizen in citizens:
            as_synced(workspace.store, citizen)
        leaves = [LeaveLine(scope=f"citizen:{each}", seq=5, reason="reassigned") for each in citizens]

        def tie(citizen: str, role: str, until: str | None) -> None:
            with workspace.store.transaction() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO assignment (citizen_id, role, until) VALUES (?, ?, ?)",
                    (citizen, role, until),
                )

        def stopped(*pages: Page) -> tuple[str, ...]:
            with workspace.store.reading() as connection:
                try:
                    check_mass_change(connection, pages, day=DAY)
                except MassChange as stop:
                    return stop.ids
            return ()

        for citizen in citizens:
            tie(citizen, "primary", None)
        assert stopped(page(*leaves[:3])) == ()
        assert stopped(page(*leaves[:4])) == tuple(sorted(citizens[:4]))
        assert stopped(page(*leaves[:2]), page(*leaves[2:4])) == tuple(sorted(citizens[:4]))
        back = JoinLine(scope=leaves[0].scope, seq=6)
        assert stopped(page(*leaves[:4], back)) == ()  # away and back again
        strangers = [LeaveLine(scope=f"citizen:{uuid.UUID(int=each)}", seq=5, reason="erased") for each in range(1, 9)]
        assert stopped(page(*strangers)) == ()  # nothing of them is here

        workspace.store.audit("handover.offer", citizens[0])  # one's own doing
        assert stopped(page(*leaves[:4])) == ()
        workspace.store.audit("handover.withdraw", citizens[0])
        assert stopped(page(*leaves[:4])) != ()

        for citizen in citizens[4:]:
            tie(citizen, "substitute", "2026-11-22")
        assert stopped(page(*leaves[4:])) == ()  # a term that this device knew the end of
        for citizen in citizens[4:]:
            tie(citizen, "substitute", "2026-11-23")  # which has a day left
        assert len(stopped(page(*leaves[4:]))) == 4


def test_a_central_system_cannot_first_say_that_a_tie_ended_and_then_take_the_citizens(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizens = [add_citizen(workspace, f"Borger {number}") for number in range(5)]
        for citizen in citizens:
            as_synced(workspace.store, citizen)
            with workspace.store.transaction() as connection:
                connection.execute("INSERT INTO assignment (citizen_id, role) VALUES (?, 'primary')", (citizen,))
        ended = {each: Assigned(role="substitute", until="2026-11-20") for each in citizens}
        said = PageStart(server_time=WHEN, lease_until=WHEN, lease_warn_after=WHEN, assignments=ended)
        with workspace.store.reading() as connection, pytest.raises(MassChange) as stop:
            check_mass_change(connection, [Page(said, (), "next", False)], day=DAY)
        assert stop.value.ids == tuple(sorted(citizens))


def test_times_of_contact_that_somebody_altered_do_not_count(tmp_path: Path) -> None:
    key = b"k" * 32
    (tmp_path / "vault").mkdir()
    assert read_contact(tmp_path, key) == {}
    write_contact(tmp_path, key, {MetaKey.LEASE_UNTIL: "2026-12-23T07:00:00+00:00"})
    assert read_contact(tmp_path, key) == {"lease_until": "2026-12-23T07:00:00+00:00"}
    file = contact_file(tmp_path)
    altered = file.read_text().replace("2026", "2036")
    for text in (altered, "[]", "{", "{}", '{"values": 1, "mac": 2}'):
        file.write_text(text)
        assert read_contact(tmp_path, key) == {}
    assert read_contact(tmp_path, b"x" * 32) == {}
