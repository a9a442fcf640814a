"""What a team leader sees and does at the central system, and that nobody else may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from fieldtui.base.clock import COPENHAGEN, isoformat, today
from fieldtui.central.acting import written_down
from fieldtui.central.administration import add_consultant, assign
from fieldtui.central.schema import assignment
from fieldtui.wire.messages import Enrolled, EnrolPending, JoinLine, LeaveLine
from fieldtui.wire.team import Acted, CodeAnswer, LostSheet, TeamEnrolment, TeamPicture
from tests.support.central import Answered, Central, Device, SkewedClock

NAME, NUMBER, STREET = "Sørensdatter", "6101900001", "Mozarts Plads 7"


@pytest.fixture
def leader(central: Central) -> Device:
    """A leader's own device."""
    central.people["LE"] = add_consultant(central.database, "LE", "Lea Eng", "leader").id
    return central.device("LE")


def see(device: Device) -> TeamPicture:
    return TeamPicture.model_validate_json(device.ask("GET", "/v1/team"))


def act(device_: Device, path: str, **body: Any) -> Acted:
    return Acted.model_validate_json(device_.ask("POST", f"/v1/team/{path}", json.dumps(body).encode()))


def refused(device_: Device, path: str, **body: Any) -> tuple[str, str | None]:
    with pytest.raises(Answered) as caught:
        act(device_, path, **body)
    return caught.value.problem.name, caught.value.problem.detail


def acts(central: Central) -> list[tuple[str, str | None, str | None]]:
    """Action, subject and who, of everything in the office's log."""
    return [(row.action, row.subject, row.consultant_id) for row in written_down(central.database)]


def citizen(device: Device, **more: Any) -> str:
    return device.create(
        "citizen",
        {
            "given_name": "Søs",
            "family_name": NAME,
            "cpr": NUMBER,
            "address": STREET,
            "enrolled_on": "2025-01-06",
            **more,
        },
    )


def meeting(device: Device, central: Central, citizen_id: str, **more: Any) -> str:
    at = central.database.now().astimezone(COPENHAGEN).replace(hour=10, minute=0)
    body = {"citizen_id": citizen_id, "consultant_id": device.consultant, "kind": "jobsamtale",
            "starts_at": isoformat(at), "place": "Kvartershuset"}  # fmt: skip
    return device.create("appointment", body | more)


def test_only_a_leader_may_see_the_team_or_act_for_it(central: Central, leader: Device) -> None:
    central.people["BH"] = add_consultant(central.database, "BH", "Bo Hav", "treatment").id
    asked: list[tuple[str, str, bytes]] = [
        ("GET", "/v1/team", b""),
        ("GET", f"/v1/team/devices/{leader.device_id}/lost-sheet", b""),
        ("POST", "/v1/team/codes", b'{"initials": "MH"}'),
        ("POST", "/v1/team/waiting", b'{"code": "ABCD"}'),
        ("POST", "/v1/team/approvals", b'{"code": "ABCD", "words": []}'),
        ("POST", "/v1/team/substitutions", json.dumps({
            "away": central.people["TB"], "until": "2199-01-01",
            "covers": [{"citizen": leader.device_id, "consultant": central.people["MH"]}],
        }).encode()),
        ("POST", "/v1/team/handovers", json.dumps({
            "covers": [{"citizen": leader.device_id, "consultant": central.people["MH"]}],
        }).encode()),
        ("POST", "/v1/team/revocations", json.dumps({"device": leader.device_id, "reason": "nej"}).encode()),
        ("POST", "/v1/team/losses", json.dumps({"device": leader.device_id, "reason": "nej"}).encode()),
    ]  # fmt: skip
    for initials in ("MH", "BH"):
        device = central.device(initials)
        for method, path, body in asked:
            with pytest.raises(Answered) as caught:
                device.ask(method, path, body)
            problem = caught.value.problem
            assert (problem.status, problem.name, problem.detail) == (403, "scope-lost", "role"), path
    assert acts(central) == []
    assert see(leader).people


def test_the_picture_says_who_is_where_and_names_no_citizen(central: Central, leader: Device) -> None:
    mh = central.device("MH")
    one = citizen(mh)
    ordinary = meeting(mh, central, one)
    bridging = meeting(mh, central, one, kind="brobygning", place="Ambulatoriet")
    home = meeting(mh, central, one, place=STREET)
    mh.create("note", {"citizen_id": one, "text": "Fortrolig note.", "written_at": "2026-01-05T10:00+01:00"})
    raw = leader.ask("GET", "/v1/team").decode()
    for hidden in (NAME, "Søs", NUMBER, STREET, "Ambulatoriet", "Fortrolig", "brobygning"):
        assert hidden not in raw, hidden
    seen = see(leader)
    (shown,) = seen.citizens
    assert (shown.id, shown.primary, len(shown.code)) == (one, central.people["MH"], 4)
    by_id = {each.id: each for each in seen.meetings}
    assert (by_id[ordinary].place, by_id[ordinary].kind, by_id[ordinary].citizen) == (
        "Kvartershuset",
        "jobsamtale",
        one,
    )
    assert (by_id[bridging].place, by_id[bridging].kind) == ("", None)
    assert by_id[home].place == "Ude af huset"
    assert {each.rule for each in seen.overdue} >= {"placement.target"}
    assert all(each.citizen == one and each.due_on < today(central.database.clock).isoformat() for each in seen.overdue)


def test_a_device_says_with_each_pull_what_it_has_not_sent(central: Central, leader: Device) -> None:
    mh = central.device("MH")
    mh.ask("GET", "/v1/changes?waiting=3&waiting_since=2026-11-20T08%3A15%2B01%3A00&app=9.9.9")
    row = next(each for each in see(leader).devices if each.id == mh.device_id)
    assert (row.waiting, row.waiting_since, row.app_version) == (3, "2026-11-20T08:15+01:00", "9.9.9")
    mh.ask("POST", "/v1/changes?waiting=0&app=9.9.9", b'{"ops": []}')
    row = next(each for each in see(leader).devices if each.id == mh.device_id)
    assert (row.waiting, row.waiting_since) == (0, None)


def test_a_device_is_approved_by_its_words_from_the_leaders_own_device(central: Central, leader: Device) -> None:
    made = CodeAnswer.model_validate_json(leader.ask("POST", "/v1/team/codes", b'{"initials": "tb"}'))
    newcomer = central.unenrolled()
    assert refused(leader, "approvals", code=made.code, words=["a"]) == ("validation", "nobody-waits")
    pending = newcomer.enrol(made.code)
    assert isinstance(pending, EnrolPending)
    (waiting,) = see(leader).enrolments
    assert (waiting.words, waiting.consultant) == (pending.words, central.people["TB"])
    by_code = json.dumps({"code": made.code.lower()}).encode()
    assert TeamEnrolment.model_validate_json(leader.ask("POST", "/v1/team/waiting", by_code)) == waiting
    wrong = [*waiting.words[:-1], "forkert"]
    assert refused(leader, "approvals", reference=waiting.reference, words=wrong) == ("validation", "nobody-waits")
    assert isinstance(newcomer.enrol(made.code), EnrolPending)
    done = act(leader, "approvals", reference=waiting.reference, words=list(waiting.words))
    assert done.changed == 1
    assert act(leader, "approvals", code=made.code, words=list(waiting.words)) == Acted(changed=0, device=done.device)
    enrolled = newcomer.enrol(made.code)
    assert isinstance(enrolled, Enrolled)
    assert enrolled.device_id == done.device
    assert see(leader).enrolments == ()
    assert acts(central) == [
        ("enrol-code", None, central.people["LE"]),
        ("approve", done.device, central.people["LE"]),
    ]


def test_an_ill_colleagues_citizens_are_split_between_two_until_a_day(
    central: Central, leader: Device, clock: SkewedClock
) -> None:
    tb, mh, sk = (central.device(initials) for initials in ("TB", "MH", "SK"))
    first, second = citizen(tb), citizen(tb)
    for device in (mh, sk):
        device.pull()
    day = today(clock)
    body = {
        "away": central.people["TB"], "until": (day + timedelta(days=2)).isoformat(),
        "covers": [{"citizen": first, "consultant": central.people["MH"]},
                   {"citizen": second, "consultant": central.people["SK"]}],
    }  # fmt: skip
    assert act(leader, "substitutions", **body).changed == 2
    assert act(leader, "substitutions", **body).changed == 0, "the same act again"
    assert act(leader, "substitutions", **body | {"until": day.isoformat()}).changed == 0, "nothing is shortened"
    for device, mine in ((mh, first), (sk, second)):
        (page,) = device.pull()
        assert [line.scope for line in page.lines if isinstance(line, JoinLine)] == [f"citizen:{mine}"]
    seen = {each.id: each for each in see(leader).citizens}
    assert seen[first].primary == central.people["TB"]
    assert [each.consultant for each in seen[first].standins] == [central.people["MH"]]
    clock.offset = timedelta(days=3)
    (page,) = mh.pull()
    assert [(line.scope, line.reason) for line in page.lines if isinstance(line, LeaveLine)] == [
        (f"citizen:{first}", "ended")
    ]
    assert see(leader).citizens[0].standins == ()
    # SK has not been in contact since, but what has run out is nothing to pass on.
    later = {"away": central.people["SK"], "until": (day + timedelta(days=9)).isoformat(),
             "covers": [{"citizen": second, "consultant": central.people["MH"]}]}  # fmt: skip
    assert refused(leader, "substitutions", **later) == ("validation", "not-theirs")
    assert {(action, who) for action, _subject, who in acts(central)} == {("substitute", central.people["LE"])}


def test_a_substitution_that_cannot_be_changes_nothing(central: Central, leader: Device) -> None:
    tb, mh = central.device("TB"), central.device("MH")
    theirs, mine = citizen(tb), citizen(mh)
    people, until = central.people, today(central.database.clock).isoformat()

    def answer(**other: Any) -> tuple[str, str | None]:
        covers = [{"citizen": theirs, "consultant": people["SK"]}, {"citizen": theirs, "consultant": people["MH"]}]
        return refused(leader, "substitutions", **{"away": people["TB"], "until": until, "covers": covers} | other)

    def to(citizen_id: str, initials: str) -> list[dict[str, str]]:
        return [
            {"citizen": theirs, "consultant": people["SK"]},
            {"citizen": citizen_id, "consultant": people[initials]},
        ]

    assert answer(until="2020-01-01") == ("validation", "past-day")
    assert answer(covers=to(mine, "SK")) == ("validation", "not-theirs")
    assert answer(covers=to(theirs, "TB")) == ("validation", "themselves")
    assert answer(covers=to(theirs, "LE")) == ("validation", "not-a-consultant")
    assert answer(covers=to(tb.device_id, "SK")) == ("validation", "unknown-citizen")
    assert answer(away="nobody") == ("validation", "unknown-person")
    assert acts(central) == []
    with central.database.transaction() as connection:
        assert {row.role for row in connection.execute(select(assignment))} == {"primary"}


def test_a_caseload_is_handed_over_and_leaves_the_one_who_had_it(central: Central, leader: Device) -> None:
    tb, mh = central.device("TB"), central.device("MH")
    both = [citizen(tb), citizen(tb)]
    tb.pull()
    covers = [{"citizen": each, "consultant": central.people["MH"]} for each in both]
    assert act(leader, "handovers", covers=covers).changed == 2
    assert act(leader, "handovers", covers=covers).changed == 0
    (page,) = tb.pull()
    assert {line.scope for line in page.lines if isinstance(line, LeaveLine)} == {f"citizen:{each}" for each in both}
    assert {line.id for page in mh.pull() for line in page.records} == set(both)
    assert [action for action, _subject, _who in acts(central)] == ["hand-over", "hand-over"]


def test_a_device_is_revoked_with_a_reason_and_never_the_leaders_own(central: Central, leader: Device) -> None:
    mh = central.device("MH")
    assert refused(leader, "revocations", device=leader.device_id, reason="x") == ("validation", "own-device")
    assert refused(leader, "revocations", device="none", reason="x") == ("validation", "unknown-device")
    assert refused(leader, "revocations", device=mh.device_id, reason="")[0] == "validation"
    assert act(leader, "revocations", device=mh.device_id, reason="Fratrådt").changed == 1
    assert act(leader, "revocations", device=mh.device_id, reason="Fratrådt").changed == 0
    with pytest.raises(Answered) as caught:
        mh.page()
    assert caught.value.problem.name == "revoked"
    (row,) = written_down(central.database)
    assert (row.action, row.subject, row.reason, row.device_id) == (
        "revoke", mh.device_id, "Fratrådt", leader.device_id,
    )  # fmt: skip


def test_the_sheet_of_a_lost_device_says_what_was_on_it(central: Central, leader: Device) -> None:
    mh, tb = central.device("MH"), central.device("TB")
    one = citizen(mh, address_protected=True)
    citizen(mh)
    assign(central.database, citizen(tb), "MH", "substitute", today(central.database.clock))
    meeting(mh, central, one)
    mh.ask("GET", "/v1/changes?waiting=2&waiting_since=2026-11-20T08%3A15%2B01%3A00")
    done = act(leader, "losses", device=mh.device_id, reason="Glemt i bussen")
    assert done.changed == 1
    assert act(leader, "losses", device=mh.device_id, reason="Glemt i bussen").changed == 0
    sheet = LostSheet.model_validate_json(leader.ask("GET", f"/v1/team/devices/{mh.device_id}/lost-sheet"))
    assert (sheet.consultant.initials, sheet.organisation, sheet.protected) == ("MH", "Kvartershuset", 1)
    assert {each.role: each.citizens for each in sheet.holdings} == {"primary": 2, "substitute": 1}
    assert {each.collection: each.records for each in sheet.held} == {"citizen": 3, "appointment": 1}
    assert (sheet.device.waiting, sheet.device.revoked_at is not None, sheet.device.lost_at is not None) == (
        2,
        True,
        True,
    )
    assert [row.action for row in written_down(central.database)] == ["lost", "revoke", "lost-sheet"]
    assert [row.reason for row in written_down(central.database)] == ["Glemt i bussen", "Glemt i bussen", None]
