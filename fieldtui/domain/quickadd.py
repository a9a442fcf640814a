"""One typed Danish line becomes a draft (tui.md §5.3): `samtale fre 10 Kvartershuset @fatima`.

Unknown or ambiguous parts ask; nothing is guessed, and nothing is stored here. The draft is always echoed with weekday, date and end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from fieldtui.base.clock import isoformat
from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.domain import calendar
from fieldtui.domain.quicktimes import Line, Question, folded_with_places, read_day, read_length, read_time
from fieldtui.domain.quickwords import INTERVIEW, VISIT, WORDS, Target, Word, loose, mode_of, word_of

__all__ = ["WORDS", "Known", "Question", "QuickDraft", "Target", "Word", "parse"]

_LONGEST: Final = 2_000
_TOLD: Final = frozenset({"note", "bridging_note"})
_NEEDS_CITIZEN: Final = frozenset({"jobsamtale", "opfoelgning", "mentor", "brobygning"})


_FILLER: Final = r"(?:med|hos|på|til|i|kl|den|d|og|at)\b\.?"


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen or a company the line may name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class QuickDraft:
    """What was understood, and what must be asked before anything is stored."""

    target: Target | None
    kind: str
    title: str
    form: str
    day: date | None
    start: time | None
    end: time | None
    minutes: int | None
    who: Known | None
    company: Known | None
    place: str | None
    text: str
    important: bool
    questions: tuple[Question, ...]

    @property
    def complete(self) -> bool:
        """True where nothing is left to ask."""
        return self.target is not None and not self.questions

    def values(self) -> dict[str, Any]:
        """The fields of the record it becomes; for `attendance` the citizen, the status and the day it was.

        Only meaningful where it is complete.
        """
        who = self.who.id if self.who else None
        found: dict[str, Any]
        match self.target:
            case "appointment":
                found = self._appointment(who)
            case "task":
                company = self.company.id if self.company else None
                found = {"citizen_id": who, "company_id": company, "title": self.text, "due_on": _iso(self.day)}
            case "note":
                found = {"citizen_id": who, "kind": self.kind, "text": self.text}
            case "bridging_note":
                found = {"citizen_id": who, "text": self.text}
            case "employer_contact":
                found = {
                    "company_id": self.company.id if self.company else None,
                    "mode": self.kind,
                    "on": _iso(self.day),
                }
                found |= {"text": self.text or None, "face_to_face": self.kind == "visit"}
            case "attendance":
                found = {
                    "citizen_id": who,
                    "status": self.kind,
                    "on": _iso(self.day),
                    "status_reason": self.text or None,
                }
            case None:
                found = {}
        return {name: value for name, value in found.items() if value is not None}

    def _appointment(self, who: str | None) -> dict[str, Any]:
        if self.day is None or self.start is None:
            return {}
        title = " – ".join(part for part in (self.title, self.text) if part)
        return {
            "citizen_id": who,
            "company_id": self.company.id if self.company else None,
            "kind": self.kind,
            "title": title[:200] or None,
            "starts_at": isoformat(calendar.instant(self.day, self.start)),
            "duration_minutes": self.minutes,
            "place": self.place or (self.company.name if self.company else None),
            "form": self.form,
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def parse(
    text: str, now: datetime, people: Sequence[Known], companies: Sequence[Known], places: Sequence[str]
) -> QuickDraft:
    """Read one line.

    Args:
        text: What was typed.
        now: The present instant, in Copenhagen.
        people: The consultant's citizens.
        companies: Companies the line may name.
        places: Places meetings are held at.

    Returns:
        The draft. It is complete where it has no questions.
    """
    typed, free = _split(unicodedata.normalize("NFC", clean(text, limit=_LONGEST)))
    line = Line(now, re.sub(r"\s+", " ", f" {typed} "))
    important = line.take(r"(?<!\S)!(?:vigtigt?)?(?!\S)", lambda _match: None)
    who, free = _named_person(line, free, people)
    whole = _whole_text(line, people, named=who is not None)
    company = _known(line, companies)
    place = _place(line, places)
    read_length(line)
    read_day(line)
    read_time(line)
    word = _word(line)
    mode = _mode(line) if word is not None and word.target == "employer_contact" else ""
    if who is None and not line.asked("who"):
        who = _first_name(line, people)
    word = _meaning(word, line, who, free or _left_over(line))
    # A note is kept as it was typed, with the days and times it tells of.
    free = free or (whole if word is not None and word.target in _TOLD else _left_over(line))
    if word is not None:
        _complete_time(line, word)
        _ask_for_missing(line, word, who, company, free, mode)
    return _draft(line, word, mode, who, company, place, free, important=important)


def _draft(
    line: Line,
    word: Word | None,
    mode: str,
    who: Known | None,
    company: Known | None,
    place: str | None,
    free: str,
    *,
    important: bool,
) -> QuickDraft:
    if word is None:
        line.ask("kind", _("Hvad skal det være? Begynd fx med samtale, ring, opgave eller note."))
    return QuickDraft(
        target=word.target if word else None,
        kind="" if word is None else mode if word.target == "employer_contact" else word.kind,
        title=_(word.title) if word and word.title else "",
        form=word.form if word else "personal",
        day=line.day,
        start=line.start,
        end=line.end,
        minutes=line.minutes,
        who=who,
        company=company,
        place=place,
        text=free,
        important=important,
        questions=tuple(line.questions),
    )


# --- what the line names ------------------------------------------------------------------------


def _split(text: str) -> tuple[str, str]:
    """Everything after a colon that is no clock's is free text."""
    match = re.search(r":(?!\d)|(?<!\d):", text)
    return (text[: match.start()], text[match.end() :].strip()) if match else (text, "")


_AT: Final = r"(?<!\S)@([\w.\-]+)"


def _named_person(line: Line, free: str, people: Sequence[Known]) -> tuple[Known | None, str]:
    """The person behind `@`, in the line or in the free text."""
    found: list[Known] = []

    def use(token: str) -> None:
        person = _person(line, token.rstrip("."), people)
        if person:
            found.append(person)

    if line.take(_AT, lambda match: use(match[1])):
        if re.search(_AT, line.rest):
            line.ask("who", _("Én borger pr. linje. Hvem mener du?"))
        return (found[0] if found else None), free
    match = re.search(_AT, free)
    if match:
        use(match[1])
        free = re.sub(r"\s+", " ", f"{free[: match.start()]} {free[match.end() :]}").strip()
    return (found[0] if found else None), free


def _person(line: Line, token: str, people: Sequence[Known]) -> Known | None:
    """By beginning of any name, or initials; an exact first name goes before a beginning."""
    wanted = loose(token)
    near = [each for each in people if _answers_to(each.name, wanted)]
    exact = [each for each in near if loose(each.name).split()[0] == wanted]
    found = exact or near
    if len(found) == 1:
        return found[0]
    if found:
        names = tuple(each.name for each in found[:6])
        line.ask("who", _("Hvem mener du: {names}?").format(names=", ".join(names)), names)
    else:
        line.ask("who", _("Jeg kender ikke @{name}. Hvem mener du?").format(name=token))
    return None


def _answers_to(name: str, wanted: str) -> bool:
    words = loose(name).split()
    return "".join(word[0] for word in words) == wanted or any(word.startswith(wanted) for word in words)


def _first_name(line: Line, people: Sequence[Known]) -> Known | None:
    """A first name without `@`; where several have it, the person is asked."""
    for match in re.finditer(r"[^\W\d_]+", line.rest):
        same = [each for each in people if loose(each.name).split()[0] == loose(match[0])]
        if same:
            line.rest = f"{line.rest[: match.start()]} {line.rest[match.end() :]}"
            return _person(line, match[0], same)
    return None


def _find_name(line: Line, name: str) -> bool:
    """Cut a known name out of the line, in any spelling that folds the same."""
    folded, places = folded_with_places(line.rest)
    wanted = re.escape(fold(name)).replace(",", ",?")  # a comma is often left out
    match = re.search(rf"(?<!\w)(?:(?:paa|i|hos) )?{wanted}(?!\w)", folded)
    if match is None or not name:
        return False
    start, end = places[match.start()], places[match.end() - 1] + 1
    line.rest = f"{line.rest[:start]} {line.rest[end:]}"
    return True


def _known(line: Line, companies: Sequence[Known]) -> Known | None:
    return next(
        (each for each in sorted(companies, key=lambda each: -len(each.name)) if _find_name(line, each.name)), None
    )


def _place(line: Line, places: Sequence[str]) -> str | None:
    return next((each for each in sorted(places, key=len, reverse=True) if _find_name(line, each)), None)


def _word(line: Line) -> Word | None:
    """The first word of the table, cut out."""
    for match in re.finditer(r"[^\W\d_]+", line.rest):
        word = word_of(match[0])
        if word is not None:
            line.rest = f"{line.rest[: match.start()]} {line.rest[match.end() :]}"
            return word
    return None


def _mode(line: Line) -> str:
    for match in re.finditer(r"[^\W\d_]+", line.rest):
        mode = mode_of(match[0])
        if mode is not None:
            line.rest = f"{line.rest[: match.start()]} {line.rest[match.end() :]}"
            return mode
    return ""


def _left_over(line: Line) -> str:
    """What nothing else has used, without the small words at its ends."""
    rest = re.sub(r"\s+", " ", line.rest).strip(" .,;")
    while True:
        shorter = re.sub(rf"^{_FILLER}|\b{_FILLER}$", "", rest, flags=re.IGNORECASE).strip(" .,;")
        if shorter == rest:
            return rest
        rest = shorter


def _whole_text(line: Line, people: Sequence[Known], *, named: bool) -> str:
    """The line as it was typed, without its first word and the person it names."""
    copy = Line(line.now, line.rest)
    _word(copy)
    if not named:
        _first_name(copy, people)
    return re.sub(r"\s+", " ", copy.rest).strip(" .,;")


# --- what it means ------------------------------------------------------------------------------


def _meaning(word: Word | None, line: Line, who: Known | None, free: str) -> Word | None:
    """A time makes a visit of a company contact and a meeting of bridging; a person and a time alone are a jobsamtale."""
    if word is None:
        if who is not None and line.start is not None:
            return INTERVIEW
        return WORDS["note"] if free else None
    if word.target == "employer_contact" and line.start is not None:
        return VISIT
    if word.target == "bridging_note" and line.start is not None:
        return Word("appointment", "brobygning")
    return word


def _complete_time(line: Line, word: Word) -> None:
    """End from the length; the day of a bare time; questions where the clock leaves none."""
    if word.target == "employer_contact" and line.day is None and not line.asked("day"):
        line.day = line.today
    if word.target not in {"appointment", "task"} or line.start is None:
        return
    if line.day is None and not line.asked("day"):
        if line.start > line.now.time():
            line.day = line.today
        else:
            line.ask("day", _("Kl. {time} er gået i dag. Hvilken dag mener du?").format(time=f"{line.start:%H:%M}"))
    _complete_end(line, word)
    if line.day is not None:
        try:
            calendar.instant(line.day, line.start)
        except ValueError as error:
            line.ask("time", str(error))


def _complete_end(line: Line, word: Word) -> None:
    """End and length follow from each other; a meeting that would pass midnight asks."""
    if line.start is None:
        return
    begin = datetime.combine(line.today, line.start)
    if line.end is not None:
        line.minutes = round((datetime.combine(line.today, line.end) - begin).total_seconds() / 60)
        return
    line.minutes = line.minutes or word.minutes
    until = begin + timedelta(minutes=line.minutes)
    if until.date() == begin.date():
        line.end = until.time()
    else:
        line.ask("time", _("Mødet ville slutte efter midnat. Hvornår slutter det?"))


def _ask_for_missing(line: Line, word: Word, who: Known | None, company: Known | None, free: str, mode: str) -> None:
    if word.target == "appointment":
        if line.day is None and not line.asked("day"):
            line.ask("day", _("Hvilken dag?"))
        if line.start is None and not line.asked("time"):
            line.ask("time", _("Hvornår på dagen?"))
    needs_citizen = word.target in {"note", "bridging_note", "attendance"} or word.kind in _NEEDS_CITIZEN
    if needs_citizen and who is None and not line.asked("who"):
        line.ask("who", _("Hvilken borger? Skriv @ og begyndelsen af navnet."))
    if word.target == "employer_contact":
        if company is None:
            line.ask("who", _("Hvilken virksomhed?"))
        if not mode:
            line.ask("mode", _("Var det besøg, telefon eller mail?"), ("besøg", "telefon", "mail"))
    if word.target in {"task", "note", "bridging_note"} and not free:
        line.ask("kind", _("Hvad skal der stå? Skriv det efter et kolon."))
