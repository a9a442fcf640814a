from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import WrongRecoveryCode
from fieldtui.vault.recovery import new_secret, read_code, write_code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRETS = st.binary(min_size=16, max_size=16)


@given(SECRETS)
def test_a_code_is_six_groups_and_gives_its_secret_back(secret: bytes) -> None:
    code = write_code(secret)
    assert re.fullmatch(r"FT1(-[0-9A-HJKMNP-TV-Z]{5}){6}", code)
    assert read_code(code) == secret


@given(SECRETS)
def test_it_may_be_typed_the_way_people_type(secret: bytes) -> None:
    code = write_code(secret)
    for typed in (
        code.lower(),
        code.replace("-", " "),
        f"  {code}\n",
        code.removeprefix("FT1-"),
        code.replace("-", ""),
        code[:4] + code[4:].replace("0", "O"),
        code[:4] + code[4:].replace("0", "o").replace("1", "l"),
        code[:4] + code[4:].replace("1", "I"),
        code.replace("-", "\u2013"),
    ):
        assert read_code(typed) == secret


@pytest.mark.parametrize("secret", [bytes(16), bytes(range(16)), b"\xff" * 16, bytes(range(200, 216))])
def test_every_single_wrong_character_and_every_swap_of_neighbours_is_caught(secret: bytes) -> None:
    body = write_code(secret)[4:].replace("-", "")
    slips = [body[:i] + char + body[i + 1 :] for i in range(30) for char in ALPHABET if char != body[i]]
    assert len(slips) == 930
    slips += [body[:i] + body[i + 1] + body[i] + body[i + 2 :] for i in range(len(body) - 1) if body[i] != body[i + 1]]
    accepted = []
    for slip in slips:
        try:
            read_code(slip)
        except WrongRecoveryCode:
            continue
        accepted.append(slip)
    assert accepted == []


@given(st.text())
def test_anything_else_is_a_wrong_code_and_never_another_error(text: str) -> None:
    try:
        secret = read_code(text)
    except WrongRecoveryCode:
        return
    assert write_code(secret).replace("-", "") in "FT1" + text.upper().replace("-", "")


def test_two_codes_are_never_the_same() -> None:
    assert len({bytes(new_secret()) for _ in range(100)}) == 100
