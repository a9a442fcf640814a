from __future__ import annotations

import errno
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fieldtui.base.errors import Busy
from fieldtui.vault import locks


class ByteLocks(ModuleType):
    """What `msvcrt.locking` documents: exclusive locks on bytes, per handle, released only exactly as taken."""

    LK_NBLCK = 2
    LK_UNLCK = 0

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: dict[tuple[int, int], tuple[int, int, int]] = {}

    def locking(self, handle: int, mode: int, length: int) -> None:
        file, start = os.fstat(handle).st_ino, os.lseek(handle, 0, os.SEEK_CUR)
        region = (handle, start, length)
        if mode == self.LK_UNLCK:
            if self.held.get((file, start)) != region:
                raise OSError(errno.EACCES, "not locked by this handle in this way")
            for byte in range(start, start + length):
                del self.held[file, byte]
            return
        if any((file, byte) in self.held for byte in range(start, start + length)):
            raise OSError(errno.EACCES, "locked")
        self.held |= dict.fromkeys(((file, byte) for byte in range(start, start + length)), region)


@pytest.fixture(params=["this system", "windows"])
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module as this system loads it, and as Windows does over a model of its byte locks."""
    if request.param == "this system":
        return locks
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", ByteLocks())
    assert locks.__file__ is not None
    spec = importlib.util.spec_from_file_location("locks_of_windows", locks.__file__)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    monkeypatch.undo()
    return loaded


def test_many_share_and_one_has_it_alone(module: Any, tmp_path: Path) -> None:
    first, second, third = (module.FileLock(tmp_path / "lock") for _ in range(3))
    assert first.try_shared()
    assert second.try_shared()
    assert not third.try_exclusive()
    first.release()
    assert not third.try_exclusive()
    second.release()
    assert third.try_exclusive()
    assert not first.try_shared()
    assert not second.try_exclusive()
    third.release()
    assert first.try_exclusive()
    first.release()


def test_a_lock_changes_both_ways_and_a_failed_change_holds_nothing(module: Any, tmp_path: Path) -> None:
    first, second = (module.FileLock(tmp_path / "lock") for _ in range(2))
    assert first.try_shared()
    assert first.try_exclusive()
    assert not second.try_shared()
    assert first.try_shared()
    assert second.try_shared()
    assert not first.try_exclusive()
    assert second.try_exclusive()
    assert not first.try_shared()
    second.release()
    assert first.try_shared()
    first.release()
    first.release()


def test_the_gate_lets_one_through_and_gives_up_with_busy(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GATE_SECONDS", 0.05)
    with module.gate(tmp_path):
        with pytest.raises(Busy) as caught, module.gate(tmp_path):
            pytest.fail("two at once")
        assert caught.value.what == "vault"
    with module.gate(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["lock.gate"]
