"""Text from somewhere else is made safe once and for all, whatever it is."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.text import clean, safe_json

_STEERS = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_NASTY = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Mn", "Me"]),
        st.sampled_from("\x1b\x9b\x07\x7f\u202e\u2066\u200b\u200c\u2028\ufeff\U000e0041e\u0301\r\n\t"),
    ),
    max_size=60,
)


@given(_NASTY, st.booleans())
def test_nothing_that_steers_a_terminal_is_left(text: str, multiline: bool) -> None:
    made = clean(text, multiline=multiline)
    left = {char for char in made if unicodedata.category(char) in _STEERS} - {"\u200d"}
    assert left <= ({"\n"} if multiline else set())


@given(_NASTY, st.booleans())
def test_what_is_clean_stays_as_it_is(text: str, multiline: bool) -> None:
    made = clean(text, multiline=multiline)
    assert clean(made, multiline=multiline) == made
    assert unicodedata.is_normalized("NFC", made)


@given(_NASTY, st.integers(0, 20))
def test_no_result_is_longer_than_asked_for(text: str, limit: int) -> None:
    assert len(clean(text, limit=limit)) <= limit


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Po"]), max_size=40))
def test_ordinary_words_are_kept_to_the_letter(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("e\u200c\u0301", "é"),  # what stood between a letter and its mark is gone: they belong together
        ("a" + "\u0301" * 200, "á" + "\u0301" * 8),
        ("Zoë 👩‍👩‍👧 Åse", "Zoë 👩‍👩‍👧 Åse"),
        ("a\u2028b\x85c\r\nd", "a bc d"),
        ("\x1b]52;c;QQ==\x07", "]52;c;QQ=="),
    ],
)
def test_what_becomes_of_it(text: str, made: str) -> None:
    assert clean(text) == made


@given(_NASTY)
def test_json_for_a_terminal_steers_nothing_and_loses_nothing(text: str) -> None:
    shown = safe_json({"note": [text]})
    assert not {char for char in shown if char != "\n" and unicodedata.category(char) in _STEERS}
    assert json.loads(shown) == {"note": [text]}
    assert safe_json("Åse 😀", indent=None) == '"Åse 😀"'
