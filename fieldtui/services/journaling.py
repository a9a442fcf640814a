"""Nobody writes twice: what is not in the municipality's journal yet, a note as the journal takes it, and the mark that it is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.journal import Entry, Waiting, awaits, text_of, waiting
from fieldtui.domain.records import Appointment, Citizen, Note
from fieldtui.services.context import Context
from fieldtui.services.copying import Copied, says_secret
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.store import Change
from fieldtui.store.rows import SELECT

_KIND_LIST: Final = "note_kind"
_OPEN: Final = (
    "WHERE r.collection = 'note' AND r.annulled IS NULL AND json_extract(r.body, '$.journalised_at') IS NULL"
    " AND json_extract(r.body, '$.author') = ?"
)
"""Asked of the database, so that the notes of years are not read anew for a handful."""


class Journaling(Editing):
    """What a person does to get notes into the municipality's journal."""

    def unjournalised(self) -> tuple[Waiting, ...]:
        """My notes that are not in the municipality's journal, the oldest first. Where there are any, the look is logged."""
        found = self.journal_queue()
        if found:
            self._context.looking.listed("note", len(found))
        return found

    def journal_queue(self) -> tuple[Waiting, ...]:
        """As `unjournalised`, for who shows only how many they are and how old: nothing is logged."""
        me, on, rules = self._context.me.id, self._context.today, self._context.rules
        notes = self._store.select(f"{SELECT} {_OPEN}", (me,))
        found = [waiting(self._context.veil.over(each), on, rules) for each in notes if awaits(each, me)]
        return tuple(sorted(found, key=lambda each: (each.note.record.written_at, each.note.id)))

    def journal_copy(self, note_id: str) -> Copied:
        """A note as text for the municipality's journal. It is written to the access log.

        Raises:
            NotFound: No such note.
            BadUsage: It is annulled, confidential, or says where a protected citizen lives or how to call.
            DiskFull, Busy: It could not be logged, so it is not given out.
        """
        stored = self._store.get(note_id)
        if stored is None or not isinstance(stored.record, Note):
            raise NotFound(clean(note_id, limit=80))
        if stored.annulled_at is not None:
            raise BadUsage(_("Notatet er annulleret og kan ikke kopieres."))
        if is_confidential(stored.record):
            raise BadUsage(_("Notatet er fortroligt og kan ikke kopieres."))
        entry = entry_of(self._context, cast("Stored[Note]", stored))
        if withheld(self._context, entry):
            raise BadUsage(_("Notatet nævner en beskyttet oplysning og kan ikke kopieres."))
        self._store.audit("copy", stored.record.citizen_id, detail=stored.collection)
        return Copied(_("Notat til journalen"), text_of(entry))

    def mark_journalised(self, note_ids: Sequence[str]) -> Done:
        """Say that notes are in the municipality's journal; one undo takes it back for all of them.

        Raises:
            NotFound: One is not there, or is no note.
            BadUsage: One is annulled or a colleague's, or all are marked already.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        return self._mark(
            note_ids,
            isoformat(self._context.clock.now()),
            (_("Notatet er markeret som journaliseret."), _("{count} notater er markeret som journaliseret.")),
            _("De er allerede markeret som journaliseret."),
        )

    def unmark_journalised(self, note_ids: Sequence[str]) -> Done:
        """Take back that notes are in the municipality's journal; errors as `mark_journalised`, where none is marked."""
        return self._mark(
            note_ids,
            None,
            (
                _("Notatet venter igen på at blive journaliseret."),
                _("{count} notater venter igen på at blive journaliseret."),
            ),
            _("De er ikke markeret som journaliseret."),
        )

    def _mark(self, note_ids: Sequence[str], at: str | None, said: tuple[str, str], nothing: str) -> Done:
        with self._store.transaction():
            self._store.require_writable()
            batch, changes = Batch(), list[Change]()
            for note_id in dict.fromkeys(note_ids):
                stored: Stored[Any] = self._require(note_id, "note")
                if (stored.record.journalised_at is None) == (at is not None):
                    changes.append(self._changed(note_id, {"journalised_at": at}, batch))
            if not changes:
                raise BadUsage(nothing)
            one, many = said
            return self._write(changes, one if len(changes) == 1 else many.format(count=len(changes)))


def entry_of(context: Context, stored: Stored[Note]) -> Entry:
    """A note with what the journal is told about it.

    Raises:
        NotFound: The citizen is not on this device.
    """
    record, store = stored.record, context.store
    citizen = store.get(record.citizen_id)
    if citizen is None or not isinstance(citizen.record, Citizen):
        raise NotFound(record.citizen_id)
    met = store.get(record.appointment_id) if record.appointment_id else None
    meeting = context.veil.over(met).record if met is not None else None
    before = store.get(record.addendum_to) if record.addendum_to else None
    writer = next((person for person in context.people if person.id == record.author), None)
    return Entry(
        note=stored,
        citizen=citizen.record,
        kind=context.rules.label(_KIND_LIST, record.kind),
        author=f"{writer.name} ({writer.initials})" if writer else _("en kollega"),
        meeting=meeting if isinstance(meeting, Appointment) else None,
        meeting_kind=_KINDS.get(meeting.kind, meeting.kind) if isinstance(meeting, Appointment) else "",
        added_to=before.record.written_at if before is not None and isinstance(before.record, Note) else None,
    )


_KINDS: Final = {
    "jobsamtale": "jobsamtale",
    "opfoelgning": "opfølgning",
    "virksomhedsbesoeg": "virksomhedsbesøg",
    "brobygning": "brobygning",
    "mentor": "mentorsamtale",
    "andet": "samtale",
}
"""Danish in every language, as the rest of what is written for the journal."""


def withheld(context: Context, entry: Entry) -> bool:
    """True where a note says where a protected citizen lives or how to call: it goes into no copy and no file."""
    cards = context.veil.protected(entry.note.record.citizen_id)
    return any(says_secret(card, text_of(entry)) for card in cards)
