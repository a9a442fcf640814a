"""Which record stands for which: the same answer on every device, whatever was merged in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.merging import merged, survivors, to_clear, told_apart

_POINTERS = st.dictionaries(st.sampled_from("abcdefg"), st.none() | st.sampled_from("abcdefgx"), max_size=7)


def test_a_record_that_was_merged_is_followed_over_several_steps() -> None:
    assert survivors({"a": "b", "b": "c", "c": None, "d": None}) == {"a": "c", "b": "c", "c": "c", "d": "d"}


def test_merged_in_opposite_directions_the_smallest_id_stands_for_both() -> None:
    assert survivors({"a": "b", "b": "a", "c": "b"}) == {"a": "a", "b": "a", "c": "a"}


def test_a_pointer_to_what_is_not_here_is_not_followed() -> None:
    assert survivors({"a": "gone"}) == {"a": "a"}


def test_a_survivor_knows_whom_it_stands_for() -> None:
    assert merged({"a": "b", "b": None, "c": "a", "d": None}) == {"b": ("a", "c")}


def test_taken_back_after_a_circle_both_pointers_are_emptied() -> None:
    assert to_clear("b", {"a": "b", "b": "a"}) == ("b", "a")


def test_a_mark_of_two_being_two_counts_both_ways_and_never_with_itself() -> None:
    assert told_apart({"a": ("b", "a"), "b": ()}) == {frozenset({"a", "b"})}


def test_what_was_said_of_a_merged_record_counts_for_the_one_that_stands_for_it() -> None:
    stands = survivors({"a": "b", "b": None, "c": None})
    assert told_apart({"a": ("c", "b")}, stands) == {frozenset({"b", "c"})}


@given(_POINTERS)
def test_every_record_has_one_survivor_that_stands_for_itself(pointers: dict[str, str | None]) -> None:
    found = survivors(pointers)
    assert found.keys() == pointers.keys()
    assert all(found[survivor] == survivor for survivor in found.values())
    grouped = {each for survivor, others in merged(pointers).items() for each in (survivor, *others)}
    assert grouped == {each for each in found if list(found.values()).count(found[each]) > 1}


@given(_POINTERS)
def test_nobody_is_followed_to_one_that_no_pointer_leads_to(pointers: dict[str, str | None]) -> None:
    for each, survivor in survivors(pointers).items():
        reached, here = {each}, pointers.get(each)
        while here in pointers and here not in reached:
            reached.add(here)
            here = pointers[here]
        assert survivor in reached


@given(_POINTERS, st.sampled_from("abcdefg"))
def test_cleared_a_record_stands_apart_and_keeps_what_was_merged_into_it(
    pointers: dict[str, str | None], each: str
) -> None:
    before = survivors(pointers)
    cleared = to_clear(each, pointers)
    after = survivors({**pointers, **dict.fromkeys(cleared)})
    if before.get(each, each) == each:
        assert cleared == ()
    else:
        assert after[each] == each
        assert after[before[each]] != each
