"""A note on the wrong citizen, and notes on their way into the municipality's journal."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.domain.records import Task
from fieldtui.export.dossier import to_json
from fieldtui.services.dossier import InTheClear
from fieldtui.services.exportfiles import Seal
from fieldtui.services.journalfile import JournalFiles
from fieldtui.services.workspace import Workspace
from fieldtui.vault.sqlcipher import DatabaseError
from tests.support.vaults import phrase
from tests.support.workspaces import TB, add_citizen, as_synced

NEEDLE = "Zebrastribet samtale om kaffe"
WHY = "Jeg havde Fatima Aslans kort åbent, da Ali Demir ringede."


def two(workspace: Workspace) -> tuple[str, str]:
    return add_citizen(workspace, call_code="K7Q4"), add_citizen(workspace, "Ali", "Demir")


def write(workspace: Workspace, citizen: str, text: str = NEEDLE, **more: Any) -> str:
    return workspace.casework.write_note(citizen, text, **more).record_ids[0]


def everything_said_of(workspace: Workspace, citizen: str) -> str:
    """What the card, the lists, the history, the search and the dossier tell of a citizen."""
    said = [str(workspace.lookup.open_citizen(citizen)), str(workspace.history.of_citizen(citizen))]
    said += [str(each.flat()) for each in workspace.lookup.list_out("note", citizen_id=citizen, include_all=True)]
    said += [str(hit) for hit in workspace.lookup.search("zebrastribet") if hit.citizen_id == citizen]
    path = workspace.folder / "dossier.json"
    held = workspace.dossiers._held(citizen)  # what goes into the file, before it is sealed
    path.write_bytes(
        to_json({"records": [e.flat() for f in held.records.values() for e in f], "changes": held.changes})
    )
    return "\n".join([*said, path.read_text(encoding="utf-8")])


# --- the wrong citizen --------------------------------------------------------------------------------


def test_a_note_on_the_wrong_citizen_stands_on_the_right_one_and_is_read_nowhere_else(workspace: Workspace) -> None:
    fatima, ali = two(workspace)
    note = write(workspace, fatima)
    assert NEEDLE in everything_said_of(workspace, fatima)  # the control
    more = write(workspace, fatima, f"{NEEDLE}, og the", addendum_to=note)
    moved = workspace.casework.move_note(note, ali, WHY)
    assert NEEDLE not in everything_said_of(workspace, fatima)
    case = workspace.lookup.open_citizen(ali)
    [copy, added] = sorted((stored for stored in case.notes), key=lambda stored: stored.record.addendum_to or "")
    assert (copy.record.text, copy.record.moved_from, added.record.moved_from) == (NEEDLE, note, more)
    assert (copy.id, added.id) == moved.done.record_ids
    assert added.record.addendum_to == copy.id
    struck = workspace.store.get(note)
    assert struck is not None
    assert struck.annulled_reason is not None
    assert struck.annulled_reason.startswith("Forkert borger: Jeg havde")
    assert not any(name in struck.annulled_reason for name in ("Fatima", "Aslan", "Ali", "Demir"))
    logged = [(row.subject, row.detail) for row in workspace.store.log_entries() if row.action == "note.moved"]
    assert logged == [(fatima, f"note:{note}"), (ali, f"note:{note}")]


def test_the_move_is_undone_with_no_key_but_moved_back_with_a_reason(workspace: Workspace) -> None:
    fatima, ali = two(workspace)
    moved = workspace.casework.move_note(write(workspace, fatima), ali, "forkert kort")
    with pytest.raises(BadUsage) as refused:
        workspace.undo.undo()
    assert "med en grund" in refused.value.message
    assert not workspace.undo.items()[0].undoable
    workspace.casework.move_note(moved.done.record_ids[0], fatima, "det var rigtigt før")
    assert [stored.record.text for stored in workspace.lookup.open_citizen(fatima).notes] == [NEEDLE]
    assert workspace.lookup.open_citizen(ali).notes == ()


def test_a_note_that_left_the_machine_leaves_a_checklist_with_the_hours_of_the_rule(workspace: Workspace) -> None:
    fatima, ali = two(workspace)
    here = workspace.casework.move_note(write(workspace, fatima), ali, "forkert kort")
    assert (here.checklist, here.report_by) == ((), None)
    with pytest.raises(BadUsage):
        workspace.casework.keep_checklist(here)
    sent = write(workspace, fatima)
    as_synced(workspace.store, sent)
    workspace.casework.mark_journalised([sent])
    gone = workspace.casework.move_note(sent, ali, "forkert kort")
    assert gone.report_by is not None
    assert gone.report_by.isoformat() == "2026-11-26T08:15:00+01:00"
    said = "\n".join(gone.checklist)
    assert "senest 26-11-2026 kl. 08:15 (72 timer fra nu)" in said
    assert "sendt til kontoret" in said
    assert "kommunens journal" in said
    task = workspace.lookup.get(workspace.casework.keep_checklist(gone).record_ids[0]).record
    assert isinstance(task, Task)
    assert (task.due_on, task.citizen_id) == (date(2026, 11, 26), None)
    assert task.text is not None
    assert task.text.count("□") == len(gone.checklist)
    assert workspace.lookup.open_citizen(ali).notes[-1].record.journalised_at is None


def test_what_cannot_be_moved_says_why_and_stays(workspace: Workspace) -> None:
    fatima, ali = two(workspace)
    note = write(workspace, fatima)
    for target, why in ((ali, "  "), (fatima, "samme borger")):
        with pytest.raises(BadUsage):
            workspace.casework.move_note(note, target, why)
    with pytest.raises(NotFound):
        workspace.casework.move_note(note, workspace.store.ids.new(), "forkert kort")
    with workspace.store.transaction() as connection:
        connection.execute("UPDATE record SET body = json_set(body, '$.author', ?) WHERE id = ?", (TB.id, note))
    with pytest.raises(BadUsage) as refused:
        workspace.casework.move_note(note, ali, "forkert kort")
    assert "kollega" in refused.value.message
    assert [stored.id for stored in workspace.lookup.open_citizen(fatima).notes] == [note]


# --- the journal --------------------------------------------------------------------------------------


def test_notes_wait_for_the_journal_with_their_age_until_they_are_marked(
    workspace: Workspace, clock: FixedClock
) -> None:
    fatima, _ali = two(workspace)
    old = write(workspace, fatima, "Gammelt")
    clock.advance(timedelta(days=2))
    middle = write(workspace, fatima, "Mellem")
    clock.advance(timedelta(days=2))
    new = write(workspace, fatima, "Nyt")
    work = workspace.casework
    assert [(each.note.id, each.days, each.urgency) for each in work.unjournalised()] == [
        (old, 4, "red"), (middle, 2, "amber"), (new, 0, "fresh"),
    ]  # fmt: skip
    work.mark_journalised([old, middle])
    assert [each.note.id for each in work.unjournalised()] == [new]
    with pytest.raises(BadUsage):
        work.mark_journalised([old])
    workspace.undo.undo()
    assert [each.note.id for each in work.unjournalised()] == [old, middle, new]
    work.mark_journalised([new])
    work.unmark_journalised([new, new])
    assert len(work.unjournalised()) == 3


def test_a_note_is_copied_as_the_journal_takes_it_and_never_with_what_is_protected(
    workspace: Workspace, clock: FixedClock
) -> None:
    fatima, _ali = two(workspace)
    met = workspace.casework.book(
        {"citizen_id": fatima, "kind": "jobsamtale", "starts_at": "2026-11-23T08:00", "place": "Kvartershuset"}
    ).record_ids[0]
    note = write(workspace, fatima, "Vil gerne\nprøve køkkenet.", kind="referat", appointment_id=met)
    copied = workspace.casework.journal_copy(note).text.split("\n")
    assert copied[0].endswith("Fatima A. (K7Q4)")
    assert copied[1:] == [
        "Skrevet 23-11-2026 kl. 08:15 af Mette Holm (MH)",
        "Møde: jobsamtale, 23-11-2026 kl. 08:00 (Kvartershuset, fremmøde)",
        "", "Vil gerne", "prøve køkkenet.",
    ]  # fmt: skip
    assert [row.action for row in workspace.store.log_entries()][-1] == "copy"
    workspace.casework.update(fatima, {"address_protected": True, "phone": "87654321"})
    with pytest.raises(BadUsage):
        workspace.casework.journal_copy(write(workspace, fatima, "ring 87 65 43 21"))
    assert workspace.casework.journal_copy(note).text  # the control


def test_a_days_file_holds_its_notes_marks_them_and_leaves_the_rest(
    workspace: Workspace, clock: FixedClock, tmp_path: Path
) -> None:
    fatima, ali = two(workspace)
    workspace.casework.update(ali, {"address_protected": True, "phone": "87654321"})
    yesterday = write(workspace, fatima, "I går")
    clock.advance(timedelta(days=1))
    today, secret = write(workspace, fatima, "I dag"), write(workspace, ali, "ring 87654321")
    hidden = workspace.casework.create(
        "note", {"citizen_id": ali, "text": "fortroligt", "confidential": True}
    ).record_ids[0]
    files, day = JournalFiles(workspace.context), date(2026, 11, 24)
    with pytest.raises(BadUsage):
        files.write(day, "json", InTheClear(phrase()), reason="kort")
    result = files.write(
        day, "json", InTheClear(phrase()), reason="Journalsystemet læser kun klartekst", output=tmp_path
    )
    assert result.file is not None
    assert (result.marked, result.left_out) == (1, 2)
    document = json.loads(result.file.file.read_text(encoding="utf-8"))
    [entry] = document["notes"]
    assert (entry["id"], entry["text"], entry["call_code"], document["day"]) == (today, "I dag", "K7Q4", "2026-11-24")
    assert "cpr" not in json.dumps(document).lower()
    left = {each.note.id for each in workspace.casework.unjournalised()}
    assert left == {yesterday, secret, hidden}
    assert {row.subject for row in workspace.store.log_entries() if row.action == "journal"} == {fatima}
    key = pyrage.x25519.Identity.generate()
    seal = Seal((str(key.to_public()),))
    assert files.write(day, "json", seal).file is None
    workspace.undo.undo()
    sealed = files.write(day, "txt", seal)
    assert sealed.file is not None
    assert b"I dag" not in sealed.file.file.read_bytes()
    assert "I dag" in pyrage.decrypt(sealed.file.file.read_bytes(), [key]).decode()


def test_neither_citizens_log_names_the_other_when_a_note_is_moved(workspace: Workspace) -> None:
    fatima, ali = two(workspace)
    workspace.casework.move_note(write(workspace, fatima), ali, WHY)
    told = {row.subject: str(row.reason) for row in workspace.store.log_entries() if row.action == "note.moved"}
    assert set(told) == {fatima, ali}
    assert not any(name in reason for reason in told.values() for name in ("Fatima", "Aslan", "Ali", "Demir"))


def test_a_file_whose_notes_cannot_be_marked_does_not_lie_there(workspace: Workspace, tmp_path: Path) -> None:
    fatima, _ali = two(workspace)
    note = write(workspace, fatima, "I dag")
    with workspace.store.transaction() as connection:  # what a full disk would do, at the worst moment
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    files, day = JournalFiles(workspace.context), workspace.context.today
    with pytest.raises(DatabaseError, match="disk is full"):
        files.write(day, "txt", InTheClear(phrase()), reason="Journalsystemet læser kun klartekst", output=tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("journalnotater")] == []
    assert [each.note.id for each in workspace.casework.unjournalised()] == [note]
