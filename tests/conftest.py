"""What every test stands on: a home of its own, no settings of the person at the desk, and hypothesis profiles."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

# dev: quick at the desk. ci: the same examples on every run, so that a red build is about the change.
# deterministic: ci's examples without the database of earlier failures. Choose with --hypothesis-profile or HYPOTHESIS_PROFILE.
_SLOW_MACHINE = [HealthCheck.too_slow]
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_SLOW_MACHINE)
settings.register_profile(
    "ci", max_examples=100, deadline=None, derandomize=True, print_blob=True, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "deterministic",
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=_SLOW_MACHINE,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

# Vaults bring every transaction to the disk before it counts, which on a disk takes most of a test's time. What tests
# keep lies in memory where the system offers enough of it and runs programs from it, unless TMPDIR says where. No test
# cuts the power: a process that is killed leaves the same bytes in both.
_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 4 << 30


def _in_memory() -> None:
    if "TMPDIR" in os.environ or not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return
    if os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC or shutil.disk_usage(_MEMORY).free < _ENOUGH_BYTES:
        return
    os.environ["TMPDIR"] = str(_MEMORY)  # whatever the tests start goes there too
    tempfile.tempdir = None  # asked for anew


_in_memory()

_PERSONAL = ("FIELDTUI_", "XDG_", "LC_", "LANGUAGE")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def pytest_collection_finish() -> None:
    """Keep the collector from what stands for all tests: modules, models, the tests themselves.

    They are some hundred thousand objects, and it looked through them again every few tests, a fifth of what a test of
    the screens took. What tests leave behind is collected as ever, in larger portions.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and none of the settings of whoever runs it.

    Returns:
        The home folder; the XDG folders lie in it.
    """
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(_PERSONAL) or name in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name, folder in (
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_CACHE_HOME", ".cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return home


@pytest.fixture(autouse=True)
def danish() -> None:
    """Every test begins in Danish, whatever the one before it chose."""
    from fieldtui.base.i18n import set_language

    set_language("da")


@pytest.fixture(scope="session", autouse=True)
def style_sheets() -> Iterator[None]:
    """What every app reads alike is read once."""
    from tests.support.stylesheets import read_once

    with read_once():
        yield
