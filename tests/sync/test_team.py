"""A leader's use cases over the real wire: the same figures as the consultants' own devices, kept for when there is no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from fieldtui.base.errors import BadUsage, NeedsOffice, Unreachable
from fieldtui.central.acting import written_down
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.services import teamview
from fieldtui.wire.team import TeamPicture
from tests.support.teamoffice import EARLIER, fill, leader
from tests.support.training import MORNING
from tests.sync.office import Device, Office, TickingClock, open_office


@pytest.fixture
def team(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Office]:
    """An office with a whole team on a Monday morning."""
    with open_office(postgres, tmp_path, TickingClock(MORNING - EARLIER)) as office:
        fill(office)
        yield office


def refused(call: Callable[[], object]) -> str:
    """The sentence somebody reads."""
    with pytest.raises(BadUsage) as caught:
        call()
    return caught.value.message


def colleague(picture: TeamPicture, initials: str) -> teamview.Colleague:
    return next(each for each in teamview.colleagues(picture) if each.person.initials == initials)


def own_figures(device: Device) -> tuple[list[tuple[str, str, int, date]], int, int, list[str]]:
    """What a consultant's own I dag says: overdue deadlines, those from before the import, citizens, today's meetings."""
    day = device.clock.now().date()
    agenda = device.workspace.agenda.day(day)
    overdue = [
        (each.citizen_id, each.rule_id, each.rule_version, each.due_on)
        for each in agenda.deadlines
        if each.days_left(day) < 0
    ]
    mine = [row for row in device.workspace.lookup.citizens(day) if row.role == "primary"]
    return sorted(overdue), agenda.past_at_import, len(mine), sorted(each.id for each in agenda.appointments)


def leaders_figures(
    picture: TeamPicture, initials: str
) -> tuple[list[tuple[str, str, int, date]], int, int, list[str]]:
    """The same as the leader sees it."""
    found = colleague(picture, initials)
    overdue = [(each.citizen, each.rule, each.version, date.fromisoformat(each.due_on)) for each in found.overdue]
    held = [each.id for each in picture.meetings if found.person.id in each.consultants]
    return sorted(overdue), found.past_at_import, len(found.citizens), sorted(held)


def test_the_leader_counts_as_each_consultants_own_device_does(team: Office) -> None:
    device = leader(team)
    before = device.workspace.team.refresh().picture
    assert sum(len(each.overdue) for each in teamview.colleagues(before)) > 0
    for initials in ("MH", "TB", "SK"):
        assert leaders_figures(before, initials) == own_figures(team.device(initials)), initials
    # MH stands in for one of TB's citizens: now that citizen's deadlines are MH's too, on both devices.
    late = next(each for each in before.overdue)
    owner = next(each.primary for each in before.citizens if each.id == late.citizen)
    other = next(each for each in before.people if each.role == "consultant" and each.id != owner)
    assert owner is not None
    device.workspace.team.substitute(owner, {late.citizen: other.id}, MORNING.date() + timedelta(days=1))
    after = device.workspace.team.refresh().picture
    mine = team.device(other.initials)
    assert leaders_figures(after, other.initials)[:3] == own_figures(mine)[:3]
    assert late.citizen in {each.citizen for each in colleague(after, other.initials).overdue}


def test_without_network_the_last_picture_stays_with_its_time_and_acts_say_they_need_the_office(team: Office) -> None:
    device = leader(team)
    service = device.workspace.team
    seen = service.refresh()
    device.network.lose_request = lambda _request: True
    with pytest.raises(Unreachable):
        service.refresh()
    assert service.last_seen() is not None
    kept = service.last_seen()
    assert kept is not None
    assert (kept.picture, kept.at) == (seen.picture, seen.at.replace(second=0, microsecond=0))
    first = seen.picture.citizens[0]
    with pytest.raises(NeedsOffice):
        service.hand_over({first.id: team.mh.id})
    device.network.lose_request = lambda _request: False
    # The answer is lost after the act was done: doing it again does no harm and says that it was so already.
    taker = next(each.id for each in seen.picture.people if each.role == "consultant" and each.id != first.primary)
    device.network.lose_response = lambda request: "handovers" in request.url.path
    with pytest.raises(NeedsOffice):
        service.hand_over({first.id: taker})
    device.network.lose_response = lambda _request: False
    assert service.hand_over({first.id: taker}).changed == 0
    assert [row.action for row in written_down(team.database)] == ["hand-over"]


def test_a_consultant_has_no_team(team: Office) -> None:
    device = team.device("MH")
    for call in (device.workspace.team.last_seen, device.workspace.team.refresh):
        assert "teamleder" in refused(call)
    assert "teamleder" in refused(lambda: device.workspace.team.hand_over({"x": "y"}))


def test_every_act_stands_in_the_leaders_own_log_and_in_the_offices(team: Office, tmp_path: Path) -> None:
    device, lost = leader(team), team.device("TB")
    service = device.workspace.team
    made = service.make_code("mh")
    assert made.url.startswith("http://127.0.0.1")
    assert "medarbejder" in refused(lambda: service.make_code("XX"))
    lost_id = lost.workspace.status().device_id
    assert lost_id is not None
    own = device.workspace.status().device_id or ""
    assert "sidder ved" in refused(lambda: service.revoke(own, "prøve"))
    service.lose(lost_id, "Glemt i bussen")
    sheet = service.write_lost_sheet(lost_id, tmp_path / "ark.txt").read_text("utf-8")
    assert "# Mistet maskine: laptop" in sheet
    assert "4 egne borgere" in sheet
    assert "Den er spærret" in sheet
    assert "Ved sidste kontakt ventede intet på at blive sendt." in sheet
    assert "72 timer" in sheet
    assert "artikel 34" in sheet
    assert "Kontoret har" in sheet
    assert max(len(line) for line in sheet.splitlines()) <= 78
    named = [row.short_name.split()[0] for row in lost.workspace.lookup.citizens(MORNING.date())]
    assert not [name for name in named if name in sheet], "the sheet names no citizen"
    actions = [row.action for row in device.workspace.log_entries()]
    assert [each for each in actions if each.startswith("team.")] == ["team.code", "team.lost", "team.lost_sheet"]
    assert [(row.action, row.reason) for row in written_down(team.database)] == [
        ("enrol-code", None), ("lost", "Glemt i bussen"), ("revoke", "Glemt i bussen"), ("lost-sheet", None),
    ]  # fmt: skip


def test_a_split_gives_todays_meetings_to_who_is_free_and_the_rest_evenly(team: Office) -> None:
    picture = leader(team).workspace.team.refresh().picture
    ids = {person.initials: person.id for person in picture.people}
    turns = teamview.turns(picture, ids["TB"], MORNING.replace(hour=6, minute=0))
    between = [ids["MH"], ids["SK"]]
    covers = teamview.split(picture, turns, between)
    assert set(covers) == {turn.citizen.id for turn in turns} == {
        each.id for each in picture.citizens if each.primary == ids["TB"] and each.enrolled
    }  # fmt: skip
    loads = [list(covers.values()).count(who) for who in between]
    assert abs(loads[0] - loads[1]) <= 2
    for turn in turns:
        mine = teamview.clash(picture, turn.meeting, covers[turn.citizen.id])
        assert mine is None or all(teamview.clash(picture, turn.meeting, who) for who in between)


def test_what_cannot_be_sent_is_refused_here(team: Office) -> None:
    service = leader(team).workspace.team
    assert "reason" in refused(lambda: service.revoke("x", "y" * 501))
    assert "code" in refused(lambda: service.waiting(""))
    assert "Vælg mindst én borger" in refused(lambda: service.hand_over({}))
    assert "findes ikke" in refused(lambda: service.lost_sheet("../../changes"))
