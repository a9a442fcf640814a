"""Tying a device to the office: a code, six words on both screens, one approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.errors import ApprovalPending, BadFile, BadUsage, TlsRefused
from fieldtui.central import administration, enrolling
from fieldtui.services.enrolment import Enrolment
from fieldtui.services.workspace import Workspace
from fieldtui.store.meta import MetaKey
from tests.support.workspaces import make_workspace
from tests.sync.office import MONDAY, FaultyNetwork, Office, TickingClock


class Newcomer:
    """A laptop that nobody knows yet."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.clock = TickingClock(MONDAY)
        self.workspace: Workspace = make_workspace(folder, person=None, clock=self.clock)
        self.network = FaultyNetwork()
        self.words: list[tuple[str, ...]] = []
        self.pauses: list[float] = []
        self.on_pause: Callable[[], object] = lambda: None
        self.enrolment = Enrolment(self.workspace._context, via=self.network, pause=self._pause)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))
        self.office.clock.advance(timedelta(seconds=seconds))
        self.on_pause()

    def enrol(self, code: enrolling.EnrolCode, **how: object) -> object:
        return self.enrolment.enrol(
            code.url,
            code.code.lower().replace("-", " "),
            device_name="laptop",
            on_words=self.words.append,
            **how,  # type: ignore[arg-type]
        )


@pytest.fixture
def newcomer(office: Office, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Newcomer(office, tmp_path / "new")
    yield made
    made.workspace.close()
    made.network.shut()


def code_of(office: Office, *, pre_approved: bool = False) -> enrolling.EnrolCode:
    return enrolling.enrol_code(office.database, "MH", pre_approved, office.server.url)


def test_the_leader_sees_the_same_words_and_approves_while_the_device_waits(office: Office, newcomer: Newcomer) -> None:
    code = code_of(office)

    def approve() -> None:
        if len(newcomer.pauses) == 2:
            assert enrolling.waiting(office.database, code.code).words == newcomer.words[0]
            enrolling.approve(office.database, code.code)

    newcomer.on_pause = approve
    assert newcomer.enrol(code) == office.mh
    assert newcomer.pauses == [5, 5]
    assert newcomer.enrolment.words() == newcomer.words[0]
    assert newcomer.workspace.consultant == office.mh
    (device,) = administration.devices(office.database)
    assert newcomer.workspace.store.meta(MetaKey.DEVICE_ID) == device.id
    assert newcomer.workspace.syncing.run().finished


def test_a_wait_that_is_over_goes_on_later_with_the_same_key(office: Office, newcomer: Newcomer) -> None:
    code = code_of(office)
    with pytest.raises(ApprovalPending):
        newcomer.enrol(code, wait_seconds=12)
    assert newcomer.workspace.consultant is None
    enrolling.approve(office.database, code.code)
    assert newcomer.enrol(code) == office.mh
    assert len(set(newcomer.words)) == 1


def test_a_network_that_comes_and_goes_does_not_end_the_wait(office: Office, newcomer: Newcomer) -> None:
    code = code_of(office)

    def next_step() -> None:
        newcomer.network.lose_request = lambda _request: len(newcomer.pauses) == 1
        if len(newcomer.pauses) == 2:
            enrolling.approve(office.database, code.code)

    newcomer.on_pause = next_step
    assert newcomer.enrol(code) == office.mh


def test_an_answer_from_another_key_than_the_addresss_is_refused(office: Office, newcomer: Newcomer) -> None:
    code = code_of(office, pre_approved=True)
    forged = enrolling.EnrolCode(code.code, code.url[:-4] + "AAAA", code.expires_at)
    with pytest.raises(TlsRefused):
        newcomer.enrol(forged)
    assert newcomer.workspace.consultant is None
    assert newcomer.workspace.store.meta(MetaKey.SERVER_KEY) is None


@pytest.mark.parametrize(
    "url", ["127.0.0.1:1", "ftp://127.0.0.1#k=A", "http://office.invalid#k=A", "https://office.invalid"]
)
def test_an_address_that_is_not_whole_or_not_safe_is_refused_before_anything_is_sent(
    newcomer: Newcomer, url: str
) -> None:
    with pytest.raises(BadUsage):
        newcomer.enrol(enrolling.EnrolCode("AAAA-AAAA", url, ""))
    assert newcomer.network.seen == []


def test_a_wrong_or_used_code_is_refused(office: Office, newcomer: Newcomer) -> None:
    office.device(sync=False)
    with pytest.raises(BadUsage):
        newcomer.enrol(enrolling.EnrolCode("AAAA-AAAA", code_of(office).url, ""))
    assert newcomer.workspace.consultant is None


def test_an_enrolled_device_is_not_enrolled_again(office: Office, newcomer: Newcomer) -> None:
    newcomer.enrol(code_of(office, pre_approved=True))
    with pytest.raises(BadUsage):
        newcomer.enrol(code_of(office, pre_approved=True))


def test_a_certificate_that_is_none_is_refused(office: Office, newcomer: Newcomer, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("hello")
    for path in (file, tmp_path / "missing.pem"):
        with pytest.raises(BadFile):
            newcomer.enrol(code_of(office), ca_file=path)


def test_a_device_whose_clock_is_wrong_can_enrol_and_learns_the_time(office: Office, newcomer: Newcomer) -> None:
    newcomer.clock.advance(timedelta(hours=3))
    newcomer.enrol(code_of(office, pre_approved=True))
    offset = int(newcomer.workspace.store.meta(MetaKey.CLOCK_OFFSET_MS) or 0)
    assert abs(offset + 3 * 3_600_000) < 5_000
    assert newcomer.workspace.syncing.run().requests == 1
