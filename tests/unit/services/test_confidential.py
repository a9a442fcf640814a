"""Confidential notes: nowhere but where they are opened with a reason, and that is logged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pyrage
import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, InvalidRecords
from fieldtui.domain.confidential import CONFIDENTIAL_DRAFT, COVER
from fieldtui.export.dossier import CONFIDENTIAL
from fieldtui.services.exporting import Seal
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MH, MONDAY, TB, add_citizen, enrol_in_place, make_workspace

NEEDLE = "kanariefugl"
RECEIVER = pyrage.x25519.Identity.generate()
WHY = "Forbereder mødet i morgen"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with make_workspace(tmp_path_factory.mktemp("confidential"), clock=FixedClock(MONDAY)) as opened:
        yield opened


def note(workspace: Workspace, *, confidential: bool) -> tuple[str, str]:
    """Citizen's and note's id; the note says the needle."""
    citizen = add_citizen(workspace)
    done = workspace.casework.write_note(citizen, f"Siger {NEEDLE}", confidential=confidential)
    return citizen, done.record_ids[0]


def dossier(workspace: Workspace, citizen: str) -> str:
    result = workspace.dossiers.write(citizen, "json", Seal((str(RECEIVER.to_public()),)))
    return str(pyrage.decrypt(result.file.read_bytes(), [RECEIVER]), "utf-8")


SHOWN: dict[str, Callable[[Workspace, str, str], object]] = {
    "list": lambda w, c, n: w.lookup.list("note", citizen_id=c),
    "list_out": lambda w, c, n: w.lookup.list_out("note", citizen_id=c),
    "show": lambda w, c, n: w.lookup.show(n, WHY),
    "get": lambda w, c, n: w.lookup.get(n),
    "card": lambda w, c, n: w.lookup.open_citizen(c),
    "repainted card": lambda w, c, n: w.lookup.refresh_citizen(c),
    "newest": lambda w, c, n: w.lookup.newest(c, "today"),
    "history": lambda w, c, n: w.history.of_record(n),
    "history of the citizen": lambda w, c, n: w.history.of_citizen(c),
    "search": lambda w, c, n: [hit for hit in w.lookup.search(NEEDLE) if hit.citizen_id == c],
    "dossier": lambda w, c, n: dossier(w, c),
}


@pytest.mark.parametrize("where", SHOWN)
def test_its_text_is_nowhere_and_an_ordinary_note_s_is(workspace: Workspace, where: str) -> None:
    look = SHOWN[where]
    assert NEEDLE not in repr(look(workspace, *note(workspace, confidential=True)))
    assert NEEDLE in repr(look(workspace, *note(workspace, confidential=False))), "the same look finds an ordinary one"


def test_it_is_in_no_index_and_in_no_clipboard(workspace: Workspace) -> None:
    _citizen, hidden = note(workspace, confidential=True)
    _other, plain = note(workspace, confidential=False)
    with workspace.store.reading() as connection:
        found = dict(
            connection.execute(
                "SELECT r.id, s.folded FROM search s JOIN record r ON r.no = s.rowid WHERE r.collection = 'note'"
            )
        )
    assert NEEDLE not in found.get(hidden, "")
    assert NEEDLE in found[plain]
    with pytest.raises(BadUsage):
        workspace.copying.note(hidden)
    assert NEEDLE in workspace.copying.note(plain).text


def test_it_opens_with_a_reason_which_the_log_keeps(workspace: Workspace) -> None:
    citizen, hidden = note(workspace, confidential=True)
    for reason in (None, "", "kort"):
        with pytest.raises(BadUsage):
            workspace.lookup.confidential(hidden, reason)
    assert [row.action for row in workspace.log_entries(subject=citizen) if row.action == "reveal"] == []
    assert NEEDLE in workspace.lookup.confidential(hidden, WHY)
    [row] = [row for row in workspace.log_entries(subject=citizen) if row.action == "reveal"]
    assert (row.reason, row.detail) == (WHY, "note")
    with pytest.raises(BadUsage):
        workspace.lookup.confidential(note(workspace, confidential=False)[1], WHY)


def test_an_addition_to_it_is_confidential_too_and_the_mark_never_changes(workspace: Workspace) -> None:
    citizen, hidden = note(workspace, confidential=True)
    [added] = workspace.casework.write_note(citizen, f"Og {NEEDLE}", addendum_to=hidden).record_ids
    assert workspace.lookup.get(added).record.confidential is True
    body = {"citizen_id": citizen, "text": NEEDLE, "addendum_to": hidden, "confidential": False}
    [by_put] = workspace.casework.put_lines("note", [(1, json.dumps(body))])
    assert workspace.lookup.get(by_put).record.confidential is True
    with pytest.raises(InvalidRecords):
        workspace.casework.update(hidden, {"confidential": False})
    workspace.casework.update(hidden, {"text": COVER, "journalised_at": "2026-11-23T09:00"})
    assert NEEDLE in workspace.lookup.confidential(hidden, WHY), "the cover that was shown is not stored over it"


def test_the_file_says_that_there_is_one_and_its_draft_is_covered(workspace: Workspace) -> None:
    citizen, _hidden = note(workspace, confidential=True)
    workspace.drafts.save(f"{CONFIDENTIAL_DRAFT}:{citizen}:::", CONFIDENTIAL_DRAFT, citizen, f"Kladde {NEEDLE}")
    text = dossier(workspace, citizen)
    assert NEEDLE not in text
    [entry] = json.loads(text)["records"]["note"]
    assert (entry["text"], entry["review"]) == (COVER, [CONFIDENTIAL])


def test_who_is_not_the_citizen_s_own_consultant_opens_only_what_they_wrote(workspace: Workspace) -> None:
    citizen, hidden = note(workspace, confidential=True)
    with workspace.store.transaction() as connection:
        connection.execute("INSERT INTO assignment (citizen_id, role) VALUES (?, 'substitute')", (citizen,))
    assert NEEDLE in workspace.lookup.confidential(hidden, WHY), "one's own"
    enrol_in_place(workspace.store, TB)
    try:
        with pytest.raises(BadUsage) as refused:
            workspace.lookup.confidential(hidden, WHY)
        assert "egen konsulent" in refused.value.message
    finally:
        enrol_in_place(workspace.store, MH)
