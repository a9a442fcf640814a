"""Whatever three laptops do in whatever order, they end up the same and nothing anybody wrote is gone.

The real engine, real vaults, the real central code over real HTTP and PostgreSQL. One office serves all examples; each
has a citizen of its own, so that examples do not touch each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldtui.base.errors import Unreachable
from fieldtui.central.embedded import EmbeddedPostgres
from tests.support.central import postgres  # noqa: F401  a fixture
from tests.sync.office import Device, Office, open_office

FIELDS = ("job_goal", "district", "contact_preference")
DEVICES = 3

steps = st.lists(
    st.tuples(
        st.integers(0, DEVICES - 1),
        st.one_of(
            st.tuples(st.just("edit"), st.sampled_from(FIELDS)),
            st.tuples(st.just("need"), st.sampled_from(("tolk", "kørestol", "ro"))),
            st.tuples(st.just("task"), st.just("")),
            st.tuples(st.just("sync"), st.sampled_from(("", "", "", "lose_request", "lose_response"))),
            st.tuples(st.just("resolve"), st.sampled_from(("mine", "theirs"))),
        ),
    ),
    min_size=3,
    max_size=20,
)


@pytest.fixture(scope="module")
def team(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, list[Device]]]:  # noqa: F811
    """An office with two laptops of MH and one of TB, who stands in for her."""
    with open_office(postgres, Path(tmp_path_factory.mktemp("converges"))) as office:
        yield office, [office.device("MH"), office.device("MH"), office.device("TB")]


@dataclass
class Story:
    """What was done in one example, and so what must be found in the end."""

    office: Office
    devices: list[Device]
    citizen: str
    number: int = 0
    unsent: list[dict[str, str]] = field(default_factory=lambda: [{} for _ in range(DEVICES)])
    owed: list[tuple[int, str, str]] = field(default_factory=list)
    """Who wrote what into which field, and synced it."""
    tasks: dict[str, str] = field(default_factory=dict)

    def play(self, who: int, what: str, how: str) -> None:
        device = self.devices[who]
        self.number += 1
        if what == "edit":
            value = f"{how} {self.number} af {who}"
            device.edit(self.citizen, **{how: value})
            self.unsent[who][how] = value
        elif what == "need":
            needs = set(device.body(self.citizen).get("practical_needs", []))
            device.edit(self.citizen, practical_needs=sorted(needs ^ {how}))
        elif what == "task":
            title = f"Opgave {self.number} af {who}"
            values = {"title": title, "citizen_id": self.citizen}
            self.tasks[device.workspace.casework.create("task", values).record_ids[0]] = title
        elif what == "sync":
            self.sync(who, how)
        else:
            for conflict in self.conflicts(device)[:1]:
                device.workspace.conflicts.resolve(conflict, how)  # type: ignore[arg-type]

    def sync(self, who: int, fault: str) -> None:
        device = self.devices[who]
        if fault:
            setattr(device.network, fault, lambda request: request.method == "POST")
        try:
            device.sync()
        except Unreachable:
            assert fault
        else:
            self.owed += [(who, name, value) for name, value in self.unsent[who].items()]
            self.unsent[who].clear()
        finally:
            device.network.lose_request = device.network.lose_response = lambda _request: False

    def conflicts(self, device: Device) -> list[str]:
        return [row.id for row in device.workspace.conflicts.list() if row.record_id == self.citizen]

    def check(self) -> None:
        for who in range(DEVICES):
            self.sync(who, "")
        self.office.settle(*self.devices)
        there = self.office.body(self.citizen)
        for device in self.devices:
            assert device.body(self.citizen) == there
            assert not device.syncing.waiting()
        for task_id, title in self.tasks.items():
            assert self.office.body(task_id)["title"] == title
            assert all(device.body(task_id)["title"] == title for device in self.devices)
        self.check_nothing_is_gone()

    def check_nothing_is_gone(self) -> None:
        revisions = self.office.revisions(self.citizen)
        assert [each.rev for each in revisions] == list(range(1, len(revisions) + 1))
        ops = [each.op_id for each in revisions if each.op_id]
        assert len(ops) == len(set(ops))
        for who, name, value in self.owed:
            kept = [json.loads(mine) for (mine,) in self.devices[who].table("conflict", "mine")]
            assert any(each.body.get(name) == value for each in revisions) or any(
                mine.get(name) == value for mine in kept
            ), f"{name} of device {who} is gone"


@settings(
    max_examples=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(script=steps)
def test_any_interleaving_converges_and_loses_nothing(
    team: tuple[Office, list[Device]], script: list[tuple[int, tuple[str, Any]]]
) -> None:
    office, devices = team
    citizen = office.citizen("MH")
    office.assign(citizen, "TB", "substitute", date(2026, 12, 31))
    for clock in (office.clock, *(device.clock for device in devices)):
        clock.advance(timedelta(seconds=1))
    for device in devices:
        device.sync()
    story = Story(office, devices, citizen)
    for who, (what, how) in script:
        story.play(who, what, how)
    story.check()
