"""What cannot be is refused by whatever way it comes, with the field in a sentence and nothing stored; what is lawful but odd never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldtui.domain.identifiers import parse_cpr
from tests.e2e.scenarios.desk import TODAY, Desk, after, at, centre
from tests.support.extracts import HEADERS
from tests.sync.office import Office


@pytest.fixture(scope="module")
def desk(office: Office) -> Desk:
    return Desk.of(office, "SB")


@pytest.fixture(scope="module")
def citizen(desk: Desk) -> str:
    (made,) = desk.put("citizen", {"given_name": "Åse", "enrolled_on": str(after(-30))})
    desk.put(
        "placement", {"citizen_id": made, "kind": "ordinaert_job", "starts_on": str(after(-9)), "weekly_hours": 37}
    )
    return made


IMPOSSIBLE: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    # why, collection, values beside the citizen, the field that is named, a word of the sentence
    ("no such day", "citizen", {"given_name": "B", "enrolled_on": "2026-02-30"}, "enrolled_on", "dato"),
    ("no such month", "task", {"title": "Ring", "due_on": "2026-13-01"}, "due_on", "dato"),
    ("no such time", "appointment", {"kind": "mentor", "starts_at": "2026-11-24T25:00"}, "starts_at", "tidspunkt"),
    ("a year beyond all", "citizen", {"given_name": "B", "enrolled_on": "9999-01-01"}, "enrolled_on", "mellem"),
    ("an unknown kind", "placement", {"kind": "virksomhedspratik", "starts_on": str(TODAY)}, "kind", "virksomhedspraktik"),
    ("an unknown basis", "referral", {"basis": "SEL999", "requested_on": str(TODAY)}, "basis", "SEL101"),
    ("an unknown status", "appointment", {"kind": "mentor", "starts_at": at(TODAY), "status": "kom"}, "status", "attended"),
    ("a slip in a category", "citizen", {"given_name": "B", "visitation_category": "aktivitetsparrat"}, "visitation_category", "aktivitetsparat"),
    ("an unknown reason", "citizen", {"given_name": "B", "discharge_reason": "flyttede"}, "discharge_reason", "flyttet"),
    ("an unknown area", "progression", {"on": str(TODAY), "area": "boliig", "direction": "progress"}, "area", "bolig"),
    ("a place that ends first", "placement", {"kind": "uddannelse", "starts_on": str(TODAY), "ends_on": str(after(-1))}, "ends_on", "før"),
    ("two whole weeks in one", "placement", {"kind": "loentilskud", "starts_on": str(TODAY), "weekly_hours": 37}, "weekly_hours", "Højst"),
    ("a praktik without purpose", "placement", {"kind": "virksomhedspraktik", "starts_on": str(after(400))}, "purpose", "formål"),
    ("a consent that ends first", "consent", {"recipient": "Lænken", "given_on": str(TODAY), "expires_on": str(after(-1))}, "expires_on", "før"),
    ("a consent for years", "consent", {"recipient": "Lænken", "given_on": str(TODAY), "expires_on": str(after(800))}, "expires_on", ""),
    ("a discharge first", "citizen", {"given_name": "B", "enrolled_on": str(TODAY), "discharged_on": str(after(-1))}, "discharged_on", "før"),
    ("treatment before it was asked for", "referral", {"basis": "SEL101", "requested_on": str(TODAY), "started_on": str(after(-1))}, "started_on", "før"),
    ("too few digits", "citizen", {"given_name": "B", "cpr": "610190-001"}, "cpr", "ti cifre"),
    ("letters in a number", "citizen", {"given_name": "B", "cpr": "61O190-OOO1"}, "cpr", "cifre"),
    ("a number without a day", "citizen", {"given_name": "B", "cpr": "993190-0001"}, "cpr", "dato"),
    ("negative hours", "placement", {"kind": "uddannelse", "starts_on": str(TODAY), "weekly_hours": -3}, "weekly_hours", "mindst"),
    ("more hours than a week has", "placement", {"kind": "uddannelse", "starts_on": str(TODAY), "weekly_hours": 200}, "weekly_hours", "højst"),
    ("a field that is none", "task", {"titel": "Ring"}, "titel", "title"),
    ("nobody", "note", {"citizen_id": "01968000-0000-7000-8000-00000000ffff", "text": "X", "written_at": at(TODAY)}, "citizen_id", ""),
)  # fmt: skip


def rows(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Everything of the vault that holds casework."""
    return {name: desk.device.table(name) for name in ("record", "outbox", "history", "conflict")}


def lines(citizen: str) -> Iterator[tuple[str, str, str, str, str]]:
    for why, collection, values, field, word in IMPOSSIBLE:
        whose = {} if collection == "citizen" else {"citizen_id": citizen}
        yield why, collection, json.dumps({**whose, **values}), field, word


def test_what_cannot_be_is_refused_by_put_with_its_field_and_leaves_every_row_as_it_was(
    desk: Desk, citizen: str
) -> None:
    before = rows(desk)
    for why, collection, line, field, word in lines(citizen):
        said = desk.run("put", collection, stdin=line, code=None)
        assert (said.code, said.out) == (2, ""), (why, said)
        assert field in said.err, (why, said.err)
        assert word in said.err, (why, said.err)
        assert "linje 1" in said.err.lower(), (why, said.err)
        for given in ("610190-001", "993190-0001", "Traceback", "pydantic"):
            assert given not in said.err, (why, said.err)
    # One bad line takes the good ones with it.
    good = json.dumps({"citizen_id": citizen, "title": "Ring"})
    bad = json.dumps({"citizen_id": citizen, "title": "Ring", "due_on": "31-02-2026"})
    said = desk.run("put", "task", stdin=f"{good}\n{bad}\n", code=2)
    assert "linje 2" in said.err.lower()
    assert rows(desk) == before


def test_a_line_that_cannot_be_is_asked_about_and_not_stored(desk: Desk, citizen: str) -> None:
    before = rows(desk)
    for line, word in (
        ("samtale 31/2 10 @åse", "dato"), ("samtale 29/2-2027 10 @åse", "dato"), ("samtale i morgen 25:00 @åse", ""),
        ("samtale i morgen 10 @ingen-der-hedder-sådan", ""), ("udeblevet", ""), ("", ""),
    ):  # fmt: skip
        said = desk.run("add", line, code=None)
        assert (said.code, said.out) == (2, ""), (line, said)
        assert said.err.strip(), line
        assert word in said.err.lower(), (line, said.err)
    assert rows(desk) == before


def test_what_is_lawful_but_odd_is_stored_and_at_most_told_of(desk: Desk) -> None:
    number = next(each for each in (f"150675{serial:04}" for serial in range(9)) if not parse_cpr(each).mod11_ok)
    odd: tuple[tuple[dict[str, Any], str], ...] = (
        ({"given_name": "Maja", "cpr": number}, "kontrolciffer"),
        ({"given_name": "Maja", "cpr": "610190-0001"}, "erstatningspersonnummer"),
        ({"given_name": "Ib"}, ""),
        ({"given_name": "Ib", "no_fixed_abode": True}, ""),
        ({"given_name": "Ib", "visitation_category": "gruppe_3"}, "kendes ikke"),
        ({"given_name": "Ib", "enrolled_on": "2026-02-28", "benefit": "Kontanthjælp"}, ""),
    )
    stored: dict[str, Any] = {}
    for values, word in odd:
        said = desk.run("put", "citizen", stdin=json.dumps(values))
        assert word in said.err.lower(), said.err
        stored = desk.record(said.out.strip())
        assert stored["given_name"] == values["given_name"]
        assert stored.get("cpr", "").replace("-", "") == values.get("cpr", "").replace("-", "")
    assert stored["benefit"] == "kontanthjaelp"  # a label became its code


def test_an_extract_with_impossible_rows_is_taken_without_them_and_each_is_named(
    office: Office, tmp_path: Path
) -> None:
    tables: dict[str, list[dict[str, str]]] = {
        "borgere": [
            {"borger_ref": "B1", "fornavn": "Åse", "indskrevet": "01-10-2026", "konsulent": "SB", "adressebeskyttet": "Nej"},
            {"borger_ref": "B2", "fornavn": "Ib", "indskrevet": "31-02-2026", "konsulent": "SB", "adressebeskyttet": "Nej"},
            {"borger_ref": "B3", "fornavn": "Bo", "indskrevet": "01-10-2026", "udskrevet": "01-09-2026", "konsulent": "SB", "adressebeskyttet": "Nej"},
            {"borger_ref": "B4", "fornavn": "Li", "indskrevet": "01-10-2026", "cpr": "99999", "konsulent": "SB", "adressebeskyttet": "Nej"},
        ],
        "forloeb": [
            {"forloeb_ref": "F1", "borger_ref": "B1", "type": "virksomhedspratik", "start": "05-10-2026", "status": "normal"},
            {"forloeb_ref": "F2", "borger_ref": "B1", "type": "uddannelse", "start": "05-10-2026", "slut": "01-10-2026", "status": "normal"},
            {"forloeb_ref": "F3", "borger_ref": "B1", "type": "uddannelse", "start": "05-10-2026", "timer_pr_uge": "-3", "status": "normal"},
            {"forloeb_ref": "F4", "borger_ref": "B1", "type": "virksomhedspraktik", "start": "05-10-2026", "status": "normal"},
        ],
        "samtykker": [{"samtykke_ref": "S1", "borger_ref": "B1", "modtager": "SOF", "givet": "05-10-2026", "udloeber": "04-10-2026"}],
    }  # fmt: skip
    folder = tmp_path / "udtraek"
    folder.mkdir()
    for name, header in HEADERS.items():
        columns = header.split(";")
        rows_of = [";".join(each.get(column, "") for column in columns) for each in tables.get(name, [])]
        (folder / f"{name}.csv").write_text("\r\n".join([header, *rows_of]) + "\r\n", "utf-8-sig")
    report = centre(office, "citizen", "import", str(folder), "--json", code=5).json
    left_out = {
        (each["file"], each["line"], each["field"])
        for each in report["problems"]
        if (each["file"], each["line"]) not in {("borgere.csv", 2), ("forloeb.csv", 5)}
    }
    for named in (("borgere.csv", 3, "indskrevet"), ("borgere.csv", 4, "udskrevet"), ("borgere.csv", 5, "cpr"),
                  ("forloeb.csv", 2, "type"), ("forloeb.csv", 3, "slut"), ("forloeb.csv", 4, "timer_pr_uge"),
                  ("samtykker.csv", 2, "udloeber")):  # fmt: skip
        assert named in left_out, (named, left_out)
    assert [report["files"][f"{name}.csv"]["created"] for name in ("borgere", "forloeb", "samtykker")] == [1, 1, 0]
