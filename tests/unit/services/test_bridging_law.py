"""Consents that hold, disclosures with a basis, wishes without a name, and texts that name nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from fieldtui.base.clock import FixedClock, isoformat
from fieldtui.base.errors import FieldtuiError, InvalidRecords
from fieldtui.domain.deadlines import deadlines
from fieldtui.services.bridging import Terms
from fieldtui.services.notes import Share
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MH, MONDAY, add_citizen, enrol_in_place, make_workspace

TODAY = MONDAY.date()
UNIT = "Center for Rusmiddelbehandling"


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Workspace]:
    """One vault for the module; each test has citizens of its own."""
    with make_workspace(tmp_path_factory.mktemp("bridging"), clock=clock) as opened:
        yield opened


def refused(act: Any, *args: Any, **more: Any) -> tuple[str | None, str]:
    """Field and sentence of the one thing that was wrong."""
    with pytest.raises(InvalidRecords) as found:
        act(*args, **more)
    [problem] = found.value.problems
    return problem.field, problem.reason


def everything(workspace: Workspace) -> str:
    """Every row of every table, the access log and the search index included."""
    with workspace.store.reading() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return "\n".join(f"{name}: {row}" for name in tables for row in connection.execute(f"SELECT * FROM {name}"))


# --- consent -----------------------------------------------------------------------------------------


def test_a_consent_without_a_last_day_gets_the_law_s_however_it_is_written(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    line = json.dumps({"citizen_id": citizen, "recipient": UNIT, "given_on": "2026-11-01"})
    [by_put] = workspace.casework.put_lines("consent", [(1, line)])
    assert workspace.lookup.get(by_put).record.expires_on == date(2027, 11, 1)
    too_long = json.dumps(
        {"citizen_id": citizen, "recipient": UNIT, "given_on": "2026-11-01", "expires_on": "2027-11-02"}
    )
    field, reason = refused(workspace.casework.put_lines, "consent", [(1, too_long)])
    assert field == "expires_on"
    assert "højst 365 dage, her til 01-11-2027" in reason
    line = json.dumps({"citizen_id": citizen, "recipient": UNIT, "given_on": "2026-11-01", "covers_health": False})
    [no_health] = workspace.casework.put_lines("consent", [(1, line)])
    assert workspace.lookup.get(no_health).record.expires_on is None


def test_a_consent_is_neither_stretched_nor_raised_again_but_renewed_beside_the_old_one(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    terms = Terms(scope="Fremmøde", direction="disclose")
    [old] = workspace.casework.give_consent(
        citizen, UNIT, given_on=date(2026, 6, 1), expires_on=date(2026, 12, 1), terms=terms
    ).record_ids
    assert refused(workspace.casework.update, old, {"expires_on": "2027-01-01"})[0] == "expires_on"
    workspace.casework.update(old, {"expires_on": "2026-11-30"})  # shorter is the citizen's right
    due = [
        each
        for each in deadlines(workspace.lookup.open_citizen(citizen), workspace.rules, TODAY)
        if each.kind == "consent"
    ]
    assert [each.due_on for each in due] == [date(2026, 11, 30)], "said thirty days before"
    [new] = workspace.casework.renew_consent(old, TODAY).record_ids
    record = workspace.lookup.get(new).record
    assert (record.recipient, record.scope, record.direction) == (UNIT, "Fremmøde", "disclose")
    assert (record.given_on, record.expires_on) == (TODAY, date(2027, 11, 23))
    assert workspace.lookup.get(old).record.expires_on == date(2026, 11, 30)
    case = workspace.lookup.open_citizen(citizen)
    due = [each for each in deadlines(case, workspace.rules, TODAY) if each.kind == "consent"]
    assert [each.record_id for each in due] == [new], "the old one is left alone"
    workspace.casework.withdraw_consent(new, "pr. telefon")
    assert refused(workspace.casework.update, new, {"withdrawn_at": None})[0] == "withdrawn_at"


# --- sharing -----------------------------------------------------------------------------------------


def test_nothing_is_shared_on_a_consent_that_is_not_there_by_form_record_or_put(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    body = {"citizen_id": citizen, "text": "Kommer fredag", "shared_with": UNIT, "legal_basis": "samtykke"}
    ways: list[tuple[Any, ...]] = [
        (workspace.casework.share, citizen, "Kommer fredag", Share(UNIT)),
        (workspace.casework.create, "bridging_note", body),
        (workspace.casework.put_lines, "bridging_note", [(1, json.dumps(body))]),
    ]
    give = workspace.casework.give_consent
    expired, collect, other = add_citizen(workspace), add_citizen(workspace), add_citizen(workspace)
    give(expired, UNIT, given_on=date(2025, 12, 1), expires_on=date(2026, 11, 22))
    give(collect, UNIT, given_on=TODAY, terms=Terms(direction="collect"))
    give(other, "Egen læge", given_on=TODAY)
    ways += [(workspace.casework.share, each, "Kommer fredag", Share(UNIT)) for each in (expired, collect, other)]
    for act, *args in ways:
        field, reason = refused(act, *args)
        assert field == "legal_basis"
        assert "intet gyldigt samtykke" in reason
    assert workspace.lookup.list("bridging_note", include_all=True) == ()


def test_what_is_shared_says_to_whom_when_and_by_what_right_and_so_do_log_and_file(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    [consent] = workspace.casework.give_consent(citizen, UNIT, given_on=TODAY).record_ids
    [first] = workspace.casework.share(
        citizen, "Kommer fredag", Share(UNIT.upper(), shared_what="Mødetider")
    ).record_ids
    record = workspace.lookup.get(first).record
    assert (record.legal_basis, record.consent_id, record.shared_what) == ("samtykke", consent, "Mødetider")
    assert record.shared_at.date() == TODAY
    law = Share("Akutmodtagelsen", "lov")
    assert refused(workspace.casework.share, citizen, "Fare for liv", law)[0] == "basis_reference"
    workspace.casework.share(citizen, "Fare for liv", Share("Akutmodtagelsen", "lov", "SUL § 43, stk. 2, nr. 2"))
    workspace.casework.share(citizen, "Sagt, mens borgeren hørte det", Share(UNIT, "borger_til_stede"))
    log = [row for row in workspace.log_entries(subject=citizen) if row.action == "disclose"]
    assert [row.detail for row in log] == [
        f"bridging_note {basis}" for basis in ("samtykke", "lov", "borger_til_stede")
    ]
    with pytest.raises(InvalidRecords):
        workspace.casework.create(
            "bridging_note", {"citizen_id": add_citizen(workspace), "text": "x", "shared_with": UNIT}
        )


def test_a_withdrawal_stops_what_has_not_been_sent_marks_it_and_leaves_the_note_and_one_key_takes_it_back(
    workspace: Workspace,
) -> None:
    citizen = add_citizen(workspace)
    [consent] = workspace.casework.give_consent(citizen, UNIT, given_on=TODAY).record_ids
    [waiting] = workspace.casework.share(citizen, "Kommer fredag", Share(UNIT)).record_ids
    [by_law] = workspace.casework.share(citizen, "Fare", Share(UNIT, "lov", "SUL § 43, stk. 2")).record_ids
    done = workspace.casework.withdraw_consent(consent, "pr. telefon")
    assert "1 deling, der ventede på at blive sendt, er standset." in done.message
    note = workspace.lookup.get(waiting).record
    assert note.share_stopped_at == workspace.lookup.get(consent).record.withdrawn_at
    assert note.text == "Kommer fredag"
    assert workspace.lookup.get(by_law).record.share_stopped_at is None, "its basis is not the consent"
    assert refused(workspace.casework.share, citizen, "Igen", Share(UNIT))[0] == "legal_basis"
    workspace.undo.undo()
    assert workspace.lookup.get(waiting).record.share_stopped_at is None
    workspace.casework.share(citizen, "Igen", Share(UNIT))


# --- clocks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "choice", "due", "owner", "norm", "says"),
    [
        ("SEL101", False, 14, "municipality", 1, "efter henvendelsen"),
        ("SEL101", True, 14, "municipality", 1, "kan overskrides"),
        ("SUL141", True, 14, "municipality", 1, "gælder alligevel"),
        ("SUL142", False, 14, "municipality", 1, "efter henvendelsen"),
        ("SUL82C", False, 17, "region", None, "blev modtaget"),
    ],
)
def test_each_basis_has_its_own_clock_and_its_owner(
    workspace: Workspace, basis: str, choice: bool, due: int, owner: str, norm: int | None, says: str
) -> None:
    citizen, asked = add_citizen(workspace), TODAY - timedelta(days=3)
    done = workspace.casework.request_treatment(citizen, basis, asked)
    [referral] = done.record_ids
    assert ("Regionen ejer fristen" in done.message) == (owner == "region")

    def row() -> Any:
        return next(each for each in workspace.lookup.bridging(TODAY) if each.referral.id == referral)

    if owner == "region":
        assert (row().due_on, row().norm_on) == (None, None), "its clock has not begun"
    workspace.casework.update(referral, {"received_on": TODAY.isoformat(), "free_choice": choice})
    found = row()
    assert (found.due_on, found.owner) == (asked + timedelta(days=due), owner)
    assert found.norm_on == (None if norm is None else asked + timedelta(days=norm))
    [limit] = [
        each
        for each in deadlines(workspace.lookup.open_citizen(citizen), workspace.rules, TODAY)
        if each.kind == "treatment"
    ]
    assert says in limit.reason
    workspace.casework.advance_referral(referral, "started", TODAY)
    assert row().due_on is None
    workspace.casework.create("placement", {"citizen_id": citizen, "kind": "ordinaert_job", "starts_on": "2026-11-02"})
    assert row().both_tracks


# --- nobody ------------------------------------------------------------------------------------------


def test_an_anonymous_wish_leaves_nothing_at_all_and_a_tally_only_a_number(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Nålborg", "Anonymsen", cpr="6101900001")
    workspace.casework.create("partner", {"name": UNIT, "kind": "treatment_unit", "phone": "33174400"})
    workspace.casework.create("partner", {"name": "Lukket", "kind": "treatment_unit", "valid_to": "2026-01-01"})
    before = everything(workspace)
    assert [each.record.phone for each in workspace.casework.treatment_units(TODAY)] == ["33 17 44 00"]
    for basis in ("SEL101A", "SEL § 101 a", "sel101a"):
        body = {"citizen_id": citizen, "basis": basis, "requested_on": "2026-11-23"}
        field, reason = refused(workspace.casework.create, "referral", body)
        assert field == "basis"
        assert "fieldtui anonymous" in reason
    assert everything(workspace) == before, "no row, no log entry"
    [tally] = workspace.casework.count_anonymous(TODAY).record_ids
    assert workspace.lookup.get(tally).scope == "team"
    new = everything(workspace).replace(before, "")
    added = [line for line in everything(workspace).splitlines() if line not in set(before.splitlines())]
    assert added, new
    for needle in (citizen, "Nålborg", "nalborg", "Anonymsen", "6101900001"):
        assert not [line for line in added if needle in line], needle
    workspace.casework.request_treatment(citizen, "SUL141", TODAY)
    named = [line for line in everything(workspace).splitlines() if line not in set(before.splitlines())]
    assert [line for line in named if citizen in line], "the same search finds a wish by name"
    assert workspace.lookup.get(tally).record.body() == {
        "kind": "network", "on": "2026-11-23", "anonymous_requests": 1,
    }  # fmt: skip


def test_an_activity_that_names_a_citizen_is_refused_and_one_that_may_is_said_before(workspace: Workspace) -> None:
    add_citizen(workspace, "Ragnhild", "Ørbæk", call_code="K7Q4")
    add_citizen(workspace, "Mette", "Holm")  # as a colleague is called
    sparring = {"kind": "sparring", "on": "2026-11-23"}
    for text in (
        "Talte om ragnhild oerbaeks forløb", "Ørbæk, Ragnhild var svær", "Om 610190-0001", "K7Q4 igen",
    ):  # fmt: skip
        for name in ("text", "place", "with"):
            field, reason = refused(workspace.casework.create, "activity", {**sparring, name: text})
            assert field == name
            assert "Ragnhild" not in reason
    maybe = {**sparring, "text": "Sparring om Ragnhild"}
    assert "fornavn" in workspace.casework.activity_warning(maybe)
    workspace.casework.create("activity", maybe)  # the person who read that decides
    fine = {**sparring, "text": "Om en borger, der skifter medicin", "with": "Mette Holm"}
    assert workspace.casework.activity_warning(fine) == ""
    workspace.casework.create("activity", fine)


def test_a_treatment_worker_writes_how_far_a_referral_is_and_nothing_else_of_it(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    [referral] = workspace.casework.request_treatment(citizen, "SUL141", TODAY).record_ids
    enrol_in_place(workspace.store, MH.model_copy(update={"role": "treatment"}))
    try:
        workspace.casework.update(referral, {"received_on": "2026-11-23"})
        workspace.casework.advance_referral(referral, "started", TODAY)
        assert refused(workspace.casework.update, referral, {"provider": "Et andet sted"})[0] == "provider"
        new = {"citizen_id": citizen, "basis": "SEL101", "requested_on": "2026-11-23"}
        with pytest.raises(FieldtuiError):
            workspace.casework.create("referral", new)
    finally:
        enrol_in_place(workspace.store)


@pytest.mark.parametrize("way", ["form", "put", "annul", "withdraw"])
def test_a_consent_that_ends_in_whatever_way_stops_what_waits_to_be_shared_on_it(
    workspace: Workspace, way: str
) -> None:
    citizen = add_citizen(workspace, "Ali", "Demir")
    casework, today = workspace.casework, workspace.context.today
    [consent] = casework.give_consent(citizen, "Rusmiddelcentret", given_on=today).record_ids
    [waiting] = casework.share(citizen, "Møder tirsdag", Share("Rusmiddelcentret")).record_ids
    [by_law] = casework.share(citizen, "Akut", Share("Akutten", "lov", "SUL § 43, stk. 2")).record_ids
    taken_back = isoformat(workspace.context.clock.now())
    if way == "form":
        done = casework.update(consent, {"withdrawn_at": taken_back})
        assert any("standset" in each for each in done.warnings)
    elif way == "put":
        casework.put_lines("consent", [(1, json.dumps({"id": consent, "withdrawn_at": taken_back}))])
    elif way == "annul":
        casework.annul(consent, "skrevet på den forkerte")
    else:
        done = casework.withdraw_consent(consent, "pr. telefon")
        assert ("standset" in done.message, done.warnings) == (True, ())
    assert workspace.lookup.show(waiting).record.share_stopped_at is not None
    assert workspace.lookup.show(by_law).record.share_stopped_at is None
    workspace.undo.undo()
    assert workspace.lookup.show(waiting).record.share_stopped_at is None


def test_a_consent_on_the_one_card_of_two_lets_something_be_shared_from_the_other(workspace: Workspace) -> None:
    card, other = add_citizen(workspace, "Ali", "Demir"), add_citizen(workspace, "Ali", "Demir")
    [consent] = workspace.casework.give_consent(other, "Klinikken", given_on=workspace.context.today).record_ids
    workspace.casework.merge_citizens(card, other, "samme person")
    [note] = workspace.casework.share(card, "Møder tirsdag", Share("Klinikken")).record_ids
    record = workspace.lookup.show(note).record
    assert (record.consent_id, record.citizen_id) == (consent, other)
