"""What goes first, what goes together, and when a person is asked."""

from __future__ import annotations

import uuid
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
from fieldtui.wire.messages import JoinLine, Limits, PageStart, RecordLine
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


def page(*lines: Any) -> Page:
    start = PageStart(server_time=WHEN, lease_until=WHEN, lease_warn_after=WHEN)
    return Page(start, tuple(lines), "next", False)


def test_the_brake_counts_what_nothing_explains(tmp_path: Path) -> None:
    with make_workspace(tmp_path) as workspace:
        citizens = [add_citizen(workspace, f"Borger {number}") for number in range(40)]
        with workspace.store.reading() as connection:
            check_mass_change(connection, [page(*(line(each, given_name="X") for each in citizens))])  # a first sync
        for citizen in citizens:
            as_synced(workspace.store, citizen)
        changed = [line(each, given_name="X") for each in citizens]
        same = [line(each, **(workspace.store.body_of(each) or {})) for each in citizens]
        joins = [JoinLine(scope=f"citizen:{each}", seq=1) for each in citizens]
        with workspace.store.reading() as connection:
            check_mass_change(connection, [page(*same)])
            new = [str(uuid.UUID(int=number)) for number in range(1, 41)]
            arrive = [JoinLine(scope=f"citizen:{each}", seq=1) for each in new]
            check_mass_change(connection, [page(*arrive), page(*(line(each, given_name="X") for each in new))])
            with pytest.raises(MassChange):  # a join does not explain a change of what was here all along
                check_mass_change(connection, [page(*joins), page(*changed)])
            check_mass_change(connection, [page(*changed[:20])])
            check_mass_change(connection, [page(*(line(each, annulled=True) for each in citizens[:3]))])
            with pytest.raises(MassChange) as stopped:
                check_mass_change(connection, [page(*changed[:10]), page(*changed[10:21])])
            assert (stopped.value.citizens, stopped.value.records) == (0, 21)
            with pytest.raises(MassChange) as stopped:
                check_mass_change(connection, [page(*(line(each, annulled=True) for each in citizens[:4]))])
            assert stopped.value.citizens == 4


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
