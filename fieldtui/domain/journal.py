"""A note as it is put into the municipality's journal, and how long one has waited for that (OFL §§ 13 and 15).

The words are Danish in every language: they are written for the journal, not for the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import clean
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen, Note
from fieldtui.domain.rulebook import RuleBook

RED: Final = "notes.journalise_days"
AMBER: Final = "notes.journalise_amber"
Urgency = Literal["fresh", "amber", "red"]

_FORMS: Final = {"personal": "fremmøde", "digital": "digitalt", "phone": "telefon"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that is not in the municipality's journal yet."""

    note: Stored[Note]
    days: int
    """Whole calendar days since it was written."""
    urgency: Urgency

    @property
    def confidential(self) -> bool:
        """True where nobody but its reader can put it there: it is in no copy and no file."""
        return is_confidential(self.note.record)


def awaits(stored: Stored[Note], author: str | None) -> bool:
    """True for a note that its author has not put into the journal, and that still counts."""
    return stored.annulled_at is None and stored.record.journalised_at is None and stored.record.author == author


def waiting(stored: Stored[Note], on: date, rules: RuleBook) -> Waiting:
    """How long a note has waited, by the rules `notes.journalise_amber` and `notes.journalise_days`; a missing rule warns of nothing."""
    days = max(0, (on - stored.record.written_at.astimezone(COPENHAGEN).date()).days)
    levels: tuple[tuple[Urgency, str], ...] = (("red", RED), ("amber", AMBER))
    for urgency, rule_id in levels:
        limit = rules.value(rule_id, on)
        if limit is not None and days > int(limit):
            return Waiting(stored, days, urgency)
    return Waiting(stored, days, "fresh")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal is told of one note."""

    note: Stored[Note]
    citizen: Citizen
    kind: str
    """The label of its kind."""
    author: str
    """Name and initials."""
    meeting: Appointment | None = None
    meeting_kind: str = ""
    added_to: datetime | None = None
    """When the note was written that this one adds to."""

    @property
    def who(self) -> str:
        """First name, initial and call code: enough to see that it is the right case, and no more."""
        code = f" ({self.citizen.call_code})" if self.citizen.call_code else ""
        return f"{self.citizen.short_name}{code}"


def text_of(entry: Entry) -> str:
    """A note as text for the journal: what, whom, when and by whom on lines of their own, then the note as it was written."""
    record = entry.note.record
    lines = [f"{entry.kind} · {entry.who}", f"Skrevet {_when(record.written_at)} af {entry.author}"]
    if entry.meeting is not None:
        where = ", ".join(part for part in (entry.meeting.place, _FORMS.get(entry.meeting.form)) if part)
        lines.append(f"Møde: {entry.meeting_kind}, {_when(entry.meeting.starts_at)} ({where})")
    if entry.added_to is not None:
        lines.append(f"Tilføjelse til notat af {_when(entry.added_to)}")
    return clean("\n".join([*lines, "", record.text]), multiline=True)


def document_of(entry: Entry) -> dict[str, Any]:
    """A note as an entry of the day's file; without the CPR number: the case is known by its id and call code."""
    record, meeting = entry.note.record, entry.meeting
    found: dict[str, Any] = {
        "id": entry.note.id,
        "citizen_id": record.citizen_id,
        "call_code": entry.citizen.call_code,
        "citizen": entry.citizen.short_name,
        "kind": record.kind,
        "written_at": record.written_at.isoformat(),
        "author": entry.author,
        "addendum_to": record.addendum_to,
        "meeting": None,
        "text": record.text,
    }
    if meeting is not None:
        found["meeting"] = {"kind": meeting.kind, "starts_at": meeting.starts_at.isoformat(), "form": meeting.form}
    return found


def _when(at: datetime) -> str:
    return f"{at.astimezone(COPENHAGEN):%d-%m-%Y kl. %H:%M}"
