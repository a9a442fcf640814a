"""A note on the wrong citizen: struck out there, written anew where it belongs, and what to do where somebody may have read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.calendar import written
from fieldtui.domain.envelope import Stored
from fieldtui.domain.logged import bare_reason
from fieldtui.domain.records import BridgingNote, Note
from fieldtui.domain.struck import reason_of
from fieldtui.services.done import Done
from fieldtui.services.editing import Batch, Editing
from fieldtui.services.looking import names_of, said
from fieldtui.store import Annul, Change
from fieldtui.store.writing import stamp

MOVED: Final = "note.moved"
"""The access log's code; it stands with both citizens."""
_COPIED: Final = ("text", "kind", "written_at", "author", "confidential")
_BREACH: Final = "breach.hours"


@dataclass(frozen=True, slots=True)
class Moved:
    """A note that was moved."""

    done: Done
    checklist: tuple[str, ...] = ()
    """What to do because others may have read it where it stood, a sentence each; empty where it never left this machine."""
    report_by: datetime | None = None
    """When a breach must have been reported, by the rule `breach.hours`, counted from now; `None` where no rule counts."""


class NoteMoving(Editing):
    """What is done with a note that stands on the wrong citizen."""

    def move_note(self, note_id: str, to_citizen_id: str, reason: str) -> Moved:
        """Strike a note out where it stands, and write it on the citizen it is about, with a trace.

        One's own additions to it go along. The text is hidden where it stood: from the screen, the search and every
        export. Both citizens' access logs tell of it. It cannot be undone with a key: move it again, with a reason.

        Args:
            note_id: A note or bridging note of one's own.
            to_citizen_id: Whom it is about.
            reason: How it came about; stands with the struck note and in both logs.

        Raises:
            NotFound: No such note or citizen here.
            BadUsage: No reason, the same citizen, annulled already, a colleague's note, or a disclosure.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        why = said(reason)
        if why is None:
            raise BadUsage(_("Skriv, hvordan notatet kom til at stå hos en forkert borger. Intet er flyttet."))
        with self._store.transaction():
            self._store.require_writable()
            stored = self._movable(note_id)
            origin, target = stored.record.citizen_id, self._citizen(to_citizen_id)
            if origin == to_citizen_id:
                raise BadUsage(_("Notatet står allerede hos den borger. Intet er flyttet."))
            family = [stored, *self._own_additions(stored)]
            left = self._additions_of_others(stored)
            checklist = self._checklist(family)
            names = (*names_of(self._citizen(origin).record), *names_of(target.record))
            bare = bare_reason(why, names) or _("uden ord")  # the one's log and file never name the other
            changes, copies = self._changes(family, to_citizen_id, bare)
            short = target.record.short_name
            message = _("Notatet er flyttet til {who} og streget ud der, hvor det stod.").format(who=short)
            warnings: tuple[str, ...] = ()
            if left:
                warnings = (_("{count} tilføjelser fra kolleger står tilbage. Bed dem flytte dem.").format(count=left),)
            label = _("Notat flyttet til den rette borger")  # no name: it stands in the history of both
            done = self._write(changes, message, label=label, warnings=warnings)
            for citizen_id in (origin, to_citizen_id):
                self._store.audit(MOVED, citizen_id, reason=bare, detail=f"{stored.collection}:{stored.id}")
        report_by = self._report_by() if checklist else None
        kept = Done(done.message, copies, done.command_id, done.warnings)
        return Moved(kept, checklist, report_by)

    def keep_checklist(self, moved: Moved) -> Done:
        """Keep the checklist of a moved note as a task of one's own, due when a breach must have been reported.

        It names neither citizen.

        Raises:
            BadUsage: There is none; or as `create`.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        if not moved.checklist:
            raise BadUsage(_("Notatet har ikke forladt maskinen. Der er intet at huske."))
        values: dict[str, Any] = {
            "title": _("Notat hos forkert borger: vurdér brud på persondatasikkerheden"),
            "text": "\n".join(f"□ {line}" for line in moved.checklist),
        }
        if moved.report_by is not None:
            values["due_on"] = moved.report_by.astimezone(COPENHAGEN).date().isoformat()
        return self.create("task", values)

    # --- pieces -------------------------------------------------------------------------------

    def _movable(self, note_id: str) -> Stored[Any]:
        stored = self._store.get(note_id)
        if stored is None or not isinstance(stored.record, Note | BridgingNote):
            raise NotFound(clean(note_id, limit=80))
        if stored.record.author != self._context.me.id:
            raise BadUsage(_("Notatet er skrevet af en kollega. Bed kollegaen om at flytte det. Intet er ændret."))
        self._require_may_write(stored.collection)
        if stored.annulled_at is not None:
            raise BadUsage(_("Notatet er allerede annulleret."))
        if getattr(stored.record, "shared_with", None):
            raise BadUsage(
                _(
                    "Notatet er en videregivelse og bliver stående som bevis for, hvad der blev delt. Skriv en tilføjelse."
                )
            )
        return stored

    def _additions(self, stored: Stored[Any]) -> list[Stored[Any]]:
        found = self._store.all(stored.collection, scope=stored.scope)
        return [each for each in found if each.record.addendum_to == stored.id]

    def _own_additions(self, stored: Stored[Any]) -> list[Stored[Any]]:
        return [each for each in self._additions(stored) if each.record.author == self._context.me.id]

    def _additions_of_others(self, stored: Stored[Any]) -> int:
        return len(self._additions(stored)) - len(self._own_additions(stored))

    def _changes(self, family: list[Stored[Any]], to_citizen_id: str, why: str) -> tuple[list[Change], tuple[str, ...]]:
        """Each note anew on the right citizen, and struck out where it was; and the ids of the new ones."""
        batch, copies, changes = Batch(), list[str](), list[Change]()
        for stored in family:
            body = stored.record.body()
            values = {name: body[name] for name in _COPIED if name in body}
            values |= {"citizen_id": to_citizen_id, "moved_from": stored.id}
            if copies:
                values["addendum_to"] = copies[0]
            put = self._new(stored.collection, values, batch)
            copies.append(put.id)
            changes += [put, Annul(stored.id, reason_of(why))]
        return changes, tuple(copies)

    def _checklist(self, family: list[Stored[Any]]) -> tuple[str, ...]:
        """What to do; empty where nobody but the writer can have read it."""
        where = self._where_it_was(family)
        if not where:
            return ()
        report_by = self._report_by()
        found = [
            _("Andre kan have læst det: {where}.").format(where=", ".join(where)),
            _("Sig det til din leder eller databeskyttelsesrådgiveren nu."),
        ]
        if report_by is not None:
            at = report_by.astimezone(COPENHAGEN)
            hours = self._context.rules.value(_BREACH, self._context.today)
            found.append(
                _(
                    "De vurderer, om Datatilsynet skal have besked: senest {day} kl. {time} ({hours} timer fra nu)."
                ).format(day=written(at.date()), time=f"{at:%H:%M}", hours=f"{float(hours):g}")
            )
        found.append(_("De vurderer, om den borger, notatet handler om, skal have besked."))
        if any(getattr(each.record, "journalised_at", None) for each in family):
            found.append(_("Notatet ligger også i kommunens journal hos den forkerte borger: få det rettet der."))
        found.append(_("Skriv ned, hvad der skete, hvem der kan have set det, og hvad I gjorde."))
        return tuple(found)

    def _where_it_was(self, family: list[Stored[Any]]) -> list[str]:
        """Where a note has been besides this machine, in words."""
        found = []
        if any(each.rev > 0 or self._on_its_way(each.id) for each in family):
            found.append(_("det er sendt til kontoret"))
        if any(getattr(each.record, "journalised_at", None) for each in family):
            found.append(_("det er lagt i kommunens journal"))
        first = min(each.record.written_at for each in family)
        entries = self._store.log_entries(subject=family[0].record.citizen_id)
        if any(entry.action in {"dossier", "journal"} and entry.at >= stamp(first) for entry in entries):
            found.append(_("sagen er givet ud som fil siden"))
        return found

    def _on_its_way(self, record_id: str) -> bool:
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM outbox WHERE record_id = ? AND in_flight = 1", (record_id,)
            ).fetchone()
        return row is not None

    def _report_by(self) -> datetime | None:
        hours = self._context.rules.value(_BREACH, self._context.today)
        now = self._context.clock.now().astimezone(UTC)
        return None if hours is None else (now + timedelta(hours=float(hours))).astimezone(COPENHAGEN)
