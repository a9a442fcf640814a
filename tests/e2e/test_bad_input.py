"""Bad input to `put`: exit 2, the place and the remedy in a sentence, nothing stored, nothing of the program's inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.laptop import Laptop
from tests.support.central import Central

MB = 1_000_000


@pytest.fixture
def enrolled(new_laptop: Callable[[str], Laptop], central: Central) -> Laptop:
    made = new_laptop("mh")
    made.enrol(central, "MH")
    return made


def test_one_bad_line_of_fifty_is_named_in_both_languages_and_nothing_is_stored(enrolled: Laptop) -> None:
    lines = [{"given_name": f"Borger {each}", "enrolled_on": "2026-10-01"} for each in range(50)]
    secret = "990190-0001"
    lines[36]["cpr"] = secret
    text = "".join(json.dumps(each) + "\n" for each in lines)
    danish = enrolled.run("put", "citizen", stdin=text)
    english = enrolled.run("put", "citizen", "--lang", "en", "--json", stdin=text)
    for told, line, field in ((danish, "linje 37", "cpr"), (english, "line 37", "cpr")):
        assert (told.code, told.out) == (2, "")
        assert line in told.err.lower()
        assert field in told.err.lower()
        assert secret not in told.err
    assert danish.err != english.err
    assert enrolled.json("list", "citizen", "--all") == []
    assert enrolled.json("outbox", "list") == []
    del lines[36]["cpr"]
    assert len(enrolled.put("citizen", *lines)) == 50
    assert enrolled.json("status")["pending"] == 50


def hostile() -> Iterator[tuple[str, bytes]]:
    yield "invalid UTF-8", b'{"name": "K\xf8benhavn"}\n'
    yield "a lone surrogate", b'{"name": "\\ud800"}\n'
    yield "a NUL", b'{"name": "A"}\n\x00\n'
    yield "a line of ten megabytes", b'{"name": "' + b"x" * (10 * MB) + b'"}\n'
    yield "deep JSON", b'{"name": ' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
    yield "deep JSON that never ends", b"[" * (2 * MB)
    yield "a number of a million digits", b'{"name": "A", "notes": ' + b"9" * MB + b"}\n"
    yield "no JSON", b"navn;adresse\nA;B\n"
    yield "a list of lists", b"[[[]]]"
    yield "a word", b'"company"\n'
    yield "a number", b"7\n"
    yield "nothing", b""
    yield "blanks", b" \n\t\n"
    yield "NaN", b'{"name": "A", "weekly_hours": NaN}\n'
    yield "the same name twice", b'{"name": "A", "name": "B"}\n'
    yield "an unknown name", b'{"name": "A", "nmae": "B"}\n'
    yield "a name of the envelope", b'{"name": "A", "rev": 7}\n'
    yield "an id that is none", b'{"id": "../../etc", "name": "A"}\n'
    yield "UTF-16", '{"name": "A"}'.encode("utf-16")
    yield "one good and one cut off", b'{"name": "A"}\n{"name": '


def test_hostile_bytes_are_refused_with_a_sentence_and_nothing_is_stored(enrolled: Laptop, tmp_path: Path) -> None:
    before = enrolled.json("list", "company", "--all")
    assert before == []
    for number, (what, content) in enumerate(hostile()):
        file = tmp_path / f"{number}.json"
        file.write_bytes(content)
        # By turns from a file and from standard input, in Danish and in English.
        words = ["--lang", "en"] if number % 3 == 0 else []
        given = enrolled.run("put", "company", *words, *(["--file", str(file)] if number % 2 else []),
                             stdin=b"" if number % 2 else content)  # fmt: skip
        assert (given.code, given.out) == (2, ""), (what, given)
        assert 10 < len(given.err) < 2000, (what, given.err[:3000])
        for word in ("Traceback", "Error", "Exception", "pydantic", "NoneType"):
            assert word not in given.err, (what, given.err)
    assert enrolled.json("list", "company", "--all") == []
    assert enrolled.json("status")["pending"] == 0
