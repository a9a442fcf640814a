"""The bill of materials names what is locked, by its hashes, and what hides inside wheels; no tool for developers is in it."""

from __future__ import annotations

import json
import re
import runpy
from typing import Any

from tests.architecture.tree import ROOT

_BILL: Any = runpy.run_path(str(ROOT / "packaging/sbom.py"))


def test_every_locked_package_stands_in_it_with_its_hashes_and_twice_comes_out_the_same() -> None:
    document = _BILL["bill"]()
    assert json.dumps(document) == json.dumps(_BILL["bill"]())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    told = {each["name"]: each for each in document["components"] if each.get("purl")}
    lock = (ROOT / "packaging/requirements-central.txt").read_text("utf-8")
    pins = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\\\]+)", lock, re.MULTILINE))
    assert {name: each["version"] for name, each in told.items() if name != "pyrage"} == pins
    assert all(each["hashes"] for each in told.values())
    assert sum(len(each["hashes"]) for name, each in told.items() if name != "pyrage") == lock.count("--hash=sha256:")
    references = [each["bom-ref"] for each in document["components"]]
    assert len(references) == len(set(references))


def test_both_openssls_that_wheels_bring_along_are_named() -> None:
    inside = {(each["name"], each["properties"][0]["value"]) for each in _BILL["bundled"]()}
    assert {("openssl", "cryptography"), ("openssl", "sqlcipher3"), ("sqlcipher", "sqlcipher3")} <= inside


def test_nothing_that_shows_the_screen_to_a_developer_or_keeps_keys_in_plain_files_is_locked() -> None:
    for lock in (ROOT / "packaging").glob("requirements*.txt"):
        names = set(re.findall(r"^([a-z0-9._-]+)==", lock.read_text("utf-8"), re.MULTILINE))
        assert not names & {"textual-dev", "textual-serve", "textual-web", "keyrings-alt", "keyrings.alt", "keyring"}
