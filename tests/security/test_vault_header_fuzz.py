"""No changed header opens a vault with changed content, and none ends in anything but our errors (S04)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.errors import FieldtuiError, HeaderDamaged, HeaderTampered, NewerVault, WrongPassphrase
from fieldtui.vault.header import (
    DatabasePart,
    Header,
    HeaderAuditHead,
    Kdf,
    OtherSlot,
    PassphraseSlot,
    Seal,
    parse_header,
)
from fieldtui.vault.keys import new_vault_key
from tests.support.vaults import a_closed_vault, put_anchors_back, reopened

HEADERS = ("vault.json", "vault.json.bak")
KEY = new_vault_key()
B64_32 = "A" * 43 + "="
B64_48 = "A" * 64
B64_16 = "A" * 22 + "=="
B64_12 = "A" * 16


def a_header() -> Header:
    slot = PassphraseSlot(id="pw-1", kdf=Kdf(m=19_456, t=2, p=1, salt=B64_16), nonce=B64_12, ct=B64_48)
    other = OtherSlot.model_validate({"id": "org-1", "type": "org-hpke", "suite": "X", "more": {"a": [1, None, "ø"]}})
    return Header(
        vault_id="0" * 32,
        epoch=3,
        created=1_795_290_000,
        db=DatabasePart(salt="f" * 32),
        seal=Seal(hmac=None, size=4096),
        audit_head=HeaderAuditHead(seq=0, mac=""),
        slots=(slot, other),
    ).succeeded_by(KEY)


def test_a_slot_of_an_unknown_kind_is_carried_on_unchanged() -> None:
    header = parse_header(a_header().canonical())
    assert header.authentic(KEY)
    later = parse_header(header.succeeded_by(KEY, seal=Seal(hmac="0" * 64, size=1)).canonical())
    assert later.slots == header.slots
    assert later.slots[1].model_dump()["more"] == {"a": [1, None, "ø"]}
    assert later.epoch == header.epoch + 1
    assert later.authentic(KEY)
    assert not later.authentic(new_vault_key())


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths_of(child, (*path, key))


SOUND = json.loads(a_header().canonical())
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=6,
)


@given(st.sampled_from(sorted(paths_of(SOUND), key=str)), JSON_VALUES, st.sampled_from(["put", "drop", "add"]))
def test_any_change_of_any_value_is_damage_a_newer_version_or_an_unproven_header(
    path: tuple[Any, ...], value: Any, how: str
) -> None:
    changed = json.loads(json.dumps({"root": SOUND}))
    holder, last = changed, "root"
    for step in path:
        holder, last = holder[last], step
    if how == "put":
        holder[last] = value
    elif how == "drop":
        del holder[last]
    elif isinstance(holder[last], dict):
        holder[last]["new"] = value
    elif isinstance(holder[last], list):
        holder[last].append(value)
    if changed == {"root": SOUND} and json.dumps(changed, sort_keys=True) == json.dumps(
        {"root": SOUND}, sort_keys=True
    ):
        return
    data = json.dumps(changed.get("root"), sort_keys=True, separators=(",", ":")).encode()
    try:
        header = parse_header(data)
    except (HeaderDamaged, NewerVault):
        return
    assert not header.authentic(KEY)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_damaged_header(data: bytes) -> None:
    with pytest.raises(HeaderDamaged):
        parse_header(data)


@given(st.integers(0, len(a_header().canonical()) - 1), st.binary(max_size=6), st.integers(0, 40))
def test_bytes_put_in_or_taken_out_anywhere_never_prove_themselves(at: int, put: bytes, taken: int) -> None:
    sound = a_header().canonical()
    changed = sound[:at] + put + sound[at + taken :]
    if changed == sound:
        return
    try:
        header = parse_header(changed)
    except (HeaderDamaged, NewerVault):
        return
    assert not header.authentic(KEY)


def test_no_header_with_a_byte_flipped_proves_itself() -> None:
    sound = a_header().canonical()
    for position in range(len(sound)):
        changed = bytearray(sound)
        changed[position] ^= 1
        try:
            header = parse_header(bytes(changed))
        except (HeaderDamaged, NewerVault):
            continue
        assert not header.authentic(KEY), position


def test_with_any_byte_flipped_in_both_copies_the_vault_stays_shut(tmp_path: Path) -> None:
    """Every fifth byte, as each costs a derivation of the key; the test above tries every one on the proof itself."""
    a_closed_vault(tmp_path)
    home = tmp_path / "vault"
    sound = (home / "vault.json").read_bytes()
    outcomes: dict[str, int] = {}
    for position in range(0, len(sound), 5):
        changed = bytearray(sound)
        changed[position] ^= 1
        for name in HEADERS:
            (home / name).write_bytes(changed)
        (tmp_path / "state" / "attempts").unlink(missing_ok=True)
        with pytest.raises(FieldtuiError) as caught:
            reopened(tmp_path)
        kind = type(caught.value)
        assert kind in {HeaderDamaged, HeaderTampered, WrongPassphrase, NewerVault}, (position, kind)
        outcomes[kind.__name__] = outcomes.get(kind.__name__, 0) + 1
    assert outcomes["HeaderDamaged"] > 60
    assert outcomes["HeaderTampered"] > 10
    assert outcomes["WrongPassphrase"] > 10


def test_with_any_byte_flipped_in_one_copy_the_other_proves_itself(tmp_path: Path) -> None:
    a_closed_vault(tmp_path)
    home = tmp_path / "vault"
    copies = {name: (home / name).read_bytes() for name in HEADERS}
    database = (home / "vault.db").read_bytes()
    sound = parse_header(copies["vault.json"])
    for position in range(0, len(copies["vault.json"]), 23):
        name = HEADERS[position % 2]
        for each, data in copies.items():
            (home / each).write_bytes(data)
        (home / "vault.db").write_bytes(database)
        put_anchors_back({})  # the vault as it was, again and again: not an older copy of it
        changed = bytearray(copies[name])
        changed[position] ^= 1
        (home / name).write_bytes(changed)
        try:
            vault = reopened(tmp_path)
        except NewerVault:
            continue
        with vault:
            assert vault.vault_id == sound.vault_id
            assert vault.connection.execute("SELECT count(*) FROM rows").fetchone() == (300,)
