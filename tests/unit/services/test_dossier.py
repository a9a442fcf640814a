"""Everything about one citizen as a file: whole, masked where it must be, sealed, and gone again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyrage
import pytest

from fieldtui.base.clock import FixedClock
from fieldtui.base.errors import BadUsage, NotFound, WrongPassphrase
from fieldtui.export.dossier import OTHER_AUTHORITY, THIRD_PARTY
from fieldtui.services.dossier import InTheClear
from fieldtui.services.exporting import Seal
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.store.purge import purge
from tests.support.papers import shown_in
from tests.support.vaults import phrase
from tests.support.workspaces import MH, MONDAY, TB, add_citizen, as_synced, make_workspace

RECEIVER = pyrage.x25519.Identity.generate()
SEAL = Seal((str(RECEIVER.to_public()),))
WHY = "Borgeren har bedt om indsigt"
ADDRESS, PHONE = "Hemmelige Allé 7", "12 34 56 21"


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Workspace]:
    """One vault for the module; each test adds what it needs and looks only at that."""
    with make_workspace(tmp_path_factory.mktemp("dossier"), clock=clock) as opened:
        yield opened


@pytest.fixture
def workspace(shared: Workspace) -> Workspace:
    return shared


def clear() -> InTheClear:
    return InTheClear(phrase())


def opened(workspace: Workspace, citizen_id: str, **more: Any) -> dict[str, Any]:
    result = workspace.dossiers.write(citizen_id, "json", SEAL, **more)
    found: dict[str, Any] = json.loads(pyrage.decrypt(result.file.read_bytes(), [RECEIVER]))
    return found


def create(workspace: Workspace, collection: str, **values: Any) -> str:
    return workspace.casework.create(collection, values).record_ids[0]


def protected_citizen(workspace: Workspace, **more: Any) -> str:
    values = {"address": ADDRESS, "phone": PHONE, "postal_code": "2450", "city": "København SV", **more}
    return add_citizen(workspace, "Bodil", "Kramnitze", address_protected=True, **values)


def test_it_holds_every_table_s_rows_about_the_citizen_and_nothing_of_another(workspace: Workspace) -> None:
    """A needle is put in each table that can hold one; a table that is new here must be thought about."""
    citizen_id = add_citizen(workspace, "Nålesøn", job_goal="nål-post")
    other = add_citizen(workspace, "Fremmedgård")
    create(workspace, "note", citizen_id=other, text="nål-fremmed", written_at="2026-11-23T08:00")
    note = create(workspace, "note", citizen_id=citizen_id, text="nål-notat", written_at="2026-11-23T08:00")
    gone = create(workspace, "task", citizen_id=citizen_id, title="nål-annulleret")
    workspace.casework.annul(gone, "nål-grund")
    workspace.casework.update(citizen_id, {"job_goal": "nål-ny"})
    workspace.drafts.save(f"note:{note}", "note", citizen_id, "nål-kladde")
    workspace.drafts.save(f"note:{note}", "note", citizen_id, "nål-kladde-to")
    scope = f"citizen:{citizen_id}"
    with workspace.store.transaction() as connection:
        connection.execute(
            "INSERT INTO arrived (record_id, scope, rev, author, at, changes) VALUES (?, ?, 2, ?, ?, ?)",
            (citizen_id, scope, TB.id, "2026-11-20T10:00:00+00:00", '{"job_goal": ["nål-ankommet", "x"]}'),
        )
        connection.execute(
            "INSERT INTO conflict (id, record_id, collection, scope, fields, base, mine, theirs, created_at)"
            " VALUES ('k1', ?, 'citizen', ?, '[]', '{}', ?, ?, '2026-11-20T10:00:00+00:00')",
            (citizen_id, scope, '{"considerations": "nål-min"}', '{"considerations": "nål-deres"}'),
        )
        connection.execute(
            "INSERT INTO errand (errand_id, about, scope, body) VALUES ('e1', 'handover', ?, '{\"note\": \"nål-bud\"}')",
            (scope,),
        )
        connection.execute(
            "INSERT INTO desk (kind, id, scope, body) VALUES ('handover', 'h1', ?, '{\"note\": \"nål-bord\"}')",
            (scope,),
        )
        connection.execute("INSERT INTO assignment (citizen_id, role) VALUES (?, 'primary')", (citizen_id,))
        tables = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("search", "sqlite_", "_sqlite"))
        }
    workspace.lookup.open_citizen(citizen_id, "nål-opslag")
    dossier = opened(workspace, citizen_id)
    text = json.dumps(dossier, ensure_ascii=False)
    for needle in (
        "nål-post", "nål-notat", "nål-annulleret", "nål-grund", "nål-ny", "nål-kladde", "nål-kladde-to",
        "nål-ankommet", "nål-min", "nål-deres", "nål-bud", "nål-bord", "nål-opslag",
    ):  # fmt: skip
        assert needle in text, needle
    assert "Fremmedgård" not in text
    assert "nål-fremmed" not in text
    told = {"record", "outbox", "conflict", "history", "arrived", "draft", "audit", "errand", "desk", "assignment"}
    of_no_citizen = {"meta", "unseen", "leaving", "person", "notice", "ruleset", "exported", "vault_meta"}
    assert {name for name in tables if "migration" not in name} <= told | of_no_citizen


def test_the_log_in_it_tells_when_and_why_but_not_who(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Opslagsen")
    workspace.lookup.open_citizen(citizen_id, "møde om praktik")
    log = opened(workspace, citizen_id)["log"]
    assert any("møde om praktik" in json.dumps(each, ensure_ascii=False) for each in log)
    for secret in (MH.id, MH.name, "MH"):
        assert secret not in json.dumps(log)


def test_what_another_authority_wrote_and_what_names_others_is_marked_for_review(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Gennemgangsen")
    create(workspace, "bridging_note", citizen_id=citizen_id, text="koordinering", written_at="2026-11-23T08:00")
    company = create(workspace, "company", name="Sydhavnens Bageri")
    placement = {
        "citizen_id": citizen_id,
        "company_id": company,
        "starts_on": "2026-11-02",
    }
    create(workspace, "placement", **placement, kind="smaajob", mentor_name="Bager Jørgensen")
    create(workspace, "placement", **placement, kind="uddannelse")
    records = opened(workspace, citizen_id)["records"]
    assert [each["review"] for each in records["bridging_note"]] == [[OTHER_AUTHORITY]]
    assert sorted(each["review"] for each in records["placement"]) == [[], [THIRD_PARTY]]


def test_a_protected_address_is_masked_wherever_it_stands_and_given_only_for_a_reason(workspace: Workspace) -> None:
    citizen_id = protected_citizen(workspace)
    workspace.casework.update(citizen_id, {"address": "Gamle Strandvej 12"})
    text = f"Mødt på hemmelige  allé 7, ring {PHONE.replace(' ', '')} eller 1234 5621. Bor nu på Gamle Strandvej 12."
    create(workspace, "note", citizen_id=citizen_id, text=text, written_at="2026-11-23T08:00")
    workspace.drafts.save(f"note:{citizen_id}", "note", citizen_id, "også kladden: Gamle Strandvej 12")
    masked = opened(workspace, citizen_id)
    said = json.dumps(masked, ensure_ascii=False).casefold()
    for secret in ("hemmelige", "strandvej", "12345621", "1234 5621", "12 34 56 21", "2450"):
        assert secret not in said, secret
    assert masked["citizen"]["address"] == "BESKYTTET"
    assert masked["masked"] == ["address", "postal_code", "city", "phone"]
    assert "Mødt på [beskyttet], ring [beskyttet] eller [beskyttet]." in masked["records"]["note"][0]["text"]
    with pytest.raises(BadUsage):
        workspace.dossiers.write(citizen_id, "json", SEAL, with_protected=True)
    given = opened(workspace, citizen_id, with_protected=True, reason=WHY)
    assert given["citizen"]["address"] == "Gamle Strandvej 12"
    assert given["masked"] == []
    entry = workspace.log_entries()[-1]
    assert (entry.action, entry.subject, entry.reason) == ("dossier", citizen_id, WHY)
    assert entry.detail is not None
    assert entry.detail.startswith("json+protected ")


def test_without_a_seal_it_takes_the_passphrase_again_and_a_reason(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Klartekstsen")
    before = len(workspace.log_entries())
    for reason in (None, "", "   ", "fordi"):
        with pytest.raises(BadUsage):
            workspace.dossiers.write(citizen_id, "json", clear(), reason=reason)
    with pytest.raises(WrongPassphrase):
        workspace.dossiers.write(citizen_id, "json", InTheClear(phrase("en anden sætning end den rigtige")), reason=WHY)
    assert [each.action for each in workspace.log_entries()[before:]].count("dossier") == 0
    result = workspace.dossiers.write(citizen_id, "json", clear(), reason=WHY)
    assert "Klartekstsen" in result.file.read_text("utf-8")
    assert (result.sealed, result.file.suffix) == (False, ".json")
    assert "Klartekstsen" not in result.file.name
    entry = workspace.log_entries()[-1]
    assert (entry.action, entry.subject, entry.reason) == ("dossier", citizen_id, WHY)


def test_plain_text_lies_there_for_a_day_and_is_reminded_of_where_it_was_kept(
    workspace: Workspace, clock: FixedClock
) -> None:
    citizen_id = add_citizen(workspace, "Døgnsen")
    swept = workspace.dossiers.write(citizen_id, "json", clear(), reason=WHY).file
    kept = workspace.dossiers.write(citizen_id, "json", clear(), reason=WHY, keep=True).file
    clock.advance(timedelta(hours=23, minutes=59))
    workspace.exports.sweep()
    assert swept.exists(), "also over midnight it has its day"
    assert workspace.exports.lying_about() == ()
    clock.advance(timedelta(minutes=1))
    workspace.exports.sweep()
    assert (swept.exists(), kept.exists()) == (False, True)
    assert [each.file for each in workspace.exports.lying_about()] == [kept]
    kept.unlink()
    assert workspace.exports.lying_about() == (), "what a person has deleted is not reminded of"


def test_a_recall_about_one_citizen_leaves_what_is_about_another(workspace: Workspace) -> None:
    mine, other = add_citizen(workspace, "Kaldsen"), add_citizen(workspace, "Bliversen")
    gone, stays = (workspace.dossiers.write(each, "json", SEAL).file for each in (mine, other))
    workspace.exports.recall(mine)
    assert (gone.exists(), stays.exists()) == (False, True)


def test_when_a_citizen_leaves_the_device_the_file_about_them_goes_and_another_s_stays(workspace: Workspace) -> None:
    leaves, other = add_citizen(workspace, "Rejsesen"), add_citizen(workspace, "Hjemmesen")
    gone = workspace.dossiers.write(leaves, "json", clear(), reason=WHY, keep=True).file
    stays = workspace.dossiers.write(other, "json", clear(), reason=WHY, keep=True).file
    as_synced(workspace.store, leaves)
    with workspace.store.transaction() as connection:
        connection.execute("INSERT INTO leaving (scope, reason, seq) VALUES (?, 'moved', 1)", (f"citizen:{leaves}",))
    assert purge(workspace.store) == 1
    assert (gone.exists(), stays.exists()) == (False, True)


def test_only_a_consultant_gives_it_out_and_only_of_who_is_here(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Rollesen")
    with pytest.raises(NotFound):
        workspace.dossiers.write("findes-ikke", "json", SEAL)
    with pytest.raises(BadUsage):
        workspace.dossiers.write(citizen_id, "docx", SEAL)
    me = workspace.store.meta(MetaKey.CONSULTANT)
    workspace.store.set_meta(MetaKey.CONSULTANT, MH.model_copy(update={"role": "treatment"}).model_dump_json())
    try:
        with pytest.raises(BadUsage):
            workspace.dossiers.write(citizen_id, "json", SEAL)
    finally:
        workspace.store.set_meta(MetaKey.CONSULTANT, me)


def test_a_substitute_whose_days_are_over_gives_nothing_out(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Vikarsen")
    for until, gone in (("2099-01-01", False), ("2026-11-01", True)):
        with workspace.store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO assignment (citizen_id, role, until) VALUES (?, 'substitute', ?)",
                (citizen_id, until),
            )
        if gone:
            with pytest.raises(NotFound):
                workspace.dossiers.write(citizen_id, "json", SEAL)
        else:
            assert opened(workspace, citizen_id)["assignment"] == {"role": "substitute", "until": until}


def test_on_paper_it_is_text_that_cannot_be_clicked_or_run_and_says_what_it_lacks(workspace: Workspace) -> None:
    citizen_id = add_citizen(workspace, "Ærøskøbing-Ågård", "Ørsted")
    evil = '=HYPERLINK("https://ond.example") <b>fed</b> **stjerner** [link](https://ond.example) 漢字'
    create(workspace, "note", citizen_id=citizen_id, text=f"(\\) Tj %PDF endobj {evil}", written_at="2026-11-23T08:00")
    result = workspace.dossiers.write(citizen_id, "pdf", SEAL)
    data = pyrage.decrypt(result.file.read_bytes(), [RECEIVER])
    assert result.file.name.endswith(".pdf.age")
    assert data.startswith(b"%PDF-")
    data = data.replace(b"/OpenAction [3 0 R /FitH null]", b"")  # a place to begin at, no act
    for part in (b"/JavaScript", b"/JS", b"/Annots", b"/URI", b"/OpenAction", b"/Launch", b"/EmbeddedFile", b"/AA"):
        assert part not in data
    text = shown_in(data)
    assert "Ærøskøbing-Ågård" in text
    assert "<b>fed</b> **stjerner**" in text, "markup is text"
    assert re.search(r"[1-9]\d* tegn findes ikke i udskriftens skrifttype", text)
    assert "Side 1 af" in text
