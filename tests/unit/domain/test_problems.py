"""What is wrong with a record is said by field and in sentences, without what was given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import BadUsage, InvalidRecords
from fieldtui.base.explain import explain
from fieldtui.base.i18n import set_language
from fieldtui.domain.problems import parse_record, warnings_for
from fieldtui.domain.records import COLLECTIONS, Appointment, Citizen, Note, Placement

WHO = "0190a000-0000-7000-8000-000000000001"
ON = date(2026, 11, 24)


def refused(collection: str, values: Any, *, strict_names: bool = True) -> dict[str | None, str]:
    with pytest.raises(InvalidRecords) as caught:
        parse_record(collection, values, strict_names=strict_names)
    assert all(problem.line is None for problem in caught.value.problems)
    return {problem.field: problem.reason for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("collection", "values", "field", "part"),
    [
        ("citizen", {}, "given_name", "Fornavn mangler"),
        ("citizen", {"given_name": "  "}, "given_name", "må ikke være tom"),
        ("citizen", {"given_name": 5}, "given_name", "en tekst"),
        ("citizen", {"given_name": "A", "family_name": "x" * 201}, "family_name", "højst være 200 tegn"),
        ("citizen", {"given_name": "A", "cpr": "12"}, "cpr", "ti cifre"),
        ("citizen", {"given_name": "A", "cpr": "61019O-0001"}, "cpr", "består af cifre"),
        ("citizen", {"given_name": "A", "cpr": "991390-0001"}, "cpr", "ikke en dato"),
        ("citizen", {"given_name": "A", "enrolled_on": 20261124}, "enrolled_on", "ikke en dato"),
        ("citizen", {"given_name": "A", "enrolled_on": "24-11-2026"}, "enrolled_on", "2026-11-24"),
        ("citizen", {"given_name": "A", "enrolled_on": "0026-11-24"}, "enrolled_on", "mellem 1850 og 2199"),
        ("citizen", {"given_name": "A", "enrolled_on": "2026-02-29"}, "enrolled_on", "ikke en dato"),
        ("citizen", {"given_name": "A", "enrolled_on": "2026-02-02", "discharged_on": "2026-02-01"}, "discharged_on", "“Udskrevet” ligger før “Indskrevet”"),
        ("citizen", {"given_name": "A", "no_fixed_abode": "måske"}, "no_fixed_abode", "ja eller nej"),
        ("citizen", {"given_name": "A", "practical_needs": [f"w{n}" for n in range(41)]}, "practical_needs", "højst være 40 ord"),
        ("citizen", {"given_name": "A", "given_nam": "B"}, "given_nam", "Mente du given_name?"),
        ("citizen", {"given_name": "A", "zzzzzz": "B"}, "zzzzzz", "Feltet findes ikke."),
        ("citizen", {"given_name": "A", "rev": 3}, "rev", "sættes af fieldtui"),
        ("citizen", ["A"], None, "JSON-objekt"),
        ("citizen", {1: "A"}, None, "JSON-objekt"),
        ("appointment", {"kind": "møde", "starts_at": "2026-11-24T10:00"}, "kind", "jobsamtale, opfoelgning"),
        ("appointment", {"kind": "team", "starts_at": "i morgen"}, "starts_at", "ikke et tidspunkt"),
        ("appointment", {"kind": "team", "starts_at": "0001-01-01T00:00"}, "starts_at", "mellem 1850"),
        ("appointment", {"kind": "team", "starts_at": "2027-03-28T02:30"}, "starts_at", "stilles frem"),
        ("appointment", {"kind": "team", "starts_at": "2026-10-25T02:30"}, "starts_at", "+02:00"),
        ("appointment", {"kind": "team", "starts_at": "2026-11-24T10:00", "duration_minutes": 4}, "duration_minutes", "mindst 5"),
        ("appointment", {"kind": "team", "starts_at": "2026-11-24T10:00", "duration_minutes": "lang"}, "duration_minutes", "helt tal"),
        ("appointment", {"kind": "jobsamtale", "starts_at": "2026-11-24T10:00"}, "citizen_id", "Vælg en borger"),
        ("note", {"citizen_id": "7", "text": "x", "written_at": "2026-11-24T10:00"}, "citizen_id", "mindst 36 tegn"),
        ("note", {"citizen_id": "X" * 36, "text": "x", "written_at": "2026-11-24T10:00"}, "citizen_id", "ikke et id"),
        ("note", {"citizen_id": WHO, "text": " \n ", "written_at": "2026-11-24T10:00"}, "text", "Tekst må ikke være tom"),
        ("placement", {"citizen_id": WHO, "kind": "smaajob", "starts_on": "2026-01-01", "weekly_hours": "1,5"}, "weekly_hours", "12.5"),
        ("placement", {"citizen_id": WHO, "kind": "smaajob", "starts_on": "2026-01-01", "weekly_hours": "nan"}, "weekly_hours", "højst være 60"),
        ("company", {"name": "A", "cvr": "12345678"}, "cvr", "ikke et CVR-nummer"),
        ("company", {"name": "A", "p_number": "123"}, "p_number", "ti cifre"),
    ],
)  # fmt: skip
def test_each_fault_names_its_field_and_what_to_do(collection: str, values: Any, field: str | None, part: str) -> None:
    found = refused(collection, values)
    assert list(found) == [field]
    assert part in found[field]


def test_all_faults_come_at_once() -> None:
    assert set(refused("citizen", {"cpr": "1", "enrolled_on": "x", "nam": 1})) == {
        "given_name",
        "cpr",
        "enrolled_on",
        "nam",
    }


def test_the_wire_may_know_fields_that_this_version_does_not() -> None:
    record = parse_record("citizen", {"given_name": "A", "from_the_future": [1, {"a": None}]}, strict_names=False)
    assert record.body()["from_the_future"] == [1, {"a": None}]
    assert refused("citizen", {"given_name": "A", "id": "x"}, strict_names=False).keys() == {"id"}


def test_an_unknown_collection_suggests_the_nearest() -> None:
    with pytest.raises(BadUsage) as caught:
        parse_record("citizens", {}, strict_names=True)
    assert "Mente du citizen?" in explain(caught.value)


def test_english_people_get_english_sentences() -> None:
    set_language("en")
    assert refused("citizen", {}) == {"given_name": "First name is missing."}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(sorted(COLLECTIONS)), st.data())
def test_whatever_is_given_becomes_a_record_or_a_refusal_without_the_values(
    collection: str, data: st.DataObject
) -> None:
    from fieldtui.domain.records import fields_of

    names = st.sampled_from([*fields_of(COLLECTIONS[collection]), "id", "nonsense"])
    needle = "NEEDLE-7f3a"
    values = data.draw(st.dictionaries(names, _json | st.just(needle), max_size=8))
    try:
        body: dict[str, Any] | None = parse_record(collection, values, strict_names=True).body()
        said = ""
    except InvalidRecords as error:
        body, said = None, explain(error) + str(error)
    if body is None:
        assert said
        assert needle not in said
    else:
        assert parse_record(collection, body, strict_names=True).body() == body


def test_oddities_are_said_and_never_stop_anyone() -> None:
    # Built here, so that no number of the real series stands in a file.
    first_of_january = "01" + "01" + "80"
    unlikely = Citizen(given_name="A", cpr=next(n for n in (f"150675{s:04d}" for s in range(9)) if not _mod11(n)))
    assert any("sjældent" in warning for warning in warnings_for(unlikely, ON))
    lawful = Citizen(
        given_name="A", cpr=next(n for n in (f"{first_of_january}{s:04d}" for s in range(9)) if not _mod11(n))
    )
    assert any("findes lovligt" in warning for warning in warnings_for(lawful, ON))
    replacement = Citizen(given_name="A", cpr="610190-0001")
    assert [warning[:30] for warning in warnings_for(replacement, ON)] == ["Det er et erstatningspersonnum"]
    expired = Citizen.model_validate({"given_name": "A", "address_protected": True, "protected_until": "2026-11-23"})
    assert any("skjules" in warning for warning in warnings_for(expired, ON))
    assert warnings_for(Citizen(given_name="A"), ON) == ()


def test_a_number_in_free_text_and_a_praktik_without_purpose_are_pointed_out() -> None:
    def note(text: str) -> Note:
        return Note.model_validate({"citizen_id": WHO, "text": text, "written_at": "2026-11-24T10:00"})

    assert warnings_for(note("Hans nummer er 610190-0001, sagde han."), ON)
    assert warnings_for(note("Ring på 12 34 56 78, sag 12345678901."), ON) == ()
    praktik = {"citizen_id": WHO, "kind": "virksomhedspraktik", "starts_on": "2026-11-01"}
    assert warnings_for(Placement.model_validate(praktik), ON)
    assert warnings_for(Placement.model_validate(praktik | {"purpose": "Afklare timer"}), ON) == ()
    past = Appointment.model_validate({"kind": "team", "starts_at": "2026-11-23T10:00"})
    assert warnings_for(past, ON)
    assert warnings_for(past, date(2026, 11, 23)) == ()


@pytest.mark.parametrize(("starts_at", "odd"), [("2026-12-25T10:00", True), ("2026-11-28T10:00", True), ("2026-11-27T23:30Z", True), ("2026-11-27T10:00", False)])  # fmt: skip
def test_a_meeting_on_a_day_off_is_pointed_out_until_something_became_of_it(starts_at: str, odd: bool) -> None:
    planned = Appointment.model_validate({"kind": "team", "starts_at": starts_at})
    assert bool(warnings_for(planned, ON)) is odd
    held = Appointment.model_validate({"kind": "team", "starts_at": starts_at, "status": "attended"})
    assert warnings_for(held, ON) == ()


def _mod11(digits: str) -> bool:
    return sum(w * int(d) for w, d in zip((4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True)) % 11 == 0
