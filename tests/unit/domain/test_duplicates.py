"""Companies written down twice are found by number and by name; two workplaces of one company are not."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.duplicates import Suspicion, name_key, suspicions
from fieldtui.domain.records import Company


def found(*companies: dict[str, Any], apart: frozenset[frozenset[str]] = frozenset()) -> tuple[Suspicion, ...]:
    return suspicions({f"c{at}": Company(**each) for at, each in enumerate(companies)}, apart)


def test_the_same_p_number_is_a_suspicion_whatever_the_names_are() -> None:
    (one,) = found(
        {"name": "Café Solsort", "p_number": "1000000001"}, {"name": "Noget andet", "p_number": "1000000001"}
    )
    assert (one.one, one.other, one.grounds) == ("c0", "c1", ("p_number",))


def test_two_workplaces_of_one_company_are_no_suspicion() -> None:
    cvr = "13748136"
    assert not found(
        {"name": "Netto", "cvr": cvr, "p_number": "1000000001"}, {"name": "Netto", "cvr": cvr, "p_number": "1000000002"}
    )
    assert not found(
        {"name": "Netto", "cvr": cvr, "address": "Amagerbrogade 12"},
        {"name": "Netto", "cvr": cvr, "address": "Mozartsvej 3"},
    )
    assert not found({"name": "Netto", "postal_code": "2450"}, {"name": "Netto", "postal_code": "2300"})


def test_the_same_cvr_number_without_anything_that_tells_two_apart_is_a_suspicion() -> None:
    (one,) = found({"name": "Solsort", "cvr": "13748136"}, {"name": "Café Solsort ApS", "cvr": "13748136"})
    assert one.grounds[0] == "cvr"


def test_names_are_compared_without_legal_form_order_and_spelling() -> None:
    assert name_key("Café Solsort ApS") == name_key("SOLSORT, cafe")
    assert name_key("Bog & Blad A/S") == name_key("Blad Bog")
    (one,) = found({"name": "Grøn Have ApS", "postal_code": "2500"}, {"name": "Groen have", "postal_code": "2500"})
    assert (one.grounds, one.likeness) == (("name",), 1.0)


def test_a_slip_of_the_keyboard_is_found_where_the_telephone_or_the_address_is_the_same() -> None:
    (one,) = found({"name": "Cafe Solsort", "phone": "14 11 22 33"}, {"name": "Cafe Solsrot", "phone": "+45 14112233"})
    assert one.grounds == ("name", "phone")
    (two,) = found(
        {"name": "Hotel Havn", "address": "Havnegade 1"}, {"name": "Hotellet Havn", "address": "Havnegade 1, st. tv."}
    )
    assert two.grounds == ("name", "address")


def test_different_cvr_numbers_and_different_names_are_no_suspicion() -> None:
    assert not found({"name": "Lager-X", "cvr": "13748136"}, {"name": "Lager-X", "cvr": "13585628"})
    assert not found({"name": "Lager-X"}, {"name": "Hotel Havn"})


def test_a_pair_that_somebody_said_are_two_is_not_asked_about_again() -> None:
    pair = ({"name": "Lager-X"}, {"name": "Lager-X"})
    assert found(*pair)
    assert not found(*pair, apart=frozenset({frozenset({"c0", "c1"})}))


@given(
    st.lists(
        st.sampled_from(["Lager-X", "Lager X ApS", "Hotel Havn", "", "+++"]).map(lambda name: name or "Æ"), max_size=6
    )
)
def test_each_pair_is_named_once_and_the_order_of_the_records_is_of_no_account(names: list[str]) -> None:
    companies = {f"c{at}": Company(name=name) for at, name in enumerate(names)}
    pairs = [(each.one, each.other) for each in suspicions(companies, frozenset())]
    assert len(set(pairs)) == len(pairs)
    assert all(one < other for one, other in pairs)
    turned = dict(reversed(companies.items()))
    assert suspicions(turned, frozenset()) == suspicions(companies, frozenset())
