"""What an edit that was parked may not become when somebody takes it in, and what somebody without the citizen may not do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from fieldtui.base.clock import isoformat
from fieldtui.central import administration
from fieldtui.central.caller import Caller
from fieldtui.central.database import organisation_from
from fieldtui.central.planning import end_assignment
from fieldtui.central.pushing import push
from fieldtui.central.schema import organisation
from fieldtui.wire.desk import Errand
from fieldtui.wire.messages import Accepted, Op, Parked, Person, PushRequest
from tests.sync.office import Office

UNIT = "Center for Rusmiddelbehandling"


def as_person(office: Office, person: Person) -> Caller:
    """A device of this person that says what it likes: straight at the code that every proven request comes to."""
    with office.database.transaction() as connection:
        org = organisation_from(connection.execute(select(organisation)).one())
    return Caller(org, person, office.id())


def ask(office: Office, caller: Caller, *ops: Op, errand: Errand | None = None) -> list[Any]:
    answer = push(office.database, caller, PushRequest(ops=ops, errands=(errand,) if errand else ()))
    return [*answer.results, *answer.errands]


def change(office: Office, collection: str, record_id: str, body: dict[str, Any], base_rev: int = 0) -> Op:
    now = isoformat(office.clock.now())
    return Op(op_id=office.id(), collection=collection, id=record_id, base_rev=base_rev, body=body, recorded_at=now)


def accept(office: Office, op: Op, seen_rev: int | None) -> Errand:
    now = isoformat(office.clock.now())
    return Errand(errand_id=office.id(), kind="accept_parked", about=op.op_id, seen_rev=seen_rev, recorded_at=now)


def meeting(citizen: str | None, person: Person, **more: Any) -> dict[str, Any]:
    return {
        "citizen_id": citizen, "consultant_id": person.id, "kind": "andet", "status": "planned",
        "starts_at": "2026-11-24T10:00:00+01:00", "duration_minutes": 30, **more,
    }  # fmt: skip


def left(office: Office, mh: Caller, op: Op, citizen: str) -> None:
    """MH's citizen goes to TB, and MH's edit from before that comes afterwards."""
    office.clock.advance(timedelta(minutes=1))
    office.assign(citizen, "TB")
    (said,) = ask(office, mh, op)
    assert isinstance(said, Parked)


def test_a_parked_edit_cannot_carry_a_record_to_another_citizen(office: Office) -> None:
    mh, tb = as_person(office, office.mh), as_person(office, office.tb)
    citizen, others = office.citizen("MH"), office.citizen("TB")
    appointment = office.id()
    (made,) = ask(office, mh, change(office, "appointment", appointment, meeting(citizen, office.mh)))
    assert isinstance(made, Accepted)
    for elsewhere in (others, None):
        evil = change(office, "appointment", appointment, meeting(elsewhere, office.mh), 1)
        office.assign(citizen, "MH")
        left(office, mh, evil, citizen)
        (said,) = ask(office, tb, errand=accept(office, evil, 1))
        assert (said.status, said.detail) == ("refused", "scope")
        assert office.body(appointment)["citizen_id"] == citizen
    office.assign(citizen, "MH")
    honest = change(office, "appointment", appointment, meeting(citizen, office.mh, place="Rådhuset"), 1)
    left(office, mh, honest, citizen)
    (said,) = ask(office, tb, errand=accept(office, honest, 1))
    assert said.status == "done"
    assert office.body(appointment)["place"] == "Rådhuset"


def test_a_parked_edit_cannot_name_a_consultant_who_is_nobody(office: Office) -> None:
    mh, tb = as_person(office, office.mh), as_person(office, office.tb)
    citizen = office.citizen("MH")
    nobody = Person(id=office.id(), initials="XX", name="X", role="consultant")
    evil = change(office, "appointment", office.id(), meeting(citizen, nobody))
    left(office, mh, evil, citizen)
    (said,) = ask(office, tb, errand=accept(office, evil, None))
    assert (said.status, said.detail) == ("refused", "unknown_person")


def test_a_treatment_workers_note_from_before_the_file_closed_can_be_taken_in(office: Office) -> None:
    bh = administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=UNIT)
    worker, mh = as_person(office, bh), as_person(office, office.mh)
    citizen = office.citizen("MH")
    office.put("consent", citizen_id=citizen, recipient=UNIT, direction="both", given_on="2026-11-01")
    office.assign(citizen, "BH", "treatment")
    text = {"citizen_id": citizen, "text": "Mødte op", "written_at": "2026-11-23T08:00:00+01:00"}
    note = change(office, "bridging_note", office.id(), text)
    private = change(office, "note", office.id(), text | {"kind": "notat"})
    office.clock.advance(timedelta(minutes=1))
    end_assignment(office.database, citizen, "BH")
    assert all(isinstance(each, Parked) for each in ask(office, worker, note, private))
    (said,) = ask(office, mh, errand=accept(office, note, None))
    assert said.status == "done", said.detail
    assert office.body(note.id)["author"] == bh.id
    (said,) = ask(office, mh, errand=accept(office, private, None))
    assert (said.status, said.detail) == ("refused", "role")  # what the author might never write


def test_nobody_without_the_citizen_answers_for_it(office: Office) -> None:
    leader = administration.add_consultant(office.database, "LL", "Leder", "leader")
    mh, tb, boss = as_person(office, office.mh), as_person(office, office.tb), as_person(office, leader)
    citizen = office.citizen("MH")
    edit = change(office, "task", office.id(), {"citizen_id": citizen, "title": "Ring"})
    left(office, mh, edit, citizen)
    for caller in (mh, boss):
        (said,) = ask(office, caller, errand=accept(office, edit, None))
        assert (said.status, said.detail) == ("refused", "not_yours")
    now = isoformat(office.clock.now())
    offer = Errand(
        errand_id=office.id(), kind="offer", about=office.id(), citizen_id=citizen, to=office.mh.id, recorded_at=now
    )
    (said,) = ask(office, mh, errand=offer)
    assert (said.status, said.detail) == ("refused", "not_yours")
    (said,) = ask(office, tb, errand=offer.model_copy(update={"errand_id": office.id()}))
    assert said.status == "done"
    for caller in (tb, boss):
        for kind in ("accept", "reject"):
            mine = Errand(errand_id=office.id(), kind=kind, about=offer.about, reason="nej", recorded_at=now)
            (said,) = ask(office, caller, errand=mine)
            assert (said.status, said.detail) == ("refused", "not_yours")
