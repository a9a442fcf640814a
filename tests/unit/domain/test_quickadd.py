"""A typed line becomes the right draft, or asks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.problems import parse_record
from fieldtui.domain.quickadd import WORDS, Known, QuickDraft, parse
from fieldtui.domain.records import Appointment

NOW = datetime(2026, 11, 23, 9, 4, tzinfo=COPENHAGEN)  # a Monday
_NAMES = (
    "Fatima Ahmed", "Ali Dam", "Maja Sørensen", "Ida Østergaard", "Jens Kjær", "Øjvind Lund", "Åse Krogh", "Karen Juhl",
    "Kåre Madsen", "Nadia Holm", "Niels Nøhr", "Yusuf Berg",
)  # fmt: skip
PEOPLE = tuple(Known(f"0190a000-0000-7000-8000-0000000000{n:02d}", name) for n, name in enumerate(_NAMES))
COMPANIES = tuple(
    Known(f"0190a000-0000-7000-8000-0000000001{n:02d}", name)
    for n, name in enumerate(("Café Solsort", "Lager-X", "Netto Amagerbro", "Nørrebro Cykler", "Hotel Havn"))
)
PLACES = ("Kvartershuset", "Jobcenter", "telefon", "Teams")


def read(text: str, now: datetime = NOW) -> QuickDraft:
    return parse(text, now, PEOPLE, COMPANIES, PLACES)


def day(number: int, month: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("text", "target", "kind", "on", "start", "end", "who", "where"),
    [
        ("samtale i morgen 10:00 Kvartershuset @fatima", "appointment", "jobsamtale", day(24, 11), time(10), time(10, 45), "Fatima Ahmed", "Kvartershuset"),
        ("samtale i morgen 10:00 Kvartershuset @NN", "appointment", "jobsamtale", day(24, 11), time(10), time(10, 45), "Niels Nøhr", "Kvartershuset"),
        ("jobsamtale fre 10 @ali", "appointment", "jobsamtale", day(27, 11), time(10), time(10, 45), "Ali Dam", None),
        ("samtale fredag kl. 13.30 Maja", "appointment", "jobsamtale", day(27, 11), time(13, 30), time(14, 15), "Maja Sørensen", None),
        ("ring til Åse kl 11", "appointment", "andet", day(23, 11), time(11), time(11, 15), "Åse Krogh", None),
        ("virk Café Solsort ons 10 besøg", "appointment", "virksomhedsbesoeg", day(25, 11), time(10), time(11), None, "Café Solsort"),
        ("besøg Lager-X 24/11 kl 13", "appointment", "virksomhedsbesoeg", day(24, 11), time(13), time(14), None, "Lager-X"),
        ("teammøde fre 10", "appointment", "team", day(27, 11), time(10), time(11), None, None),
        ("netvaerksmoede tor 9 Jobcenter", "appointment", "netvaerk", day(26, 11), time(9), time(10), None, "Jobcenter"),
        ("udeblevet @jens", "attendance", "no_show", None, None, None, "Jens Kjær", None),
        ("afbud ida", "attendance", "cancelled_citizen", None, None, None, "Ida Østergaard", None),
        ("opgave fre: spørg om busrute @fatima", "task", "", day(27, 11), None, None, "Fatima Ahmed", None),
        ("opgave @fatima fre: spørg om busrute", "task", "", day(27, 11), None, None, "Fatima Ahmed", None),
        ("samtale om 2 uger 9:00 @karen", "appointment", "jobsamtale", day(7, 12), time(9), time(9, 45), "Karen Juhl", None),
        ("samtale om 14 dage kl. 9 karen", "appointment", "jobsamtale", day(7, 12), time(9), time(9, 45), "Karen Juhl", None),
        ("samtale tirsdag uge 50 kl 10 @øjvind", "appointment", "jobsamtale", day(8, 12), time(10), time(10, 45), "Øjvind Lund", None),
        ("samtale uge 50 tors 14:15-15 @oejvind", "appointment", "jobsamtale", day(10, 12), time(14, 15), time(15), "Øjvind Lund", None),
        ("møde 1/12 10-11:30 Jobcenter", "appointment", "andet", day(1, 12), time(10), time(11, 30), None, "Jobcenter"),
        ("møde 1/12 10:00-11:30 Jobcenter", "appointment", "andet", day(1, 12), time(10), time(11, 30), None, "Jobcenter"),
        ("samtale 01-12-2026 08:30 30 min @yusuf", "appointment", "jobsamtale", day(1, 12), time(8, 30), time(9), "Yusuf Berg", None),
        ("samtale d. 3. december kl. 9 Nadia", "appointment", "jobsamtale", day(3, 12), time(9), time(9, 45), "Nadia Holm", None),
        ("samtale halv ti i morgen Kåre", "appointment", "jobsamtale", day(24, 11), time(9, 30), time(10, 15), "Kåre Madsen", None),
        ("samtale kvart over ni torsdag kaare", "appointment", "jobsamtale", day(26, 11), time(9, 15), time(10), "Kåre Madsen", None),
        ("opfølgning næste mandag 10 Lager-X ida", "appointment", "opfoelgning", day(30, 11), time(10), time(10, 45), "Ida Østergaard", "Lager-X"),
        ("samtale mandag 10 ida", "appointment", "jobsamtale", day(30, 11), time(10), time(10, 45), "Ida Østergaard", None),
        ("samtale i dag 15 1 t Maja Kvartershuset", "appointment", "jobsamtale", day(23, 11), time(15), time(16), "Maja Sørensen", "Kvartershuset"),
        ("i overmorgen kl 12 ali", "appointment", "jobsamtale", day(25, 11), time(12), time(12, 45), "Ali Dam", None),
        ("brobygning @maja: ring til visitator", "bridging_note", "brobygning", None, None, None, "Maja Sørensen", None),
        ("note @ali: vil gerne på lager", "note", "notat", None, None, None, "Ali Dam", None),
        ("meeting tomorrow 10:00 @fatima", "appointment", "jobsamtale", day(24, 11), time(10), time(10, 45), "Fatima Ahmed", None),
        ("rundvisning Café Solsort ons 10 @fatima", "appointment", "virksomhedsbesoeg", day(25, 11), time(10), time(11), "Fatima Ahmed", "Café Solsort"),
        ("ring Netto Amagerbro i morgen 9", "appointment", "andet", day(24, 11), time(9), time(9, 15), None, "Netto Amagerbro"),
        ("fremmødt fatima", "attendance", "attended", None, None, None, "Fatima Ahmed", None),
        ("samtale 2/1 kl 9 ali", "appointment", "jobsamtale", day(2, 1, 2027), time(9), time(9, 45), "Ali Dam", None),
        ("husk fre: købe kaffe", "task", "", day(27, 11), None, None, None, None),
        ("prøvedag Hotel Havn 8. dec 8:00-12:00 øjvind", "appointment", "virksomhedsbesoeg", day(8, 12), time(8), time(12), "Øjvind Lund", "Hotel Havn"),
        ("samtale Teams tir kl. 13-14 nadia", "appointment", "jobsamtale", day(24, 11), time(13), time(14), "Nadia Holm", "Teams"),
        ("fatima 24-11 10:00", "appointment", "jobsamtale", day(24, 11), time(10), time(10, 45), "Fatima Ahmed", None),
        ("samtale fre 10-11 @ali", "appointment", "jobsamtale", day(27, 11), time(10), time(11), "Ali Dam", None),
        ("besog lager-x i morgen kl. 9 halvanden time", "appointment", "virksomhedsbesoeg", day(24, 11), time(9), time(10, 30), None, "Lager-X"),
        ("besøg cafe solsort fredag 10", "appointment", "virksomhedsbesoeg", day(27, 11), time(10), time(11), None, "Café Solsort"),
        ("samtale friday 10 @ali", "appointment", "jobsamtale", day(27, 11), time(10), time(10, 45), "Ali Dam", None),
        ("samtale 2026-12-01 10 @ali", "appointment", "jobsamtale", day(1, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale i morgen formiddag 9.15 @ali", "appointment", "jobsamtale", day(24, 11), time(9, 15), time(10), "Ali Dam", None),
        ("samtale fre halv to @ali", "appointment", "jobsamtale", day(27, 11), time(13, 30), time(14, 15), "Ali Dam", None),
        ("virk Lager-X ring: ingen pladser lige nu", "employer_contact", "phone", day(23, 11), None, None, None, "Lager-X"),
        ("samtale torsdag den 3. december kl 10 ali", "appointment", "jobsamtale", day(3, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale tors 3/12 kl 10 ali", "appointment", "jobsamtale", day(3, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale 3.12. kl 10 ali", "appointment", "jobsamtale", day(3, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale 3.12 10:30 ali", "appointment", "jobsamtale", day(3, 12), time(10, 30), time(11, 15), "Ali Dam", None),
        ("samtale fre kl. 10.12 ali", "appointment", "jobsamtale", day(27, 11), time(10, 12), time(10, 57), "Ali Dam", None),
        ("samtale næste uge tirsdag 10 ali", "appointment", "jobsamtale", day(1, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale tirsdag i næste uge 10 ali", "appointment", "jobsamtale", day(1, 12), time(10), time(10, 45), "Ali Dam", None),
        ("samtale i aften 19 @ali", "appointment", "jobsamtale", day(23, 11), time(19), time(19, 45), "Ali Dam", None),
        ("besøg hos Netto Amagerbro på onsdag kl 14 med fatima", "appointment", "virksomhedsbesoeg", day(25, 11), time(14), time(15), "Fatima Ahmed", "Netto Amagerbro"),
        ("brobygning i morgen 10 @maja", "appointment", "brobygning", day(24, 11), time(10), time(10, 45), "Maja Sørensen", None),
    ],
)  # fmt: skip
def test_a_clear_line_is_understood_whole(
    text: str,
    target: str,
    kind: str,
    on: date | None,
    start: time | None,
    end: time | None,
    who: str | None,
    where: str | None,
) -> None:
    draft = read(text)
    assert draft.questions == ()
    assert (draft.target, draft.kind, draft.day, draft.start, draft.end) == (target, kind, on, start, end)
    assert (draft.who.name if draft.who else None) == who
    if where:
        assert where in {draft.place, draft.company.name if draft.company else None}
    assert draft.complete


@pytest.mark.parametrize(
    ("text", "about", "part"),
    [
        ("ring ali i eftermiddag", "time", "13:00"),
        ("samtale i morgen kl ti @ka", "who", "Karen Juhl, Kåre Madsen"),
        ("samtale i morgen 10 @xyz", "who", "@xyz"),
        ("samtale 31/11 10 ali", "day", "31-11 findes ikke"),
        ("samtale uge 60 tors 10 ali", "day", "Uge 60 findes ikke"),
        ("samtale uge 50 10 @ali", "day", "Mandag den 07-12"),
        ("samtale 8:00 @ali", "day", "er gået i dag"),
        ("samtale fre kl 2 @ali", "time", "02:00 eller 14:00"),
        ("samtale fre 25:00 @ali", "time", "findes ikke"),
        ("samtale fre 11:00-10:00 @ali", "time", "slutter før"),
        ("samtale fre 23:30 @ali", "time", "efter midnat"),
        ("samtale 10-11 @ali", "day time", "datoen 10-11 eller fra kl. 10 til 11"),
        ("samtale fre 10", "who", "Hvilken borger"),
        ("samtale @ali", "day time", "Hvilken dag"),
        ("samtale fre @ali", "time", "Hvornår"),
        ("note: husk jakke", "who", "Hvilken borger"),
        ("note @ali", "kind", "Hvad skal der stå"),
        ("virk Lager-X: talte om praktik", "mode", "besøg, telefon eller mail"),
        ("virk ring: ingen pladser", "who", "Hvilken virksomhed"),
        ("samtale 28-03-2027 2:30 @ali", "time", "findes ikke"),
        ("samtale fre d. 28/11 10 @ali", "day", "28-11 er en lørdag"),
        ("samtale fre 10 @ali og @ida", "who", "Én borger pr. linje"),
        ("samtale næste uge 10 @ali", "day", "uge 49? Mandag den 30-11"),
        ("samtale i aften @ali", "time", "Hvornår"),
        ("samtale @fatima.ahmed fre 10", "who", "@fatima.ahmed"),
        ("", "kind", "Hvad skal det være"),
    ],
)
def test_what_is_unclear_is_asked_and_not_guessed(text: str, about: str, part: str) -> None:
    draft = read(text)
    assert [question.about for question in draft.questions] == about.split()
    assert part in draft.questions[0].text
    assert not draft.complete


def test_a_time_that_is_over_is_asked_about_and_not_moved() -> None:
    draft = read("samtale 9:00 @ali")
    assert draft.day is None
    assert read("samtale 9:05 @ali").day == NOW.date()
    assert read("samtale i dag 8:00 @ali").day == NOW.date()


def test_the_choices_of_a_question_can_be_picked() -> None:
    assert read("samtale i morgen 10 @ka").questions[0].choices == ("Karen Juhl", "Kåre Madsen")


def test_an_exclamation_mark_is_important_and_not_text() -> None:
    draft = read("! opgave fre: aflever nøgle")
    assert draft.important
    assert draft.text == "aflever nøgle"


@pytest.mark.parametrize(
    "text",
    [
        "samtale i morgen 10:00 Kvartershuset @fatima",
        "ring Netto Amagerbro i morgen 9",
        "møde 1/12 10-11:30 Jobcenter",
        "prøvedag Hotel Havn 8. dec 8:00-12:00 øjvind",
        "opgave @fatima fre: spørg om busrute",
        "virk Lager-X ring: ingen pladser lige nu",
        "brobygning i morgen 10 @maja",
    ],
)
def test_the_values_of_a_complete_draft_make_a_record(text: str) -> None:
    draft = read(text)
    assert draft.target is not None
    record = parse_record(draft.target, draft.values(), strict_names=True)
    if isinstance(record, Appointment):
        assert draft.day is not None
        assert draft.start is not None
        assert record.starts_at == datetime.combine(draft.day, draft.start, COPENHAGEN)
        assert record.ends_at.astimezone(COPENHAGEN).time() == draft.end


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("note ali vil gerne arbejde på lager fra fredag kl 10", "vil gerne arbejde på lager fra fredag kl 10"),
        ("note @ali: ringer i morgen 9:30", "ringer i morgen 9:30"),
        ("brobygning @maja ringede til visitator i går", "ringede til visitator i går"),
        ("samtale fatima fredag 10 om job på lager", "om job på lager"),
        ("samtale torsdag den 3. december kl 10 ali", ""),
        ("husk fre at ringe til ali", "ringe"),
    ],
)
def test_what_is_told_is_kept_as_it_was_typed(text: str, kept: str) -> None:
    assert read(text).text == kept


def test_an_attendance_names_citizen_status_and_reason() -> None:
    assert read("udeblevet @jens: tog ikke telefonen").values() == {
        "citizen_id": PEOPLE[4].id,
        "status": "no_show",
        "status_reason": "tog ikke telefonen",
    }


def test_english_asks_in_english() -> None:
    from fieldtui.base.i18n import set_language

    set_language("en")
    assert "Which citizen" in read("samtale fre 10").questions[0].text


_pieces = st.sampled_from([
    *WORDS, "@ali", "@ka", "@", "fatima", "i morgen", "fre", "næste man", "uge 53", "uge 50 tors", "31/12", "30-2", "29/2", "10-11",
    "24-11-2026", "1.1.2027", "d. 3. maj", "10", "10:30", "25:99", "10-9", "halv et", "kvart i tolv", "kl 3", "kl.", "middag", "i aften",
    "45 min", "999 min", "9 t", "halvanden time", "Café Solsort", "Teams", ":", ": tekst", "!", "om 999 dage", "om en uge", "\u202e", "Å",
])  # fmt: skip


@given(
    st.one_of(st.lists(_pieces, max_size=9).map(" ".join), st.text(max_size=60)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
)
def test_no_line_breaks_it_and_a_complete_draft_is_always_a_sound_record(text: str, at: datetime) -> None:
    draft = read(text, at.replace(tzinfo=COPENHAGEN))
    values: dict[str, Any] = draft.values() if draft.complete else {}
    if draft.complete and draft.target not in {"attendance", None}:
        now = {"written_at": "2026-11-24T10:00"} if draft.target in {"note", "bridging_note"} else {}
        parse_record(str(draft.target), values | now, strict_names=True)
