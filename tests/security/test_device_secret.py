"""A passphrase bound to the machine: what a thief with the files lacks, and what must never lock the owner out."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import (
    DeviceSecretGone,
    DeviceStoreShut,
    FieldtuiError,
    HeaderTampered,
    PassphraseTooWeak,
    WrongPassphrase,
)
from fieldtui.vault import CHEAPEST, Secret, change_passphrase, open_vault, secretservice
from fieldtui.vault.changing import bind_vault, recover_vault, unbind_vault
from fieldtui.vault.devicesecret import SECRET_BYTES, binding_of, store_here
from fieldtui.vault.dpapi import Blob, Dpapi
from fieldtui.vault.erasing import erase_vault
from fieldtui.vault.header import Header, parse_header
from fieldtui.vault.passphrase import check_strength
from fieldtui.vault.secretservice import SecretService
from tests.support.bus import Answer, Bus, Call
from tests.support.secretservice import NAME, KeyRing
from tests.support.vaults import OTHER_PHRASE, PHRASE, a_clock, a_vault, files_below, phrase, reopened

SHORT = "tulipan traktor havkat"


@pytest.fixture(scope="module")
def bus() -> Iterator[Bus]:
    with Bus() as running:
        yield running


@pytest.fixture
def ring(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> KeyRing:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
    made = KeyRing()
    bus.serve(NAME, made)
    return made


@pytest.fixture
def bound(tmp_path: Path, ring: KeyRing) -> tuple[Path, str]:
    """A closed vault that is bound, with a short passphrase; and its recovery code."""
    folder = tmp_path / "data"
    vault, code = a_vault(folder)
    with vault:
        bind_vault(vault, phrase(), store_here(folder), kdf=CHEAPEST)
        change_passphrase(vault, phrase(SHORT), kdf=CHEAPEST)
    return folder, code


def header_of(folder: Path) -> Header:
    return parse_header((folder / "vault" / "vault.json").read_bytes())


def test_the_files_and_the_passphrase_do_not_open_a_bound_vault_without_the_machine(
    bound: tuple[Path, str], ring: KeyRing, tmp_path: Path
) -> None:
    folder, _code = bound
    reopened(folder, SHORT).close()
    stolen = tmp_path / "stolen"
    shutil.copytree(folder, stolen)
    kept = dict(ring.items)
    assert len(kept) == 1  # the secret of the slot before the change is gone
    ring.items.clear()
    with pytest.raises(DeviceSecretGone):
        reopened(stolen, SHORT)
    path, (attributes, secret) = next(iter(kept.items()))
    ring.items[path] = (attributes, bytes(SECRET_BYTES))
    with pytest.raises(WrongPassphrase):
        reopened(stolen, SHORT)
    (stolen / "state" / "attempts").unlink()
    ring.items[path] = (attributes, secret)
    reopened(stolen, SHORT).close()  # the control: with the machine's secret it does open
    assert all(secret not in each.read_bytes() for each in stolen.rglob("*") if each.is_file())


@pytest.mark.parametrize("how", ["locked", "no service", "no bus", "gone"])
def test_a_store_that_is_shut_and_one_that_lost_the_secret_are_told_apart_and_cost_no_try(
    how: str, bound: tuple[Path, str], ring: KeyRing, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, code = bound
    expected: type[FieldtuiError] = DeviceStoreShut
    if how == "locked":
        ring.locked = True
    elif how == "no service":
        bus.withdraw(NAME)
    elif how == "no bus":
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/nowhere")
    else:
        ring.items.clear()
        expected = DeviceSecretGone
    before = files_below(folder)
    for _try in range(5):
        with pytest.raises(expected):
            reopened(folder, SHORT)
    assert files_below(folder) == before
    vault, _new = recover_vault(folder, code, phrase(OTHER_PHRASE), clock=a_clock(), kdf=CHEAPEST)
    vault.close()
    assert binding_of(header_of(folder)) is None
    reopened(folder, OTHER_PHRASE).close()


def test_a_wrong_passphrase_stays_a_wrong_passphrase(bound: tuple[Path, str]) -> None:
    with pytest.raises(WrongPassphrase):
        reopened(bound[0], PHRASE)


def test_only_a_bound_vault_takes_a_short_passphrase_and_unbinding_asks_for_a_long_one(
    tmp_path: Path, ring: KeyRing
) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        with pytest.raises(PassphraseTooWeak):
            change_passphrase(vault, phrase("qz7#kvhd"), kdf=CHEAPEST)
        bind_vault(vault, phrase("qz7#kvhd"), store_here(tmp_path), kdf=CHEAPEST)
        with pytest.raises(PassphraseTooWeak):
            bind_vault(vault, phrase("to ord"), store_here(tmp_path), kdf=CHEAPEST)
        with pytest.raises(PassphraseTooWeak):
            unbind_vault(vault, phrase("qz7#kvhd"), kdf=CHEAPEST)
        unbind_vault(vault, phrase(OTHER_PHRASE), kdf=CHEAPEST)
    assert ring.items == {}
    reopened(tmp_path, OTHER_PHRASE).close()


@pytest.mark.parametrize(
    ("text", "bound", "accepted"),
    [
        ("qz7#kvhd", True, True), ("qz7#kvh", True, False), ("æble båd kran", True, True), ("kommune", True, False),
        ("password", True, False), ("kommune2026", True, False), ("mette holm kx", True, False),
        ("qz7#kvhd", False, False), (SHORT, False, True), ("tre små ord", False, False),
    ],
)  # fmt: skip
def test_how_long_a_passphrase_must_be(text: str, bound: bool, accepted: bool) -> None:
    try:
        check_strength(Secret.of(text), about=("Mette", "Holm", "MH"), bound=bound)
    except PassphraseTooWeak:
        assert not accepted
    else:
        assert accepted


def test_a_store_that_cannot_keep_the_secret_leaves_the_vault_as_it_was(tmp_path: Path, ring: KeyRing) -> None:
    vault, _code = a_vault(tmp_path)
    with vault:
        before = header_of(tmp_path)
        ring.locked = True
        with pytest.raises(DeviceStoreShut):
            bind_vault(vault, phrase(SHORT), store_here(tmp_path), kdf=CHEAPEST)
        assert header_of(tmp_path) == before
    reopened(tmp_path).close()


def test_a_header_that_says_the_secret_is_not_needed_opens_nothing(bound: tuple[Path, str]) -> None:
    folder, _code = bound
    said = json.loads((folder / "vault" / "vault.json").read_bytes())
    said["slots"][0]["devsec"] = "none"
    for name in ("vault.json", "vault.json.bak"):
        (folder / "vault" / name).write_bytes(canonical_json(said))
    with pytest.raises(WrongPassphrase):
        reopened(folder, SHORT)


def test_a_planted_header_that_needs_a_store_does_not_lock_the_owner_out(tmp_path: Path, ring: KeyRing) -> None:
    vault, _code = a_vault(tmp_path)
    vault.close()
    said = json.loads((tmp_path / "vault" / "vault.json").read_bytes())
    said["epoch"] += 1_000
    said["slots"][0]["devsec"] = "secretservice"
    (tmp_path / "vault" / "vault.json.bak").write_bytes(canonical_json(said))
    try:
        reopened(tmp_path).close()
    except HeaderTampered:
        pytest.fail("the genuine header beside the planted one opens the vault")


class Cut(BaseException):
    """As if the process had been killed: nothing of ours catches it."""


def test_cut_off_anywhere_while_binding_exactly_one_passphrase_opens(
    tmp_path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, _code = a_vault(tmp_path / "whole")
    vault.close()
    outcomes = []
    for step in range(30):
        folder = tmp_path / f"cut-{step}"
        shutil.copytree(tmp_path / "whole", folder)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "remembered"))
        ring.items.clear()
        vault, left = reopened(folder), step

        def count(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Cut
                return real(*arguments, **named)

            return call

        with monkeypatch.context() as patched:
            for owner, name in ((os, "fsync"), (Path, "replace"), (SecretService, "keep"), (SecretService, "forget")):
                patched.setattr(owner, name, count(getattr(owner, name)))
            try:
                bind_vault(vault, phrase(SHORT), store_here(folder), kdf=CHEAPEST)
                cut = False
            except Cut:
                cut = True
        vault._leave()
        found = [text for text in (PHRASE, SHORT) if opens(folder, text)]
        assert len(found) == 1, step
        outcomes.append(found[0])
        if not cut:
            break
    else:
        pytest.fail("it never came to its end")
    assert set(outcomes) == {PHRASE, SHORT}


def opens(folder: Path, text: str) -> bool:
    (folder / "state" / "attempts").unlink(missing_ok=True)
    try:
        reopened(folder, text).close()
    except (WrongPassphrase, DeviceSecretGone):
        return False
    return True


def test_a_store_that_never_answers_does_not_hang_the_lock_screen(
    bound: tuple[Path, str], bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def hang(_call: Call) -> Answer:
        released.wait(60)
        return "", ()

    monkeypatch.setattr(secretservice, "PATIENCE_SECONDS", 0.2)
    bus.serve(NAME, hang)
    try:
        with pytest.raises(DeviceStoreShut):
            reopened(bound[0], SHORT)
    finally:
        released.set()


class ForeignWindows:
    """DPAPI as it is documented, over memory of this process: blobs in, blobs out, only for the account that sealed."""

    def __init__(self, account: bytes = b"mh") -> None:
        self.account = account
        self._memory: list[Any] = []
        self.freed = 0

    def CryptProtectData(self, given: Any, _name: Any, entropy: Any, *rest: Any) -> int:  # noqa: N802
        assert rest[-2] == 0x1
        sealed = json.dumps([self.account.hex(), _of(entropy).hex(), _of(given)[::-1].hex()]).encode()
        return self._answer(sealed, rest[-1])

    def CryptUnprotectData(self, given: Any, _name: Any, entropy: Any, *rest: Any) -> int:  # noqa: N802
        try:
            account, bound_to, sealed = (bytes.fromhex(part) for part in json.loads(_of(given)))
        except ValueError:
            return 0
        if (account, bound_to) != (self.account, _of(entropy)):
            return 0
        return self._answer(sealed[::-1], rest[-1])

    def LocalFree(self, memory: Any) -> Any:  # noqa: N802
        del memory
        self.freed += 1

    def _answer(self, data: bytes, result: Any) -> int:
        held = ctypes.create_string_buffer(data, len(data))
        self._memory.append(held)
        result._obj.cbData = len(data)
        result._obj.pbData = ctypes.cast(held, ctypes.POINTER(ctypes.c_char))
        return 1


def _of(blob: Any) -> bytes:
    inner: Blob = blob._obj
    return ctypes.string_at(inner.pbData, inner.cbData)


def test_on_windows_the_secret_is_sealed_to_the_account_the_vault_and_the_slot(tmp_path: Path) -> None:
    folder = tmp_path
    vault, _code = a_vault(folder)
    windows = ForeignWindows()
    store = Dpapi(folder, windows)
    with vault:
        bind_vault(vault, phrase(SHORT), store, kdf=CHEAPEST)
    header = header_of(folder)
    slot = header.slots[0].id
    secret = store.read(header.vault_id, slot)
    assert secret is not None
    assert len(secret) == SECRET_BYTES
    file = folder / "vault" / f"device-{slot}.dpapi"
    assert secret not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert windows.freed == 3
    assert store.read(header.vault_id, "pw-other") is None
    for stranger in (Dpapi(folder, ForeignWindows(b"thief")), store):
        with pytest.raises(DeviceStoreShut):
            stranger.read("0" * 32, slot)
    file.write_bytes(b"\0" * 90)
    with pytest.raises(DeviceStoreShut):
        store.read(header.vault_id, slot)
    store.forget(header.vault_id)
    assert not file.exists()
    with pytest.raises(DeviceStoreShut):  # this is not Windows
        open_vault(folder, phrase(SHORT), clock=a_clock())


def test_an_erasure_takes_the_secret_out_of_the_store_before_it_touches_a_header(
    bound: tuple[Path, str], ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _code = bound
    copy = Path(shutil.copytree(folder, folder.parent / "copy"))
    reopened(copy, SHORT).close()

    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("fieldtui.vault.erasing._overwrite", killed)
        with pytest.raises(KeyboardInterrupt):
            erase_vault(folder)
    assert (folder / "vault" / "vault.json").exists(), "nothing but the secret is gone yet"
    for place in (folder, copy):
        with pytest.raises(DeviceSecretGone):
            open_vault(place, phrase(SHORT), clock=a_clock())
    assert erase_vault(folder).device_secret == "gone"


def test_an_erasure_goes_on_where_the_store_of_secrets_does_not_answer(
    bound: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _code = bound
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder}/nobody")
    assert erase_vault(folder).device_secret == "left"
    assert not (folder / "vault" / "vault.json").exists()
