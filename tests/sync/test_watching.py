"""Keeping at it: the watch and the scheduler with a real central system that comes, goes, is busy and says no."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from fieldtui.base.clock import FixedClock, SystemClock
from fieldtui.base.errors import FieldtuiError, Revoked, Unreachable
from fieldtui.central import administration
from fieldtui.services.autosync import AutoSync
from fieldtui.services.syncing import SyncReport
from fieldtui.services.watching import Watching
from fieldtui.store import MetaKey
from fieldtui.sync.engine import Engine
from fieldtui.sync.network import Reach
from fieldtui.sync.transport import READ_SECONDS, Identity, Transport
from fieldtui.wire.keys import new_device_key
from tests.support.vaults import PHRASE
from tests.sync.office import Device, Office


def _busy(after: str) -> Callable[[httpx2.Request, int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]:
    body = json.dumps({"type": "urn:fieldtui:problem:rate-limited", "title": "x", "status": 429}).encode()
    return lambda _request, _status, _headers, _body: (
        429, {"content-type": "application/problem+json", "retry-after": after}, body,
    )  # fmt: skip


def test_what_the_office_asks_to_be_left_alone_for_reaches_the_schedule(office: Office) -> None:
    device = office.device()
    device.network.change = _busy("90")
    with pytest.raises(Unreachable) as refused:
        device.sync()
    assert refused.value.retry_after == 90.0
    clock = FixedClock(office.clock.now())
    auto = AutoSync(clock, dice=lambda: 0.0, ear=lambda _url: Reach((None, None), frozenset()))
    auto.began()
    auto.failed(refused.value)
    auto.changed()
    clock.advance(timedelta(seconds=89))
    assert not auto.is_due()
    clock.advance(timedelta(seconds=2))
    assert auto.is_due()


def test_a_sync_that_waits_for_an_answer_can_be_cut_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        transport = Transport(url, Identity(new_device_key(), "o.d", "d"), None, SystemClock())
        ended: list[float] = []

        def ask() -> None:
            with pytest.raises(Unreachable):
                transport.get("/v1/changes")
            ended.append(time.monotonic())

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        accepted, _address = silent.accept()
        accepted.recv(1)
        cut_at = time.monotonic()
        transport.cut()
        thread.join(READ_SECONDS)
        accepted.close()
        assert ended
        assert ended[0] - cut_at < READ_SECONDS / 2


def test_a_sync_that_a_person_cut_is_no_trouble_with_the_network(office: Office) -> None:
    device = office.device()
    device.network.lose_request = lambda _request: True
    asked = iter([False, True])
    report = Engine(device.workspace.store, device.syncing._transport(), cancelled=lambda: next(asked, True)).run()
    assert not report.finished


class _Watch:
    """A watch in a thread, over a device that stays the test's own."""

    def __init__(self, device: Device) -> None:
        self.synced: list[SyncReport] = []
        self.trouble: list[FieldtuiError] = []
        self.failed: list[BaseException] = []
        device.workspace.__dict__["syncing"] = device.syncing
        auto = AutoSync(SystemClock(), dice=lambda: 0.0, ear=lambda _url: Reach((None, None), frozenset()))
        self.watching = Watching(
            lambda: device.workspace, clock=device.clock, on_sync=self.synced.append, on_trouble=self.trouble.append,
            auto=auto,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.watching.run()
        except BaseException as error:  # noqa: BLE001  the test looks at it
            self.failed.append(error)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.02)

    def end(self) -> None:
        self.watching.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_the_watch_goes_on_after_an_outage_says_it_once_and_ends_when_it_is_told(office: Office) -> None:
    device = office.device(sync=False)
    device.network.lose_request = lambda _request: True
    watch = _Watch(device)
    watch.until(lambda: device.network.seen.count("GET /v1/changes") >= 3)
    device.network.lose_request = lambda _request: False
    watch.until(lambda: watch.synced)
    watch.end()
    assert [type(error) for error in watch.trouble] == [Unreachable]
    assert watch.synced[0].finished
    assert watch.failed == []


def test_the_watch_ends_when_the_device_is_revoked(office: Office) -> None:
    device = office.device()
    device_id = device.workspace.store.meta(MetaKey.DEVICE_ID)
    assert device_id is not None
    administration.revoke(office.database, device_id)
    watch = _Watch(device)
    watch.until(lambda: watch.failed)
    assert isinstance(watch.failed[0], Revoked)


def test_sigterm_ends_the_command_with_one_line_a_sync(office: Office, tmp_path: Path) -> None:
    device = office.device()
    folder = device.workspace.folder
    device.workspace.close()
    secret = tmp_path / "pass"
    secret.write_text(PHRASE + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "fieldtui", "--data-dir", str(folder), "--passphrase-file", str(secret)]
    with subprocess.Popen([*command, "sync", "--watch", "--json"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            assert json.loads(running.stdout.readline())["finished"] is True
            running.send_signal(signal.SIGTERM)
            assert running.wait(60) == 0
            assert running.stdout.read() == ""
        finally:
            running.kill()
