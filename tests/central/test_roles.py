"""Who may do what (decisions 29): every route, and every kind of change in every collection, by every role.

The tables here are written from the decision, not from the code. A route or a collection that is new and has no line
here fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest

from fieldtui.base.clock import today
from fieldtui.base.ids import SystemIds
from fieldtui.central.administration import add_consultant, assign, revoke
from fieldtui.central.app import create_app
from fieldtui.domain.records import COLLECTIONS
from fieldtui.wire.messages import OpResult, Rejected
from fieldtui.wire.problems import read_problem
from tests.support.central import Central, Device, op

Actor = Literal["primary", "substitute", "colleague", "treatment", "closed", "leader"]
ACTORS: tuple[Actor, ...] = ("primary", "substitute", "colleague", "treatment", "closed", "leader")
"""A consultant whose citizen it is, one who stands in, one who has nothing to do with it; a treatment worker whom a
consent lets in, one whom none does; a leader."""

AT = "2026-11-20T10:00+01:00"
DAY = "2026-11-20"
BODIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # collection: what it needs beside its citizen or company, and what an edit adds
    "citizen": ({"given_name": "Søren"}, {"city": "Valby"}),
    "appointment": ({"kind": "jobsamtale", "starts_at": AT}, {"place": "Kvartershuset"}),
    "note": ({"text": "Ringede.", "written_at": AT}, {"text": "Andet."}),
    "placement": ({"kind": "praktik", "starts_on": DAY}, {"ends_on": "2026-12-01"}),
    "job_lead": ({"on": DAY}, {"on": "2026-11-21"}),
    "activation": ({}, {"starts_on": DAY}),
    "referral": ({"basis": "SEL101", "requested_on": DAY}, {"basis": "SUL141"}),
    "bridging_note": ({"text": "Mødte op.", "written_at": AT}, {"text": "Andet."}),
    "consent": ({"recipient": "Egen læge", "given_on": DAY}, {"given_on": "2026-11-19"}),
    "progression": ({"on": DAY, "area": "arbejde", "direction": "progress"}, {"direction": "setback"}),
    "task": ({"title": "Ring"}, {"title": "Ring igen"}),
    "company": ({"name": "Bageriet"}, {"trade": "Bageri"}),
    "company_contact": ({"name": "Bo"}, {"role": "leder"}),
    "employer_contact": ({"on": DAY, "mode": "phone"}, {"mode": "visit"}),
    "opening": ({"title": "Opvasker"}, {"title": "Kok"}),
    "partner": ({"name": "Centret", "kind": "provider"}, {"name": "Centeret"}),
    "activity": ({"kind": "network", "on": DAY}, {"on": "2026-11-21"}),
}
OF_CITIZEN = {name for name, model in COLLECTIONS.items() if model.reach == "citizen"}
OF_COMPANY = {"company_contact", "employer_contact", "opening", "job_lead"}
AUTHORED = {"note", "bridging_note", "employer_contact"}


def may(actor: Actor, act: str, collection: str) -> str:
    """`yes`, or the word of the refusal, after decisions 16, 17 and 29."""
    sees = {"primary", "substitute"} | ({"treatment"} if (act, collection) != ("create", "citizen") else set())
    enrols = (act, collection) == ("create", "citizen") and actor in {"primary", "substitute", "colleague"}
    if collection in OF_CITIZEN and actor not in sees and not enrols:
        return "not_yours"
    if actor == "leader":
        return "role"  # reads figures, assigns, approves, revokes
    if actor in {"treatment", "closed"} and collection not in {"activity", "bridging_note"}:
        return "role"  # writes bridging notes, a referral's progress (below), and activities
    if act == "edit" and collection in AUTHORED:
        return "append_only"
    if act == "annul" and collection in AUTHORED and actor != "primary":
        return "not_author"  # nobody edits another's note
    return "yes"


class Scene:
    """One citizen with a record of every kind, made by the one whose citizen it is."""

    def __init__(self, central: Central, actor: Actor) -> None:
        self.central = central
        self.owner = central.device("MH")
        self.citizen = self.owner.create("citizen", BODIES["citizen"][0])
        self.company = self.owner.create("company", BODIES["company"][0])
        day = today(central.database.clock)
        consent = {"citizen_id": self.citizen, "recipient": "SOF", "given_on": DAY, "direction": "disclose"}
        if actor == "treatment":
            self.owner.create("consent", consent)
        for initials, role in (("BE", "treatment"), ("LE", "leader")):
            add_consultant(central.database, initials, initials, role, **({"unit": "SOF"} if initials == "BE" else {}))  # type: ignore[arg-type]
        tie: dict[Actor, tuple[str, Callable[[], object]]] = {
            "primary": ("MH", lambda: None),
            "substitute": (
                "SK",
                lambda: assign(central.database, self.citizen, "SK", "substitute", day + timedelta(days=9)),
            ),
            "colleague": ("TB", lambda: None),
            "treatment": ("BE", lambda: assign(central.database, self.citizen, "BE", "treatment")),
            "closed": ("BE", lambda: assign(central.database, self.citizen, "BE", "treatment")),
            "leader": ("LE", lambda: None),
        }
        initials, make = tie[actor]
        make()
        self.actor = self.owner if actor == "primary" else central.device(initials)

    def body(self, collection: str) -> dict[str, Any]:
        body = dict(BODIES[collection][0])
        if collection in OF_CITIZEN - {"citizen"}:
            body["citizen_id"] = self.citizen
        if collection in OF_COMPANY:
            body["company_id"] = self.company
        return body

    def standing(self) -> dict[str, str]:
        """A record of each kind, the owner's."""
        made = {name: op(name, self.body(name)) for name in COLLECTIONS if name != "citizen"}
        assert {result.status for result in self.owner.push(*made.values()).results} == {"accepted"}
        return {"citizen": self.citizen} | {name: str(each["id"]) for name, each in made.items()}

    def answers(self, operations: dict[str, dict[str, Any]]) -> dict[str, str]:
        """What the actor is told, by collection."""
        results = self.actor.push(*operations.values()).results
        return {name: word(result) for name, result in zip(operations, results, strict=True)}


def word(result: OpResult) -> str:
    return result.detail if isinstance(result, Rejected) else "yes" if result.status == "accepted" else result.status


@pytest.mark.parametrize("actor", ACTORS)
def test_every_kind_of_change_in_every_collection_by_role(central: Central, actor: Actor) -> None:
    scene = Scene(central, actor)
    creates = {name: op(name, scene.body(name)) for name in COLLECTIONS}
    edited = scene.standing()
    edits = {
        name: op(name, scene.body(name) | BODIES[name][1], record_id=edited[name], base_rev=1) for name in COLLECTIONS
    }
    taken_back = scene.standing()
    found = {"create": scene.answers(creates), "edit": scene.answers(edits)}
    rev = 2 if found["edit"]["citizen"] == "yes" else 1
    found["annul"] = scene.answers(
        {
            name: op(name, record_id=taken_back[name], base_rev=rev if name == "citizen" else 1, annul="En fejl")
            for name in sorted(COLLECTIONS, key=lambda name: (name == "citizen", name))
        }
    )
    expected = {act: {name: may(actor, act, name) for name in COLLECTIONS} for act in found}
    for act, said in found.items():
        assert {name: word for name, word in said.items() if word != expected[act][name]} == {}, act


def test_the_table_knows_every_collection() -> None:
    assert BODIES.keys() == COLLECTIONS.keys()


def test_a_treatment_worker_writes_the_progress_of_a_referral_and_nothing_else_of_it(central: Central) -> None:
    scene = Scene(central, "treatment")
    referral = scene.standing()["referral"]
    progress = scene.body("referral") | {"started_on": DAY}
    more = progress | {"basis": "SUL141"}
    first = scene.answers({"referral": op("referral", progress, record_id=referral, base_rev=1)})
    second = scene.answers({"referral": op("referral", more, record_id=referral, base_rev=2)})
    assert (first, second) == ({"referral": "yes"}, {"referral": "role"})


def test_a_treatment_worker_writes_activities_but_no_rating_of_the_teams_method(central: Central) -> None:
    scene = Scene(central, "treatment")
    rating = {
        **scene.body("activity"),
        "kind": "team_meeting",
        "text": "Set i sagerne.",
        "fidelity_item": 8,
        "fidelity_score": 4,
    }
    made = op("activity", rating)
    assert scene.owner.push(made).results[0].status == "accepted"
    of_theirs = {"new": op("activity", rating)}
    taken_back = {"old": op("activity", record_id=str(made["id"]), base_rev=1, annul="En fejl")}
    plain = {"plain": op("activity", scene.body("activity"))}
    assert scene.answers(of_theirs | taken_back | plain) == {"new": "role", "old": "role", "plain": "yes"}


# --- routes -----------------------------------------------------------------------------------------

SOMEBODY = SystemIds().new()
LEADERS: dict[tuple[str, str], dict[str, Any] | None] = {
    ("GET", "/v1/team"): None,
    ("POST", "/v1/team/codes"): {"initials": "MH"},
    ("POST", "/v1/team/waiting"): {"code": "AAAA-AAAA"},
    ("POST", "/v1/team/approvals"): {"code": "AAAA-AAAA", "words": ["a"] * 6},
    ("POST", "/v1/team/substitutions"): {
        "away": "MH", "covers": [{"citizen": SOMEBODY, "consultant": "TB"}], "until": "2099-01-01",
    },
    ("POST", "/v1/team/handovers"): {"covers": [{"citizen": SOMEBODY, "consultant": "TB"}]},
    ("POST", "/v1/team/revocations"): {"device": SOMEBODY, "reason": "Mistet i toget"},
    ("POST", "/v1/team/losses"): {"device": SOMEBODY, "reason": "Mistet i toget"},
    ("GET", "/v1/team/devices/{device}/lost-sheet"): None,
}  # fmt: skip
"""Only for leaders, with a body that is sound in itself."""
EVERYBODY: dict[tuple[str, str], dict[str, Any] | None] = {
    ("GET", "/v1/changes"): None,
    ("POST", "/v1/changes"): {"ops": []},
    ("GET", "/v1/rules/{name}/{version}"): None,
}
"""For every device that is enrolled; what it sees and writes there is its person's."""
UNSIGNED = {("POST", "/v1/enrol"), ("GET", "/healthz"), ("GET", "/readyz")}
"""For whoever has a code, and for whatever watches the process."""


def test_every_route_has_its_line(central: Central) -> None:
    document = create_app(central.database, public_url=central.url).openapi()
    routes = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert routes == LEADERS.keys() | EVERYBODY.keys() | UNSIGNED


def problem(device: Device, route: tuple[str, str], body: dict[str, Any] | None) -> str | None:
    """The name of the problem, `None` where it is answered well."""

    method, template = route
    path = template.replace("{device}", SOMEBODY).replace("{name}", "kommunen").replace("{version}", "1")
    status, _headers, answer = device.request(method, path, json.dumps(body).encode() if body is not None else b"")
    return None if status == 200 else f"{read_problem(status, answer).name} {read_problem(status, answer).detail}"


@pytest.mark.parametrize(("initials", "role"), [("MH", "consultant"), ("BE", "treatment"), ("LE", "leader")])
def test_every_route_by_role(central: Central, initials: str, role: str) -> None:
    if initials != "MH":
        add_consultant(central.database, initials, initials, role)  # type: ignore[arg-type]
    device = central.device(initials)
    for route, body in LEADERS.items():
        refused = problem(device, route, body)
        assert (refused == "scope-lost role") == (role != "leader"), (route, refused)
    for route, body in EVERYBODY.items():
        assert problem(device, route, body) in {None, "validation unknown_ruleset"}, route


def test_no_route_answers_who_is_revoked_or_unknown(central: Central) -> None:
    revoked, stranger = central.device("MH"), central.unenrolled()
    stranger.key_id = revoked.key_id
    revoke(central.database, revoked.device_id)
    for route, body in (LEADERS | EVERYBODY).items():
        assert str(problem(revoked, route, body)).startswith("revoked"), route
        assert str(problem(stranger, route, body)).startswith("signature"), route
    stranger.key_id = f"{SOMEBODY}.{SOMEBODY}"
    for route, body in (LEADERS | EVERYBODY).items():
        assert str(problem(stranger, route, body)).startswith("not-enrolled"), route
