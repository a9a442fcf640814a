"""S08 for new keys: killed anywhere on the way, exactly one passphrase opens, and nothing that was written is lost."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import (
    AnswerRefused,
    Busy,
    DatabaseDamaged,
    FieldtuiError,
    PassphraseTooWeak,
    WrongPassphrase,
    WrongRecoveryCode,
)
from fieldtui.base.ids import SeededIds
from fieldtui.services import recovering, unlocking
from fieldtui.services.rotating import rotate
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import CHEAPEST
from fieldtui.vault.database import NAME, SMALLEST
from fieldtui.vault.header import Header, parse_header
from fieldtui.vault.organisationslot import ASKED
from fieldtui.vault.replacing import NEXT
from fieldtui.wire.organisation import new_organisation_key
from tests.security.test_organisation_recovery import kept_in, slots_of, trust, unlocked
from tests.support.vaults import OTHER_PHRASE, PHRASE, a_clock, phrase
from tests.support.workspaces import add_citizen

DRAFT = "Han har sovet dårligt"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The closed data folder of a vault with unsent work, a draft, an organisation, and what it was made with."""
    folder = tmp_path_factory.mktemp("rotation")
    workspace, code = unlocking.create(
        folder / "data", phrase(), clock=a_clock(), ids=SeededIds("full"), kdf=unlocking.CHEAPEST
    )
    from tests.support.workspaces import enrol_in_place

    with workspace:
        enrol_in_place(workspace.store)
        trust(workspace, new_organisation_key())
        citizen = add_citizen(workspace)
        workspace.drafts.save("note:1", "note", citizen, DRAFT)
        workspace.store.set_meta(MetaKey.CURSOR, "c-7")
        workspace.store.set_meta(MetaKey.DEVICE_KEY, "PEM")
    unlocked(folder / "data").close()
    return folder / "data", code


@pytest.fixture
def vault(full: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """A copy of one's own."""
    shutil.copytree(full[0], tmp_path / "data")
    return tmp_path / "data", full[1]


def header_of(folder: Path) -> Header:
    return parse_header((folder / "vault" / "vault.json").read_bytes())


def rotated(folder: Path) -> tuple[Workspace, str, bool]:
    return rotate(
        unlocked(folder), phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("r", 1_796_000_000_000), kdf=CHEAPEST
    )


def opens(folder: Path, text: str) -> bool:
    attempts = folder / "state" / "attempts"
    attempts.unlink(missing_ok=True)
    try:
        unlocked(folder, text).close()
    except WrongPassphrase:
        return False
    return True


def test_new_keys_keep_everything_and_leave_nothing_that_the_old_secrets_open(
    vault: tuple[Path, str], tmp_path: Path
) -> None:
    folder, code = vault
    shutil.copytree(folder, tmp_path / "copied before")
    before, slots = header_of(folder), slots_of(folder)
    with unlocked(folder) as workspace:
        kept, entries = kept_in(workspace), workspace.log_entries()
        found = workspace.lookup.search("Fatima")
    workspace, new_code, backups = rotated(folder)
    with workspace:
        assert backups
        assert kept_in(workspace) == kept
        assert workspace.lookup.search("Fatima") == found
        assert workspace.verify_log() > len(entries)
        assert workspace.log_entries()[: len(entries)] == entries
        assert [row.detail for row in workspace.log_entries() if row.action == "rotate"] == ["begun", None]
        assert not unlocking.code_confirmed(workspace)
        assert workspace.check_vault().ok
    after = header_of(folder)
    assert (after.db.gen, after.vault_id) == (before.db.gen + 1, before.vault_id)
    assert after.db.salt != before.db.salt
    assert {slot.id for slot in after.slots}.isdisjoint(slot.id for slot in before.slots)
    assert [slot.kid for slot in slots_of(folder)] == [slot.kid for slot in slots]
    assert opens(folder, OTHER_PHRASE)
    assert not opens(folder, PHRASE)
    (folder / "state" / "attempts").unlink()
    with pytest.raises(WrongRecoveryCode):
        recovering.recover(folder, code, phrase(), clock=a_clock(), ids=SeededIds("o", 1_796_000_000_000), kdf=CHEAPEST)
    (folder / "state" / "attempts").unlink()
    # The old header put back beside the new file, as who knows the old passphrase would: nothing opens.
    for name in ("vault.json", "vault.json.bak"):
        shutil.copy(tmp_path / "copied before" / "vault" / name, tmp_path / name)
    stolen = tmp_path / "stolen"
    shutil.copytree(folder, stolen)
    for name in ("vault.json", "vault.json.bak"):
        shutil.copy(tmp_path / name, stolen / "vault" / name)
    with pytest.raises(FieldtuiError):
        unlocked(stolen)
    workspace, _code = recovering.recover(
        folder, new_code, phrase(), clock=a_clock(), ids=SeededIds("n", 1_796_000_000_000), kdf=CHEAPEST
    )
    with workspace:
        assert kept_in(workspace) == kept


def _operations(monkeypatch: pytest.MonkeyPatch, before_each: Callable[[str], None]) -> None:
    """Call this before everything that changes the disk."""

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            before_each(" ".join([real.__name__, *(str(each) for each in arguments)]))
            return real(*arguments, **named)

        return call

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "chmod")):
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))


def _steps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a rotation does to the disk, in order."""
    seen: list[str] = []
    with unlocked(folder) as workspace:
        with monkeypatch.context() as patched:
            _operations(patched, seen.append)
            again, _code, _backups = rotate(
                workspace, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("r", 1_796_000_000_000), kdf=CHEAPEST
            )
        again.close()
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
def test_killed_before_any_write_of_the_way_exactly_one_passphrase_opens_everything(
    vault: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _code = vault
    with unlocked(folder) as workspace:
        kept = kept_in(workspace)
    shutil.copytree(folder, tmp_path / "counted")
    steps = _steps(tmp_path / "counted", monkeypatch)
    decisive = next(
        step for step, what in enumerate(steps) if what.startswith("replace") and what.endswith("vault/vault.json")
        and any("vault.db.next" in before for before in steps[:step])
    )  # fmt: skip
    outcomes = []
    for step in sorted({2, decisive, *range(decisive + 1, decisive + 8, 2), len(steps) - 1}):
        place = tmp_path / f"cut-{step}"
        shutil.copytree(folder, place)
        monkeypatch.setenv("XDG_STATE_HOME", str(place / "remembered"))  # each copy is the newest one there is
        _killed_at(place, step)
        found = [text for text in (PHRASE, OTHER_PHRASE) if opens(place, text)]
        assert len(found) == 1, (step, found)
        with unlocked(place, found[0]) as workspace:
            assert kept_in(workspace) == kept
            workspace.verify_log()
            assert workspace.check_vault().ok
        left = {path.name for path in (place / "vault").iterdir()}
        assert not {name for name in left if name.startswith((NEXT, ".hdr-"))}, step
        outcomes.append(found[0])
        shutil.rmtree(place)
    assert outcomes == sorted(outcomes, key=[PHRASE, OTHER_PHRASE].index)  # one moment decides
    assert set(outcomes) == {PHRASE, OTHER_PHRASE}


def _killed_at(folder: Path, step: int) -> None:
    """Rotate in a process of its own, which is killed (-9) before its so-many-th write."""
    child = os.fork()
    if child == 0:
        left = step

        def kill(_what: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            workspace = unlocked(folder)
            _operations(pytest.MonkeyPatch(), kill)
            rotate(
                workspace, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("r", 1_796_000_000_000), kdf=CHEAPEST
            )
        finally:
            os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_does_not_pass_leaves_the_old_vault(vault: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _code = vault
    with unlocked(folder) as workspace:
        kept = kept_in(workspace)
        with pytest.raises(PassphraseTooWeak):
            rotate(workspace, phrase("mette holm"), clock=a_clock(), ids=SeededIds("r"), kdf=CHEAPEST)
        with pytest.raises(PassphraseTooWeak):  # what somebody may know is no new passphrase
            rotate(workspace, phrase(), clock=a_clock(), ids=SeededIds("r"), kdf=CHEAPEST)
        with unlocked(folder), pytest.raises(Busy):
            rotate(workspace, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("r"), kdf=CHEAPEST)
    database = folder / "vault" / NAME
    generation = header_of(folder).db.gen
    with unlocked(folder) as workspace, monkeypatch.context() as patched:
        from fieldtui.vault import rotating

        patched.setattr(rotating, "_counts", lambda connection: {"record": id(connection)})
        with pytest.raises(DatabaseDamaged):
            rotate(workspace, phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("r"), kdf=CHEAPEST)
    assert header_of(folder).db.gen == generation
    assert database.stat().st_size >= SMALLEST
    with unlocked(folder) as workspace:
        assert kept_in(workspace) == kept
    assert not (folder / "vault" / NEXT).exists()


def test_a_planted_new_database_is_thrown_away(vault: tuple[Path, str]) -> None:
    folder, _code = vault
    planted = folder / "vault" / NEXT
    shutil.copy(folder / "vault" / NAME, planted)
    with planted.open("r+b") as stream:
        stream.write(bytes(100))
    with unlocked(folder) as workspace:
        assert not planted.exists()
        assert workspace.check_vault().ok


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_whatever_lies_where_new_files_are_made_neither_opens_nor_hangs_nor_locks_out(
    kind: str, vault: tuple[Path, str]
) -> None:
    folder, _code = vault
    home = folder / "vault"
    for name in (NEXT, f"{NEXT}-journal", ASKED):
        if kind == "folder":
            (home / name).mkdir()
            (home / name / "in it").touch()
        elif kind == "pipe":
            os.mkfifo(home / name)
        else:
            (home / name).symlink_to(home / NAME)
    with pytest.raises(AnswerRefused):
        recovering.recover_with_answer(
            folder, b"{}", phrase(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("a"), kdf=CHEAPEST
        )
    workspace, _new, _backups = rotated(folder)
    with workspace:
        assert workspace.check_vault().ok
    assert opens(folder, OTHER_PHRASE)
