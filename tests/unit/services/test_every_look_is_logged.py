"""No service gives out what is about a citizen without an entry of the access log, and no code is written that has no words."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

import pyrage
import pytest

import fieldtui
from fieldtui.domain.envelope import Stored
from fieldtui.domain.figures import Period
from fieldtui.domain.logged import ABOUT_A_CITIZEN, ABOUT_THE_DEVICE, CODES
from fieldtui.services.agenda import AgendaView
from fieldtui.services.conflicts import Conflicts
from fieldtui.services.copying import Copying
from fieldtui.services.dossier import Dossiers
from fieldtui.services.drafting import Drafts
from fieldtui.services.exporting import Exporting, seal_for
from fieldtui.services.handovers import Handovers
from fieldtui.services.history import History
from fieldtui.services.logbook import LogBook
from fieldtui.services.looking import Looking
from fieldtui.services.lookup import Lookup
from fieldtui.services.matching import Matching
from fieldtui.services.parked import ParkedEdits
from fieldtui.services.reporting import Reporting
from fieldtui.services.standingin import StandingIn
from fieldtui.services.undo import Undo
from fieldtui.services.waiting import Waiting
from fieldtui.services.workspace import Workspace
from fieldtui.store.accesslog import LogRow
from tests.support.workspaces import add_citizen, make_workspace, reopen

PACKAGE = Path(fieldtui.__file__).parent
DAY = date(2026, 11, 23)
RECEIVER = str(pyrage.x25519.Identity.generate().to_public())


def taken_up(workspace: Workspace) -> object:
    """The draft that was being written when the vault was locked."""
    workspace.drafts.leave("note:x")
    return workspace.drafts.take_up()


READERS: Final[dict[str, tuple[Callable[[Workspace, Ids], Any], str]]] = {
    "Lookup.list": (lambda w, ids: w.lookup.list("note", citizen_id=ids.citizen), "list"),
    "Lookup.list_out": (lambda w, ids: w.lookup.list_out("citizen"), "list"),
    "Lookup.show": (lambda w, ids: w.lookup.show(ids.note, "samtale"), "open"),
    "Lookup.get": (lambda w, ids: w.lookup.get(ids.note), "open"),
    "Lookup.open_citizen": (lambda w, ids: w.lookup.open_citizen(ids.citizen), "open"),
    "Lookup.refresh_citizen": (lambda w, ids: w.lookup.refresh_citizen(ids.citizen), "open"),
    "Lookup.newest": (lambda w, ids: w.lookup.newest(ids.citizen, "today"), "open"),
    "Lookup.reveal": (lambda w, ids: w.lookup.reveal(ids.citizen, "cpr", "brev"), "reveal"),
    "Lookup.confidential": (lambda w, ids: w.lookup.confidential(ids.hidden, "til mødet fredag"), "reveal"),
    "Lookup.revealed": (
        lambda w, ids: w.lookup.revealed(cast("Stored[Any]", w.store.get(ids.hidden)), "text", "til mødet fredag"),
        "reveal",
    ),
    "Lookup.search": (lambda w, ids: w.lookup.search("mundkurv"), "search"),
    "Lookup.citizens": (lambda w, ids: w.lookup.citizens(DAY), "list"),
    "Lookup.bridging": (lambda w, ids: w.lookup.bridging(DAY), "list"),
    "Lookup.company": (lambda w, ids: w.lookup.company(ids.company), "list"),
    "Lookup.appointments": (lambda w, ids: w.lookup.appointments(DAY, DAY), "list"),
    "Lookup.picture_of": (lambda w, ids: w.lookup.picture_of(ids.citizen, DAY), "open"),
    "Lookup.transfer_text": (lambda w, ids: w.lookup.transfer_text(ids.citizen), "copy"),
    "Lookup.week": (lambda w, ids: w.lookup.week(DAY), "list"),
    "AgendaView.day": (lambda w, ids: w.agenda.day(DAY), "list"),
    "AgendaView.forecast": (lambda w, ids: w.agenda.forecast(DAY), "list"),
    "History.of_record": (lambda w, ids: w.history.of_record(ids.note), "open"),
    "History.of_citizen": (lambda w, ids: w.history.of_citizen(ids.citizen), "open"),
    "Drafts.get": (lambda w, ids: w.drafts.get("note:x"), "open"),
    "Drafts.take_up": (lambda w, ids: taken_up(w), "open"),
    "Conflicts.list": (lambda w, ids: w.conflicts.list(), "open"),
    "Conflicts.get": (lambda w, ids: w.conflicts.get(ids.conflict), "open"),
    "Waiting.list": (lambda w, ids: w.waiting.list(), "list"),
    "Waiting.correction": (lambda w, ids: w.waiting.correction(ids.refused), "open"),
    "Undo.items": (lambda w, ids: w.undo.items(), "list"),
    "LogBook.entries": (lambda w, ids: w.logbook.entries(ids.citizen), "log.show"),
    "LogBook.about": (lambda w, ids: w.logbook.about(ids.citizen), "log.show"),
    "LogBook.give": (lambda w, ids: w.logbook.give(ids.citizen, None, "anmodning om indsigt"), "log.given"),
    "Copying.phone": (lambda w, ids: w.copying.phone(ids.citizen), "copy"),
    "Copying.note": (lambda w, ids: w.copying.note(ids.note), "copy"),
    "Dossiers.write": (lambda w, ids: w.dossiers.write(ids.citizen, "json", seal_for(RECEIVER)), "dossier"),
    "Exporting.appointments": (lambda w, ids: w.exports.appointments(DAY, DAY, "own", "csv"), "export"),
    "Matching.seekers": (lambda w, ids: w.matching.seekers(DAY), "list"),
    "Matching.for_citizen": (lambda w, ids: w.matching.for_citizen(ids.citizen, DAY), "open"),
    "Matching.for_opening": (lambda w, ids: w.matching.for_opening(ids.opening, DAY), "list"),
    "Matching.running": (lambda w, ids: w.matching.running(DAY), "list"),
    "StandingIn.rows": (lambda w, ids: StandingIn(w.context).rows(DAY), "list"),
    "Reporting.outcomes": (lambda w, ids: w.reporting.outcomes(Period(DAY, DAY)), "list"),
    "Reporting.jobs": (lambda w, ids: w.reporting.jobs(Period(DAY, DAY)), "list"),
    "Reporting.trends": (lambda w, ids: w.reporting.trends(Period(DAY, DAY)), "list"),
    "Reporting.fidelity": (lambda w, ids: w.reporting.fidelity(Period(DAY, DAY)), "list"),
    "Reporting.caseload": (lambda w, ids: w.reporting.caseload(Period(DAY, DAY)), "list"),
    "Reporting.yearly": (lambda w, ids: w.reporting.yearly(Period(DAY, DAY)), "list"),
    "Reporting.board": (lambda w, ids: w.reporting.board(Period(DAY, DAY), by="week"), "list"),
    "Reporting.behind": (lambda w, ids: w.reporting.behind("K11", Period(DAY, DAY)), "list"),
    "Reporting.copied": (lambda w, ids: w.reporting.copied((), Period(DAY, DAY)), "export"),
}
"""How each is called, and what it writes."""

EMPTY_HERE: Final = {
    "Handovers.list": "logs only where there are any; tests/sync/test_handover.py has some",
    "ParkedEdits.list": "logs only where there are any; tests/sync/test_handover.py has some",
}
TELLS_NO_CONTENT: Final = {
    "StandingIn.count": "a number",
    "Lookup.name": "staff",
    "Lookup.initials": "staff",
    "Lookup.citizen_name": "first name and initial of an id that a logged list named",
    "Lookup.enrolled": "a number",
    "Lookup.weekly_figures": "numbers of the week",
    "Lookup.citizen_states": "whether something waits",
    "Lookup.companies": "companies, with numbers of placements",
    "Lookup.before_calling": "when a colleague spoke to a company",
    "Lookup.company_name": "a company's name",
    "Lookup.duplicates": "companies only",
    "Lookup.numbered": "companies only",
    "Lookup.partners": "partners only",
    "Lookup.picture": "of a file that was opened",
    "Lookup.by_programme": "numbers",
    "Lookup.caseload": "numbers",
    "Drafts.unfinished": "for marks and counts; the text is taken by its key",
    "Handovers.to_answer": "for a count",
    "Handovers.colleagues": "staff",
    "ParkedEdits.to_answer": "for a count",
    "Handovers.notices": "what the central system says happened, by call code",
    "ParkedEdits.notices": "as of hand-overs",
    "Exporting.count": "a number",
    "Exporting.lying_about": "names of files",
    "Exporting.place": "a path",
    "Undo.last": "the last act's own label, for the key that takes it back",
    "Waiting.oldest": "an instant",
    "Waiting.unreported": "how many meetings, and since when",
    "History.whole_of_citizen": "for the dossier, which has its entry before the file has its name",
    "LogBook.for_a_file": "for files, which have their entry before they have their name",
    "LogBook.said": "words for a code",
    "LogBook.verify": "a number",
}
CHANGES: Final = {
    "Exporting.write", "Exporting.sweep", "Exporting.recall", "Exporting.remove_all",
    "Drafts.save", "Drafts.discard", "Drafts.leave", "Conflicts.resolve", "Waiting.retry", "Waiting.give_up", "Undo.undo",
    "Undo.redo", "Handovers.offer", "Handovers.accept", "Handovers.reject", "Handovers.withdraw", "ParkedEdits.accept",
    "ParkedEdits.decline", "Handovers.seen", "ParkedEdits.seen", "Reporting.rate",
}  # fmt: skip
"""Acts: what they change is logged where it is stored (`Store.write`)."""
SERVICES = (
    Lookup, AgendaView, History, Drafts, Conflicts, Waiting, Undo, LogBook, Handovers, ParkedEdits, Copying, Dossiers,
    Exporting, Reporting, Matching, StandingIn,
)  # fmt: skip
OTHERS: Final = {
    "casework": "acts, logged where they are stored",
    "report_files": "figures that Reporting has logged; each file has its entry before it has its name",
    "syncing": "moves what others read",
    "shutout": "what becomes of a device that is shut out",
    "enrolment": "ties the device to the office",
    "team": "the office's own picture, without names; each of its acts is an entry",
}
"""What else a workspace offers, and why it is not asked here."""


class Ids:
    """One of each of what can be looked at."""

    citizen: str
    note: str
    hidden: str
    company: str
    opening: str
    refused: str
    conflict: str

    def __init__(self, workspace: Workspace) -> None:
        self.citizen = add_citizen(workspace, cpr="610190-0001", phone="12345678")
        self.note = workspace.casework.write_note(self.citizen, "mundkurv").record_ids[0]
        self.hidden = workspace.casework.write_note(self.citizen, "mundkurv", confidential=True).record_ids[0]
        self.company = workspace.casework.create("company", {"name": "Havnebageren"}).record_ids[0]
        self.opening = workspace.casework.create("opening", {"company_id": self.company, "title": "Opvask"}).record_ids[
            0
        ]
        self.refused = workspace.casework.create("task", {"title": "ringe", "citizen_id": self.citizen}).record_ids[0]
        workspace.drafts.save("note:x", "note", self.citizen, "kladde")
        self.conflict = "01968000-0000-7000-8000-0000000000c1"
        with workspace.store.transaction() as connection:
            connection.execute("UPDATE outbox SET state = 'rejected' WHERE record_id = ?", (self.refused,))
            connection.execute(
                "INSERT INTO conflict (id, collection, record_id, scope, fields, base, mine, theirs, created_at)"
                " VALUES (?, 'citizen', ?, ?, '[\"job_goal\"]', '{}', '{\"job_goal\": \"bager\"}', '{\"job_goal\": \"kok\"}',"
                " '2026-11-23T07:15:00+00:00')",
                (self.conflict, self.citizen, f"citizen:{self.citizen}"),
            )


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Ids]]:
    workspace = make_workspace(tmp_path_factory.mktemp("looks"))
    ids = Ids(workspace)
    workspace = reopen(workspace)
    yield workspace, ids
    workspace.close()


def public(service: type) -> set[str]:
    return {
        f"{service.__name__}.{name}"
        for name, member in inspect.getmembers(service)
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    }


def test_every_service_of_a_workspace_is_asked_or_said_why_not(opened: tuple[Workspace, Ids]) -> None:
    workspace, _ids = opened
    offered = {name for name, member in vars(Workspace).items() if isinstance(member, cached_property)}
    assert {name for name in offered if not isinstance(getattr(workspace, name), SERVICES)} == set(OTHERS)


def test_each_method_of_the_services_that_read_is_known_to_log_or_to_tell_nothing() -> None:
    known = {*READERS, *EMPTY_HERE, *TELLS_NO_CONTENT, *CHANGES}
    assert set().union(*map(public, SERVICES)) == known, "say here what a new method writes to the log, or why nothing"


@pytest.mark.parametrize("name", READERS)
def test_a_look_writes_exactly_one_entry_and_nothing_that_was_seen(name: str, opened: tuple[Workspace, Ids]) -> None:
    workspace, ids = opened
    read, action = READERS[name]
    workspace.context.looking = Looking(workspace.store, workspace.clock)  # as after an unlock
    before = len(workspace.store.log_entries())
    read(workspace, ids)
    new: tuple[LogRow, ...] = workspace.store.log_entries(after=before)
    assert [entry.action for entry in new] == [action]
    assert not any(word in str(new) for word in ("mundkurv", "610190", "Fatima", "Aslan", "kladde", "bager", "ringe"))


def audited() -> Iterator[tuple[str, str]]:
    """Every code that the program writes, with the file that writes it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            first = node.args[0]
            if called in {"audit", "_act", "_log"} and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, path.relative_to(PACKAGE).as_posix()


def test_every_code_that_is_written_has_words_a_citizen_understands() -> None:
    written = dict(audited())
    assert len(written) > 30, "positive control: the walk finds them"
    assert {code: file for code, file in written.items() if code not in CODES} == {}
    assert not set(ABOUT_A_CITIZEN) & set(ABOUT_THE_DEVICE)


def test_the_page_about_the_access_log_names_every_code() -> None:
    page = (PACKAGE.parent / "docs" / "access-log.md").read_text(encoding="utf-8")
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert named == CODES
