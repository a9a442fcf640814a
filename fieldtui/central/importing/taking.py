"""Taking an extract into the central system: all of it in one transaction, and what it said is remembered.

Taking the same extract again changes nothing, also where people have edited records since: a row is
compared with what it said last time, and only what changed in the extract is merged in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import isoformat, today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.central.assignments import assign
from fieldtui.central.database import Database
from fieldtui.central.erasing import erased_reference
from fieldtui.central.importing.extract import Problem, Table
from fieldtui.central.importing.folder import read_folder
from fieldtui.central.importing.kinds import CITIZENS, COMPANIES, KINDS, Draft, Kind, KnownCitizen
from fieldtui.central.importing.report import FileCount, ImportReport
from fieldtui.central.importing.rows import Row
from fieldtui.central.ledger import Ledger, Standing, open_ledger
from fieldtui.central.rulesets import book_of
from fieldtui.central.samecitizen import pointing
from fieldtui.central.schema import assignment, import_ref
from fieldtui.central.staff import initials_of, make_person, people
from fieldtui.domain.merge import merge
from fieldtui.domain.problems import problems_of, sentence
from fieldtui.domain.records import COLLECTIONS, Citizen, Record, scope_of
from fieldtui.domain.rulebook import RuleBook
from fieldtui.wire.messages import Person

_Key = tuple[str, str, str]
"""File, reference, collection."""


class _DryRun(Exception):
    """Ends the transaction without keeping it."""


def import_folder(
    db: Database, folder: Path, source: str | None = None, dry_run: bool = False, *, organisation: str | None = None
) -> ImportReport:
    """Take an extract.

    Args:
        db: The central database.
        folder: Holds the files.
        source: Name of the system it comes from; references are remembered under it. The folder's name where not given.
        dry_run: Report only; nothing is kept.
        organisation: Its name, where there are several.

    Raises:
        BadFile: A file cannot be read as what it should be; nothing was kept.
        BadUsage: No such folder, or nothing of an extract in it.
    """
    tables, problems = read_folder(folder)
    source = source or folder.resolve().name
    report: ImportReport | None = None
    try:
        with db.transaction() as connection:
            ledger = open_ledger(db, connection, organisation)
            taking = _Taking(ledger, source, today(db.clock), book_of(connection, ledger.org_id))
            taking.problems.extend(problems)
            for kind, table in tables:
                taking.take(kind, table)
            report = taking.finish(dry_run=dry_run)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    assert report is not None  # noqa: S101  made before the transaction could end without an error
    event("central.import", rows=sum(c.rows for c in report.files.values()), left_out=report.left_out, dry_run=dry_run)
    return report


@dataclass(frozen=True, slots=True)
class _Ref:
    """What a reference stands for."""

    id: str
    said: dict[str, Any] | None
    """What its row said last time; `None` where it is new."""


class _Taking:
    """One import in progress; what rows ask about everything else."""

    def __init__(self, ledger: Ledger, source: str, day: date, rules: RuleBook) -> None:
        self.ledger = ledger
        self.rules = rules
        self.today = day
        self.problems: list[Problem] = []
        self._source = source
        self._files: dict[str, FileCount] = {}
        self._people = {person.initials: person for person in people(ledger.connection, ledger.org_id)}
        self._made: list[str] = []
        self._refs = self._known_refs()
        self._standing: dict[str, Standing] = ledger.read(ref.id for ref in self._refs.values())
        self._primary = self._primaries()
        self._citizens: dict[str, KnownCitizen] = {}
        self._taken: set[_Key] = set()
        """References whose row was taken now."""
        self._doubted: set[tuple[str, str]] = set()
        """References whose row was left out now: what refers to them is left out too."""
        self._said: dict[_Key, dict[str, Any]] = {}
        self._assign: list[tuple[str, str, str | None]] = []

    # --- what rows ask --------------------------------------------------------------------------

    def citizen(self, row: Row, *, required: bool = True) -> KnownCitizen | None:
        """The citizen of the row; refuses the row where there is none."""
        ref = row.text("borger_ref", required=required)
        if ref is None:
            return None
        found = None if (CITIZENS, ref) in self._doubted else self._citizens.get(ref) or self._earlier_citizen(ref)
        if found is None:
            row.refuse("borger_ref", _("Borgeren er ikke blandt de borgere, der er taget med."))
        return found

    def company(self, row: Row, *, required: bool = True) -> str | None:
        """Id of the row's company; refuses the row where there is none."""
        ref = row.text("virksomhed_ref", required=required)
        if ref is None:
            return None
        known = self._refs.get((COMPANIES, ref, "company"))
        taken = (COMPANIES, ref, "company") in self._taken or (known is not None and known.said is not None)
        if known is None or not taken or (COMPANIES, ref) in self._doubted:
            row.refuse("virksomhed_ref", _("Virksomheden er ikke blandt de virksomheder, der er taget med."))
            return None
        return known.id

    def consultant(self, row: Row, column: str) -> str | None:
        """Id of the consultant with the initials in a column, made where they are new; refuses what cannot be."""
        initials = row.text(column, required=True)
        if initials is None:
            return None
        shown = initials_of(initials)
        person = self._people.get(shown)
        if person is None:
            try:
                person = make_person(self.ledger, initials=shown, name=shown, role="consultant")
            except BadUsage as error:
                row.refuse(column, error.message)
                return None
            self._people[shown] = person
            self._made.append(shown)
        if person.role != "consultant":
            row.refuse(column, _("Den medarbejder er ikke konsulent."))
            return None
        return person.id

    def id_for(self, file: str, ref: str, collection: str) -> str:
        """Id of what a reference stands for, a new one where it is new."""
        key = (file, ref, collection)
        if key not in self._refs:
            self._refs[key] = _Ref(self.ledger.ids.new(), None)
        return self._refs[key].id

    # --- taking rows ----------------------------------------------------------------------------

    def take(self, kind: Kind, table: Table) -> None:
        """Take a file's rows."""
        count = self._files.setdefault(kind.file, FileCount())
        count.rows = len(table.rows) + len(table.ragged)
        count.reported += len(table.ragged)
        self.problems += [
            Problem(
                kind.file,
                line,
                None,
                _("Linjen har ikke lige så mange felter som overskriften. Den er ikke taget med."),
            )
            for line in table.ragged
        ]
        seen: dict[str, int] = {}
        cprs: dict[str, int] = {}
        for raw in table.rows:
            row = Row(kind.file, raw)
            outcome = self._take_row(kind, row, seen, cprs)
            if outcome is not None:
                setattr(count, outcome, getattr(count, outcome) + 1)
            count.reported += bool(row.problems)
            self.problems += row.problems

    def _take_row(self, kind: Kind, row: Row, seen: dict[str, int], cprs: dict[str, int]) -> str | None:
        """Take one row: created, updated, unchanged, or `None` where it is left out."""
        ref = row.text(kind.ref, required=True)
        if ref is None:
            return None
        if ref in seen:
            row.refuse(
                kind.ref, _("Referencen står også på linje {line}. Kun den første er taget med.").format(line=seen[ref])
            )
            return None
        seen[ref] = row.line
        if kind.file == CITIZENS and (CITIZENS, erased_reference(self._source, ref), "citizen") in self._refs:
            row.refuse(kind.ref, _("Borgeren er slettet på kontoret. Rækken er ikke taget med."))
            self._doubted.add((kind.file, ref))
            return None
        drafts = kind.make(row, self)
        checked = [(draft, record) for draft in drafts if (record := self._check(draft, row)) is not None]
        if kind.file == CITIZENS:
            self._look_at_identity(row, ref, drafts[0], cprs)
        self._require_same_citizen(kind, checked, ref, row)
        if row.impossible or len(checked) != len(drafts):
            self._doubted.add((kind.file, ref))
            return None
        outcomes = {self._put(kind, draft, record, draft.own_ref or ref, row) for draft, record in checked}
        return next(each for each in ("created", "updated", "unchanged") if each in outcomes)

    def _check(self, draft: Draft, row: Row) -> Record | None:
        """The record, or what is wrong with it by the file's columns."""
        model = COLLECTIONS[draft.collection]
        given = {name: value for name, value in draft.body.items() if value is not None}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            for problem in problems_of(error):
                column = draft.columns.get(problem.field or "")
                if problem.code == "missing" and row.impossible:
                    continue  # its column was refused already
                row.refuse(column, sentence(problem, model))
            row.impossible = True
            return None

    def _require_same_citizen(self, kind: Kind, checked: list[tuple[Draft, Record]], ref: str, row: Row) -> None:
        """Refuse a row that has moved to another citizen: what was written on the wrong one is annulled, not moved."""
        for draft, record in checked:
            known = self._refs.get((kind.file, draft.own_ref or ref, draft.collection))
            standing = self._standing.get(known.id) if known else None
            if known is not None and standing is not None and scope_of(record, known.id) != standing.scope:
                row.refuse("borger_ref", _("Rækken hørte før til en anden borger. Den er ikke flyttet."))

    def _look_at_identity(self, row: Row, ref: str, draft: Draft, cprs: dict[str, int]) -> None:
        """Refuse a row whose CPR number belongs to somebody else than its reference; report doubles."""
        cpr = "".join(char for char in draft.body.get("cpr") or "" if char.isdigit())
        if cpr and cpr in cprs:
            row.odd("cpr", _("Samme CPR-nummer står på linje {line}.").format(line=cprs[cpr]))
        cprs.setdefault(cpr, row.line)
        known = self._refs.get((CITIZENS, ref, "citizen"))
        standing = self._standing.get(known.id) if known else None
        stands = standing.body.get("cpr") if standing else None
        if stands and cpr and cpr != stands:
            row.refuse(
                "cpr",
                _("CPR-nummeret er et andet end det, borgeren med samme reference har. Rækken er ikke taget med."),
            )

    def _put(self, kind: Kind, draft: Draft, record: Record, ref: str, row: Row) -> str:
        """Write what a draft says, where it says something new."""
        key = (kind.file, ref, draft.collection)
        record_id = self.id_for(*key)
        known = self._refs[key]
        self._taken.add(key)
        said = {"body": record.body(), "annulled": draft.annulled, "consultant": draft.consultant}
        if isinstance(record, Citizen):
            self._note_citizen(ref, record_id, record, draft, known)
        if known.said == said:
            return "unchanged"
        self._said[key] = said
        standing = self._standing.get(record_id)
        if standing is None:
            self._write(record_id, record, record.body(), draft, None, self._annulment(draft, None, None))
            return "created"
        body = self._merged(type(record), known.said, record, standing, row, draft)
        annulled = self._annulment(draft, known, standing)
        if body == standing.body and annulled == standing.annulled:
            handed_over = known.said is not None and known.said["consultant"] != draft.consultant
            return "updated" if handed_over else "unchanged"
        self._write(record_id, record, body, draft, standing, annulled)
        return "updated"

    def _annulment(self, draft: Draft, known: _Ref | None, standing: Standing | None) -> dict[str, Any] | None:
        """The annulment that stands after the row: the extract's where it says something new, else as it was."""
        before = bool(known and known.said and known.said["annulled"])
        if standing is not None and before == draft.annulled:
            return standing.annulled
        if not draft.annulled:
            return None
        return {"reason": _("Annulleret i udtrækket."), "at": isoformat(self.ledger.now), "by": None}

    def _merged(
        self,
        model: type[Record],
        said: Mapping[str, Any] | None,
        record: Record,
        standing: Standing,
        row: Row,
        draft: Draft,
    ) -> dict[str, Any]:
        """What stands, with what changed in the extract since last time; both changed is for a person to see."""
        mine = record.body()
        base = dict(said["body"]) if said else None
        if isinstance(record, Citizen) and base is not None and "cpr" not in mine and standing.body.get("cpr"):
            row.odd("cpr", _("Rækken har intet CPR-nummer; det, borgeren har, er beholdt."))
            mine, base = mine | {"cpr": standing.body["cpr"]}, base | {"cpr": standing.body["cpr"]}
        given = {name: value for name, value in standing.body.items() if name == "call_code"}
        merged = merge(model, base | given if base else None, mine | given, standing.body)
        for conflict in merged.conflicts:
            column = next((draft.columns[name] for name in conflict.fields if name in draft.columns), None)
            row.odd(column, _("Feltet er rettet både i udtrækket og hos kontoret. Kontorets er beholdt."))
        return dict(merged.body)

    def _write(
        self,
        record_id: str,
        record: Record,
        body: dict[str, Any],
        draft: Draft,
        standing: Standing | None,
        annulled: dict[str, Any] | None,
    ) -> None:
        if isinstance(record, Citizen) and "call_code" not in body:
            body = body | {"call_code": self.ledger.new_call_code()}
        scope = standing.scope if standing else scope_of(record, record_id)
        self._standing[record_id] = self.ledger.write(
            record_id, draft.collection, scope, body, previous=standing, annulled=annulled
        )

    def _note_citizen(self, ref: str, record_id: str, record: Citizen, draft: Draft, known: _Ref) -> None:
        person = self._people[initials_of(draft.consultant or "")]
        before = known.said["consultant"] if known.said else None
        if before is None or initials_of(before) != person.initials:
            # Whoever the office gave the citizen to since is left alone, unless the extract itself says someone new.
            self._primary[record_id] = person.id
            self._assign.append((record_id, person.initials, before))
        self._citizens[ref] = KnownCitizen(
            record_id, self._primary.get(record_id, person.id), record.enrolled_on, record.discharged_on
        )

    def finish(self, *, dry_run: bool) -> ImportReport:
        """Write everything; the report."""
        merged = bool(self._assign and pointing(self.ledger.connection, self.ledger.org_id))
        for citizen_id, initials, _before in self._assign:
            person: Person = self._people[initials]
            assign(self.ledger, citizen_id, person, "primary", today=self.today, together=merged)
        if self._said:
            rows = [
                {
                    "org_id": self.ledger.org_id, "source": self._source, "file": file, "ref": ref, "collection": collection,
                    "id": self._refs[(file, ref, collection)].id, "said": said,
                }
                for (file, ref, collection), said in self._said.items()
            ]  # fmt: skip
            statement = insert(import_ref)
            self.ledger.connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["org_id", "source", "file", "ref", "collection"],
                    set_={"said": statement.excluded.said},
                ),
                rows,
            )
        self.ledger.close()
        order = {kind.file: place for place, kind in enumerate(KINDS)}
        problems = sorted(self.problems, key=lambda each: (order.get(each.file, len(order)), each.file, each.line))
        return ImportReport(self._files, tuple(problems), tuple(self._made), dry_run)

    # --- what was there before ------------------------------------------------------------------

    def _earlier_citizen(self, ref: str) -> KnownCitizen | None:
        known = self._refs.get((CITIZENS, ref, "citizen"))
        standing = self._standing.get(known.id) if known else None
        if known is None or standing is None:
            return None
        record = Citizen.model_validate(standing.body)
        return KnownCitizen(known.id, self._primary.get(known.id), record.enrolled_on, record.discharged_on)

    def _known_refs(self) -> dict[_Key, _Ref]:
        rows = self.ledger.connection.execute(
            select(import_ref).where(import_ref.c.org_id == self.ledger.org_id, import_ref.c.source == self._source)
        )
        return {(row.file, row.ref, row.collection): _Ref(row.id, row.said) for row in rows}

    def _primaries(self) -> dict[str, str]:
        rows = self.ledger.connection.execute(
            select(assignment.c.citizen_id, assignment.c.consultant_id).where(
                assignment.c.org_id == self.ledger.org_id, assignment.c.role == "primary"
            )
        )
        return {row.citizen_id: row.consultant_id for row in rows}
