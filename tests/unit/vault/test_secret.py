from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.vault import Secret


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret.of("lygte hestevogn")
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", "%s" % secret, f"{[secret]}"):  # noqa: UP031
        assert "lygte" not in shown
        assert "hestevogn" not in shown


def test_a_secret_is_not_compared_hashed_copied_or_pickled() -> None:
    secret = Secret.of("lygte hestevogn")
    for attempt in (
        lambda: secret == Secret.of("lygte hestevogn"),
        lambda: secret != "lygte hestevogn",
        lambda: hash(secret),
        lambda: copy.copy(secret),
        lambda: copy.deepcopy(secret),
        lambda: pickle.dumps(secret),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_wiping_overwrites_the_very_buffer_and_may_be_repeated() -> None:
    secret = Secret.of("lygte hestevogn")
    buffer = secret.buffer
    assert bytes(buffer) == b"lygte hestevogn"
    secret.wipe()
    secret.wipe()
    assert bytes(buffer) == bytes(len("lygte hestevogn"))
    assert secret.reveal() == ""


def test_the_same_letters_from_two_keyboards_are_the_same_secret() -> None:
    composed, decomposed, wide = "blåbærgrød", "bla\u030abærgrød", "ｂlåbærgrød"
    assert Secret.of(composed).buffer == Secret.of(decomposed).buffer == Secret.of(wide).buffer


@given(st.text(st.characters(codec="ascii")))
def test_a_plain_secret_is_revealed_as_it_was_typed(text: str) -> None:
    assert Secret.of(text).reveal() == text
    assert len(Secret.of(text)) == len(text)


@given(st.text(st.characters()))
def test_any_text_can_be_a_secret_even_a_lone_surrogate(text: str) -> None:
    assert Secret.of(Secret.of(text).reveal()).buffer == Secret.of(text).buffer
