"""`citizen`, `programme` and `progress` as scripts and people use them."""

from __future__ import annotations

from tests.cli.conftest import Program


def citizens(program: Program, *numbers: str) -> list[str]:
    """Citizens of one name with these CPR numbers."""
    lines = "\n".join(
        f'{{"given_name": "Ali", "family_name": "Demir", "cpr": "{number}", "programme": "ips-sydhavnen",'
        ' "enrolled_on": "2026-01-05"}'
        for number in numbers
    )
    ids: list[str] = program.json("put", "citizen", stdin=lines)
    return ids


def test_a_programme_changes_with_a_reason_and_a_course_and_progress_are_followed(program: Program) -> None:
    [citizen] = citizens(program, "6301900001")
    refused = program.run("put", "citizen", stdin=f'{{"id": "{citizen}", "programme": "fremskudt-2019"}}')
    assert (refused.code, "programme_reason" in refused.err) == (2, True)
    assert program.run("programme", "set", citizen, "fremskudt-2019").code == 2
    near = program.run("programme", "set", citizen, "unge-handicap-16", "--reason", "ønsker forløbet")
    assert (near.code, "unge-handicap-16-uger" in near.err) == (2, True)
    done = program.json("programme", "set", citizen, "unge-handicap-16-uger", "--reason", "ønsker forløbet")
    assert done["warnings"][0] == "Borgeren er over 29 år."
    rows = {row["id"]: (row["citizens"], row["norm"]) for row in program.json("programme", "list")}
    assert rows["unge-handicap-16-uger"][0] == 1
    assert rows["ips-sydhavnen"] == (1, 25)  # Fatima has no programme, and counts in the usual one
    program.json("programme", "check", citizen, "Dokumentation")
    assert program.run("progress", "measure", citizen, "hverdag=9").code == 2
    program.json("progress", "measure", citizen, "hverdag=2", "Tro på at få job=3", "--on", "2026-02-01")
    program.json("progress", "measure", citizen, "hverdag=4", "--on", "2026-03-01")
    found = {each["area"]: each for each in program.json("progress", "show", citizen)}
    assert found["hverdag"] == {
        "area": "hverdag", "days": ["2026-02-01", "2026-03-01"], "scores": [2, 4], "directions": ["unchanged", "progress"],
    }  # fmt: skip
    shown = program.json("show", citizen, "--people")
    assert shown["involved"][0]["part"] == "coordinator"
    assert [each["name"] for each in shown["course"] if each["done"]] == ["Dokumentation"]
    assert "[x] Dokumentation" in program.run("show", citizen).out
    status = program.json("status")
    assert {row["programme"]: row["citizens"] for row in status["caseload"]}["unge-handicap-16-uger"] == 1


def test_two_cards_are_found_merged_taken_apart_and_told_apart_and_a_move_gives_a_text(program: Program) -> None:
    keep, gone = citizens(program, "6301900001", "6301900003")
    [pair] = program.json("citizen", "duplicates")
    assert (set(pair["ids"]), pair["why"], pair["mine"]) == ({keep, gone}, "name", True)
    program.json("citizen", "merge", keep, gone, "--reason", "nyt nummer")
    assert {keep, gone} & {each["id"] for each in program.json("list", "citizen")} == {keep}
    assert program.json("citizen", "duplicates") == []
    program.json("citizen", "unmerge", gone, "--reason", "to brødre")
    program.json("citizen", "not-duplicate", keep, gone)
    assert program.json("citizen", "duplicates") == []
    assert {keep, gone} <= {each["id"] for each in program.json("list", "citizen")}
    program.json("put", "citizen", stdin=f'{{"id": "{keep}", "district": "anden_kommune", "moved_on": "2026-03-01"}}')
    text = program.json("citizen", "transfer", keep)["text"]
    assert "Flyttet: 01-03-2026" in text
    assert "630190" not in text
    assert program.json("citizen", "reviewed", keep, "--reason", "fortsætter her")["record_ids"] == [keep]
