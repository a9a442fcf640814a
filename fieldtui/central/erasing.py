"""Erasure: a citizen's records, history and traces go from the central system, and a tombstone without a name stays.

Sequence numbers stay whole: a revision's content is emptied and its number kept. What a device sends later about the
citizen is refused and stored nowhere. Backups and the database's own free space are outside: docs/adr and docs/cli.md
say what the operator does about them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.assignments import mark_assignments, mark_desks, scope_of_citizen
from fieldtui.central.database import Database
from fieldtui.central.importing.kinds import CITIZENS
from fieldtui.central.ledger import Ledger, open_ledger
from fieldtui.central.samecitizen import group_of, stand_ins
from fieldtui.central.schema import (
    access_log,
    act,
    assignment,
    erasure,
    export_version,
    handover,
    import_ref,
    operation,
    organisation,
    parked,
    planned_assignment,
    record,
    revision,
    scope_change,
)
from fieldtui.domain.lists import appointment_reference

ERASED: Final = "erased"
"""In place of the fingerprint of an operation about an erased citizen."""
_LONGEST_REASON: Final = 500
_LONGEST_RETENTION: Final = 36_525
_REWRITTEN: Final = (
    "record",
    "revision",
    "parked",
    "handover",
    "operation",
    "import_ref",
    "export_version",
    "access_log",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took."""

    citizen_id: str
    records: int
    devices_of: int
    """How many people's devices are told to purge."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"citizen_id": self.citizen_id, "records": self.records, "told": self.devices_of}


@dataclass(frozen=True, slots=True)
class Retention:
    """The rule in force, and whom it is about today."""

    days: int | None
    """After discharge; `None`: nobody is erased by it."""
    due: tuple[str, ...]
    """Citizen ids."""


def erase(
    db: Database, citizen_id: str, reason: str, *, all_cards: bool = False, organisation: str | None = None
) -> Erased:
    """Erase a citizen on request, with every other card of the same person.

    Args:
        db: The central database.
        citizen_id: Who.
        reason: Why; the people who had the citizen read it on their devices. It must name nobody.
        all_cards: Somebody has seen that every card that was merged with this one is the same person's.
        organisation: Which, where there are several.

    Raises:
        NotFound: No such citizen, or erased already.
        BadUsage: No reason; or other cards go too, and nobody said that they may: a wrong merge would erase two people.
    """
    said = clean(reason, limit=_LONGEST_REASON).strip()
    if not said:
        raise BadUsage(_("Skriv en grund: --reason TEKST. Nævn ingen navne i den."))
    with db.transaction() as connection:
        ledger = open_ledger(db, connection, organisation)
        cards = (citizen_id, *group_of(connection, ledger.org_id, citizen_id))
        if len(cards) > 1 and not all_cards:
            raise BadUsage(
                _(
                    "Borgeren har {count} kort, der er lagt sammen, og alle bliver slettet: {ids}. Intet er slettet endnu. "
                    "Er de samme menneske, så skriv --all-cards; ellers skil dem ad først."
                ).format(count=len(cards), ids=", ".join(cards))
            )
        erased = [_erase(ledger, each, said) for each in cards]
        told = {who for _records, people in erased for who in people}
        done = Erased(citizen_id, sum(records for records, _people in erased), len(told))
        ledger.close()
    event("central.erased", records=done.records, told=done.devices_of)
    return done


def retention(db: Database, *, organisation: str | None = None) -> Retention:
    """Which discharged citizens are beyond the period today."""
    with db.transaction() as connection:
        return _retention(connection, db.organisation(connection, organisation).id, today(db.clock))


def set_retention(db: Database, days: int | None, *, organisation: str | None = None) -> None:
    """Set how long after discharge a citizen is kept; `None` turns the rule off.

    Raises:
        BadUsage: Not between one day and a hundred years.
    """
    if days is not None and not 1 <= days <= _LONGEST_RETENTION:
        raise BadUsage(_("Perioden skal være mellem 1 og {most} dage.").format(most=_LONGEST_RETENTION))
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        connection.execute(_update_organisation(org.id, days))


def apply_retention(db: Database, *, organisation: str | None = None) -> tuple[Erased, ...]:
    """Erase every citizen who is beyond the period; nobody where the rule is off."""
    found = retention(db, organisation=organisation)
    reason = _("Opbevaringsfristen på {days} dage efter udskrivning er udløbet.").format(days=found.days)
    return tuple(erase(db, citizen_id, reason, all_cards=True, organisation=organisation) for citizen_id in found.due)


def rewrite(db: Database) -> None:
    """Rewrite the tables so that what was erased is gone from the database's files too. They are closed meanwhile."""
    db.rewrite(*_REWRITTEN)


def erased_among(connection: Connection, org_id: str, citizen_ids: Iterable[str]) -> frozenset[str]:
    """Those of these citizens that were erased."""
    wanted = sorted(set(citizen_ids))
    if not wanted:
        return frozenset()
    rows = connection.execute(
        select(erasure.c.citizen_id).where(erasure.c.org_id == org_id, erasure.c.citizen_id.in_(wanted))
    )
    return frozenset(rows.scalars())


def scope_once_of(connection: Connection, org_id: str, record_id: str) -> str | None:
    """The scope a record had, erased or not; `None` where there never was one."""
    scope: str | None = connection.execute(
        select(revision.c.scope).where(revision.c.org_id == org_id, revision.c.id == record_id).limit(1)
    ).scalar_one_or_none()
    return scope


def erased_reference(source: str, ref: str) -> str:
    """Under what an erased citizen's reference in an extract is remembered, so that an import does not bring them back."""
    return "sha256:" + hashlib.sha256(f"{source}\n{ref}".encode()).hexdigest()


# --- inside ---------------------------------------------------------------------------------------------


def _retention(connection: Connection, org_id: str, day: date) -> Retention:
    days: int | None = connection.execute(
        select(organisation.c.retention_days).where(organisation.c.org_id == org_id)
    ).scalar_one()
    if days is None:
        return Retention(None, ())
    discharged = record.c.body["discharged_on"].astext
    rows = connection.execute(
        select(record.c.id)
        .where(
            record.c.org_id == org_id,
            record.c.collection == "citizen",
            discharged < (day - timedelta(days=days)).isoformat(),
        )
        .order_by(discharged, record.c.id)
    )
    # Cards of one person go together, when the one that stands for them is over: its dates count everywhere.
    merged = stand_ins(connection, org_id)
    return Retention(days, tuple(each for each in rows.scalars() if each not in merged))


def _update_organisation(org_id: str, days: int | None) -> Any:
    return update(organisation).where(organisation.c.org_id == org_id).values(retention_days=days)


def _erase(ledger: Ledger, citizen_id: str, reason: str) -> tuple[int, set[str]]:
    """Erase one card: how many records, and whose devices are told."""
    standing = ledger.read([citizen_id]).get(citizen_id)
    if standing is None or standing.collection != "citizen":
        raise NotFound(clean(citizen_id, limit=80))
    connection, org_id, scope = ledger.connection, ledger.org_id, scope_of_citizen(citizen_id)
    rows = connection.execute(
        select(revision.c.id, revision.c.collection, revision.c.op_id)
        .where(revision.c.org_id == org_id, revision.c.scope == scope)
        .distinct()
    ).all()
    ids = sorted({row.id for row in rows})
    told = _tell_everybody(ledger, citizen_id, scope)
    op_ids = [row.op_id for row in rows if row.op_id]
    op_ids += connection.execute(
        delete(parked).where(parked.c.org_id == org_id, parked.c.scope == scope).returning(parked.c.op_id)
    ).scalars()
    connection.execute(
        update(operation).where(operation.c.org_id == org_id, operation.c.op_id.in_(op_ids)).values(content_hash=ERASED)
    )
    connection.execute(delete(record).where(record.c.org_id == org_id, record.c.scope == scope))
    connection.execute(
        update(revision).where(revision.c.org_id == org_id, revision.c.scope == scope).values(body={}, annulled=None)
    )
    for table in (assignment, planned_assignment, handover):
        connection.execute(delete(table).where(table.c.org_id == org_id, table.c.citizen_id == citizen_id))
    _forget_extract(connection, org_id, citizen_id, ids)
    _forget_traces(connection, org_id, citizen_id, ids, [row.id for row in rows if row.collection == "appointment"])
    connection.execute(
        insert(erasure).values(
            org_id=org_id,
            citizen_id=citizen_id,
            reason=reason,
            records=len(ids),
            seq=ledger.sequence.last,
            at=ledger.now,
        )
    )
    return len(ids), told


def _tell_everybody(ledger: Ledger, citizen_id: str, scope: str) -> set[str]:
    """Everybody whose device may still hold something: who has the citizen, and who ever had."""
    connection, org_id = ledger.connection, ledger.org_id
    told = set(
        connection.execute(
            select(scope_change.c.consultant_id).where(
                scope_change.c.org_id == org_id,
                scope_change.c.scope == scope,
                scope_change.c.consultant_id.is_not(None),
            )
        ).scalars()
    )
    told |= set(
        connection.execute(
            select(assignment.c.consultant_id).where(
                assignment.c.org_id == org_id, assignment.c.citizen_id == citizen_id
            )
        ).scalars()
    )
    seq = 0
    for consultant_id in sorted(told):
        seq = ledger.note_event("leave", consultant_id=consultant_id, scope=scope, reason=ERASED)
    if told:
        mark_assignments(ledger, told, seq)
    offered = connection.execute(
        select(handover.c.to_id, handover.c.from_id, handover.c.offered_by).where(
            handover.c.org_id == org_id, handover.c.citizen_id == citizen_id
        )
    ).all()
    mark_desks(ledger, {each for row in offered for each in row if each})
    return told


def _forget_extract(connection: Connection, org_id: str, citizen_id: str, ids: list[str]) -> None:
    """What extracts said; the citizen's own reference stays as a fingerprint, so that the row is known and refused."""
    gone = connection.execute(
        delete(import_ref)
        .where(import_ref.c.org_id == org_id, import_ref.c.id.in_(ids))
        .returning(import_ref.c.source, import_ref.c.file, import_ref.c.ref, import_ref.c.id)
    ).all()
    for row in gone:
        if row.id == citizen_id and row.file == CITIZENS:
            connection.execute(
                insert(import_ref)
                .values(
                    org_id=org_id, source=row.source, file=row.file, ref=erased_reference(row.source, row.ref),
                    collection="citizen", id=citizen_id, said={},
                )
                .on_conflict_do_nothing()
            )  # fmt: skip


def _forget_traces(
    connection: Connection, org_id: str, citizen_id: str, ids: list[str], appointments: list[str]
) -> None:
    """Typed reasons in the logs, and the fingerprints of lists. That somebody looked, and when, stays in the log."""
    connection.execute(
        update(access_log)
        .where(
            access_log.c.org_id == org_id,
            access_log.c.reason.is_not(None),
            or_(access_log.c.subject == citizen_id, access_log.c.subject.in_(ids)),
        )
        .values(reason=ERASED)
    )
    connection.execute(
        update(act)
        .where(act.c.org_id == org_id, act.c.subject == citizen_id, act.c.reason.is_not(None))
        .values(reason=ERASED)
    )
    references = {appointment_reference(id_) for id_ in appointments}
    if not references:
        return
    lists = connection.execute(select(export_version).where(export_version.c.org_id == org_id)).all()
    for row in lists:
        kept = {name: print_ for name, print_ in row.lines.items() if name not in references}
        if kept != row.lines:
            connection.execute(
                update(export_version)
                .where(
                    export_version.c.org_id == org_id,
                    export_version.c.name == row.name,
                    export_version.c.version == row.version,
                )
                .values(lines=kept)
            )
