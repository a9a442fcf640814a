"""Citizens handed over to a colleague: offered, seen, accepted or declined.

Everything here can be done without a network: the office learns of it with the next sync, and until it has answered
nothing has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.records import Citizen
from fieldtui.services.done import Done
from fieldtui.services.errands import Errands, local, reason_given, standing, why_refused
from fieldtui.store.desk import Asked
from fieldtui.wire.desk import Handover
from fieldtui.wire.messages import Person

LONGEST_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A citizen offered to a colleague."""

    id: str
    citizen_id: str
    label: str
    """First name and initial, or the call code."""
    incoming: bool
    """True where it is for this device's person to answer, or was."""
    from_id: str | None
    to_id: str
    note: str
    state: str
    """`offered`, `accepted`, `rejected`, `withdrawn` or `lapsed`; what only this device knows so far: `offering`,
    `accepting`, `rejecting`, `withdrawing`; `refused`: the office said no to what was asked here."""
    offered_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    reason: str | None
    """Why it was rejected; with `refused`, what the office said."""

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "id": self.id,
            "citizen_id": self.citizen_id,
            "label": self.label,
            "direction": "in" if self.incoming else "out",
            "from": self.from_id,
            "to": self.to_id,
            "note": self.note,
            "state": self.state,
            "offered_at": isoformat(self.offered_at),
            "answered_by": self.answered_by,
            "answered_at": isoformat(self.answered_at) if self.answered_at else None,
            "reason": self.reason,
        }


class Handovers(Errands):
    """Hand-overs of one workspace."""

    def list(self) -> tuple[HandoverRow, ...]:
        """Offers to this person and by them, the newest first, with what was asked here and is not answered yet.

        Where there are any, that they were seen is written to the access log.
        """
        found = self._rows()
        if found:
            self._context.looking.listed("handover", len(found))
        return found

    def _rows(self) -> tuple[HandoverRow, ...]:
        known = {offer.id: offer for offer in self._desk.handovers()}
        asked = self._asked()
        rows = [
            self._offering(each)
            for each in asked.values()
            if each.errand.kind == "offer" and each.errand.about not in known
        ]
        return (*reversed(rows), *(self._row(offer, asked.get(offer.id)) for offer in known.values()))

    def to_answer(self) -> tuple[HandoverRow, ...]:
        """Citizens that this person is offered and has not answered."""
        return tuple(row for row in self._rows() if row.incoming and row.state == "offered")

    def colleagues(self) -> tuple[Person, ...]:
        """Who a citizen can be offered to, by initials."""
        me = self._context.consultant
        return tuple(
            each for each in self._context.people if each.role == "consultant" and (me is None or each.id != me.id)
        )

    def offer(self, citizen_id: str, to: str, note: str) -> Done:
        """Offer a citizen to a colleague, with what they need to know. The citizen stays until it is accepted.

        Args:
            citizen_id: Who.
            to: Initials or id of the colleague.
            note: The hand-over note; may be long, may not be empty.

        Raises:
            NotFound: No such citizen.
            BadUsage: Not this person's citizen, no such colleague, no note, or it is offered already.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        text = clean(note, limit=LONGEST_NOTE, multiline=True).strip()
        if not text:
            raise BadUsage(_("Skriv, hvad din kollega skal vide. Intet er gemt."))
        receiver = self._colleague(to)
        with self._store.transaction():
            self._store.require_writable()
            name = self._mine_to_offer(citizen_id)
            if any(row.citizen_id == citizen_id and row.state in {"offered", "offering"} for row in self.list()):
                raise BadUsage(_("Borgeren er allerede tilbudt en kollega. Træk tilbuddet tilbage først."))
            self._ask("offer", self._store.ids.new(), citizen_id, to=receiver.id, note=text)
            self._store.audit("handover.offer", citizen_id, detail=receiver.id)
        message = _("{who} er tilbudt {name}. Du har borgeren, til der er svaret.").format(who=name, name=receiver.name)
        return Done(message, (citizen_id,), "")

    def accept(self, handover_id: str) -> Done:
        """Take the citizen over. The file comes with the next sync.

        Raises:
            NotFound: No such offer.
            BadUsage: It is not this person's to answer, or is answered.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        row = self._to_me(handover_id)
        with self._store.transaction():
            self._store.require_writable()
            self._ask("accept", row.id, row.citizen_id)
            self._store.audit("handover.accept", row.citizen_id)
        return Done(_("Du tager imod {who}. Sagen kommer med næste synk.").format(who=row.label), (row.citizen_id,), "")

    def reject(self, handover_id: str, reason: str) -> Done:
        """Say no; the colleague keeps the citizen and reads why.

        Raises:
            NotFound: No such offer.
            BadUsage: No reason; or as `accept`.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        said = reason_given(reason)
        row = self._to_me(handover_id)
        with self._store.transaction():
            self._store.require_writable()
            self._ask("reject", row.id, row.citizen_id, reason=said)
            self._store.audit("handover.reject", row.citizen_id)
        return Done(
            _("Du siger nej til {who}. Din kollega får din grund.").format(who=row.label), (row.citizen_id,), ""
        )

    def withdraw(self, handover_id: str) -> Done:
        """Take an offer back; one that was not sent yet is simply gone.

        Raises:
            NotFound: No such offer.
            BadUsage: It is answered already, or is not this person's.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        row = self._find(handover_id)
        if row.incoming or row.state not in {"offered", "offering", "refused"}:
            raise BadUsage(_("Tilbuddet kan ikke trækkes tilbage længere."))
        with self._store.transaction():
            self._store.require_writable()
            asked = [each for each in self._desk.errands() if each.errand.about == row.id]
            unsent = [each for each in asked if each.errand.kind == "offer" and self._desk.drop(each.errand.errand_id)]
            if not unsent:
                self._ask("withdraw", row.id, row.citizen_id)
            self._store.audit("handover.withdraw", row.citizen_id)
        return Done(_("Tilbuddet om {who} er trukket tilbage.").format(who=row.label), (row.citizen_id,), "")

    # --- inside -----------------------------------------------------------------------------------

    def _mine_to_offer(self, citizen_id: str) -> str:
        """The citizen's short name, where this person may offer them."""
        stored = self._store.get(citizen_id)
        me = self._context.me
        if me.role == "leader" and stored is None:
            return _("Borgeren")
        if stored is None or not isinstance(stored.record, Citizen):
            raise NotFound(clean(citizen_id, limit=80))
        if me.role != "leader" and self._role(citizen_id) != "primary":
            raise BadUsage(_("Kun den, der har borgeren, og en leder kan overdrage. Intet er gemt."))
        return stored.record.short_name

    def _role(self, citizen_id: str) -> str:
        with self._store.reading() as connection:
            row = connection.execute("SELECT role FROM assignment WHERE citizen_id = ?", (citizen_id,)).fetchone()
        # A citizen enrolled here is this person's from the start; the office says so with the next sync.
        return str(row[0]) if row is not None else "primary"

    def _colleague(self, to: str) -> Person:
        wanted = clean(to).strip()
        for each in self.colleagues():
            if wanted == each.id or wanted.upper() == each.initials:
                return each
        raise BadUsage(_("Der er ingen konsulent med initialerne {initials}.").format(initials=wanted.upper()))

    def _find(self, handover_id: str) -> HandoverRow:
        found = next((row for row in self.list() if row.id == handover_id), None)
        if found is None:
            raise NotFound(clean(handover_id, limit=80))
        return found

    def _to_me(self, handover_id: str) -> HandoverRow:
        row = self._find(handover_id)
        if not row.incoming or row.state not in {"offered", "refused"}:
            raise BadUsage(_("Tilbuddet er ikke til dig at svare på, eller det er besvaret."))
        return row

    def _row(self, offer: Handover, asked: Asked | None) -> HandoverRow:
        state, reason = standing(offer.state, offer.reason, asked, open_state="offered")
        me = self._context.consultant
        return HandoverRow(
            id=offer.id,
            citizen_id=offer.citizen_id,
            label=clean(offer.label),
            incoming=me is not None and offer.to_id == me.id,
            from_id=offer.from_id,
            to_id=offer.to_id,
            note=clean(offer.note, multiline=True),
            state=state,
            offered_at=local(offer.offered_at),
            answered_by=offer.answered_by,
            answered_at=local(offer.answered_at) if offer.answered_at else None,
            reason=reason,
        )

    def _offering(self, asked: Asked) -> HandoverRow:
        errand, citizen_id = asked.errand, asked.scope.removeprefix("citizen:")
        stored = self._store.get(citizen_id)
        named = stored.record.short_name if stored is not None and isinstance(stored.record, Citizen) else None
        me = self._context.consultant
        return HandoverRow(
            id=errand.about,
            citizen_id=citizen_id,
            label=named or _("Borgeren"),
            incoming=False,
            from_id=me.id if me else None,
            to_id=errand.to or "",
            note=errand.note or "",
            state="offering" if asked.state == "waiting" else "refused",
            offered_at=local(errand.recorded_at),
            answered_by=None,
            answered_at=None,
            reason=None if asked.state == "waiting" else why_refused(asked.detail),
        )
