"""A protected citizen's address is told nowhere but on purpose, with a reason; that of anybody else shows the check would see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage
from fieldtui.cli import text as cli_text
from fieldtui.services import quickadding
from fieldtui.services.veiling import bare
from fieldtui.services.workspace import Workspace
from fieldtui.store.desk import replace_desk
from fieldtui.wire.desk import Desk, ParkedEdit
from tests.support.workspaces import TB, add_citizen, make_workspace

NEEDLES: Final = ("skovduestien", "skjoldungby", "39187654")
ADDRESS: Final = {
    "address": "Skovduestien 17, 2. tv",
    "postal_code": "2985",
    "city": "Skjoldungby",
    "phone": "39187654",
}
DAY: Final = date(2026, 11, 23)


class Home:
    """A citizen whose home is known to every collection that could tell it."""

    def __init__(self, workspace: Workspace, *, protected: bool) -> None:
        self.workspace = workspace
        self.id = add_citizen(workspace, "Freja", "Winther", call_code="K7Q4", **ADDRESS)
        self.meeting = workspace.casework.create(
            "appointment",
            {
                "citizen_id": self.id,
                "starts_at": datetime(2026, 11, 23, 10, tzinfo=COPENHAGEN).isoformat(),
                "duration_minutes": 60,
                "kind": "jobsamtale",
                "place": "skovduestien 17",
            },
        ).record_ids[0]
        workspace.casework.update(self.meeting, {"place": "Hjemme: Skovduestien 17 2 tv, Skjoldungby"})
        workspace.casework.update(self.id, {"address": "Skovduestien 17, 2. th"})
        self.refused = self._refuse()
        self.conflict = self._conflict()
        self._park()
        if protected:
            workspace.casework.update(self.id, {"address_protected": True})

    def _park(self) -> None:
        body = self.workspace.store.body_of(self.id) or {}
        edit = ParkedEdit(
            op_id="01968000-0000-7000-8000-0000000000c2",
            collection="citizen",
            id=self.id,
            citizen_id=self.id,
            label="K7Q4",
            side="receiver",
            author=TB.id,
            recorded_at="2026-11-20T08:15+01:00",
            base_rev=1,
            base=body,
            body={**body, "address": "Skovduestien 19"},
            state="waiting",
        )
        with self.workspace.store.transaction() as connection:
            replace_desk(connection, Desk(parked=(edit,)))

    def _refuse(self) -> str:
        with self.workspace.store.transaction() as connection:
            connection.execute("UPDATE outbox SET state = 'rejected' WHERE record_id = ?", (self.meeting,))
        return self.meeting

    def _conflict(self) -> str:
        conflict = "01968000-0000-7000-8000-0000000000c1"
        sides = [json.dumps({"address": f"Skovduestien {number}"}) for number in (15, 17, 19)]
        with self.workspace.store.transaction() as connection:
            connection.execute(
                "INSERT INTO conflict (id, collection, record_id, scope, fields, base, mine, theirs, created_at)"
                " VALUES (?, 'citizen', ?, ?, '[\"address\"]', ?, ?, ?, '2026-11-23T07:15:00+00:00')",
                (conflict, self.id, f"citizen:{self.id}", *sides),
            )
        return conflict


def _found(home: Home, words: str) -> Any:
    return home.workspace.lookup.search(words)


PLACES: Final[dict[str, Callable[[Home], Any]]] = {
    "the day": lambda h: list(h.workspace.agenda.day(DAY).appointments),
    "the week": lambda h: h.workspace.lookup.week(DAY),
    "a list of meetings": lambda h: h.workspace.lookup.list("appointment"),
    "a list for scripts": lambda h: [
        bare(each.flat(), each.record) for each in h.workspace.lookup.list_out("citizen", citizen_id=h.id)
    ],
    "meetings for scripts": lambda h: [each.flat() for each in h.workspace.lookup.list_out("appointment")],
    "lines of the terminal": lambda h: [
        cli_text.summary(each, h.workspace.rules) for each in h.workspace.lookup.list_out("appointment")
    ],
    "the card in the terminal": lambda h: list(cli_text.card(h.workspace.lookup.show(h.id), h.workspace.rules)),
    "the meeting in the terminal": lambda h: list(cli_text.card(h.workspace.lookup.show(h.meeting), h.workspace.rules)),
    "the file's meetings": lambda h: h.workspace.lookup.open_citizen(h.id).appointments,
    "the history of the citizen": lambda h: [v.as_json() for v in h.workspace.history.of_citizen(h.id)],
    "the history of the meeting": lambda h: [v.as_json() for v in h.workspace.history.of_record(h.meeting)],
    "the conflict": lambda h: [row.entries() for row in h.workspace.conflicts.list()],
    "an edit that waits for me": lambda h: [row.as_json() for row in h.workspace.parked.list()],
    "the outbox": lambda h: h.workspace.waiting.list(),
    "the correction of a refused change": lambda h: h.workspace.waiting.correction(h.refused).values,
    "search by the road": lambda h: _found(h, "skovdue"),
    "search by the town": lambda h: _found(h, "Skjoldungby"),
    "search by the number": lambda h: _found(h, "39187654"),
    "what quick-add knows": lambda h: quickadding.vocabulary(h.workspace).places,
    "what can be undone": lambda h: h.workspace.undo.items(),
}
TOLD_TO_NOBODY: Final = {"the outbox", "what can be undone"}
"""Never told an address, protected or not."""


@pytest.fixture(scope="module", params=[False, True], ids=["open", "protected"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, bool]]:
    with make_workspace(tmp_path_factory.mktemp("home")) as workspace:
        yield Home(workspace, protected=request.param), request.param


@pytest.mark.parametrize("place", PLACES)
def test_a_protected_address_is_not_told_and_another_is(place: str, home: tuple[Home, bool]) -> None:
    at_home, protected = home
    said = repr(PLACES[place](at_home)).casefold()
    told = [needle for needle in NEEDLES if needle in said or (place.startswith("search") and "freja" in said)]
    assert bool(told) is (not protected and place not in TOLD_TO_NOBODY), said


def test_a_protected_address_is_revealed_only_with_a_reason_and_the_log_has_the_reason(
    home: tuple[Home, bool],
) -> None:
    at_home, protected = home
    lookup, store = at_home.workspace.lookup, at_home.workspace.store
    before = len(store.log_entries())
    if protected:
        for reason in (None, "", "  "):
            with pytest.raises(BadUsage):
                lookup.reveal(at_home.id, "address", reason)
        assert len(store.log_entries()) == before
    else:
        assert lookup.reveal(at_home.id, "address").startswith("Skovduestien")
    assert lookup.reveal(at_home.id, "address", "hjemmebesøg") == "Skovduestien 17, 2. th"
    entry = store.log_entries()[-1]
    assert (entry.action, entry.subject, entry.detail, entry.reason) == ("reveal", at_home.id, "address", "hjemmebesøg")


def test_saving_what_a_mask_showed_does_not_store_the_mask(home: tuple[Home, bool]) -> None:
    at_home, protected = home
    workspace = at_home.workspace
    place = "Hjemme: Skovduestien 17 2 tv, Skjoldungby"
    shown = workspace.lookup.get(at_home.meeting).record.place
    assert (shown == place) is not protected
    correction = workspace.waiting.correction(at_home.refused).values
    workspace.casework.update(at_home.meeting, {"place": shown, "duration_minutes": 45})
    assert (workspace.store.body_of(at_home.meeting) or {})["place"] == place
    workspace.casework.update(at_home.meeting, correction)
    assert (workspace.store.body_of(at_home.meeting) or {})["place"] == place
    if protected:
        workspace.casework.update(at_home.id, {"address": "skjult (beskyttet)", "job_goal": "gartner"})
    assert (workspace.store.body_of(at_home.id) or {})["address"] == "Skovduestien 17, 2. th"
    workspace.casework.update(at_home.meeting, {"place": "Kvartershuset"})
    assert (workspace.store.body_of(at_home.meeting) or {})["place"] == "Kvartershuset", "a new place is a new place"
    workspace.casework.update(at_home.meeting, {"place": place})


def test_writing_the_address_into_a_note_warns_for_nothing_can_hide_it_there(home: tuple[Home, bool]) -> None:
    at_home, protected = home
    done = at_home.workspace.casework.write_note(at_home.id, "Mødtes på Skovduestien 17 i regnvejr")
    assert any("beskyttede adresse" in warning for warning in done.warnings) is protected


@pytest.mark.parametrize(("kind", "seen"), [("brobygning", True), ("jobsamtale", False)])
def test_a_meeting_for_a_treatment_worker_at_home_warns_that_they_see_where(
    home: tuple[Home, bool], kind: str, seen: bool
) -> None:
    at_home, protected = home
    done = at_home.workspace.casework.update(at_home.meeting, {"kind": kind})
    assert any("behandleren" in warning for warning in done.warnings) is (protected and seen)


def test_a_mask_is_never_chosen_as_the_third_value_of_a_conflict(home: tuple[Home, bool]) -> None:
    at_home, protected = home
    (row,) = at_home.workspace.conflicts.list()
    assert (row.mine["address"] == "Skovduestien 17") is not protected
    if protected:
        with pytest.raises(BadUsage):
            at_home.workspace.conflicts.resolve(row.id, "value", row.mine["address"])


@pytest.mark.parametrize("protected", [False, True])
def test_a_protection_that_comes_calls_the_lists_back_and_says_so(tmp_path: Path, protected: bool) -> None:
    with make_workspace(tmp_path) as workspace:
        at_home = Home(workspace, protected=False)
        kept = workspace.exports.appointments(DAY, DAY, "own", "csv", keep=True)
        other = add_citizen(workspace, "Villy")
        assert kept.file.exists()
        done = workspace.casework.update(at_home.id, {"job_goal": "gartner", "address_protected": protected})
        assert done.record_ids == (at_home.id,)
        assert kept.file.exists() is not protected
        said = [text for _number, text in workspace.handovers.notices()]
        assert bool(said) is protected
        assert all("K7Q4" in text and "1 fil" in text and "Freja" not in text for text in said)
        recalled = [row.subject for row in workspace.log_entries() if row.action == "export.recalled"]
        assert recalled == ([at_home.id] if protected else [])
        assert other not in recalled
