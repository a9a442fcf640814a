"""`company` and `match` as scripts rely on them (docs/cli.md)."""

from __future__ import annotations

import json

from tests.cli.conftest import Program


def put(program: Program, collection: str, **values: object) -> str:
    (made,) = program.json("put", collection, stdin=json.dumps(values, ensure_ascii=False))
    return str(made)


def test_companies_are_found_by_the_kind_of_number_merged_and_taken_apart(program: Program) -> None:
    keep = put(program, "company", name="Café Solsort", cvr="13748136")
    other = put(program, "company", name="Solsort, cafe ApS", p_number="1000000001")
    (pair,) = program.json("company", "duplicates")
    assert {pair["one"], pair["other"]} == {keep, other}
    assert pair["grounds"] == ["name"]
    assert program.json("company", "merge", keep, other)["ids"] == [other]
    assert program.json("company", "duplicates") == []
    (found,) = program.json("company", "find", "--p-number", "1000000001")
    assert (found["id"], found["stands_for_it"], found["merged_into"]) == (other, keep, keep)
    assert program.run("company", "merge", other, keep).code == 2
    program.json("company", "unmerge", other)
    program.json("company", "not-duplicate", keep, other)
    assert program.json("company", "duplicates") == []
    for wrong in (("--cvr", "1000000001"), ("--p-number", "13748136"), (), ("--cvr", "13748136", "--name", "x")):
        assert program.run("company", "find", *wrong).code == 2
    weeks = program.json("company", "weeks")
    assert (len(weeks["weeks"]), weeks["target"]) == (8, 6)


def test_a_match_tells_its_reasons_and_which_of_them_may_be_said_to_the_company(program: Program) -> None:
    (citizen,) = (each["id"] for each in program.json("list", "citizen"))
    values = {"id": citizen, "job_goal": "Opvask, 6 t", "considerations": "angst; fast mentor"}
    program.json("put", "citizen", stdin=json.dumps(values))
    company = put(program, "company", name="Café Solsort", relation="varm")
    opening = put(program, "opening", company_id=company, title="Opvask", weekly_hours=6, considerations=["mentor"])
    (found,) = program.json("match", "--citizen", citizen)
    assert (found["opening_id"], found["company"], found["score"]) == (opening, "Café Solsort", 5)
    private = {reason["code"] for reason in found["reasons"] if not reason["for_employer"]}
    assert private == {"considerations", "company"}
    assert "angst" not in json.dumps(found)
    (turned,) = program.json("match", "--opening", opening)
    assert (turned["citizen_id"], turned["score"]) == (citizen, 5)
    assert program.run("match").code == 2
