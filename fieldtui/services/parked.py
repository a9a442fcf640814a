"""Edits made before a citizen was handed over: seen by the new consultant field by field, taken in or declined.

As all errands they wait for the next sync; the office merges and writes, under the author's own name and time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.merge import ANNULLED
from fieldtui.domain.parking import Difference, accepted_body, differences
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.services.done import Done
from fieldtui.services.errands import Errands, local, reason_given, standing
from fieldtui.store.desk import Asked
from fieldtui.wire.desk import ParkedEdit


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """An edit that was made before its author's citizen was handed over."""

    op_id: str
    collection: str
    record_id: str
    citizen_id: str
    label: str
    mine: bool
    """True where this device's person made it; else it is for them to answer."""
    author: str
    recorded_at: datetime
    differences: tuple[Difference, ...]
    """What accepting it would change; empty for its author."""
    annuls: str | None
    """The reason, where the edit annuls the record."""
    state: str
    """`waiting`, `accepted`, `declined`; `accepting`, `declining` on this device until the office has answered;
    `refused` or `changed` where the office could not do what was asked here."""
    answered_by: str | None
    answered_at: datetime | None
    reason: str | None

    @property
    def contested(self) -> tuple[str, ...]:
        """Fields that somebody else changed since."""
        return tuple(name for each in self.differences if each.contested for name in each.fields)

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "op_id": self.op_id,
            "collection": self.collection,
            "record_id": self.record_id,
            "citizen_id": self.citizen_id,
            "label": self.label,
            "mine": self.mine,
            "author": self.author,
            "recorded_at": isoformat(self.recorded_at),
            "fields": [
                {
                    "field": name,
                    "before": each.before.get(name),
                    "parked": each.parked.get(name),
                    "now": each.now.get(name),
                    "contested": each.contested,
                }
                for each in self.differences
                for name in each.fields
            ],
            "annuls": self.annuls,
            "state": self.state,
            "answered_by": self.answered_by,
            "answered_at": isoformat(self.answered_at) if self.answered_at else None,
            "reason": self.reason,
        }


class ParkedEdits(Errands):
    """Parked edits of one workspace."""

    def list(self) -> tuple[ParkedRow, ...]:
        """Edits that wait for this person, and this person's own that wait for somebody; the oldest first.

        Whose they are is written to the access log with the look they belong to.
        """
        found = self._rows()
        for row in found:
            self._context.looking.within(row.citizen_id, "outbox")
        return tuple(self._veiled(row) for row in found)

    def _veiled(self, row: ParkedRow) -> ParkedRow:
        """Without what would tell where a protected citizen is."""
        veil = self._context.veil
        cards = veil.protected(row.citizen_id)
        return replace(
            row,
            differences=tuple(
                replace(
                    each,
                    before=veil.values(row.collection, each.before, cards),
                    parked=veil.values(row.collection, each.parked, cards),
                    now=veil.values(row.collection, each.now, cards),
                )
                for each in row.differences
            ),
        )

    def _rows(self) -> tuple[ParkedRow, ...]:
        asked = self._asked()
        return tuple(self._row(edit, asked.get(edit.op_id)) for edit in self._desk.parked())

    def to_answer(self) -> tuple[ParkedRow, ...]:
        """Edits that wait for this person."""
        return tuple(row for row in self._rows() if not row.mine and row.state in {"waiting", "changed", "refused"})

    def accept(self, op_id: str, take: Collection[str] = ()) -> Done:
        """Take a parked edit into the record, under its author's name.

        Args:
            op_id: Which.
            take: Contested fields where the parked value shall hold; the others stay as they are. `annulled` where the
                edit and an annulment meet.

        Raises:
            NotFound: No such edit.
            BadUsage: Not this person's to answer, answered, or a field that is not contested.
            InvalidRecords: The record would break its model with it.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        edit, row = self._to_me(op_id)
        unknown = sorted(set(take) - set(row.contested) - {ANNULLED})
        if unknown:
            raise BadUsage(_("Feltet {field} er ikke til afgørelse her.").format(field=unknown[0]))
        stored, model = self._store.get(edit.id), COLLECTIONS.get(edit.collection)
        if edit.body is not None and stored is not None and model is not None and isinstance(stored.record, model):
            now = stored.record.body()
            body = accepted_body(model, edit.base, edit.body, now, take)
            parse_record(edit.collection, body, strict_names=False)
        with self._store.transaction():
            self._store.require_writable()
            seen = stored.rev if stored is not None else None
            self._ask("accept_parked", op_id, edit.citizen_id, take=tuple(sorted(take)), seen_rev=seen)
            self._store.audit("parked.accept", edit.citizen_id, detail=f"{edit.collection}:{edit.id}")
        return Done(_("Ændringen er taget med. Den sendes med næste synk."), (edit.id,), "")

    def decline(self, op_id: str, reason: str) -> Done:
        """Leave the record as it is; the edit stays on file at the office, and its author reads why.

        Raises:
            NotFound: No such edit.
            BadUsage: No reason; or as `accept_parked`.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        said = reason_given(reason)
        edit, _row = self._to_me(op_id)
        with self._store.transaction():
            self._store.require_writable()
            self._ask("decline_parked", op_id, edit.citizen_id, reason=said)
            self._store.audit("parked.decline", edit.citizen_id, detail=f"{edit.collection}:{edit.id}")
        return Done(_("Ændringen er afvist. Den, der skrev den, får din grund."), (edit.id,), "")

    # --- inside -----------------------------------------------------------------------------------

    def _to_me(self, op_id: str) -> tuple[ParkedEdit, ParkedRow]:
        for edit in self._desk.parked():
            if edit.op_id == op_id:
                row = next(each for each in self._rows() if each.op_id == op_id)
                if row.mine or row.state not in {"waiting", "refused", "changed"}:
                    raise BadUsage(_("Ændringen er ikke til dig at svare på, eller den er besvaret."))
                return edit, row
        raise NotFound(clean(op_id, limit=80))

    def _row(self, edit: ParkedEdit, asked: Asked | None) -> ParkedRow:
        state, reason = standing(edit.state, edit.reason, asked, open_state="waiting")
        return ParkedRow(
            op_id=edit.op_id,
            collection=edit.collection,
            record_id=edit.id,
            citizen_id=edit.citizen_id,
            label=clean(edit.label),
            mine=edit.side == "author",
            author=edit.author,
            recorded_at=local(edit.recorded_at),
            differences=self._differences(edit),
            annuls=clean(edit.annul, multiline=True) if edit.annul else None,
            state=state,
            answered_by=edit.answered_by,
            answered_at=local(edit.answered_at) if edit.answered_at else None,
            reason=reason,
        )

    def _differences(self, edit: ParkedEdit) -> tuple[Difference, ...]:
        model = COLLECTIONS.get(edit.collection)
        stored = self._store.get(edit.id)
        if model is None or (stored is not None and not isinstance(stored.record, model)):
            return ()  # of a later version, or of another kind than what has its id: the office refuses that
        if edit.body is None:
            if edit.annul is None or (stored is not None and stored.annulled_at is not None):
                return ()
            edited = stored is not None and stored.rev != edit.base_rev
            return (Difference((ANNULLED,), {}, {ANNULLED: {"reason": edit.annul}}, {}, contested=edited),)
        found = differences(model, edit.base, edit.body, stored.record.body() if stored is not None else None)
        if stored is not None and stored.annulled_at is not None:
            annulled = {ANNULLED: {"reason": stored.annulled_reason}}
            found = (Difference((ANNULLED,), {}, {}, annulled, contested=True), *found)
        return found


def field_label(collection: str, name: str) -> str:
    """A field's Danish label, as the person reads it."""
    if name == ANNULLED:
        return _("Annulleret")
    model = COLLECTIONS.get(collection)
    info = fields_of(model).get(name) if model is not None else None
    return _(info.label) if info is not None else name
