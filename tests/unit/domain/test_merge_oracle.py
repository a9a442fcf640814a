"""The merge against an oracle written from the protocol's text alone: by listing who changed what, not by walking units.

The groups stand here as the protocol and the domain name them, so that a model that loses one is caught too.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fieldtui.domain.merge import Merged, merge
from fieldtui.domain.records import Appointment, Citizen, Consent, Placement, Record, Referral, fields_of

WHO = "0190a000-0000-7000-8000-000000000001"
DAYS = ["2026-11-02", "2026-11-20", "2026-12-24"]

TOGETHER: dict[type[Record], list[set[str]]] = {
    Appointment: [
        {"starts_at", "duration_minutes"},
        {"status", "status_at", "status_reason"},
        {"due_on", "due_rule_id", "due_rule_version"},
    ],
    Placement: [{"starts_on", "ends_on"}],
    Consent: [{"form", "given_on", "expires_on", "withdrawn_at", "withdrawn_how"}],
    Referral: [{"requested_on", "referred_on", "received_on", "started_on", "ended_on"}],
    Citizen: [
        {"enrolled_on", "discharged_on", "discharge_reason"},
        {"address_protected", "protected_until"},
        {"silence_reason", "silence_from"},
    ],
}
"""Fields that only mean something together."""
SETS = {"participants", "practical_needs"}

FIELDS: dict[type[Record], dict[str, list[Any]]] = {
    Appointment: {
        "starts_at": ["2026-11-24T10:00+01:00", "2026-11-25T10:00+01:00", "2026-11-26T09:30+01:00"],
        "duration_minutes": [30, 45, 60],
        "status": ["planned", "attended", "no_show", "cancelled_citizen"],
        "status_reason": [None, "syg", "tog"],
        "place": [None, "Kvartershuset", "telefon"],
        "statutory": [True, False],
        "due_on": [None, *DAYS],
        "practical_needs": [[], ["tolk"], ["tolk", "kørestol"]],
        "from_2031": [None, 1, True, {"a": [1]}],
    },
    Placement: {
        "starts_on": DAYS, "ends_on": [None, *DAYS], "weekly_hours": [None, 10.0, 37.0], "mentor_name": [None, "Bo", "Ib"],
        "from_2031": [None, "x", ["y"]],
    },
    Consent: {
        "form": ["written", "oral"], "given_on": DAYS, "expires_on": [None, *DAYS], "withdrawn_how": [None, "telefon"],
        "scope": [None, "alt", "tider"], "from_2031": [None, 0, False],
    },
    Referral: {
        "requested_on": DAYS, "referred_on": [None, *DAYS], "started_on": [None, *DAYS], "provider": [None, "A", "B"],
        "from_2031": [None, {}, []],
    },
    Citizen: {
        "job_goal": [None, "lager", "køkken"], "phone": [None, "12345678", "87654321"], "enrolled_on": DAYS,
        "discharged_on": [None, *DAYS], "address_protected": [True, False], "practical_needs": [[], ["tolk"], ["ro"]],
        "from_2031": [None, 1, "1"], "and_2032": [None, [1, 2]],
    },
}  # fmt: skip
FIXED: dict[type[Record], dict[str, Any]] = {
    Appointment: {"citizen_id": WHO, "kind": "jobsamtale"},
    Placement: {"citizen_id": WHO, "kind": "loentilskud"},
    Consent: {"citizen_id": WHO, "recipient": "Novavi"},
    Referral: {"citizen_id": WHO, "basis": "SEL101"},
    Citizen: {"given_name": "Fatima"},
}


def _written(model: type[Record], body: dict[str, Any]) -> dict[str, Any]:
    return model.model_validate(body).body()


@st.composite
def three_sides(draw: st.DrawFn) -> tuple[type[Record], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A record, and two edits of it; only what is a sound record on its own."""
    model = draw(st.sampled_from(list(FIELDS)))
    pools = FIELDS[model]
    base = {name: draw(st.sampled_from(values)) for name, values in pools.items()}
    sides = [base]
    for _side in range(2):
        touched = draw(st.sets(st.sampled_from(sorted(pools)), max_size=4))
        sides.append({**base, **{name: draw(st.sampled_from(pools[name])) for name in sorted(touched)}})
    bodies = []
    for side in sides:
        try:
            bodies.append(_written(model, {**FIXED[model], **{k: v for k, v in side.items() if v is not None}}))
        except ValidationError:
            bodies.append(_written(model, bodies[0] if bodies else {**FIXED[model], **_plain(model)}))
    return model, bodies[0], bodies[1], bodies[2]


def _plain(model: type[Record]) -> dict[str, Any]:
    return {name: values[0] for name, values in FIELDS[model].items() if values[0] is not None}


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _oracle(
    model: type[Record], base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> tuple[dict[str, Any], set[frozenset[str]]]:
    """What the protocol says comes out: the body, and which fields wait for a person."""
    every = set(base) | set(mine) | set(theirs)
    mates = {name: next((frozenset(g) for g in TOGETHER[model] if name in g), frozenset({name})) for name in every}
    i_changed = {name for name in every if _key(mine.get(name)) != _key(base.get(name))}
    they_changed = {name for name in every if _key(theirs.get(name)) != _key(base.get(name))}
    clashing: set[frozenset[str]] = set()
    taken: set[str] = set()
    if model is Appointment:  # what became of a meeting belongs to its time
        time, outcome = frozenset(TOGETHER[model][0]), frozenset(TOGETHER[model][1])
        my_part = {g for g in (time, outcome) if g & i_changed}
        their_part = {g for g in (time, outcome) if g & they_changed}
        if my_part and their_part and not (my_part == their_part and len(my_part) == 1):
            mates |= dict.fromkeys(time | outcome, time | outcome)
    for name in i_changed - SETS:
        group = mates[name]
        if all(_key(mine.get(each)) == _key(theirs.get(each)) for each in group):
            continue
        if group & they_changed:
            clashing.add(group)
        else:
            taken |= group
    body = {name: (mine if name in taken else theirs).get(name) for name in every}
    for name in SETS & every:
        was, my, their = (set(side.get(name, ())) for side in (base, mine, theirs))
        body[name] = sorted(
            each for each in was | my | their if (each in my) + (each in their) + (each not in was) >= 2
        )
    body = {name: value for name, value in body.items() if value is not None}
    try:
        model.model_validate(body)
    except ValidationError:
        changed = {mates[name] for name in i_changed - SETS if _key(mine.get(name)) != _key(theirs.get(name))}
        lists = {frozenset({name}) for name in i_changed & SETS if _key(mine.get(name)) != _key(theirs.get(name))}
        return dict(theirs), {
            group for group in changed | lists
            if any(_key(mine.get(each)) != _key(theirs.get(each)) for each in group)
        }  # fmt: skip
    return body, clashing


def _came_out(merged: Merged) -> set[frozenset[str]]:
    return {frozenset(conflict.fields) for conflict in merged.conflicts}


@settings(max_examples=400)
@given(three_sides())
def test_the_merge_is_what_the_protocol_says(
    sides: tuple[type[Record], dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    model, base, mine, theirs = sides
    merged = merge(model, base, mine, theirs)
    body, clashing = _oracle(model, base, mine, theirs)
    assert merged.body == body
    assert _came_out(merged) == clashing
    assert merged.changed_from_theirs == (_key(merged.body) != _key(theirs))
    for conflict in merged.conflicts:
        for name in conflict.fields:
            assert (conflict.base.get(name), conflict.mine.get(name), conflict.theirs.get(name)) == (
                base.get(name), mine.get(name), theirs.get(name),
            )  # fmt: skip


@given(three_sides())
def test_edits_of_different_fields_commute_and_need_nobody(
    sides: tuple[type[Record], dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    model, base, mine, theirs = sides
    groups = [*TOGETHER[model], *({name} for name in FIELDS[model])]
    if model is Appointment:
        groups.append(TOGETHER[model][0] | TOGETHER[model][1])
    touched = [{n for n in {*base, *side} if _key(side.get(n)) != _key(base.get(n))} for side in (mine, theirs)]
    if any(group & touched[0] and group & touched[1] for group in groups):
        return
    one, other = merge(model, base, mine, theirs), merge(model, base, theirs, mine)
    if not one.conflicts:  # two edits that are sound alone may break the model together; then a person decides
        assert one.body == other.body
        for name in touched[0]:
            assert _key(one.body.get(name)) == _key(mine.get(name))


@given(three_sides())
def test_a_field_from_the_future_is_never_dropped(
    sides: tuple[type[Record], dict[str, Any], dict[str, Any], dict[str, Any]],
) -> None:
    model, base, mine, theirs = sides
    merged = merge(model, base, mine, theirs)
    for name in {"from_2031", "and_2032"} & (mine.keys() | theirs.keys()):
        kept = [merged.body.get(name), *(conflict.mine.get(name) for conflict in merged.conflicts)]
        if _key(mine.get(name)) != _key(base.get(name)):
            assert _key(mine.get(name)) in {_key(value) for value in kept}
        elif name in theirs:
            assert _key(merged.body.get(name)) == _key(theirs.get(name))


@pytest.mark.parametrize("model", list(TOGETHER))
def test_every_group_of_the_protocol_is_one_in_the_model(model: type[Record]) -> None:
    known = fields_of(model)
    for group in TOGETHER[model]:
        named = {known[name].group for name in group}
        assert len(named) == 1, named
        assert {name for name, info in known.items() if info.group in named} == group
