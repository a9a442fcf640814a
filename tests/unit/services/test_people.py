"""Citizens as people: programmes with a reason, one card for two, numbers that are replaced, moves, and progress."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fieldtui.base.errors import BadUsage, InvalidRecords
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.figures import Period
from fieldtui.domain.protection import ELSEWHERE
from fieldtui.export.dossier import document_of
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import MONDAY, add_citizen

TODAY = MONDAY.date()
OLD, NEW = "6101900001", "6101900003"
"""A replacement number and the number of the same day of birth that came after it."""


def entries(workspace: Workspace, action: str) -> list[tuple[str | None, str | None, str | None]]:
    """Subject, reason and detail of the access log's entries of a kind."""
    return [(row.subject, row.reason, row.detail) for row in workspace.log_entries() if row.action == action]


def refusal(act: Callable[[], object]) -> str:
    """What is said of an act that is refused."""
    with pytest.raises(BadUsage) as refused:
        act()
    return refused.value.message


# --- programmes ------------------------------------------------------------------------------------


def test_another_programme_needs_a_reason_is_logged_and_refuses_nobody(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Ali", "Demir", cpr=OLD, programme="ips-sydhavnen")
    with pytest.raises(InvalidRecords) as refused:
        workspace.casework.update(citizen, {"programme": "fremskudt-2019"})
    assert [each.field for each in refused.value.problems] == ["programme_reason"]
    assert "unge-handicap-16-uger" in refusal(
        lambda: workspace.casework.set_programme(citizen, "unge-handicap-16-ugr", "tastefejl")
    )
    assert "hvorfor" in refusal(lambda: workspace.casework.set_programme(citizen, "unge-handicap-16-uger", " "))
    done = workspace.casework.set_programme(citizen, "unge-handicap-16-uger", "Ali ønsker forløbet")
    assert "Borgeren er over 29 år." in done.warnings
    record = workspace.lookup.show(citizen).record
    assert (record.programme, record.programme_since) == ("unge-handicap-16-uger", TODAY)
    assert entries(workspace, "programme") == [(citizen, "••• ønsker forløbet", "unge-handicap-16-uger")]
    assert "allerede" in refusal(lambda: workspace.casework.set_programme(citizen, "unge-handicap-16-uger", "igen"))
    workspace.undo.undo()
    assert workspace.lookup.show(citizen).record.programme == "ips-sydhavnen"


def test_a_course_ends_after_its_weeks_until_what_it_must_leave_is_written_down(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Ida", programme="unge-handicap-16-uger", enrolled_on="2026-09-07")

    def ends() -> list[tuple[date, str]]:
        case = workspace.lookup.open_citizen(citizen)
        return [
            (each.due_on, each.reason) for each in deadlines(case, workspace.rules, TODAY) if each.kind == "course_end"
        ]

    [(due, reason)] = ends()
    assert due == date(2026, 12, 28)
    assert "Afklaring, Opkvalificering, Dokumentation" in reason
    assert "Køkken" in refusal(lambda: workspace.casework.check_off(citizen, "Svømning"))
    for point in ("afklaring", "Opkvalificering", "dokumentation", "Køkken"):
        workspace.casework.check_off(citizen, point)
    assert ends() == []
    workspace.casework.check_off(citizen, "Dokumentation", done=False)
    assert [each.done for each in workspace.lookup.picture_of(citizen, TODAY).points] == [  # type: ignore[union-attr]
        True, False, False, False, True, True, False,
    ]  # fmt: skip
    assert ends()[0][1].endswith("Dokumentation.")


def test_who_moves_is_looked_at_again_and_never_discharged(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Bo", programme="ips-sydhavnen", district="sydhavnen", enrolled_on="2026-11-02")

    def review() -> list[str]:
        case = workspace.lookup.open_citizen(citizen)
        return [each.what for each in deadlines(case, workspace.rules, TODAY) if each.kind == "review"]

    workspace.casework.update(citizen, {"district": "bavnehoej"})
    assert workspace.lookup.show(citizen).record.moved_on == TODAY
    assert review() == []  # Bavnehøj counts
    workspace.casework.update(citizen, {"district": "valby"})
    assert review() == ["Målgruppe vurderes igen"]
    workspace.casework.review_eligibility(citizen, "kommer stadig i kvarteret")
    assert review() == []
    workspace.casework.update(citizen, {"district": "anden_kommune", "moved_on": "2026-11-24"})
    assert review() == ["Overdragelse til anden kommune"]
    assert workspace.lookup.show(citizen).record.discharged_on is None
    workspace.casework.update(citizen, {"job_goal": "Butik", "address": "Havnegade 1", "phone": "22334455", "cpr": OLD})
    text = workspace.lookup.transfer_text(citizen)
    assert "Butik" in text
    assert not any(secret in text for secret in ("Havnegade", "22334455", OLD, OLD[:6]))
    assert entries(workspace, "copy")[-1] == (citizen, None, "transfer")


# --- who is one and the same -----------------------------------------------------------------------


def test_a_replaced_number_still_finds_its_citizen_and_stands_in_no_log(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Ali", "Demir", cpr=OLD)
    done = workspace.casework.update(citizen, {"cpr": "610190-0003"})
    record = workspace.lookup.show(citizen).record
    assert (record.cpr, record.former_cpr) == (NEW, (OLD,))
    assert [hit.record_id for hit in workspace.lookup.search("610190-0001")] == [citizen]
    assert [hit.record_id for hit in workspace.lookup.search(NEW)] == [citizen]
    said = [done.message, *done.warnings, *(str(row) for row in workspace.log_entries())]
    assert not any(number[:6] in text and number[6:] in text for text in said for number in (OLD, NEW))
    workspace.undo.undo()
    assert workspace.lookup.show(citizen).record.former_cpr == ()


@pytest.mark.parametrize(
    "values",
    [{"cpr": "6101900003"}, {"no_fixed_abode": True}, {"family_name": None, "cpr": None}],
    ids=["no mod 11", "no fixed abode", "no surname"],
)
def test_what_is_lawful_is_never_refused(workspace: Workspace, values: dict[str, object]) -> None:
    given = {"given_name": "Nanna", **values}
    assert workspace.casework.create("citizen", given).record_ids


def test_two_cards_of_one_citizen_are_found_merged_and_taken_apart_again(workspace: Workspace) -> None:
    keep = add_citizen(workspace, "Ali", "Demir", cpr=OLD, enrolled_on="2026-11-02")
    made = workspace.casework.create(
        "citizen",
        {"given_name": "ali", "family_name": "Demir", "cpr": NEW, "enrolled_on": "2026-11-09", "job_goal": "Bager"},
    )
    assert any("samme navn og fødselsdag" in warning for warning in made.warnings)
    gone = made.record_ids[0]
    note = workspace.casework.create("note", {"citizen_id": gone, "text": "Vil gerne være bager"}).record_ids[0]
    [pair] = workspace.casework.citizen_duplicates()
    assert ({pair.likeness.one, pair.likeness.other}, pair.likeness.why, pair.mine) == ({keep, gone}, "name", True)
    done = workspace.casework.merge_citizens(keep, gone, "samme person, nyt nummer")
    assert any("Jobmål" in warning for warning in done.warnings)
    case = workspace.lookup.open_citizen(gone)
    assert (case.id, [each.id for each in case.notes], [each.id for each in case.merged]) == (keep, [note], [gone])
    assert [row.id for row in workspace.lookup.citizens(TODAY)] == [keep]
    assert [each.id for each in workspace.lookup.list("citizen")] == [keep]
    assert workspace.status().citizens == 1
    assert {hit.citizen_id for hit in workspace.lookup.search("bager")} == {keep}
    assert workspace.casework.citizen_duplicates() == ()
    assert {subject for subject, _reason, _detail in entries(workspace, "merge")} == {keep, gone}
    workspace.undo.undo()
    assert len(workspace.lookup.list("citizen")) == 2
    workspace.undo.redo()
    workspace.casework.unmerge_citizen(gone, "to forskellige alligevel")
    assert {row.id for row in workspace.lookup.citizens(TODAY)} == {keep, gone}
    assert [each.id for each in workspace.lookup.open_citizen(gone).notes] == [note]
    workspace.casework.not_same_citizen(gone, keep)
    assert workspace.casework.citizen_duplicates() == ()


def test_a_merge_protects_both_where_one_is(workspace: Workspace) -> None:
    keep = add_citizen(workspace, "Nora", "Berg")
    hidden = add_citizen(workspace, "Nora", "Berg", address="Hemmelig Allé 7", address_protected=True)
    workspace.casework.merge_citizens(keep, hidden, "samme person")
    assert workspace.lookup.show(keep).record.address_protected
    workspace.casework.update(keep, {"phone": "22334455"})
    assert workspace.lookup.reveal(hidden, "phone", "ringer op") == "22 33 44 55"  # of the card that stands for both
    workspace.undo.undo()
    workspace.undo.undo()
    assert not workspace.lookup.show(keep).record.address_protected


def test_a_colleagues_citizen_is_a_question_of_hand_over_and_no_silent_merge(workspace: Workspace) -> None:
    mine = add_citizen(workspace, "Ali", "Demir", cpr=OLD)
    theirs = add_citizen(workspace, "Ali", "Demir", cpr=OLD)
    with workspace.store.transaction() as connection:
        connection.execute("INSERT INTO assignment (citizen_id, role) VALUES (?, 'substitute')", (theirs,))
    [pair] = workspace.casework.citizen_duplicates()
    assert (pair.likeness.why, pair.mine) == ("cpr", False)
    assert "kollegas" in refusal(lambda: workspace.casework.merge_citizens(mine, theirs, "samme nummer"))
    assert len(workspace.lookup.list("citizen")) == 2


def test_figures_count_one_for_two_cards(workspace: Workspace) -> None:
    keep = add_citizen(workspace, "Ali", "Demir", cpr=OLD, enrolled_on="2026-11-02")
    gone = add_citizen(workspace, "Ali", "Demir", cpr=NEW, enrolled_on="2026-11-02")
    workspace.casework.create("placement", {"citizen_id": gone, "kind": "ordinaert_job", "starts_on": "2026-11-10"})
    workspace.casework.merge_citizens(keep, gone, "samme person")
    figures = {each.id: each for each in workspace.reporting.outcomes(Period(date(2026, 11, 1), TODAY))}
    assert (figures["K1b"].numerator, figures["K1b"].denominator) == (1, 1)


# --- progress --------------------------------------------------------------------------------------


def test_a_measurement_tells_its_direction_by_the_score_before_and_is_one_act(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Bo", enrolled_on="2026-10-01")
    workspace.casework.measure(citizen, {"hverdag": 2, "bolig": 3}, on=date(2026, 10, 5))
    workspace.casework.measure(citizen, {"hverdag": 4, "bolig": 3}, on=date(2026, 11, 5))
    workspace.casework.measure(citizen, {"hverdag": 1}, on=date(2026, 11, 6), assessed_by="citizen")
    found = {each.area: each for each in workspace.lookup.picture_of(citizen, TODAY).courses}  # type: ignore[union-attr]
    assert found["hverdag"].directions == ("unchanged", "progress", "unchanged")
    assert found["bolig"].directions == ("unchanged", "unchanged")
    figures = {each.id: each for each in workspace.reporting.outcomes(Period(date(2026, 11, 1), TODAY))}
    assert figures["K2"].numerator == 1
    workspace.undo.undo()
    workspace.undo.undo()
    assert len(workspace.lookup.list("progression")) == 2


@pytest.mark.parametrize(
    ("scores", "field"), [({"hverdg": 3}, "area"), ({"hverdag": 6}, "score"), ({"hverdag": 0}, "score")]
)
def test_an_unknown_area_and_a_step_beyond_the_scale_are_refused_with_the_field(
    workspace: Workspace, scores: dict[str, int], field: str
) -> None:
    citizen = add_citizen(workspace, "Bo")
    with pytest.raises(InvalidRecords) as refused:
        workspace.casework.measure(citizen, scores)
    assert [each.field for each in refused.value.problems] == [field]
    assert workspace.lookup.list("progression") == ()


# --- who is on the case ----------------------------------------------------------------------------


def test_one_coordinates_the_others_are_named_and_overlaps_are_pointed_out(workspace: Workspace) -> None:
    citizen = add_citizen(workspace, "Bo", programme="ips-sydhavnen", others_involved=["SUF"], enrolled_on="2026-11-02")
    create = workspace.casework.create
    partner = create("partner", {"name": "Opzoomerne", "kind": "provider"}).record_ids[0]
    create(
        "activation",
        {"citizen_id": citizen, "kind": "kursus_16_uger", "partner_id": partner, "starts_on": "2026-11-10"},
    )
    create("activation", {"citizen_id": citizen, "kind": "mentor", "starts_on": "2026-11-11"})
    workspace.casework.give_consent(citizen, "Team Alkohol", given_on=date(2026, 11, 1))
    picture = workspace.lookup.picture_of(citizen, TODAY)
    assert picture is not None
    said = [(each.part, each.name) for each in picture.involved]
    assert said[0] == ("coordinator", "Mette Holm")
    assert {("provider", "Opzoomerne"), ("consent", "Team Alkohol"), ("other", "SUF")} <= set(said)
    assert any("2 aktiveringer samtidig" in each for each in picture.remarks)
    assert any("beskæftigelsesforløb samtidig" in each for each in picture.remarks)
    with workspace.store.transaction() as connection:
        connection.execute(
            "INSERT INTO assignment (citizen_id, role, until, primary_id) VALUES (?, 'substitute', '2026-12-01', ?)",
            (citizen, "01968000-0000-7000-8000-00000000000b"),
        )
    standing_in = workspace.lookup.picture_of(citizen, TODAY)
    assert standing_in is not None
    assert [each.written() for each in standing_in.involved[:2]] == [
        "Koordinerer: Tariq Bøgh", "Vikar: Mette Holm, til 01-12-2026",
    ]  # fmt: skip


def test_a_dossier_of_one_card_holds_what_is_on_both_and_hides_the_address_of_each(
    workspace: Workspace, tmp_path: Path
) -> None:
    keep = add_citizen(workspace, "Nora", "Berg")
    gone = add_citizen(workspace, "Nora", "Berg", address="Hemmelig Allé 7", address_protected=True)
    workspace.casework.create("note", {"citizen_id": keep, "text": "Mødtes på Hemmelig Allé 7"})
    workspace.casework.create("note", {"citizen_id": gone, "text": "Vil gerne være bager"})
    workspace.casework.merge_citizens(keep, gone, "samme person")
    document = document_of(
        workspace.dossiers._held(gone), people=workspace.people, made_at=workspace.clock.now(), made_by="MH"
    )
    text = json.dumps(document, ensure_ascii=False)
    assert document["citizen"]["id"] == keep
    assert [each["id"] for each in document["records"]["citizen"]] == [gone]
    assert "Vil gerne være bager" in text
    assert "Mødtes på" in text
    assert "Hemmelig" not in text


def test_minutes_of_a_meeting_on_the_other_card_lie_where_the_meeting_lies(workspace: Workspace) -> None:
    keep, gone = add_citizen(workspace, "Nora", "Berg"), add_citizen(workspace, "Nora", "Berg")
    meeting = workspace.casework.create(
        "appointment", {"citizen_id": gone, "kind": "jobsamtale", "starts_at": "2026-11-23T10:00"}
    ).record_ids[0]
    workspace.casework.merge_citizens(keep, gone, "samme person")
    note = workspace.casework.create(
        "note", {"citizen_id": keep, "appointment_id": meeting, "text": "Gik godt"}
    ).record_ids[0]
    assert workspace.lookup.show(note).record.citizen_id == gone
    assert [each.id for each in workspace.lookup.open_citizen(keep).notes] == [note]


def test_a_list_calls_a_citizen_of_two_cards_by_the_one_that_stands_for_both(
    workspace: Workspace, tmp_path: Path
) -> None:
    keep = add_citizen(workspace, "Nora", "Berg", address_protected=True, call_code="K7Q4")
    gone = add_citizen(workspace, "Nora", "Berg", address_protected=True, call_code="M2X9")
    workspace.casework.create(
        "appointment", {"citizen_id": gone, "kind": "opfoelgning", "starts_at": "2026-11-23T10:00"}
    )
    workspace.casework.merge_citizens(keep, gone, "samme person")
    result = workspace.exports.appointments(TODAY, TODAY, "reception", "csv", output=tmp_path, any_folder=True)
    text = result.file.read_text(encoding="utf-8-sig")
    assert "K7Q4" in text
    assert "M2X9" not in text


def test_an_address_on_the_one_card_of_two_is_hidden_in_what_lies_on_the_other(workspace: Workspace) -> None:
    before = add_citizen(workspace, "Ali", "Demir", cpr=OLD)
    citizen = add_citizen(workspace, "Ali", "Demir", cpr=NEW, address="Havnegade 12")
    meeting = workspace.casework.create(
        "appointment",
        {
            "citizen_id": before,
            "kind": "opfoelgning",
            "starts_at": "2026-11-23T13:00:00+01:00",
            "place": "Havnegade 12",
        },
    ).record_ids[0]
    note = workspace.casework.write_note(before, "Bor nu i Havnegade 12").record_ids[0]
    workspace.casework.merge_citizens(citizen, before, "samme person")
    workspace.casework.update(citizen, {"address_protected": True})
    assert workspace.lookup.show(meeting).record.place == ELSEWHERE
    assert [each.record.place for each in workspace.lookup.open_citizen(citizen).appointments] == [ELSEWHERE]
    assert workspace.lookup.search("Havnegade") == ()
    for copied in (workspace.copying.note, workspace.casework.journal_copy):
        assert "beskyttet" in refusal(lambda copied=copied: copied(note))  # type: ignore[misc]
    listed = workspace.exports.appointments(TODAY, TODAY, "reception", "csv").file.read_text(encoding="utf-8-sig")
    assert "13:00" in listed
    assert not any(told in listed for told in ("Havnegade", "Ali"))


def test_the_log_of_the_one_card_never_names_the_other_card(workspace: Workspace) -> None:
    card, other = add_citizen(workspace, "Ali", "Demir"), add_citizen(workspace, "Ali", "Yilmaz")
    workspace.casework.merge_citizens(card, other, "Demir hed Yilmaz før")
    workspace.casework.unmerge_citizen(other, "Yilmaz er en anden end Demir")
    told = [*entries(workspace, "merge"), *entries(workspace, "unmerge")]
    assert [reason for _subject, reason, _detail in told] == ["••• hed ••• før"] * 2 + ["••• er en anden end •••"]
