"""A real PostgreSQL out of a folder: shared, private, and gone when nobody uses it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from fieldtui.central.embedded import EmbeddedPostgres


def alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        not Path(f"/proc/{pid}/stat").exists()
        or Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    )


def runtime_folder(url: str) -> Path:
    return Path(str(psycopg.conninfo.conninfo_to_dict(url)["host"]))


def test_it_starts_keeps_its_data_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / ("a long name " * 8)
    with EmbeddedPostgres(folder, durable=False) as postgres:
        pid, socket_folder = postgres.pid, runtime_folder(postgres.url)
        assert alive(pid)
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "password").stat().st_mode) == 0o600
        with psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE kept (a int)")
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert not alive(pid)
    assert not socket_folder.exists()
    with EmbeddedPostgres(folder, durable=False) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_nobody_gets_in_without_the_password(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "p", durable=False) as postgres:
        wrong = psycopg.conninfo.make_conninfo(postgres.url, password="wrong")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(wrong)


def test_the_permissions_of_folders_it_did_not_make_stay_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir(mode=0o750)
    above = [(step, step.stat().st_mode, step.stat().st_uid) for step in (folder, *folder.parents)]
    with EmbeddedPostgres(folder, durable=False):
        pass
    assert [(step, step.stat().st_mode, step.stat().st_uid) for step, _mode, _uid in above] == above


def test_another_process_shares_it_and_the_last_one_out_stops_it(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    code = (
        "import sys; from pathlib import Path; from fieldtui.central.embedded import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as p:\n"
        "    print(p.pid, flush=True); sys.stdin.readline()\n"
    )
    with EmbeddedPostgres(folder, durable=False) as postgres:
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert int(other.stdout.readline()) == postgres.pid
        pid = postgres.pid
    assert alive(pid), "the other process still uses it"
    other.communicate("\n", timeout=60)
    assert not alive(pid)


def test_a_holder_that_was_killed_no_longer_counts(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    code = (
        "import sys, time; from pathlib import Path; from fieldtui.central.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).__enter__(); print('in', flush=True); time.sleep(600)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "in\n"
    other.kill()
    other.communicate()
    with EmbeddedPostgres(folder, durable=False) as postgres:
        pid = postgres.pid
        assert alive(pid)
    assert not alive(pid)


def test_a_server_that_was_killed_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    folder = tmp_path / "crash"
    with EmbeddedPostgres(folder) as postgres:
        with psycopg.connect(postgres.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        time.sleep(0.3)
    with EmbeddedPostgres(folder) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT a FROM kept").fetchone() == (1,)


def test_a_stale_pid_that_belongs_to_another_program_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "stale"
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n1\n5432\n\n\n0 0\nready\n")
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert alive(postgres.pid)


def test_a_server_whose_socket_was_swept_away_is_started_anew(tmp_path: Path) -> None:
    folder = tmp_path / "swept"
    with EmbeddedPostgres(folder, durable=False) as first:
        pid = first.pid
        shutil.rmtree(runtime_folder(first.url))
        with EmbeddedPostgres(folder, durable=False) as second:
            assert second.pid != pid
            assert alive(second.pid)
            psycopg.connect(second.url).close()
    assert not alive(second.pid)
    assert not alive(pid)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root has to step down")
def test_root_runs_it_as_an_unprivileged_account_even_where_the_binaries_are_closed_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldtui.central import installation

    closed = tmp_path / "closed"
    package = installation.installation().parent
    shutil.copytree(package / "pginstall18", closed / package.name / "pginstall18", symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    closed.chmod(0o700)
    monkeypatch.setattr(installation, "installation", lambda: closed / package.name / "pginstall18")
    with EmbeddedPostgres(tmp_path / "root", durable=False) as postgres:
        assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        psycopg.connect(postgres.url).close()
