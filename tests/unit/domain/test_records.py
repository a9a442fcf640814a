"""What every record does: instants, days, sets, unknown fields, and the envelope around it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import COLLECTIONS, Activity, Appointment, Citizen, Merge, Task, fields_of, scope_of
from fieldtui.domain.records.base import RESERVED

WHO = "0190a000-0000-7000-8000-000000000001"
instants = st.datetimes(datetime(1900, 1, 1), datetime(2150, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))


def meeting(starts_at: Any, **values: Any) -> Appointment:
    return Appointment.model_validate({"kind": "team", "starts_at": starts_at} | values)


@given(instants)
def test_an_instant_is_kept_to_the_minute_and_read_back_equal(instant: datetime) -> None:
    record = meeting(instant.isoformat())
    local = instant.astimezone(COPENHAGEN).replace(second=0, microsecond=0)
    assert record.starts_at == local
    written = record.body()["starts_at"]
    # Before 1894 offsets had seconds; since then minutes write every offset whole.
    assert datetime.fromisoformat(written) == local
    assert meeting(written).body() == record.body()


def test_a_time_without_an_offset_means_copenhagen() -> None:
    assert meeting("2026-07-01T10:00").starts_at.astimezone(UTC) == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert meeting("2026-11-24T10:00").body()["starts_at"] == "2026-11-24T10:00+01:00"


@pytest.mark.parametrize(("text", "code"), [("2027-03-28T02:00", "instant_gap"), ("2027-03-28T02:59", "instant_gap"), ("2026-10-25T02:00", "instant_fold"), ("2026-10-25T02:59", "instant_fold"), ("i går", "instant"), (1764000000, "instant")])  # fmt: skip
def test_a_time_that_is_no_single_moment_is_refused(text: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        meeting(text)
    assert [error["type"] for error in caught.value.errors()] == [code]


@pytest.mark.parametrize("text", ["2027-03-28T01:59", "2027-03-28T03:00", "2026-10-25T01:59", "2026-10-25T03:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"])  # fmt: skip
def test_the_minutes_around_both_clock_changes_are_taken(text: str) -> None:
    assert meeting(text).body()["starts_at"].startswith(text[:16])


def test_a_meeting_over_the_clock_change_ends_after_its_minutes() -> None:
    record = meeting("2026-10-25T01:30", duration_minutes=120)
    assert record.ends_at.astimezone(UTC) - record.starts_at.astimezone(UTC) == timedelta(hours=2)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_a_set_is_sorted_unique_cleaned_and_without_blanks(words: list[str]) -> None:
    kept = meeting("2026-11-24T10:00", practical_needs=words).practical_needs
    assert list(kept) == sorted(set(kept))
    assert all(word == word.strip() != "" for word in kept)
    assert meeting("2026-11-24T10:00", practical_needs=list(kept)).practical_needs == kept


def test_a_set_may_be_typed_with_commas() -> None:
    assert meeting("2026-11-24T10:00", practical_needs="tolk, kørestol,tolk,").practical_needs == ("kørestol", "tolk")


def test_control_and_direction_characters_never_stay() -> None:
    record = Citizen(given_name=" A\x1b[31m\u202eli\x00 ", considerations="linje 1\nlinje\x07 2\n")
    assert record.given_name == "A[31mli"
    assert record.considerations == "linje 1\nlinje 2"


@given(st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda key: key.isidentifier() and not key.startswith("_") and key not in {"model_extra", *dir(Citizen), *fields_of(Citizen)}), st.none() | st.integers() | st.text(max_size=5) | st.lists(st.booleans(), max_size=2), max_size=3))  # fmt: skip
def test_fields_of_a_newer_version_are_carried_untouched(extra: dict[str, Any]) -> None:
    record = Citizen.model_validate({"given_name": "Ali"} | extra)
    assert record.unknown == extra
    body = record.body()
    assert {name: body.get(name) for name in extra} == extra


def test_a_record_never_changes() -> None:
    with pytest.raises(ValidationError):
        Citizen(given_name="Ali").given_name = "Bo"  # type: ignore[misc]


def test_errors_never_hold_what_was_typed() -> None:
    with pytest.raises(ValidationError) as caught:
        Citizen.model_validate({"given_name": "Ali", "cpr": "NEEDLE", "enrolled_on": "NEEDLE"})
    assert "NEEDLE" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_every_field_says_what_it_is(name: str) -> None:
    model = COLLECTIONS[name]
    assert model.collection == name
    for field, info in fields_of(model).items():
        assert field not in RESERVED
        assert info.label
        assert info.description
        assert info.description.endswith(".")
        if model.append_only and field not in {"journalised_at", "share_stopped_at"}:
            assert info.merge is Merge.APPEND


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_groups_hold_more_than_one_field_and_no_set(name: str) -> None:
    infos = fields_of(COLLECTIONS[name]).values()
    for group in {info.group for info in infos} - {None}:
        members = [info for info in infos if info.group == group]
        assert len(members) > 1
        assert all(info.merge is Merge.SCALAR for info in members)


def test_a_name_that_python_reserves_is_public_all_the_same() -> None:
    record = Activity.model_validate({"kind": "sparring", "on": "2026-11-24", "with": "SOF"})
    assert record.body()["with"] == "SOF"
    assert fields_of(Activity)["with"].attribute == "with_whom"


def test_the_scope_follows_the_citizen_and_else_the_team() -> None:
    assert scope_of(Citizen(given_name="Ali"), WHO) == f"citizen:{WHO}"
    assert scope_of(Task(title="x", citizen_id=WHO), "r") == f"citizen:{WHO}"
    assert scope_of(Task(title="x"), "r") == "team"
    assert scope_of(COLLECTIONS["company"].model_validate({"name": "A"}), "r") == "team"


@pytest.mark.parametrize(("given", "family", "full", "short"), [("Ali", "Dam", "Ali Dam", "Ali D."), ("Anne Marie", "von Øst", "Anne Marie von Øst", "Anne Ø."), ("Ali", None, "Ali", "Ali")])  # fmt: skip
def test_names_are_whole_or_short(given: str, family: str | None, full: str, short: str) -> None:
    citizen = Citizen(given_name=given, family_name=family)
    assert (citizen.full_name, citizen.short_name) == (full, short)


def test_the_flat_form_holds_record_and_envelope() -> None:
    item = Stored(WHO, meeting("2026-11-24T10:00"), rev=3, annulled_at=datetime(2026, 11, 24, 12, tzinfo=UTC))
    flat = item.flat()
    assert (flat["id"], flat["collection"], flat["rev"], flat["sync_state"]) == (WHO, "appointment", 3, "synced")
    assert flat["annulled_at"] == "2026-11-24T13:00+01:00"
    assert flat["starts_at"] == "2026-11-24T10:00+01:00"
    assert flat["place"] is None


def test_only_what_nobody_wrote_here_is_imported() -> None:
    received = datetime(2026, 11, 21, tzinfo=UTC)
    record = Citizen(given_name="Ali", enrolled_on=date(2026, 1, 1))
    assert Stored(WHO, record, received_at=received).imported
    assert not Stored(WHO, record, author=WHO, received_at=received).imported
    assert not Stored(WHO, record).imported
