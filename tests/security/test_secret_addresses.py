"""A protected citizen's address is told nowhere but on purpose, with a reason; that of anybody else shows the check would see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Final

import pytest

from fieldtui.base.clock import COPENHAGEN
from fieldtui.cli import text as cli_text
from fieldtui.services import quickadding
from fieldtui.services.veiling import bare
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import add_citizen, make_workspace

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
        if protected:
            workspace.casework.update(self.id, {"address_protected": True})

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
