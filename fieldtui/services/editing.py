"""Creating, changing and annulling any record, with the checks that hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage, InvalidRecords, LineProblem, NotFound
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.problems import model_of, parse_record, warnings_for
from fieldtui.domain.protection import is_protected
from fieldtui.domain.records import COLLECTIONS, Citizen, Company, Merge, Record, fields_of
from fieldtui.domain.records.base import RESERVED
from fieldtui.services.citizenchanges import completed, misfit_warnings
from fieldtui.services.coding import code_warnings
from fieldtui.services.companydoubts import company_warnings
from fieldtui.services.context import Context
from fieldtui.services.done import Done
from fieldtui.services.jsonlines import is_id, read_object, refuse
from fieldtui.services.lawful import lawful, log_disclosures, prepared
from fieldtui.services.placing import placed, placing_warnings
from fieldtui.services.protecting import protect
from fieldtui.services.samescope import in_scope
from fieldtui.services.silence import silence_warnings
from fieldtui.services.stopping import stopped_said, to_stop
from fieldtui.services.twins import twin_warnings
from fieldtui.store import Annul, Change, Put

ATTENDANCE_HOLD_SECONDS: Final = 300
"""Automatic sync lets a changed attendance rest so long, so that it can be undone (sync protocol, "Push")."""

_REFERS: Final = {
    "citizen_id": "citizen",
    "company_id": "company",
    "appointment_id": "appointment",
    "referral_id": "referral",
    "opening_id": "opening",
    "employer_contact_id": "employer_contact",
    "partner_id": "partner",
    "consent_id": "consent",
}
_MINE: Final = {
    "note": "author",
    "bridging_note": "author",
    "employer_contact": "by",
    "appointment": "consultant_id",
    "task": "consultant_id",
}
"""The field that says who, filled in with the device's consultant where it is not given."""
_SIGNED: Final = frozenset({"note", "bridging_note"})
"""Where it is always the writer (decision 16)."""
_TREATMENT_WRITES: Final = frozenset({"bridging_note", "referral", "activity"})
_REASON_MOST: Final = 500
_CREATED: Final = (N_("{what} gemt."), N_("{who}: {what} gemt."))
_CHANGED: Final = (N_("{what} rettet."), N_("{who}: {what} rettet."))
_ANNULLED: Final = (N_("{what} annulleret."), N_("{who}: {what} annulleret."))


@dataclass(slots=True)
class Batch:
    """Records as they will stand after the changes so far."""

    bodies: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


class Editing:
    """Changes of any record. Every answer is stored whole, or an error says that nothing was."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # --- public -------------------------------------------------------------------------------

    def create(self, collection: str, values: Mapping[str, Any]) -> Done:
        """Store a new record.

        Raises:
            BadUsage: No such collection, or the person's role does not write it.
            InvalidRecords: Values that break the model, or that refer to nothing.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            model_of(collection)
            self._require_may_write(collection)
            put = self._new(collection, values, Batch())
            return self._write(
                [put], self._told(_CREATED, put.record), warnings=misfit_warnings(self._context, put.record)
            )

    def update(self, record_id: str, values: Mapping[str, Any]) -> Done:
        """Change the fields that are given; `None` empties one.

        Raises:
            NotFound: No such record.
            BadUsage: It is annulled, somebody else's note, or not for the person's role.
            InvalidRecords: As `create`; or a field that is written once was given another value.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        with self._store.transaction():
            self._store.require_writable()
            self._require(record_id)
            put = self._changed(record_id, values, Batch())
            return self._write([put], self._told(_CHANGED, put.record))

    def annul(self, record_id: str, reason: str) -> Done:
        """Make a record count no longer; it stays, with the reason.

        Raises:
            NotFound: No such record.
            BadUsage: No reason, annulled already, somebody else's note, or not for the person's role.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        reason = clean(reason).strip()
        if not reason:
            raise BadUsage(_("Skriv en grund til at annullere. Intet er ændret."))
        if len(reason) > _REASON_MOST:
            raise BadUsage(_("Grunden må højst være {most} tegn. Intet er ændret.").format(most=_REASON_MOST))
        with self._store.transaction():
            self._store.require_writable()
            stored = self._require(record_id)
            self._require_may_change(stored)
            if stored.annulled_at is not None:
                raise BadUsage(_("Posten er allerede annulleret."))
            return self._write([Annul(record_id, reason)], self._told(_ANNULLED, stored.record))

    def put_lines(self, collection: str, lines: Iterable[tuple[int, str]]) -> tuple[str, ...]:
        """Create or change records from JSON objects, one a line; all or nothing. Answers their ids, in the order of the lines.

        A line with an `id` that is known changes the fields given; with an unknown or no `id` it creates. Blank lines are passed over.

        Raises:
            BadUsage: No such collection, or the person's role does not write it.
            InvalidRecords: Every problem with its line; nothing was stored.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was stored.
        """
        return self.put_told(collection, lines)[0]

    def put_told(self, collection: str, lines: Iterable[tuple[int, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """As `put_lines`; besides the ids what is odd about the records and stored all the same, in sentences."""
        warnings: tuple[str, ...] = ()
        with self._store.transaction():
            self._store.require_writable()
            model_of(collection)
            self._require_may_write(collection)
            batch = Batch()
            ids = self._read_lines(collection, lines, batch)
            if batch.changes:
                one, many = COLLECTIONS[collection].label, COLLECTIONS[collection].plural
                label = _("1 post gemt: {what}").format(what=_(one))
                if len(ids) > 1:
                    label = _("{count} poster gemt: {what}").format(count=len(ids), what=_(many))
                warnings = self._write(batch.changes, label).warnings
            return tuple(ids), warnings

    def _read_lines(self, collection: str, lines: Iterable[tuple[int, str]], batch: Batch) -> list[str]:
        problems: list[LineProblem] = []
        ids: list[str] = []
        for line, text in lines:
            if not text.strip():
                continue
            try:
                change = self._from_json(collection, text, batch)
            except InvalidRecords as error:
                problems += [LineProblem(line, each.field, each.reason) for each in error.problems]
            except BadUsage as error:
                problems.append(LineProblem(line, None, error.message))
            else:
                batch.changes.append(change)
                ids.append(change.id)
        if problems:
            raise InvalidRecords(tuple(problems))
        return ids

    # --- for the other use cases ----------------------------------------------------------------

    def _new(self, collection: str, values: Mapping[str, Any], batch: Batch, record_id: str | None = None) -> Put:
        """A change that creates a record; who and when are filled in where they are missing."""
        filled = {**self._defaults(collection, values), **{name: v for name, v in values.items() if v is not None}}
        filled = in_scope(self._store, filled)
        filled = in_scope(self._store, prepared(self._context, collection, filled))
        record = parse_record(collection, filled, strict_names=True)
        record = lawful(self._context, record, None)
        self._require_own_signature(record)
        self._require_references(record, None, batch)
        record = placed(self._context, record, None, record_id, batch)
        new_id = record_id or self._store.ids.new()
        batch.bodies[new_id] = (collection, record.body())
        return Put(new_id, record, hold_seconds=0)

    def _changed(self, record_id: str, values: Mapping[str, Any], batch: Batch) -> Put:
        """A change that replaces fields of a record that is there."""
        written = True
        if record_id in batch.bodies:
            collection, body = batch.bodies[record_id]
        else:
            stored = self._require(record_id)
            self._require_may_change(stored)
            if stored.annulled_at is not None:
                raise BadUsage(_("Posten er annulleret og kan ikke ændres. Opret en ny."))
            values = self._context.veil.keeps(stored, values)
            if isinstance(stored.record, Citizen):
                values = completed(stored.record, values, self._context.today)
            collection, body = stored.collection, self._store.body_of(record_id) or {}
            # What the central system refused to take was never written for anybody else, and may be put right.
            written = stored.rev > 0 or stored.sync_state is not SyncState.REJECTED
        model = COLLECTIONS[collection]
        known = {name: value for name, value in body.items() if name in fields_of(model)}
        asked = {name: value for name, value in {**known, **values}.items() if value is not None}
        checked = parse_record(collection, asked, strict_names=True)
        unknown = {name: value for name, value in body.items() if name not in known}
        record = lawful(
            self._context, parse_record(collection, {**checked.body(), **unknown}, strict_names=False), body
        )
        if written:
            self._require_append_kept(model, body, record.body())
        if getattr(record, "merged_into", None) == record_id:
            refuse("merged_into", _("Det er posten selv. Giv id'et på den anden."))
        self._require_references(record, body, batch)
        record = placed(self._context, record, body, record_id, batch)
        batch.bodies[record_id] = (collection, record.body())
        attendance = collection == "appointment" and body.get("status") != record.body().get("status")
        return Put(record_id, record, hold_seconds=ATTENDANCE_HOLD_SECONDS if attendance else 0)

    def _write(
        self, changes: list[Change], message: str, *, label: str | None = None, warnings: tuple[str, ...] = ()
    ) -> Done:
        """Store the changes as one act, with what follows of them: a consent that ends stops what waits to be shared on it."""
        stopped, batch = to_stop(self._context, changes), Batch()
        stop = {"share_stopped_at": isoformat(self._context.clock.now())}
        changes = [*changes, *(self._changed(note.id, stop, batch) for note in stopped)]
        warnings = (*warnings, *(each for each in stopped_said(stopped) if each not in message))
        result = self._store.write(changes, label=label or message, actor=self._context.me.id)
        puts = [change for change in changes if isinstance(change, Put)]
        log_disclosures(self._context, (put.record for put in puts))
        if any(isinstance(put.record, Citizen) and is_protected(put.record) for put in puts):
            protect(self._context)
        odd = [
            sentence
            for put in puts
            for sentence in (
                *twin_warnings(self._store, put.id, put.record),
                *placing_warnings(self._context, put.id, put.record),
                *silence_warnings(self._context, put.id, put.record),
                *self._context.veil.warnings(put.record),
                *warnings_for(put.record, self._context.today),
                *code_warnings(self._context.rules, put.record),
            )
        ]
        odd += company_warnings(self._context, {put.id: put.record for put in puts})
        return Done(message, result.ids, result.command_id, tuple(dict.fromkeys((*warnings, *odd))))

    def _require(self, record_id: str, collection: str | None = None) -> Stored[Any]:
        """A record that is there, of that collection where one is named."""
        stored = self._store.get(record_id)
        if stored is None or (collection is not None and stored.collection != collection):
            raise NotFound(clean(record_id, limit=80))
        return stored

    def _citizen(self, citizen_id: str) -> Stored[Citizen]:
        stored: Stored[Citizen] = self._require(citizen_id, "citizen")
        return stored

    def _short_name(self, citizen_id: str) -> str:
        """First name and initial, as lists on a screen show."""
        stored = self._store.get(citizen_id)
        if stored is None or not isinstance(stored.record, Citizen):
            return _("en borger")
        return stored.record.short_name

    def _told(self, sentences: tuple[str, str], record: Record) -> str:
        """What was done, with whom or which company it was done to where there is one.

        Args:
            sentences: Message without a name, and with one.
            record: What was changed.
        """
        who = self._concerns(record)
        if not who:
            return _(sentences[0]).format(what=_(record.label))
        what = _("kort") if isinstance(record, Citizen | Company) else _(record.label).lower()
        return _(sentences[1]).format(who=who, what=what)

    def _concerns(self, record: Record) -> str:
        """Short name of the citizen, else the company's name; empty where a record concerns neither."""
        if isinstance(record, Citizen):
            return record.short_name
        if isinstance(record, Company):
            return record.name
        if citizen_id := getattr(record, "citizen_id", None):
            return self._short_name(citizen_id)
        stored = self._store.get(getattr(record, "company_id", None) or "")
        return stored.record.name if stored and isinstance(stored.record, Company) else ""

    # --- checks -------------------------------------------------------------------------------

    def _from_json(self, collection: str, text: str, batch: Batch) -> Put:
        values = read_object(text)
        if "id" not in values:
            return self._new(collection, values, batch)
        record_id = values["id"]
        if not is_id(record_id):
            refuse("id", _("Det er ikke et id. Et id har 36 tegn, fx fra: fieldtui list"))
        body = {name: value for name, value in values.items() if name not in RESERVED}
        known = self._store.get(record_id)
        there = batch.bodies[record_id][0] if record_id in batch.bodies else (known.collection if known else None)
        if there is None:
            return self._new(collection, body, batch, record_id)
        if there != collection or values.get("collection", collection) != collection:
            refuse("id", _("Id'et hører til en anden samling: {collection}.").format(collection=there))
        return self._changed(record_id, body, batch)

    def _defaults(self, collection: str, values: Mapping[str, Any]) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        field_name = _MINE.get(collection)
        if field_name is not None:
            filled[field_name] = self._context.me.id
        if collection in _SIGNED and not values.get("written_at"):
            filled["written_at"] = isoformat(self._context.clock.now())
        return filled

    def _require_own_signature(self, record: Record) -> None:
        if record.collection in _SIGNED and getattr(record, "author", None) != self._context.me.id:
            refuse("author", _("Et notat skrives altid i dit eget navn. Udelad feltet."))

    def _require_may_write(self, collection: str) -> None:
        """Roles (decision 29), mirrored here so that nobody waits for the central system to say no."""
        role = self._context.me.role
        if role == "leader":
            raise BadUsage(_("Som leder læser du tal og fordeler borgere; du skriver ikke i sager. Intet er gemt."))
        if role == "treatment" and collection not in _TREATMENT_WRITES:
            raise BadUsage(
                _("Som behandler skriver du brobygningsnotater, henvisningers forløb og aktiviteter. Intet er gemt.")
            )

    def _require_may_change(self, stored: Stored[Any]) -> None:
        self._require_may_write(stored.collection)
        author = getattr(stored.record, "author", None)
        if stored.collection in _SIGNED and author not in {None, self._context.me.id}:
            raise BadUsage(_("Notatet er skrevet af en kollega og kan ikke ændres. Skriv en tilføjelse."))

    @staticmethod
    def _require_append_kept(model: type[Record], before: dict[str, Any], after: dict[str, Any]) -> None:
        problems = []
        for name, info in fields_of(model).items():
            if info.merge is Merge.APPEND and before.get(name) != after.get(name):
                if model.append_only:
                    reason = _("{label} kan ikke rettes, når det er gemt. Skriv en tilføjelse (addendum_to).")
                else:
                    reason = _("{label} kan ikke ændres. Annullér posten, og opret en ny.")
                problems.append(LineProblem(None, name, reason.format(label=_(info.label))))
        if problems:
            raise InvalidRecords(tuple(problems))

    def _require_references(self, record: Record, before: dict[str, Any] | None, batch: Batch) -> None:
        """Every id in the record points to a record of the right kind; one that did not change is not asked about."""
        own = dict.fromkeys(("addendum_to", "merged_into"), record.collection)
        for name, target in {**_REFERS, **own}.items():
            value = getattr(record, name, None)
            if value is None or (before is not None and before.get(name) == value):
                continue
            if value in batch.bodies:
                found: str | None = batch.bodies[value][0]
                citizen_id = batch.bodies[value][1].get("citizen_id")
            else:
                stored = self._store.get(value)
                found = stored.collection if stored and stored.annulled_at is None else None
                citizen_id = getattr(stored.record, "citizen_id", None) if stored else None
            if found != target:
                refuse(
                    name,
                    _("Id'et findes ikke her. Feltet skal pege på: {what}.").format(what=_(COLLECTIONS[target].label)),
                )
            mine = getattr(record, "citizen_id", None)
            if citizen_id is not None and mine is not None and citizen_id != mine:
                refuse(name, _("Feltet peger på noget, der hører til en anden borger."))
