"""Two citizens in one list never look alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.records import Citizen
from fieldtui.domain.shortnames import short_names


def _names(*people: tuple[str, str | None, str | None]) -> list[str]:
    citizens = {
        str(number): Citizen(given_name=given_name, family_name=family_name, call_code=code)
        for number, (given_name, family_name, code) in enumerate(people)
    }
    return list(short_names(citizens).values())


def test_a_name_that_stands_alone_keeps_its_initial() -> None:
    assert _names(("Fatima", "Abdi", None), ("Søren Peter", "Bo Østergaard", None), ("Karsten", None, None)) == [
        "Fatima A.",
        "Søren Ø.",
        "Karsten",
    ]


def test_two_that_look_alike_show_as_much_of_the_surname_as_tells_them_apart() -> None:
    assert _names(("Søren", "Olsen", None), ("Søren", "Ottesen", None)) == ["Søren Ol.", "Søren Ot."]
    assert _names(("Ali", "Hansen", None), ("Ali", "Hans", None)) == ["Ali Hanse.", "Ali Hans"]


def test_two_of_the_same_name_show_their_call_codes() -> None:
    assert _names(("Ida", "Holm", "K7Q4"), ("Ida", "Holm", "B2ZN"), ("Ida", "Lund", None)) == [
        "Ida H. K7Q4",
        "Ida H. B2ZN",
        "Ida L.",
    ]


_PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Søren", "søren", "Ida Marie", "Ida"]),
        st.sampled_from([None, "Olsen", "Ole", "O", "Ottesen", "von Olsen"]),
    ),
    max_size=12,
)


@given(_PEOPLE)
def test_everybody_in_a_list_can_be_told_apart(people: list[tuple[str, str | None]]) -> None:
    citizens = {
        f"{number:04}": Citizen(given_name=given_name, family_name=family_name, call_code=f"K{number:03}")
        for number, (given_name, family_name) in enumerate(people)
    }
    shown = [name.casefold() for name in short_names(citizens).values()]
    assert len(set(shown)) == len(shown)
