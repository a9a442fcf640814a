"""Random needles through every field, draft, search, passphrase and reason: none may lie on the disk in the clear."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import signal
import types
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from fieldtui.base.clock import SystemClock, isoformat, today
from fieldtui.domain.records import COLLECTIONS, Record, fields_of
from fieldtui.tui.clipboard import FORGET
from tests.e2e.laptop import Laptop, children_of
from tests.support.central import Central

MARKER = secrets.token_hex(5)
"""Ten characters that stand in every needle, so that one search finds them all, folded or not."""


def forms(text: str) -> dict[str, bytes]:
    """The ways a text could lie in a file: two encodings of Unicode, three alignments of base64, upper case."""
    raw = text.encode()
    found = {"utf-8": raw, "upper": text.upper().encode(), "hex": raw.hex().encode()}
    found |= {"utf-16-le": text.encode("utf-16-le"), "utf-16-be": text.encode("utf-16-be")}
    for shift in range(3):
        # The first and the last characters depend on the neighbours; what is between does not.
        coded = base64.b64encode(b"\0" * shift + raw)
        found[f"base64+{shift}"] = coded[4 * bool(shift) : len(coded) - 4]
    return found


def leaks(files: list[Path], wanted: dict[str, str]) -> list[str]:
    """Where a wanted text lies in a file, and in which form."""
    patterns = [(name, form, sought) for name, text in wanted.items() for form, sought in forms(text).items()]
    return [
        f"{path.name}: {name} as {form}"
        for path in files
        for content in [path.read_bytes()]
        for name, form, sought in patterns
        if sought in content
    ]


_REFERENCES = {"author", "by", "addendum_to", "merged_into", "moved_from", "not_duplicate_of", "hours_steps"}
"""What is no text of anybody's: ids, and steps of hours. Nor is a code, which must be one of its list's."""


class Needles:
    """Values for every field of every collection."""

    def __init__(self) -> None:
        self._chance = random.SystemRandom()
        self.numbers: dict[str, str] = {}
        self.texts = 0

    def text(self, longest: int = 200) -> str:
        """A needle; where there is room, with letters that search folds, and a number of its own."""
        self.texts += 1
        return f"Nål{MARKER}é{self.texts}" if longest > len(MARKER) else MARKER

    def _number(self, name: str) -> str:
        digits = {
            "cpr": f"{self._chance.randint(61, 88)}0{self._chance.randint(1, 9)}65{self._chance.randint(1, 3999):04}",
            "cvr": "25313763",
            "p_number": f"1{self._chance.randint(0, 10**9 - 1):09}",
            "phone": f"{self._chance.randint(20, 99)}{self._chance.randint(0, 10**6 - 1):06}",
            "contact_phone": f"{self._chance.randint(20, 99)}{self._chance.randint(0, 10**6 - 1):06}",
        }[name]
        if name != "cvr":  # its check digit makes it a number that may stand in a rule file
            self.numbers[f"{name} {len(self.numbers)}"] = digits
        return digits

    def body(self, model: type[Record], ids: dict[str, str]) -> dict[str, Any]:
        """A record whose every text is a needle, and whose references are `ids`."""
        made: dict[str, Any] = {}
        for name, info in fields_of(model).items():
            field = model.model_fields[info.attribute]
            if name in ids:
                made[name] = ids[name]
            elif name in {"cpr", "cvr", "p_number", "phone", "contact_phone"}:
                made[name] = self._number(name)
            elif name == "former_cpr":
                made[name] = [self._number("cpr")]
            elif not (info.codes or (name.endswith("_id") and name != "due_rule_id") or name in _REFERENCES):
                longest = min((each.max_length for each in field.metadata if hasattr(each, "max_length")), default=200)
                value = self._value(field.annotation, longest)
                if value is not None:
                    made[name] = value
        return made

    def _value(self, annotation: Any, longest: int) -> Any:
        while hasattr(annotation, "__metadata__"):
            limits = [each.max_length for meta in annotation.__metadata__ for each in getattr(meta, "metadata", [])
                      if hasattr(each, "max_length")]  # fmt: skip
            longest, annotation = min([longest, *limits]), get_args(annotation)[0]
        if get_origin(annotation) in {Union, types.UnionType}:
            return self._value(get_args(annotation)[0], longest)
        if annotation is str:
            return self.text(longest)
        if get_origin(annotation) is tuple:
            return [self.text(), self.text()]
        if get_origin(annotation) is Literal:
            return get_args(annotation)[0]
        return None


def records(needles: Needles, ids: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One record of each collection; `ids` is filled as they are stored."""
    now = SystemClock().now()
    day = today(SystemClock()).isoformat()
    needed = {
        "citizen": {"enrolled_on": day},
        "appointment": {"starts_at": isoformat(now + timedelta(days=1)), "kind": "jobsamtale"},
        "note": {"written_at": isoformat(now)},
        "bridging_note": {"written_at": isoformat(now), "legal_basis": "borger_til_stede"},
        "placement": {"starts_on": day, "kind": "virksomhedspraktik"},
        "employer_contact": {"on": day},
        "job_lead": {"on": day},
        "activity": {"on": day},
        "progression": {"on": day, "area": "helbred"},
        "referral": {"requested_on": day, "basis": "SUL141"},
        "consent": {"given_on": day},
    }
    first = ("citizen", "company", "partner", "opening", "employer_contact", "appointment", "referral")
    for name in (*first, *(each for each in COLLECTIONS if each not in first)):
        yield name, needles.body(COLLECTIONS[name], ids) | needed.get(name, {})


def test_no_needle_lies_on_the_disk_after_work_sync_lock_and_kill(
    tmp_path: Path, central: Central, isolated_home: Path
) -> None:
    needles = Needles()
    laptop = Laptop.at(tmp_path / "mh", passphrase=f"lygte {MARKER} vindue marmor {needles.text()}")
    # Made by the command, with what the command writes; then again with a key that derives fast, for all that follows.
    made = Laptop.at(tmp_path / "made", passphrase=laptop.passphrase)
    first_recovery = made.json("init")["recovery_code"]
    recovery = laptop.make_vault()
    laptop.enrol(central, "MH")
    ids: dict[str, str] = {}
    for name, body in records(needles, ids):
        (ids[f"{name}_id"],) = laptop.put(name, body)
        shown = laptop.json("show", ids[f"{name}_id"], "--reason", needles.text()) if name == "citizen" else None
        assert shown is None or shown["given_name"] == body["given_name"]
    assert needles.texts > 60
    assert laptop.json("search", MARKER)
    refused = laptop.run("put", "citizen", stdin=json.dumps({"given_name": needles.text(), "cpr": MARKER}))
    assert refused.code == 2
    assert MARKER not in refused.err
    report = laptop.json("sync")
    assert (report["pushed"], report["rejected"], report["pending"]) == (len(COLLECTIONS), 0, 0)
    listed = laptop.json("export", "appointments", "--from", "i dag", "--to", (today(SystemClock()) + timedelta(days=7)).isoformat(),
                         "--profile", "reception", "--format", "csv")  # fmt: skip
    assert listed["rows"] == 1

    with laptop.terminal() as screen:
        screen.until("fieldtui er låst")
        screen.type(f"forkert {needles.text()}\r")
        screen.until("passer ikke")
        screen.type(laptop.passphrase + "\r")
        screen.until("Kræver handling")
        screen.type("\x10")
        screen.settle()
        screen.type(needles.text())
        screen.settle()
        screen.type("\x1b")
        screen.settle()
        screen.type("2")
        screen.until("Borgere · 1")
        screen.settle()
        screen.type("m")
        screen.until("Referat ·")
        screen.settle()
        screen.type(f"Kladde {needles.text()}")
        screen.until("Kladde gemt")
        (worker,) = children_of(screen.pid)
        os.kill(worker, signal.SIGKILL)
        assert screen.wait() not in {0, None}
        assert MARKER not in screen.text
        assert FORGET.encode() in screen.raw  # whatever was copied: the worker can no longer say

    wanted = {
        "a needle": MARKER,
        "the recovery code": recovery,
        "its groups": recovery.replace("-", ""),
        "the first recovery code": first_recovery,
        "its own groups": first_recovery.replace("-", ""),
        **needles.numbers,
    }
    exported = [path for path in laptop.files() if "exports" in path.parts]
    kept = [path for path in laptop.files() if path not in exported] + made.files()
    home = [path for path in isolated_home.rglob("*") if path.is_file()]
    assert any(path.name == "vault.db" for path in kept)
    assert any(path.suffix == ".log" for path in kept)
    assert leaks(kept + home, wanted) == []
    # The same search finds what a person let out: the list's first name and place. So it can find.
    assert leaks(exported, wanted) != []

    laptop.json("status")  # and when the next start has tidied up
    assert leaks([path for path in laptop.files() if "exports" not in path.parts], wanted) == []
    assert laptop.json("vault", "check")


def test_the_search_finds_a_needle_in_every_form_it_looks_for(tmp_path: Path) -> None:
    text = f"Nål{MARKER}é17"
    for number, content in enumerate(
        [
            text.encode(),
            text.upper().encode(),
            text.encode("utf-16"),
            text.encode("utf-16-be"),
            text.encode().hex().encode(),
            *(base64.b64encode(b"x" * shift + text.encode()) for shift in range(3)),
        ]
    ):
        file = tmp_path / f"{number}"
        file.write_bytes(secrets.token_bytes(5000) + content + secrets.token_bytes(5000))
        assert leaks([file], {"a needle": MARKER}), content
    empty = tmp_path / "empty"
    empty.write_bytes(secrets.token_bytes(100_000))
    assert leaks([empty], {"a needle": MARKER}) == []
