"""Codes for lists, and what may stand on them about a protected citizen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.lists import ALPHABET, LENGTH, appointment_reference
from fieldtui.domain.protection import PROTECTED_FIELDS, has_lapsed, is_protected, visible, visible_name
from fieldtui.domain.records import Citizen


@given(st.uuids(version=4))
def test_a_reference_follows_from_the_id_and_can_be_read_aloud(appointment_id: object) -> None:
    reference = appointment_reference(str(appointment_id))
    assert reference == appointment_reference(str(appointment_id))
    assert len(reference) == LENGTH
    assert set(reference) <= set(ALPHABET)
    assert reference[0].isalpha()


def test_the_alphabet_makes_no_words_and_no_doubtful_characters() -> None:
    assert not set(ALPHABET) & set("AEIOUY01LÆØÅ")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_references_of_a_week_hardly_ever_meet() -> None:
    codes = [appointment_reference(f"0190a000-0000-7000-8000-{number:012d}") for number in range(500)]
    assert len(set(codes)) >= 498


def citizen(**values: object) -> Citizen:
    base = {
        "given_name": "Maja",
        "family_name": "Sørensen",
        "cpr": "610190-0001",
        "phone": "12345678",
        "address": "Gaden 1",
        "postal_code": "2450",
        "city": "København SV",
    }
    return Citizen.model_validate(base | values)


def test_lists_show_first_name_and_initial_and_only_the_code_of_the_protected() -> None:
    assert visible_name(citizen()) == "Maja S."
    assert visible_name(citizen(address_protected=True, call_code="K7Q4")) == "K7Q4"
    assert visible_name(citizen(address_protected=True)) == "BESKYTTET"


@pytest.mark.parametrize("field", PROTECTED_FIELDS)
def test_a_protected_address_is_hidden_even_after_its_last_day(field: str) -> None:
    assert visible(citizen(), field) is not None
    over = citizen(address_protected=True, protected_until="2026-01-01")
    assert visible(over, field) is None
    assert is_protected(over)
    assert has_lapsed(over, date(2026, 1, 2))
    assert not has_lapsed(over, date(2026, 1, 1))


def test_the_cpr_number_is_hidden_for_everyone() -> None:
    assert visible(citizen(), "cpr") is None
    assert visible(citizen(), "job_goal") is None
