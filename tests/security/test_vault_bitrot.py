"""Not a bit of a vault's files changes unnoticed (S06), an empty file is no vault (S03), and what would have let it pass."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from fieldtui.base.errors import ChangedSinceLock, DatabaseDamaged, DatabaseMissing, FieldtuiError, HeaderTampered
from fieldtui.vault import OpenVault
from fieldtui.vault.database import check_pages, open_database
from fieldtui.vault.header import Header, parse_header
from fieldtui.vault.headerfiles import HeaderFiles
from fieldtui.vault.slots import PassphraseTry
from fieldtui.vault.sqlcipher import DatabaseError
from tests.support.vaults import a_closed_vault, phrase, put_anchors_back, reopened

FLIPS = 300
SALT = 16
"""Bytes at the beginning that SQLCipher ignores where the key comes with a salt: a flip there harms nothing, and shows."""


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Header]:
    """A sealed vault's folder, its key, and its header."""
    folder = tmp_path_factory.mktemp("rot") / "data"
    a_closed_vault(folder)
    with reopened(folder) as opened:
        key = opened.borrow(lambda _header, vault_key: bytes(vault_key))
    return folder, key, parse_header((folder / "vault" / "vault.json").read_bytes())


def flips(size: int) -> list[tuple[int, int]]:
    draw = random.Random(20261122)
    return [(draw.randrange(size), 1 << draw.randrange(8)) for _ in range(FLIPS)]


def flipped(sound: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(sound)
    changed[place] ^= bit
    return bytes(changed)


def test_every_flipped_bit_of_a_sealed_database_is_told(vault: tuple[Path, bytes, Header]) -> None:
    folder, key, _header = vault
    path = folder / "vault" / "vault.db"
    sound = path.read_bytes()
    put_anchors_back({})
    told: Counter[str] = Counter()
    for place, bit in flips(len(sound)):
        path.write_bytes(flipped(sound, place, bit))
        with pytest.raises(FieldtuiError) as caught:
            OpenVault(folder, bytearray(key))
        kind = type(caught.value)
        assert kind is DatabaseDamaged or (kind is ChangedSinceLock and place < SALT), (place, kind)
        told[kind.__name__] += 1
    path.write_bytes(sound)
    assert told["DatabaseDamaged"] > FLIPS * 9 // 10


def test_reading_alone_does_not_notice_most_of_them(vault: tuple[Path, bytes, Header]) -> None:
    """The control: without the look at every page, a table is read to its end beside damage that it does not cross."""
    folder, key, header = vault
    sound = (folder / "vault" / "vault.db").read_bytes()
    copy = folder / "copy.db"
    unnoticed = 0
    for place, bit in flips(len(sound))[:60]:
        copy.write_bytes(flipped(sound, place, bit))
        try:
            connection = open_database(copy, bytearray(key), header.db, immutable=True)
        except FieldtuiError:
            continue
        try:
            unnoticed += len(connection.execute("SELECT id FROM rows NOT INDEXED").fetchall()) == 300
        except DatabaseError:
            pass
        finally:
            connection.close()
    copy.unlink()
    assert unnoticed > 5


def test_an_empty_file_would_open_with_any_key_as_an_empty_vault(
    vault: tuple[Path, bytes, Header], tmp_path: Path
) -> None:
    """The control of S03; the taxonomy's tests refuse it."""
    _folder, _key, header = vault
    empty = tmp_path / "vault.db"
    empty.write_bytes(b"")
    connection = open_database(empty, bytearray(32), header.db)
    assert check_pages(connection).ok
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("crashed", [False, True])
def test_an_empty_file_is_refused_before_sqlite_sees_it(tmp_path: Path, crashed: bool) -> None:
    a_closed_vault(tmp_path)
    vault = reopened(tmp_path) if crashed else None
    key = b""
    if vault is not None:
        key = vault.borrow(lambda _header, vault_key: bytes(vault_key))
        vault._leave()  # as a killed process: nothing is sealed
    (tmp_path / "vault" / "vault.db").write_bytes(b"")
    with pytest.raises(DatabaseMissing):
        OpenVault(tmp_path, bytearray(key)) if crashed else reopened(tmp_path)
    assert (tmp_path / "vault" / "vault.db").read_bytes() == b""


def test_only_the_mac_refuses_a_header_whose_slot_still_opens(tmp_path: Path) -> None:
    """The control of S04: taken unproven, a header that was changed hands out the vault's key."""
    a_closed_vault(tmp_path)
    for name in ("vault.json", "vault.json.bak"):
        path = tmp_path / "vault" / name
        changed = {**json.loads(path.read_bytes()), "audit_head": {"mac": "", "seq": 0}, "epoch": 2**50}
        path.write_bytes(json.dumps(changed, sort_keys=True, separators=(",", ":")).encode())
    files = HeaderFiles(tmp_path / "vault")
    attempt = PassphraseTry(phrase(), tmp_path)
    assert len(files.unlock(attempt, unproven=True)) == 32
    with pytest.raises(HeaderTampered):
        files.unlock(attempt)
    attempt.close()
