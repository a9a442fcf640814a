"""What the lists say about citizens, companies, bridging and the week."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from fieldtui.base.clock import COPENHAGEN, FixedClock
from fieldtui.base.errors import BadUsage, InvalidRecords, NotFound
from fieldtui.domain.records import Attendance
from fieldtui.services.bridging import Terms
from fieldtui.services.consents import ConsentState
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MONDAY, TB, add_citizen

TODAY = MONDAY.date()


def company(workspace: Workspace, name: str = "Café Solsort", **more: object) -> str:
    return workspace.casework.create("company", {"name": name, **more}).record_ids[0]


def test_the_list_holds_the_enrolled_and_with_all_everyone(workspace: Workspace) -> None:
    here = add_citizen(workspace, "Ali")
    gone = add_citizen(workspace, "Maja", discharged_on="2026-11-20")
    leaving = add_citizen(workspace, "Ida", discharged_on="2026-11-24")
    assert {stored.id for stored in workspace.lookup.list("citizen")} == {here, leaving}
    assert {stored.id for stored in workspace.lookup.list("citizen", include_all=True)} == {here, gone, leaving}
    assert {row.id for row in workspace.lookup.citizens(TODAY)} == {here, leaving}
    assert workspace.status().citizens == 2


def test_who_needs_action_stands_first(workspace: Workspace) -> None:
    calm = add_citizen(workspace, "Anna", enrolled_on="2026-11-20", visitation_category="jobparat")
    workspace.casework.create("placement", {"citizen_id": calm, "kind": "uddannelse", "starts_on": "2026-11-20"})
    urgent = add_citizen(workspace, "Åse", enrolled_on="2026-11-20", visitation_category="jobparat")
    workspace.casework.request_treatment(urgent, "SUL141", date(2026, 11, 11))
    rows = workspace.lookup.citizens(TODAY)
    assert [row.id for row in rows] == [urgent, calm]
    assert "▲" in rows[0].marks
    assert rows[0].due_on == date(2026, 11, 25)
    assert rows[1].marks == ()


def test_a_row_says_job_hours_last_seen_and_next(workspace: Workspace, clock: FixedClock) -> None:
    citizen = add_citizen(workspace, "Nadia", job_goal="Børnehave")
    assert workspace.lookup.citizens(TODAY)[0].job == "Børnehave"
    assert workspace.lookup.citizens(TODAY)[0].status == "Opstart"
    place = company(workspace, "Lager-X")
    workspace.casework.create(
        "placement",
        {"citizen_id": citizen, "company_id": place, "kind": "virksomhedspraktik", "starts_on": "2026-11-01",
         "ends_on": "2026-12-31", "weekly_hours": 12, "purpose": "afklaring"},
    )  # fmt: skip
    met = {"citizen_id": citizen, "kind": "opfoelgning", "starts_at": "2026-11-23T08:00"}
    workspace.casework.register(workspace.casework.book(met).record_ids[0], Attendance.ATTENDED)
    workspace.casework.book({**met, "starts_at": "2026-12-01T10:00"})
    workspace.casework.book({**met, "starts_at": "2026-11-25T10:00"})
    row = workspace.lookup.citizens(TODAY)[0]
    assert (row.status, row.job, row.weekly_hours) == ("I praktik", "Lager-X (virksomhedspraktik)", 12)
    assert row.last_seen == TODAY
    assert row.next_at == datetime(2026, 11, 25, 10, tzinfo=COPENHAGEN)
    assert workspace.lookup.weekly_figures(TODAY).in_work == 0


def test_a_citizen_not_seen_for_long_is_marked_unless_reminders_are_stopped(workspace: Workspace) -> None:
    quiet = add_citizen(workspace, "Øjvind", enrolled_on="2026-10-01")
    assert "!" in workspace.lookup.citizens(TODAY)[0].marks
    workspace.casework.update(quiet, {"silence_reason": "indlagt"})
    row = workspace.lookup.citizens(TODAY)[0]
    assert (row.marks, row.status) == ((), "Pause")


def test_a_draft_shows_in_the_row(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    workspace.drafts.save("note:x", "note", citizen, "Mødte")
    assert "·" in workspace.lookup.citizens(TODAY)[0].marks


def test_the_week_counts_my_contacts_and_the_jobsamtaler(workspace: Workspace, clock: FixedClock) -> None:
    citizen, place = add_citizen(workspace), company(workspace)
    workspace.casework.log_employer_contact(place, "visit", TODAY)
    workspace.casework.log_employer_contact(place, "phone", TODAY - timedelta(days=1))
    workspace.casework.create(
        "employer_contact", {"company_id": place, "on": "2026-11-23", "mode": "mail", "by": TB.id}
    )
    talk = {"citizen_id": citizen, "kind": "jobsamtale", "starts_at": "2026-11-23T08:00"}
    workspace.casework.register(workspace.casework.book(talk).record_ids[0], Attendance.ATTENDED)
    workspace.casework.book({**talk, "starts_at": "2026-11-27T10:00"})
    workspace.casework.cancel(
        workspace.casework.book({**talk, "starts_at": "2026-11-26T10:00"}).record_ids[0], "staff", "syg"
    )
    workspace.casework.create(
        "placement", {"citizen_id": citizen, "kind": "smaajob", "starts_on": "2026-11-01", "weekly_hours": 8}
    )
    figures = workspace.lookup.weekly_figures(TODAY)
    assert (figures.employer_contacts, figures.target) == (1, 6)
    assert (figures.jobsamtaler_done, figures.jobsamtaler_planned) == (1, 2)
    assert (figures.in_work, figures.weekly_hours) == (1, 8)


def test_a_company_shows_its_last_contact_by_anybody_and_the_next_step(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    zebra, aa = company(workspace, "Zebra"), company(workspace, "Aabybro Tag", relation="varm", city="Valby")
    workspace.casework.log_employer_contact(
        aa, "visit", date(2026, 11, 16), citizen_id=citizen, next_step_on=date(2026, 11, 25)
    )
    workspace.casework.create("employer_contact", {"company_id": aa, "on": "2026-11-18", "mode": "mail", "by": TB.id})
    rows = workspace.lookup.companies(TODAY)
    assert [row.id for row in rows] == [zebra, aa], "aa is å, the last letter"
    assert (rows[1].last_contact, rows[1].last_by) == (date(2026, 11, 18), "TB")
    assert (rows[1].relation, rows[1].place, rows[1].next_step) == ("Varm", "Valby", date(2026, 11, 25))
    card = workspace.lookup.company(aa)
    assert [stored.record.on for stored in card.employer_contacts] == [date(2026, 11, 18), date(2026, 11, 16)]
    assert card.job_leads[0].record.citizen_id == citizen
    assert card.job_leads[0].record.state == "meeting"


def test_an_employer_contact_never_ties_the_team_to_a_citizen(workspace: Workspace) -> None:
    citizen, place = add_citizen(workspace, "Fatima"), company(workspace)
    done = workspace.casework.log_employer_contact(place, "visit", TODAY, text="De vil møde Fatima", citizen_id=citizen)
    contact, lead = (workspace.lookup.get(record_id) for record_id in done.record_ids)
    assert (contact.scope, lead.scope) == ("team", f"citizen:{citizen}")
    assert citizen not in str(contact.record.body())
    assert any("nævner måske en borger" in warning for warning in done.warnings)
    quiet = workspace.casework.log_employer_contact(place, "phone", TODAY, text="De ringer fredag")
    assert quiet.warnings == ()


def test_the_bridging_board_counts_days_and_shows_the_consent(workspace: Workspace, clock: FixedClock) -> None:
    citizen = add_citizen(workspace)
    done = workspace.casework.request_treatment(citizen, "SEL101", date(2026, 11, 11), "Rådgivningscenter Kbh")
    assert "25-11-2026" in done.message
    [referral] = done.record_ids
    [row] = workspace.lookup.bridging(TODAY)
    assert (row.stage, row.day_number, row.limit_days, row.days_left) == ("wish", 12, 14, 2)
    assert (row.due_on, row.rule_id, row.consent_state) == (
        date(2026, 11, 25),
        "treatment.sel101",
        ConsentState.MISSING,
    )
    [consent] = workspace.casework.give_consent(citizen, "Rådgivningscenter Kbh", given_on=TODAY).record_ids
    assert workspace.lookup.get(consent).record.expires_on == date(2027, 11, 23)
    assert workspace.lookup.bridging(TODAY)[0].consent_state is ConsentState.VALID
    assert workspace.lookup.bridging(date(2027, 11, 1))[0].consent_state is ConsentState.EXPIRES_SOON
    assert workspace.lookup.bridging(date(2027, 11, 24))[0].consent_state is ConsentState.EXPIRED
    workspace.casework.withdraw_consent(consent, "pr. telefon")
    assert workspace.lookup.bridging(TODAY)[0].consent_state is ConsentState.WITHDRAWN
    for step, stage in (("referred", "referred"), ("received", "received"), ("started", "started"), ("ended", "ended")):
        workspace.casework.advance_referral(referral, step, TODAY)  # type: ignore[arg-type]
        assert workspace.lookup.bridging(TODAY)[0].stage == stage
    assert workspace.lookup.bridging(TODAY)[0].limit_days is None


def test_double_diagnosis_counts_from_receipt(workspace: Workspace) -> None:
    [referral] = workspace.casework.request_treatment(add_citizen(workspace), "SUL82C", date(2026, 11, 1)).record_ids
    assert workspace.lookup.bridging(TODAY)[0].limit_days is None
    workspace.casework.advance_referral(referral, "received", date(2026, 11, 20))
    [row] = workspace.lookup.bridging(TODAY)
    assert (row.day_number, row.limit_days, row.due_on) == (3, 14, date(2026, 12, 4))


def test_a_bridging_note_without_consent_is_stored_and_warned_about(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    without = workspace.casework.write_bridging_note(citizen, "ringede til visitator")
    assert len(without.warnings) == 1
    workspace.casework.give_consent(citizen, "Behandler", given_on=TODAY)
    with_consent = workspace.casework.write_bridging_note(citizen, "møde aftalt")
    assert with_consent.warnings == ()
    assert workspace.lookup.get(with_consent.record_ids[0]).record.legal_basis == "samtykke"
    stated = workspace.casework.write_bridging_note(
        add_citizen(workspace, "Ali"), "møde", legal_basis="borger_til_stede"
    )
    assert stated.warnings == ()


def test_a_consent_to_health_data_for_longer_than_the_law_allows_is_refused(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    with pytest.raises(InvalidRecords) as refused:
        workspace.casework.give_consent(citizen, "Behandler", given_on=TODAY, expires_on=date(2028, 1, 1))
    [problem] = refused.value.problems
    assert problem.field == "expires_on"
    assert "365 dage, her til 23-11-2027" in problem.reason
    assert workspace.lookup.list("consent") == ()
    no_health = Terms(covers_health=False)
    workspace.casework.give_consent(citizen, "Bageriet", given_on=TODAY, expires_on=date(2028, 1, 1), terms=no_health)


def test_the_day_holds_meetings_deadlines_and_my_tasks(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, enrolled_on="2026-11-20", visitation_category="aktivitetsparat")
    workspace.casework.book({"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-23T10:00"})
    workspace.casework.create("appointment", {"kind": "team", "starts_at": "2026-11-23T09:00", "title": "Teammøde"})
    workspace.casework.create(
        "appointment", {"kind": "team", "starts_at": "2026-11-23T09:30", "title": "Andres", "consultant_id": TB.id}
    )
    workspace.casework.add_task("Ring", citizen_id=citizen, due_on=TODAY)
    day = workspace.agenda.day(TODAY)
    assert [stored.record.kind for stored in day.appointments] == ["team", "mentor"]
    assert [task.record.title for task in day.tasks] == ["Ring"]
    assert date(2026, 11, 27) in [deadline.due_on for deadline in day.deadlines]
    workspace.casework.do_task(day.tasks[0].id)
    assert workspace.agenda.day(TODAY).tasks == ()


def test_a_citizen_followed_as_a_treatment_worker_is_not_on_my_day(workspace: Workspace) -> None:
    citizen = add_citizen(workspace)
    workspace.casework.book({"citizen_id": citizen, "kind": "mentor", "starts_at": "2026-11-23T10:00"})
    for role, shown in (("treatment", 0), ("substitute", 1)):
        with workspace.store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO assignment (citizen_id, role) VALUES (?, ?)", (citizen, role))
        assert len(workspace.agenda.day(TODAY).appointments) == shown
        assert workspace.lookup.citizens(TODAY)[0].role == role


def test_revealing_needs_a_field_that_is_hidden_and_filled(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, phone="12345678")
    assert workspace.lookup.reveal(citizen, "phone") == "12 34 56 78"
    for field in ("cpr", "given_name", "nonsense"):
        with pytest.raises(BadUsage):
            workspace.lookup.reveal(citizen, field)
    for act in (workspace.lookup.open_citizen, workspace.lookup.company, workspace.lookup.get):
        with pytest.raises(NotFound):
            act("findes-ikke")
