from __future__ import annotations

import math
import random
import re

import pytest

from fieldtui.base.errors import PassphraseTooWeak
from fieldtui.base.explain import explain
from fieldtui.base.i18n import set_language
from fieldtui.vault import Secret, check_strength, suggest_passphrase, suggestion_bits
from fieldtui.vault.passphrase import words


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "kort",
        "fjorten tegn !",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "12345678901234567890",
        "qwertyuiopasdfghjkl",
        "adgangskode12345678",
        "Adgangssætning2026!",
        "jobcenterkommune2026",
        "hemmelighemmelighemmelig",
        "correct horse battery staple",
        "                        ",
        "mandag tirsdag onsdag torsdag fredag",
        "x" * 1001,
    ],
)
def test_short_and_well_known_passphrases_are_refused_with_a_sentence(weak: str) -> None:
    with pytest.raises(PassphraseTooWeak) as caught:
        check_strength(Secret.of(weak))
    assert explain(caught.value).startswith("Adgangssætningen er for ")
    assert str(caught.value) == "PassphraseTooWeak"
    set_language("en")
    with pytest.raises(PassphraseTooWeak) as caught:
        check_strength(Secret.of(weak))
    assert explain(caught.value).startswith("The passphrase is too ")


@pytest.mark.parametrize(
    "strong",
    [
        "8$kf93!!xk20#vq",
        "lygte hestevogn skolebus",
        "ko hat sne ø bil ur",
        "blåbærgrød på vingummibamser",
        "zQ7-vv2k.mP94xTc",
    ],
)
def test_long_enough_passphrases_of_ones_own_are_accepted(strong: str) -> None:
    check_strength(Secret.of(strong))


def test_ones_own_name_and_workplace_do_not_count() -> None:
    check_strength(Secret.of("mette havregaard skov"))
    with pytest.raises(PassphraseTooWeak):
        check_strength(Secret.of("mette havregaard skov"), about=("Mette", "Havregård", "Skov"))


def test_the_list_has_only_words_every_keyboard_can_type_and_none_twice() -> None:
    listed = words()
    assert len(listed) >= 2048
    assert len(set(listed)) == len(listed)
    assert all(re.fullmatch("[a-z]{4,8}", word) for word in listed)


def test_the_bits_follow_from_the_list_and_make_a_sound_passphrase() -> None:
    assert suggestion_bits() == pytest.approx(5 * math.log2(len(words())))
    assert suggestion_bits() >= 64


def test_every_suggestion_is_five_words_of_the_list_and_strong_enough() -> None:
    draw = random.Random(7)
    for _ in range(300):
        suggestion = suggest_passphrase(draw.randint)
        assert len(suggestion.split(" ")) == 5
        assert set(suggestion.split(" ")) <= set(words())
        check_strength(Secret.of(suggestion))


def test_the_first_and_the_last_word_can_be_drawn() -> None:
    assert set(suggest_passphrase(lambda least, _most: least).split()) == {words()[0]}
    assert set(suggest_passphrase(lambda _least, most: most).split()) == {words()[-1]}
