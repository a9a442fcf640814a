"""The access log as a person reads it: whole for its owner, without names for the citizen who asks."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, FolderRefused, NotFound
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MH, add_citizen, make_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("logbook")) as opened:
        yield opened


def actions(workspace: Workspace, citizen: str) -> list[str]:
    return [row.action for row in workspace.store.log_entries(subject=citizen)]


def test_one_look_is_one_entry_however_often_it_is_drawn(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Ida", "Sten")
    workspace.lookup.open_citizen(citizen)
    for _time in range(3):
        workspace.lookup.refresh_citizen(citizen)
        workspace.history.of_citizen(citizen)
        workspace.lookup.newest(citizen, "writing")
    assert actions(workspace, citizen) == ["put", "open"]
    assert isinstance(workspace.clock, FixedClock)
    workspace.clock.advance(timedelta(minutes=16))
    workspace.lookup.refresh_citizen(citizen)
    assert actions(workspace, citizen) == ["put", "open"], "the card has been on the screen all the time"
    workspace.clock.advance(timedelta(minutes=16))
    workspace.lookup.newest(citizen, "today")
    assert actions(workspace, citizen) == ["put", "open", "open"], "a look long after is a new one"
    workspace.lookup.open_citizen(citizen)
    assert actions(workspace, citizen)[-1] == "open"
    assert len(actions(workspace, citizen)) == 4


def test_a_typed_reason_loses_the_number_and_the_name_it_should_not_have_held(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Zenobia", "Ravnkilde")
    workspace.lookup.open_citizen(citizen, "Ring til ZENOBIA Ravnkildes mor om 670265-1234 og 6702651234")
    (entry,) = [row for row in workspace.store.log_entries(subject=citizen) if row.action == "open"]
    assert entry.reason == "Ring til ••• ••• mor om ••• og •••"
    other = add_citizen(workspace, "Omar")
    workspace.lookup.open_citizen(other, "Ring til Zenobia")
    (entry,) = [row for row in workspace.store.log_entries(subject=other) if row.action == "open"]
    assert entry.reason == "Ring til Zenobia", "only the name of whom the entry is about can be known"


def test_the_citizen_is_told_when_what_in_which_role_and_why_but_never_by_whom(workspace: Workspace) -> None:
    citizen = add_citizen(
        workspace, "Frida", "Lund", cpr="610190-0001", address="Hemmelig Allé 4", address_protected=True
    )
    neighbour = add_citizen(workspace, "Karl")
    note = workspace.casework.write_note(citizen, "nålestik").record_ids[0]
    workspace.lookup.open_citizen(citizen, f"samtale med {MH.name}, {MH.initials}")
    workspace.lookup.reveal(citizen, "address", "brev")
    workspace.lookup.show(note)
    workspace.lookup.open_citizen(neighbour, "en anden sag")
    looks = workspace.logbook.about(citizen)
    assert [(look.what, look.reason) for look in looks] == [
        ("Skrev i borgerens sag: borger", None),
        ("Adressebeskyttelse trådte i kraft på maskinen", None),
        ("Skrev i borgerens sag: notat", None),
        ("Så i borgerens sag", "samtale med ••• •••, •••"),
        ("Fik vist en skjult oplysning: adresse", "brev"),
        ("Så i borgerens sag: notat", None),
    ]
    assert {look.who for look in looks} == {"jobkonsulent"}
    told = json.dumps([look.as_json() for look in looks])
    assert not any(word in told for word in (MH.id, MH.name, '"MH"', "nålestik", "610190", "Hemmelig", "Frida"))
    assert workspace.logbook.about(citizen)[-1].what == "Så loggen over opslag om borgeren"


def test_entries_about_a_citizens_records_are_the_citizens_too(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Jonas")
    task = workspace.casework.create("task", {"title": "ringe", "citizen_id": citizen}).record_ids[0]
    workspace.store.audit("retry", task, detail="task")
    assert "Sendte en afvist ændring igen: opgave" in [look.what for look in workspace.logbook.about(citizen)]
    assert task in {row.subject for row in workspace.logbook.entries(citizen)}
    assert task not in {row.subject for row in workspace.store.log_entries(subject=citizen)}


def test_what_is_given_to_the_citizen_is_private_needs_a_reason_and_is_logged_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    citizen = add_citizen(workspace, "Sara")
    workspace.lookup.open_citizen(citizen)
    file = tmp_path / "log.txt"
    for short in ("  ", "indsigt"):
        with pytest.raises(BadUsage):
            workspace.logbook.give(citizen, file, short)
    assert not file.exists()
    assert "log.given" not in actions(workspace, citizen)
    assert workspace.logbook.give(citizen, file, "anmodning om indsigt").rows == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text(encoding="utf-8")
    assert "Så i borgerens sag" in text
    assert "jobkonsulent" in text
    assert MH.initials not in text.split()
    entry = workspace.store.log_entries(subject=citizen)[-1]
    assert (entry.action, entry.reason) == ("log.given", "anmodning om indsigt")
    assert (entry.detail or "").startswith("log plain 2 ")
    with pytest.raises(FolderRefused):
        workspace.logbook.give(citizen, tmp_path / "nowhere" / "log.txt", "anmodning om indsigt")
    assert isinstance(workspace.clock, FixedClock)
    workspace.clock.advance(timedelta(hours=25))
    workspace.exports.sweep()
    assert not file.exists(), "in plain text it lies for a day"


def test_a_citizen_who_was_never_here_is_not_answered_with_an_empty_log(workspace: Workspace) -> None:
    before = len(workspace.store.log_entries())
    with pytest.raises(NotFound):
        workspace.logbook.about("01968000-0000-7000-8000-0000000000ff")
    assert len(workspace.store.log_entries()) == before
