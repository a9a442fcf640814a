"""A citizen offered to a colleague and what was written before: over the real wire, between real laptops."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fieldtui.base.errors import BadUsage, Unreachable
from fieldtui.central import administration, planning
from fieldtui.services.handovers import HandoverRow
from fieldtui.services.parked import ParkedRow
from tests.sync.office import Device, Office


def tick(office: Office, *devices: Device, minutes: int = 1) -> None:
    for clock in (office.clock, *(device.clock for device in devices)):
        clock.advance(timedelta(minutes=minutes))


def offer(device: Device) -> HandoverRow:
    (row,) = device.workspace.handovers.list()
    return row


def parked(device: Device) -> ParkedRow:
    (row,) = device.workspace.parked.list()
    return row


def park(office: Office, device: Device, citizen: str, **values: object) -> None:
    """An edit of `device` that comes to the office only after the citizen has gone to TB."""
    device.edit(citizen, **values)
    tick(office, device)
    office.assign(citizen, "TB")


def test_a_citizen_stays_until_the_colleague_has_said_yes_and_then_moves_whole(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.casework.write_note(citizen, "Kan bedst om formiddagen")
    mine.workspace.handovers.offer(citizen, "tb", "Ring før kl. 9. Har møde på torsdag.")
    assert offer(mine).state == "offering"
    mine.sync()
    assert offer(mine).state == "offered"
    theirs.sync()
    (waiting,) = theirs.workspace.handovers.to_answer()
    assert (waiting.label, waiting.note) == ("Fatima A.", "Ring før kl. 9. Har møde på torsdag.")
    assert theirs.workspace.store.get(citizen) is None
    assert mine.workspace.store.get(citizen) is not None
    theirs.workspace.handovers.accept(waiting.id)
    assert offer(theirs).state == "accepting"
    report = theirs.sync()
    assert (report.errands, report.finished) == (1, True)
    assert theirs.body(citizen)["job_goal"] == "Gartner"
    assert offer(theirs).state == "accepted"
    (note,) = theirs.workspace.lookup.list("note", citizen_id=citizen)
    assert note.author == office.mh.id
    assert mine.sync().purged == 2
    assert mine.workspace.store.get(citizen) is None
    assert (offer(mine).state, offer(mine).answered_by, offer(mine).note) == ("accepted", office.tb.id, "")
    assert offer(mine).label != "Fatima A."
    assert mine.sync().requests == 1
    assert theirs.sync().requests == 1


def test_a_no_comes_back_with_its_reason_and_the_citizen_never_moves(office: Office) -> None:
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.handovers.offer(citizen, "TB", "Jeg er fuld")
    mine.sync()
    theirs.sync()
    with pytest.raises(BadUsage):
        theirs.workspace.handovers.reject(offer(theirs).id, " ")
    theirs.workspace.handovers.reject(offer(theirs).id, "Jeg har 30 i forvejen")
    theirs.sync()
    assert theirs.workspace.handovers.to_answer() == ()
    mine.sync()
    assert (offer(mine).state, offer(mine).reason) == ("rejected", "Jeg har 30 i forvejen")
    assert mine.workspace.store.get(citizen) is not None
    mine.workspace.handovers.offer(citizen, "TB", "Nu da?")
    mine.sync()
    assert [row.state for row in mine.workspace.handovers.list()] == ["offered", "rejected"]


def test_an_answer_that_is_lost_on_the_way_is_asked_again_and_happens_once(office: Office) -> None:
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.handovers.offer(citizen, "TB", "Tag godt imod")
    mine.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        mine.sync()
    mine.network.lose_response = lambda _request: False
    mine.sync()
    assert offer(mine).state == "offered"
    theirs.sync()
    theirs.workspace.handovers.accept(offer(theirs).id)
    theirs.network.lose_response = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        theirs.sync()
    theirs.network.lose_response = lambda _request: False
    assert theirs.sync().finished
    assert theirs.workspace.store.get(citizen) is not None
    assert offer(theirs).state == "accepted"


def test_an_offer_is_taken_back_before_and_after_it_was_sent(office: Office) -> None:
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.handovers.offer(citizen, "TB", "Vent")
    with pytest.raises(BadUsage):
        mine.workspace.handovers.offer(citizen, "TB", "Igen")
    mine.workspace.handovers.withdraw(offer(mine).id)
    assert mine.workspace.handovers.list() == ()
    mine.workspace.handovers.offer(citizen, "TB", "Nu")
    mine.sync()
    theirs.sync()
    mine.workspace.handovers.withdraw(offer(mine).id)
    mine.sync()
    theirs.workspace.handovers.accept(offer(theirs).id)
    theirs.sync()
    assert offer(theirs).state == "withdrawn"
    assert theirs.workspace.store.get(citizen) is None


def test_only_who_has_the_citizen_may_offer_it_and_nobody_else_may_answer(office: Office) -> None:
    administration.add_consultant(office.database, "LN", "Lis Nord")
    citizen = office.citizen("MH")
    office.assign(citizen, "TB", "substitute", date(2026, 11, 30))
    substitute, third, mine = office.device("TB"), office.device("LN"), office.device("MH")
    with pytest.raises(BadUsage):
        substitute.workspace.handovers.offer(citizen, "LN", "Tag den")
    # A changed program asks all the same.
    substitute.workspace.handovers._ask("offer", office.id(), citizen, to=third.person.id, note="Tag den")
    assert substitute.sync().errands == 0
    (said,) = substitute.workspace.handovers.list()
    assert (said.state, said.reason) == ("refused", "Borgeren er ikke hos dig længere.")
    mine.workspace.handovers.offer(citizen, "LN", "Til Lis")
    mine.sync()
    substitute.workspace.handovers._ask("accept", offer(mine).id, citizen)
    assert substitute.sync().errands == 0
    assert offer(mine).state == "offered"


def test_an_offer_lapses_when_the_office_gives_the_citizen_to_somebody_else(office: Office) -> None:
    administration.add_consultant(office.database, "LN", "Lis Nord")
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    mine.workspace.handovers.offer(citizen, "TB", "Til dig")
    mine.sync()
    theirs.sync()
    theirs.workspace.handovers.accept(offer(theirs).id)
    office.assign(citizen, "LN")
    assert theirs.sync().errands == 0
    assert offer(theirs).state == "lapsed"
    assert theirs.workspace.store.get(citizen) is None


def test_a_leader_offers_for_a_consultant_who_keeps_the_citizen_until_the_answer(office: Office) -> None:
    citizen = office.citizen("MH")
    leader, mine, theirs = office.device("ADM"), office.device("MH"), office.device("TB")
    leader.workspace.handovers.offer(citizen, "TB", "Mette er syg")
    leader.sync()
    mine.sync()
    assert (offer(mine).state, offer(mine).incoming) == ("offered", False)
    theirs.sync()
    theirs.workspace.handovers.accept(offer(theirs).id)
    theirs.sync()
    leader.sync()
    assert (offer(leader).state, leader.workspace.store.get(citizen)) == ("accepted", None)
    assert mine.sync().purged == 1


# --- parked edits ------------------------------------------------------------------------------------


def test_a_parked_edit_is_seen_field_by_field_and_taken_in_under_its_author(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner", district="Nord")
    mine, theirs = office.device("MH"), office.device("TB")
    park(office, mine, citizen, job_goal="Murer")
    mine.sync()
    mine.sync()
    assert (parked(mine).mine, parked(mine).state, parked(mine).differences) == (True, "waiting", ())
    theirs.sync()
    theirs.edit(citizen, district="Syd")
    theirs.sync()
    row = parked(theirs)
    (change,) = row.differences
    assert (row.mine, row.author, change.fields, change.contested) == (False, office.mh.id, ("job_goal",), False)
    assert (change.before, change.parked, change.now) == (
        {"job_goal": "Gartner"}, {"job_goal": "Murer"}, {"job_goal": "Gartner"},
    )  # fmt: skip
    theirs.workspace.parked.accept(row.op_id)
    theirs.sync()
    assert (theirs.body(citizen)["job_goal"], theirs.body(citizen)["district"]) == ("Murer", "Syd")
    assert [each.author for each in office.revisions(citizen)] == [None, office.tb.id, office.mh.id]
    assert theirs.workspace.parked.list() == ()
    mine.sync()
    assert (parked(mine).state, parked(mine).answered_by) == ("accepted", office.tb.id)


def test_what_both_changed_stays_as_it_stands_unless_the_parked_value_is_chosen(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner", district="Nord")
    mine, theirs = office.device("MH"), office.device("TB")
    park(office, mine, citizen, job_goal="Murer", district="Vest")
    mine.sync()
    theirs.sync()
    theirs.edit(citizen, job_goal="Bager")
    theirs.sync()
    row = parked(theirs)
    assert row.contested == ("job_goal",)
    with pytest.raises(BadUsage):
        theirs.workspace.parked.accept(row.op_id, ("district",))
    theirs.workspace.parked.accept(row.op_id)
    theirs.sync()
    assert (theirs.body(citizen)["job_goal"], theirs.body(citizen)["district"]) == ("Bager", "Vest")


def test_an_answer_to_what_was_changed_meanwhile_is_asked_anew(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    mine, theirs, second = office.device("MH"), office.device("TB"), office.device("TB")
    park(office, mine, citizen, job_goal="Murer")
    mine.sync()
    theirs.sync()
    theirs.workspace.parked.accept(parked(theirs).op_id)
    second.sync()
    second.edit(citizen, job_goal="Bager")
    second.sync()
    assert theirs.sync().errands == 0
    row = parked(theirs)
    assert (row.state, row.contested, theirs.body(citizen)["job_goal"]) == ("changed", ("job_goal",), "Bager")
    theirs.workspace.parked.accept(row.op_id, ("job_goal",))
    theirs.sync()
    assert theirs.body(citizen)["job_goal"] == "Murer"


def test_a_declined_edit_stays_on_file_and_its_author_reads_why(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    mine, theirs = office.device("MH"), office.device("TB")
    note = mine.workspace.casework.write_note(citizen, "Vil hellere være murer").record_ids[0]
    tick(office, mine)
    office.assign(citizen, "TB")
    mine.sync()
    theirs.sync()
    row = parked(theirs)
    assert {name for each in row.differences for name in each.fields} >= {"text", "author"}
    theirs.workspace.parked.decline(row.op_id, "Står allerede i referatet")
    theirs.sync()
    assert theirs.workspace.store.get(note) is None
    mine.sync()
    assert (parked(mine).state, parked(mine).reason) == ("declined", "Står allerede i referatet")


def test_a_parked_note_is_its_authors_also_after_somebody_else_took_it_in(office: Office) -> None:
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    note = mine.workspace.casework.write_note(citizen, "Sidste besøg").record_ids[0]
    tick(office, mine)
    office.assign(citizen, "TB")
    mine.sync()
    theirs.sync()
    theirs.workspace.parked.accept(parked(theirs).op_id)
    theirs.sync()
    assert theirs.body(note)["author"] == office.mh.id
    (entry,) = office.revisions(note)
    assert (entry.author, entry.device) == (office.mh.id, mine.workspace.status().device_id)


def test_mine_chosen_after_the_citizen_has_left_is_parked_and_not_refused(office: Office) -> None:
    citizen = office.citizen("MH", job_goal="Gartner")
    mine, other, theirs = office.device("MH"), office.device("MH"), office.device("TB")
    other.edit(citizen, job_goal="Murer")
    other.sync()
    mine.edit(citizen, job_goal="Bager")
    assert mine.sync().conflicts == 1
    tick(office, mine)
    office.assign(citizen, "TB")
    mine.sync()
    tick(office, mine)
    (undecided,) = mine.workspace.conflicts.list()
    mine.workspace.conflicts.resolve(undecided.id, "mine")
    report = mine.sync()
    assert (report.rejected, report.purged) == (0, 1)
    theirs.sync()
    (change,) = parked(theirs).differences
    assert (change.parked, change.now) == ({"job_goal": "Bager"}, {"job_goal": "Murer"})


# --- from a later day on -----------------------------------------------------------------------------


def test_from_monday_means_from_monday(office: Office) -> None:
    citizen = office.citizen("MH")
    mine, theirs = office.device("MH"), office.device("TB")
    administration.assign(office.database, citizen, "TB", begins=date(2026, 11, 30))
    assert [(row.consultant, row.role, row.state) for row in planning.list_assignments(office.database)] == [
        ("MH", "primary", "active"), ("TB", "primary", "planned"),
    ]  # fmt: skip
    tick(office, mine, theirs, minutes=6 * 24 * 60)
    assert theirs.sync().pulled == 0
    tick(office, mine, theirs, minutes=24 * 60)
    assert mine.sync().purged == 1
    assert theirs.sync().pulled == 1
    assert [(row.consultant, row.state) for row in planning.list_assignments(office.database)] == [("TB", "active")]


def test_a_substitute_is_extended_and_ended_before_time(office: Office) -> None:
    citizen = office.citizen("MH")
    device = office.device("TB")
    office.assign(citizen, "TB", "substitute", date(2026, 11, 24))
    device.sync()
    office.assign(citizen, "TB", "substitute", date(2026, 11, 27))
    tick(office, device, minutes=3 * 24 * 60)
    assert device.sync().purged == 0
    assert device.table("assignment", "until") == [("2026-11-27",)]
    assert planning.end_assignment(office.database, citizen, "TB")
    assert device.sync().purged == 1
    with pytest.raises(BadUsage):
        planning.end_assignment(office.database, citizen, "MH")
