"""Files for one receiver: any age program opens them with the right key, and nobody else at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pyrage
import pytest

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.export.sealing import recipients_of, sealed_to

NEEDLE = "Bartholomæus Fløjlsgræs".encode()
MINE = pyrage.x25519.Identity.generate()
HERS = pyrage.x25519.Identity.generate()
OTHERS = pyrage.x25519.Identity.generate()
KEY, HER_KEY = str(MINE.to_public()), str(HERS.to_public())


def test_each_receiver_opens_the_file_alone_and_a_third_key_does_not() -> None:
    sealed = sealed_to(NEEDLE, (KEY, HER_KEY))
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert NEEDLE not in sealed
    assert pyrage.decrypt(sealed, [MINE]) == pyrage.decrypt(sealed, [HERS]) == NEEDLE
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [OTHERS])


def test_no_file_that_was_changed_or_cut_anywhere_is_opened() -> None:
    content = NEEDLE * 3_000  # more than one chunk of 64 KiB
    sealed = sealed_to(content, (KEY,))
    assert len(sealed) > 65_536
    places = [*range(0, 400, 7), *range(400, len(sealed), 2_003), len(sealed) - 1]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(bytes(changed), [MINE])
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(sealed[:place], [MINE])
    assert pyrage.decrypt(sealed, [MINE]) == content, "the control: untouched it opens"


def test_a_file_of_receivers_is_read_as_age_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "modtagere.txt"
    file.write_text(f"# kontoret\n\n{KEY}\r\n  {HER_KEY}\n{KEY}\n", "utf-8-sig")
    assert recipients_of(str(file)) == (KEY, HER_KEY)
    assert recipients_of(KEY) == (KEY,)


@pytest.mark.parametrize(
    ("content", "line"),
    [("", None), ("# ingen\n", None), (f"{KEY}\nage1forkert\n", 2), ("ssh-ed25519 AAAA\n", 1)],
    ids=["empty", "none", "second", "another kind"],  # each process makes its own keys, and all name the same tests
)
def test_a_file_without_a_good_key_on_each_line_is_refused_by_its_line(
    tmp_path: Path, content: str, line: int | None
) -> None:
    file = tmp_path / "modtagere.txt"
    file.write_text(content)
    with pytest.raises(BadFile) as caught:
        recipients_of(str(file))
    assert caught.value.line == line


def test_a_file_that_is_too_large_or_names_too_many_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "modtagere.txt"
    file.write_text("#" * 70_000)
    with pytest.raises(BadFile):
        recipients_of(str(file))
    file.write_text("".join(f"{pyrage.x25519.Identity.generate().to_public()}\n" for _ in range(21)))
    with pytest.raises(BadFile):
        recipients_of(str(file))


@pytest.mark.parametrize(
    "given",
    ["age1xyz", KEY[:-1], KEY.replace("age1", "age1a"), "findes ikke.txt", "", "\0"],
    ids=["short", "cut", "longer", "no file", "empty", "null"],
)
def test_what_is_no_receiver_is_refused(given: str) -> None:
    with pytest.raises(BadUsage):
        recipients_of(given)


def test_a_secret_key_is_never_taken_for_a_receiver_and_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "min-noegle.txt"
    file.write_text(f"# public key: {KEY}\n{MINE}\n")
    with pytest.raises(BadFile) as caught:
        recipients_of(str(file))
    assert "hemmelig" in caught.value.reason
    with pytest.raises(BadUsage) as typed:
        recipients_of(str(MINE))
    for said in (caught.value.reason, typed.value.message):
        assert str(MINE) not in said


def test_without_the_extra_a_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    with pytest.raises(BadUsage) as caught:
        sealed_to(NEEDLE, (KEY,))
    assert "fieldtui[seal]" in caught.value.message
