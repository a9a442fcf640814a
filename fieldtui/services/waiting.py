"""What the central system has not taken: why, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.confidential import FIELD as TEXT
from fieldtui.domain.confidential import body_is_confidential
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import COLLECTIONS, FieldInfo, Merge, fields_of
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.context import Context
from fieldtui.services.done import Done
from fieldtui.services.refusals import sentence
from fieldtui.store.changes import Annul, Change, Put
from fieldtui.store.desk import DeskBox
from fieldtui.store.outbox import Entry, Outbox
from fieldtui.store.searching import title_of
from fieldtui.store.standing import standing_of

_SIGNATURE: Final = frozenset({"author", "written_at", "addendum_to", "by", "call_code"})
"""Fields that say who and when, or are the central system's."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One change that is not on the server."""

    op_id: str
    collection: str
    record_id: str
    citizen_id: str | None
    state: str
    """`waiting`, `rejected` or `parked`."""
    reason: str | None
    """Why it was refused or parked, as a technical word: `validation:missing`."""
    field: str | None
    recorded_at: datetime
    label: str
    """What it was, as the person did it; else the collection's name."""

    title: str = ""
    """A team record's name or title; empty in a citizen's scope."""
    rests_until: datetime | None = None
    """Until then automatic sync leaves it, so that it can be taken back unseen; a sync by hand sends it at once."""

    @property
    def why(self) -> str:
        """`reason` as a sentence a person can act on."""
        return sentence(self.collection, self.state, self.reason, self.field)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person may put right in a refused change."""

    record_id: str
    collection: str
    values: dict[str, Any]
    """By field, as in a body; the refused field first, then what the change changed."""


Urgency = Literal["fresh", "amber", "red"]


def urgency(recorded_at: datetime, now: datetime, rules: RuleBook) -> Urgency:
    """How long a change has waited, by the rules `outbox.amber_days` and `outbox.red_days`; a rule that is missing warns of nothing."""
    waited, on = now - recorded_at, now.astimezone(COPENHAGEN).date()
    levels: tuple[tuple[Urgency, str], ...] = (("red", "outbox.red_days"), ("amber", "outbox.amber_days"))
    for level, rule_id in levels:
        days = rules.value(rule_id, on)
        if days is not None and waited > timedelta(days=float(days)):
            return level
    return "fresh"


class Waiting:
    """The changes of one workspace that are not on the server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store
        self._outbox = Outbox(context.store)

    def list(self) -> tuple[OutboxRow, ...]:
        """All of them, in the order they were made; then what was parked and has left this machine with its citizen.

        Where there are any, that they were seen is written to the access log.
        """
        here = tuple(self._row(entry) for entry in self._outbox.all())
        known = {row.op_id for row in here}
        found = here + tuple(row for row in self._parked_away() if row.op_id not in known)
        if found:
            self._context.looking.listed("outbox", len(found))
        return found

    def _parked_away(self) -> tuple[OutboxRow, ...]:
        """Own edits that wait at the office for the citizen's new consultant: known by call code, without their words."""
        return tuple(
            OutboxRow(
                op_id=edit.op_id,
                collection=edit.collection,
                record_id=edit.id,
                citizen_id=edit.citizen_id,
                state="parked",
                reason="reassigned",
                field=None,
                recorded_at=datetime.fromisoformat(edit.recorded_at).astimezone(COPENHAGEN),
                label=f"{clean(edit.label)} · {_collection_label(edit.collection)}",
            )
            for edit in DeskBox(self._store).parked()
            if edit.side == "author" and edit.state == "waiting"
        )

    def oldest(self) -> datetime | None:
        """When the oldest change that is not on the server was made; `None` where there is none."""
        with self._store.reading() as connection:
            (text,) = connection.execute("SELECT min(recorded_at) FROM outbox WHERE state <> 'parked'").fetchone()
        return datetime.fromisoformat(text).astimezone(COPENHAGEN) if text else None

    def unreported(self) -> tuple[int, datetime | None]:
        """How many meetings with citizens the office has not heard of (bek. 442/2023 § 20), and since when the oldest waits."""
        with self._store.reading() as connection:
            count, since = connection.execute(
                "SELECT count(DISTINCT record_id), min(recorded_at) FROM outbox"
                " WHERE collection = 'appointment' AND scope LIKE 'citizen:%' AND state <> 'parked'"
            ).fetchone()
        return int(count), datetime.fromisoformat(since).astimezone(COPENHAGEN) if since else None

    def retry(self, name: str | None = None) -> tuple[OutboxRow, ...]:
        """Let refused changes wait to be sent once more, because what was in their way may be gone.

        Args:
            name: Op id or record id; all that were refused without it.

        Returns:
            Those that wait now, with their new op ids.

        Raises:
            NotFound: Nothing of that name is in the outbox.
            BadUsage: It was not refused: it waits already, or is with the citizen's new consultant.
            ReadOnlyLease: Too long without contact.
        """
        with self._store.transaction():
            self._store.require_writable()
            chosen = self._outbox.all("rejected") if name is None else (self._refused(name),)
            again = self._outbox.retry(chosen, self._store.ids.new)
            for entry in again:
                self._store.audit("retry", subject=_citizen(entry) or entry.record_id, detail=entry.collection)
        return tuple(self._row(entry) for entry in again)

    def give_up(self, name: str) -> Done:
        """Take a refused change back, so that the record is again as the central system has it.

        An ordinary change: it can be undone, and both versions stay in the history.

        Raises:
            NotFound, BadUsage, ReadOnlyLease: As `retry`.
        """
        with self._store.transaction() as connection:
            entry = self._refused(name)
            row = standing_of(connection, entry.record_id)
            if row is None:
                raise NotFound(clean(name, limit=80))
            change: Change
            if row.base is None:
                change = Annul(entry.record_id, _("Kontoret tog ikke imod den."))
            elif row.base_annulled is not None:
                change = Annul(entry.record_id, str(row.base_annulled["reason"]))
            else:
                change = Put(entry.record_id, parse_record(row.collection, row.base, strict_names=False))
            message = _("Ændringen er opgivet. Her står nu det samme som hos kontoret.")
            written = self._store.write([change], label=_("Ændring opgivet"), actor=self._context.me.id)
        return Done(message=message, record_ids=(entry.record_id,), command_id=written.command_id)

    def correction(self, name: str) -> Correction:
        """What to put right in a refused change; storing it through the use case lets it be sent again.

        Raises:
            NotFound, BadUsage: As `retry`.
        """
        entry = self._refused(name)
        with self._store.reading() as connection:
            row = standing_of(connection, entry.record_id)
        self._context.looking.within(_citizen(entry), "outbox")
        if row is None or entry.kind == "annul":
            raise BadUsage(_("Her er intet at rette. Send den igen, eller opgiv den."))
        known = fields_of(COLLECTIONS[entry.collection])
        base = row.base or {}
        changed = [each for each in known if row.body.get(each) != base.get(each) and _is_for_people(known[each], base)]
        first = [entry.field] if entry.field in known else []
        names = dict.fromkeys([*first, *changed])
        hidden = {TEXT} if body_is_confidential(entry.collection, row.body) else set()
        values = {each: row.body.get(each) for each in names if each not in hidden}
        veil = self._context.veil
        shown = veil.values(entry.collection, values, veil.protected(_citizen(entry)))
        return Correction(entry.record_id, entry.collection, shown)

    # --- inside -------------------------------------------------------------------------------

    def _refused(self, name: str) -> Entry:
        found = [entry for entry in self._outbox.all() if name in {entry.op_id, entry.record_id}]
        if not found:
            raise NotFound(clean(name, limit=80))
        refused = [entry for entry in found if entry.state == "rejected"]
        if refused:
            return refused[-1]
        if found[-1].state == "parked":
            raise BadUsage(_("Ændringen ligger hos kontoret og venter på borgerens nye konsulent. Intet er ændret."))
        raise BadUsage(_("Ændringen venter allerede og sendes ved næste synk."))

    def _row(self, entry: Entry) -> OutboxRow:
        with self._store.reading() as connection:
            found = connection.execute(
                "SELECT label FROM history WHERE record_id = ? ORDER BY seq DESC LIMIT 1", (entry.record_id,)
            ).fetchone()
        model = COLLECTIONS.get(entry.collection)
        stored = self._store.get(entry.record_id) if entry.scope == "team" else None
        return OutboxRow(
            op_id=entry.op_id,
            collection=entry.collection,
            record_id=entry.record_id,
            citizen_id=_citizen(entry),
            state=entry.state,
            reason=entry.reason,
            field=entry.field,
            recorded_at=datetime.fromisoformat(entry.recorded_at).astimezone(COPENHAGEN),
            label=found[0] if found else (model.label if model else entry.collection),
            title=title_of(stored.record) if stored else "",
            rests_until=datetime.fromisoformat(entry.hold_until).astimezone(COPENHAGEN) if entry.hold_until else None,
        )


def _is_for_people(info: FieldInfo, base: dict[str, Any]) -> bool:
    """True where a person may write the field: no id, and nothing that stands once and for all."""
    return not info.name.endswith("_id") and info.name not in _SIGNATURE and not (base and info.merge is Merge.APPEND)


def _citizen(entry: Entry) -> str | None:
    return entry.scope.removeprefix("citizen:") if entry.scope.startswith("citizen:") else None


def _collection_label(collection: str) -> str:
    model = COLLECTIONS.get(collection)
    return _(model.label) if model is not None else clean(collection)
