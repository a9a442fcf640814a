"""What must never be committed: addresses and folders of one machine, secrets, and numbers a real person could have."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import name_of, text_files

# Put together from pieces, so that this file does not find itself.
_INDEX = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(?:org|com)", "index-" + "url", "find-" + "links"])
)
_MACHINE = re.compile(
    r"(?<![\w.])/(?:"
    + "|".join(["wo" + "rk/", "ro" + r"ot/(?!\*)", "op" + "t/(?:pypi|wheels)", "tm" + "p/(?:brief|bash_jobs|pkg)"])
    + ")"
)
_TOKEN = re.compile(
    "|".join(
        ["-----BEGIN (?:EC |RSA |OPENSSH )?PRIVATE " + "KEY-----", "gh" + "p_[A-Za-z0-9]{30}", "AK" + "IA[0-9A-Z]{16}"]
    )
)
# Day 01–31 and month 01–12: a number the CPR register could have given out. Made-up ones have 60 added to the day.
# Without a hyphen, numbers that begin with 10 are left out: so do all production unit (P) numbers.
_PERSON = re.compile(
    r"(?<![0-9A-Za-z.-])(?:"
    r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d-\d{4}(?![0-9A-Za-z-])|"
    r"(?!10)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{6}(?![0-9A-Za-z._-]))"
)


def _found(pattern: re.Pattern[str], *, but_for: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in text_files()
        if name_of(path) not in but_for
        for match in pattern.finditer(text)
    ]


def test_no_file_names_a_package_index() -> None:
    # The Makefile names the two options that keep addresses out of the locks.
    assert _found(_INDEX, but_for=("Makefile",)) == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert _found(_MACHINE) == []


def test_no_file_holds_a_private_key_or_a_token() -> None:
    assert _found(_TOKEN) == []


def test_no_file_holds_a_cpr_number_that_a_person_could_have() -> None:
    assert _found(_PERSON) == []


@pytest.mark.parametrize("number", ["0101" + "70-1234", "3112" + "991234", "(2902" + "04-0000)", "1001" + "98-1314"])
def test_the_search_knows_a_cpr_number_when_it_sees_one(number: str) -> None:
    assert _PERSON.search(number)


@pytest.mark.parametrize("text", ["610170-1234", "sha256:0101" + "701234ab", "2026-11-24", "4512345678", "1001981314"])
def test_the_search_leaves_other_numbers_alone(text: str) -> None:
    assert not _PERSON.search(text)
