"""Taking an extract as it comes: everything in its place, odd rows reported by line, nothing guessed."""

from __future__ import annotations

import shutil
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.central.administration import (
    add_consultant,
    assign,
    bootstrap_organisation,
    consultants,
    import_folder,
    put_record,
)
from fieldtui.central.database import Database
from fieldtui.central.importing.extract import MOST_BYTES, MOST_ROWS
from fieldtui.central.importing.report import ImportReport
from fieldtui.central.schema import assignment, import_ref, organisation, record, revision
from tests.support.central import TEAM, Central

HEADERS = {path.name: path.read_text("utf-8-sig").splitlines()[0] for path in TEAM.glob("*.csv")}
MEMO_DAY = date(2021, 3, 31)
CITIZEN = "B1;6101900001;Søren;Møller;Mozartsvej 1;2450;København;12345678;Nej;01-02-2020;;;01-01-2019;aktivitetsparat;kontanthjælp;MH;Sydhavnen;ips-sydhavnen"
COMPANY = "V1;13585628;1019111270;Café;Café;Vej 1;2450;København SV;Ruth Holm;12345678;kontakt@example.org"


@pytest.fixture
def db(database: Database) -> Database:
    bootstrap_organisation(database, "Kvartershuset")
    return database


def extract(folder: Path, **files: list[str]) -> Path:
    """A folder with files of the given rows; names without suffix."""
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        lines = [HEADERS[f"{name}.csv"], *rows]
        (folder / f"{name}.csv").write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())
    return folder


def bodies(db: Database, collection: str) -> list[dict[str, Any]]:
    with db.transaction() as connection:
        rows = connection.execute(select(record.c.body).where(record.c.collection == collection).order_by(record.c.id))
        return [row.body for row in rows]


def told(report: ImportReport) -> list[tuple[str, int, str | None]]:
    return [(problem.file, problem.line, problem.field) for problem in report.problems]


def test_the_memo_s_team_lands_whole_with_the_right_consultants(db: Database) -> None:
    report = import_folder(db, TEAM)
    assert report.left_out == 0
    assert {name: count.created for name, count in report.files.items()} == {
        "borgere.csv": 96, "virksomheder.csv": 60, "forloeb.csv": 103, "aftaler.csv": 687, "behandling.csv": 33,
        "samtykker.csv": 50, "progression.csv": 34, "aktivering.csv": 65, "virksomhedskontakter.csv": 420,
        "opsoegende.csv": 73,
    }  # fmt: skip
    with db.transaction() as connection:
        counts = Counter(row.collection for row in connection.execute(select(record.c.collection)))
        rows = connection.execute(select(assignment)).all()
        stored = connection.execute(select(record.c.id, record.c.body).where(record.c.collection == "citizen")).all()
    assert counts == {
        "citizen": 96, "company": 60, "company_contact": 60, "placement": 103, "appointment": 687, "referral": 33,
        "consent": 50, "progression": 34, "partner": 2, "activation": 65, "employer_contact": 420, "job_lead": 302,
        "activity": 73,
    }  # fmt: skip
    initials = {person.id: person.initials for person in consultants(db)}
    enrolled = {
        row.id for row in stored
        if date.fromisoformat(row.body["enrolled_on"]) <= MEMO_DAY
        and not (row.body.get("discharged_on") and date.fromisoformat(row.body["discharged_on"]) <= MEMO_DAY)
    }  # fmt: skip
    assert len(enrolled) == 73
    assert Counter(initials[row.consultant_id] for row in rows if row.citizen_id in enrolled) == {
        "MH": 25,
        "TB": 24,
        "SK": 24,
    }
    assert {row.role for row in rows} == {"primary"}
    assert len({row.body["call_code"] for row in stored}) == 96
    names = [row.body["given_name"] + row.body["family_name"] for row in stored]
    assert all(unicodedata.is_normalized("NFC", name) and name == name.strip() for name in names)
    assert sum(row.body["address_protected"] for row in stored) == 9
    assert {row.body.get("phone", "12 34 56 78")[2::3] for row in stored} == {"   "}


def test_figures_of_the_extract_come_out_of_the_records(db: Database) -> None:
    import_folder(db, TEAM)
    in_year = [each for each in bodies(db, "employer_contact") if "2020-04-01" <= each["on"] <= "2021-03-31"]
    assert (len(in_year), sum(each["face_to_face"] for each in in_year)) == (420, 208)
    assert len({each["company_id"] for each in in_year}) == 60
    talks = [
        each
        for each in bodies(db, "appointment")
        if each["kind"] == "jobsamtale" and each["starts_at"][:10] >= "2020-04-01"
    ]
    held, missed = (sum(each["status"] == status for each in talks) for status in ("attended", "no_show"))
    assert (held, held + missed) == (285, 340)
    assert sum(each["status"] == "cancelled_citizen_late" for each in talks) == 5
    requests = [each for each in bodies(db, "referral") if "2020-04-01" <= each["requested_on"] <= "2021-03-31"]
    assert (len(requests), sum(each.get("started_on", "9") <= "2021-03-31" for each in requests)) == (20, 15)
    assert all(each["consultant_id"] for each in bodies(db, "appointment"))


def test_taking_the_same_extract_again_changes_nothing(db: Database) -> None:
    import_folder(db, TEAM)
    with db.transaction() as connection:
        before = connection.execute(select(organisation.c.seq)).scalar_one()
    report = import_folder(db, TEAM)
    assert all(count.unchanged == count.rows for count in report.files.values())
    with db.transaction() as connection:
        assert connection.execute(select(organisation.c.seq)).scalar_one() == before


def test_a_dry_run_reports_and_keeps_nothing(db: Database) -> None:
    report = import_folder(db, TEAM, dry_run=True)
    assert report.files["borgere.csv"].created == 96
    with db.transaction() as connection:
        assert connection.execute(select(record)).all() == []
        assert connection.execute(select(import_ref)).all() == []
    assert [person.initials for person in consultants(db)] == ["ADM"]


def test_an_imported_caseload_reaches_the_consultant_s_device(central: Central) -> None:
    import_folder(central.database, TEAM)
    pages = central.device("MH").pull()
    citizens = [each for page in pages for each in page.records if each.collection == "citizen"]
    assert len(citizens) == 32
    assert sum("discharged_on" not in each.body for each in citizens) == 25
    ids = [each.id for page in pages for each in page.records]
    assert len(ids) == len(set(ids))


def test_what_people_changed_since_is_kept_and_what_the_extract_changed_is_merged_in(
    db: Database, tmp_path: Path
) -> None:
    folder = extract(tmp_path / "x", borgere=[CITIZEN])
    import_folder(db, folder, "s")
    with db.transaction() as connection:
        row = connection.execute(select(record.c.id, record.c.body)).one()
    put_record(db, "citizen", row.id, row.body | {"phone": "87654321", "job_goal": "Kok"})
    assert import_folder(db, folder, "s").files["borgere.csv"].unchanged == 1
    extract(folder, borgere=[CITIZEN.replace("Mozartsvej 1", "Mozartsvej 2")])
    assert import_folder(db, folder, "s").files["borgere.csv"].updated == 1
    (body,) = bodies(db, "citizen")
    assert (body["address"], body["phone"], body["job_goal"]) == ("Mozartsvej 2", "87 65 43 21", "Kok")
    assert body["call_code"] == row.body["call_code"]
    extract(folder, borgere=[CITIZEN.replace("Mozartsvej 1", "Mozartsvej 2").replace("12345678", "11223344")])
    report = import_folder(db, folder, "s")
    assert told(report) == [("borgere.csv", 2, "telefon")]
    assert bodies(db, "citizen")[0]["phone"] == "87 65 43 21"


def test_a_citizen_the_office_handed_over_stays_there_until_the_extract_says_someone_new(
    db: Database, tmp_path: Path
) -> None:
    folder = extract(tmp_path / "x", borgere=[CITIZEN])
    import_folder(db, folder, "s")
    people = {
        person.initials: person.id
        for person in (*consultants(db), add_consultant(db, "TB", "T"), add_consultant(db, "SK", "S"))
    }

    def primary() -> str:
        with db.transaction() as connection:
            return str(connection.execute(select(assignment.c.consultant_id)).scalar_one())

    with db.transaction() as connection:
        citizen = connection.execute(select(record.c.id)).scalar_one()
    assert primary() == people["MH"]
    assign(db, citizen, "TB")
    import_folder(db, folder, "s")
    assert primary() == people["TB"]
    extract(folder, borgere=[CITIZEN.replace(";MH;", ";SK;")])
    assert import_folder(db, folder, "s").files["borgere.csv"].updated == 1
    assert primary() == people["SK"]


def test_a_row_whose_cpr_number_is_another_s_is_refused_with_everything_on_it(db: Database, tmp_path: Path) -> None:
    folder = extract(tmp_path / "x", borgere=[CITIZEN])
    import_folder(db, folder, "s")
    extract(folder, borgere=[CITIZEN.replace("6101900001", "7002651234").replace("Søren", "Pia")],
            progression=["P1;B1;17-10-2020;helbred;fremgang"])  # fmt: skip
    report = import_folder(db, folder, "s")
    assert told(report) == [("borgere.csv", 2, "cpr"), ("progression.csv", 2, "borger_ref")]
    assert report.left_out == 2
    assert bodies(db, "citizen")[0]["given_name"] == "Søren"
    assert bodies(db, "progression") == []


def test_an_annulled_placement_stays_with_its_reason(db: Database, tmp_path: Path) -> None:
    folder = extract(tmp_path / "x", borgere=[CITIZEN], virksomheder=[COMPANY],
                     forloeb=["F1;B1;V1;fleksjob;05-07-2020;;20;annulleret", "F2;B1;V1;loentilskud;05-07-2020;;12,5;normal"])  # fmt: skip
    import_folder(db, folder, "s")
    with db.transaction() as connection:
        rows = connection.execute(select(record).where(record.c.collection == "placement")).all()
    annulled = {row.body["kind"]: row.annulled and row.annulled["reason"] for row in rows}
    assert annulled == {"fleksjob": "Annulleret i udtrækket.", "loentilskud": None}
    assert {row.body["weekly_hours"] for row in rows} == {20, 12.5}
    extract(folder, forloeb=["F1;B1;V1;fleksjob;05-07-2020;;20;normal"])
    assert import_folder(db, folder, "s").files["forloeb.csv"].updated == 1
    with db.transaction() as connection:
        assert [
            row.annulled for row in connection.execute(select(record).where(record.c.collection == "placement"))
        ] == [None, None]
        assert len(connection.execute(select(revision).where(revision.c.collection == "placement")).all()) == 3


_ODD = [
    (CITIZEN.replace("6101900001", ""), "cpr"),
    (CITIZEN.replace("Mozartsvej 1;2450;København", ";;"), "adresse"),
    (CITIZEN.replace(";12345678;", ";1234;"), "telefon"),
    (CITIZEN.replace("01-02-2020;;", "01-02-2020;01-03-2020;"), "udskrivningsaarsag"),
    (CITIZEN.replace("01-01-2019", "01-01-2021"), "ledig_siden"),
    (CITIZEN.replace("aktivitetsparat", "noget nyt"), "visitationskategori"),
]


@pytest.mark.parametrize(("row", "field"), _ODD)
def test_an_odd_citizen_is_taken_and_reported_by_line(db: Database, tmp_path: Path, row: str, field: str) -> None:
    report = import_folder(db, extract(tmp_path / "x", borgere=[CITIZEN.replace("B1;6101900001", "B0;"), row]))
    assert ("borgere.csv", 3, field) in told(report)
    assert report.left_out == 0
    assert len(bodies(db, "citizen")) == 2


_IMPOSSIBLE: list[tuple[str, str, str]] = [
    ("borgere", CITIZEN.replace("6101900001", "610190"), "cpr"),
    ("borgere", CITIZEN.replace("6101900001", "9913900001"), "cpr"),
    ("borgere", CITIZEN.replace("01-02-2020", "31-02-2020"), "indskrevet"),
    ("borgere", CITIZEN.replace("01-02-2020", "2/1 2020"), "indskrevet"),
    ("borgere", CITIZEN.replace("01-02-2020;", "01-02-2020;01-01-2020"), "udskrevet"),
    ("borgere", CITIZEN.replace(";Nej;", ";Måske;"), "adressebeskyttet"),
    ("borgere", CITIZEN.replace(";Nej;", ";;"), "adressebeskyttet"),
    ("borgere", CITIZEN.replace("Søren", ""), "fornavn"),
    ("borgere", CITIZEN.replace(";MH;", ";;"), "konsulent"),
    ("borgere", CITIZEN.replace(";MH;", ";M H!;"), "konsulent"),
    ("borgere", CITIZEN.replace(";MH;", ";ADM;"), "konsulent"),
    ("borgere", CITIZEN.replace("B1;", ";"), "borger_ref"),
    ("borgere", CITIZEN.rpartition(";")[0], ""),
    ("virksomheder", COMPANY.replace("13585628", "13585629"), "cvr"),
    ("virksomheder", COMPANY.replace("1019111270", "1"), "p_nummer"),
    ("forloeb", "F1;B1;;fleksjob;05-07-2020;04-07-2020;20;normal", "slut"),
    ("forloeb", "F1;B1;;fleksjob;05-07-2020;;99;normal", "timer_pr_uge"),
    ("forloeb", "F1;B1;;fleksjob;05-07-2020;;20;tabt", "status"),
    ("forloeb", "F1;B1;;andet;05-07-2020;;20;normal", "type"),
    ("forloeb", "F1;B9;;fleksjob;05-07-2020;;20;normal", "borger_ref"),
    ("forloeb", "F1;B1;V9;fleksjob;05-07-2020;;20;normal", "virksomhed_ref"),
    ("aftaler", "A1;B1;jobsamtale;29-03-2020 02:30;45;;fremmødt;Ja;", "start"),
    ("aftaler", "A1;B1;jobsamtale;25-10-2020 02:30;45;;fremmødt;Ja;", "start"),
    ("aftaler", "A1;B1;jobsamtale;25-10-2020;45;;fremmødt;Ja;", "start"),
    ("aftaler", "A1;B1;jobsamtale;01-01-2090 10:00;45;;fremmødt;Ja;", "status"),
    ("aftaler", "A1;B1;jobsamtale;25-08-2020 14:30;0;;fremmødt;Ja;", "varighed_min"),
    ("aftaler", "A1;B1;jobsamtale;25-08-2020 14:30;45;;hvem ved;Ja;", "status"),
    ("behandling", "H1;B1;SEL101;20-02-2021;19-02-2021;CfR", "start"),
    ("behandling", "H1;B1;SEL1;20-02-2021;;CfR", "grundlag"),
    ("samtykker", "S1;B1;SOF;17-10-2020;17-10-2019;", "udloeber"),
    ("samtykker", "S1;B1;SOF;17-10-2020;;16-10-2020", "tilbagekaldt"),
    ("samtykker", "S1;B1;;17-10-2020;;", "modtager"),
    ("progression", "P1;B1;17-10-2020;helbred;sidelæns", "retning"),
    ("aktivering", "T1;B1;Opzoomerne;;30-07-2020;2", "frist"),
    ("virksomhedskontakter", "K1;;B1;28-01-2021;telefon;MH", "virksomhed_ref"),
    ("virksomhedskontakter", "K1;V1;B1;28-01-2021;røgsignal;MH", "form"),
    ("opsoegende", "O1;02-04-2020;SOF;9999", "minutter"),
]


@pytest.mark.parametrize(("name", "row", "field"), _IMPOSSIBLE)
def test_an_impossible_row_is_left_out_and_reported_by_line(
    db: Database, tmp_path: Path, name: str, row: str, field: str
) -> None:
    files = {"borgere": [CITIZEN], "virksomheder": [COMPANY]}
    good = files.get(name, [])
    if name in files:
        row = row.replace("B1;", "B2;").replace("V1;", "V2;")
    report = import_folder(db, extract(tmp_path / "x", **(files | {name: [*good, row]})))
    assert report.left_out == 1
    assert report.files[f"{name}.csv"].reported == 1
    line = 2 + len(good)
    assert (f"{name}.csv", line, field or None) in told(report)
    assert {problem.line for problem in report.problems} == {line}
    shown = " ".join(problem.message for problem in report.problems)
    assert not any(word in shown for word in ("6101900001", "Søren", "Mozartsvej"))


def test_a_reference_that_stands_twice_is_taken_once(db: Database, tmp_path: Path) -> None:
    report = import_folder(db, extract(tmp_path / "x", borgere=[CITIZEN, CITIZEN.replace("Søren", "Pia")]))
    assert told(report) == [("borgere.csv", 3, "borger_ref")]
    assert [each["given_name"] for each in bodies(db, "citizen")] == ["Søren"]


def test_untidy_text_is_tidied_and_lines_are_physical(db: Database, tmp_path: Path) -> None:
    folder = extract(tmp_path / "x", borgere=[])
    rows = [
        CITIZEN.replace("Søren", " Éric  ")
        .replace("12345678", "0045 12 34 56 78")
        .replace("6101900001", "610190-0001"),
        "",
        CITIZEN.replace("B1;6101900001", "B2;").replace("Mozartsvej 1", '"Mozartsvej ""1""\r\n2. th; bagh"'),
        CITIZEN.replace("B1;6101900001", "B3;"),
    ]
    path = folder / "borgere.csv"
    path.write_text("\r\n".join([HEADERS["borgere.csv"], *rows]), encoding="utf-8", newline="")
    report = import_folder(db, folder)
    assert told(report) == [("borgere.csv", 4, "cpr"), ("borgere.csv", 6, "cpr")]
    found = {each["given_name"]: each for each in bodies(db, "citizen") if "cpr" in each}
    assert found["Éric"]["phone"] == "12 34 56 78"
    assert found["Éric"]["cpr"] == "6101900001"
    assert 'Mozartsvej "1" 2. th; bagh' in {each.get("address") for each in bodies(db, "citizen")}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", None),
        (b"borger_ref;cpr\r\n", 1),
        (HEADERS["borgere.csv"].replace(";", ",").encode() + b"\n", 1),
        ((HEADERS["borgere.csv"] + ";cpr\n").encode(), 1),
        (HEADERS["borgere.csv"].encode() + "\nB1;æ".encode("latin-1"), 2),
        (HEADERS["borgere.csv"].encode() + b"\nB1;\x00", 2),
        (HEADERS["borgere.csv"].encode() + b'\nB1;"x" y;', 2),
        ((HEADERS["borgere.csv"] + ";" + ";".join(f"k{n}" for n in range(60)) + "\n").encode(), 1),
        (HEADERS["borgere.csv"].encode() + ("\n" + CITIZEN).encode() * (MOST_ROWS + 1), MOST_ROWS + 2),
        (b"x" * (MOST_BYTES + 1), None),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_whole_with_its_line(
    db: Database, tmp_path: Path, content: bytes, line: int | None
) -> None:
    folder = extract(tmp_path / "x", virksomheder=[COMPANY])
    (folder / "borgere.csv").write_bytes(content)
    with pytest.raises(BadFile) as caught:
        import_folder(db, folder)
    assert (caught.value.file, caught.value.line) == ("borgere.csv", line)
    with db.transaction() as connection:
        assert connection.execute(select(record)).all() == []


def test_files_that_nobody_refers_to_may_be_missing_and_strange_ones_are_named(db: Database, tmp_path: Path) -> None:
    folder = extract(tmp_path / "x", borgere=[CITIZEN])
    (folder / "noget.csv").write_text("a;b\n", "utf-8")
    report = import_folder(db, folder)
    assert told(report) == [("noget.csv", 1, None)]
    shutil.rmtree(folder)
    with pytest.raises(BadUsage):
        import_folder(db, folder)
    folder.mkdir()
    with pytest.raises(BadUsage):
        import_folder(db, folder)
