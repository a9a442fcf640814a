"""What a lost or revoked device had not sent, out of its sealed file and into the office (decisions 26)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.clock import today
from fieldtui.base.errors import BadFile, BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.acting import CONSOLE, Act, write_down
from fieldtui.central.assignments import settle
from fieldtui.central.caller import Caller
from fieldtui.central.database import Database, Organisation
from fieldtui.central.ledger import Ledger
from fieldtui.central.parking import tell_of_parked
from fieldtui.central.pushing import fingerprint_of, is_sound, push
from fieldtui.central.schema import consultant, device, operation, parked, record
from fieldtui.central.staff import person_from
from fieldtui.wire.messages import Accepted, Op, Parked, PushRequest
from fieldtui.wire.organisation import OrganisationKeyRefused, PrivateOrganisationKey
from fieldtui.wire.sealed import LARGEST, Pending, PendingChange, Sealed, open_sealed, read_sealed

_BATCH = 200


@dataclass(slots=True)
class Recovered:
    """What became of the changes; ids of operations."""

    parked: list[str] = field(default_factory=list)
    """Wait for the citizen's consultant to accept them."""
    applied: list[str] = field(default_factory=list)
    """What belongs to the team, and citizens nobody knew yet: taken in under their author's name."""
    known: list[str] = field(default_factory=list)
    """Had reached the office before."""
    left: list[str] = field(default_factory=list)
    """Cannot be taken in as they are: rejected before, changed by others since, or unsound. They stand in the file."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"parked": self.parked, "applied": self.applied, "known": self.known, "left": self.left}


def read_file(path: Path) -> Sealed | Pending:
    """A sealed file, or one that was opened on the machine with the key.

    Raises:
        BadFile: It is neither, or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return read_sealed(stream.read(LARGEST + 1))
    except OSError:
        raise BadFile(str(path), None, _("Den kan ikke læses.")) from None
    except OrganisationKeyRefused:
        raise BadFile(str(path), None, _("Det er ikke en forseglet fil fra fieldtui.")) from None


def opened(sealed: Sealed, key: PrivateOrganisationKey, path: Path) -> Pending:
    """What is in a sealed file.

    Raises:
        BadFile: It was sealed to another key, or changed.
    """
    try:
        return open_sealed(sealed, key)
    except OrganisationKeyRefused as refused:
        raise BadFile(
            str(path),
            None,
            _("Den er forseglet til en anden nøgle.")
            if str(refused) == "key"
            else _("Den er ændret eller beskadiget."),
        ) from None


def put_recovered(db: Database, pending: Pending, *, organisation: str | None = None) -> Recovered:
    """Take in what a device had not sent. The same file again changes nothing.

    Edits of citizens are parked, so that a person looks at them before they count. What nobody could accept there (team
    records, citizens the office does not know) is judged as if the device had sent it.

    Raises:
        BadUsage: The file belongs to another organisation, or to no device and person who are known here together.
    """
    found = Recovered()
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        caller = _author(connection, org, pending)
        changes = [each for each in _usable(pending, found) if not _settled(connection, org.id, each, found)]
        known = _known_scopes(connection, org.id, changes)
        ledger = Ledger(connection, org.id, now=db.now(), ids=db.ids)
        settle(ledger, caller.person.id, today=today(db.clock))
        for change in changes:
            if change.scope in known:
                _park(ledger, caller, change)
                found.parked.append(change.op.op_id)
        ledger.close()
        write_down(
            connection, db, org.id, CONSOLE, [Act("recover-sealed", pending.device_id, detail=str(len(changes)))]
        )
    others = [change.op for change in changes if change.scope not in known]
    for begin in range(0, len(others), _BATCH):
        _judge(db, caller, others[begin : begin + _BATCH], found)
    return found


def _usable(pending: Pending, found: Recovered) -> list[PendingChange]:
    """What is sound, once: anybody can seal a file to the organisation, and what is kept goes on to people's devices."""
    usable: dict[str, PendingChange] = {}
    for change in pending.changes:
        if is_sound(change.op) and change.op.op_id not in usable:
            usable[change.op.op_id] = change
        else:
            found.left.append(change.op.op_id)
    return list(usable.values())


def _author(connection: Connection, org: Organisation, pending: Pending) -> Caller:
    # A device speaks for the person it was enrolled for, and for nobody else.
    row = connection.execute(
        select(consultant)
        .join(device, (device.c.org_id == consultant.c.org_id) & (device.c.consultant_id == consultant.c.consultant_id))
        .where(
            consultant.c.org_id == org.id,
            consultant.c.consultant_id == pending.consultant.id,
            device.c.device_id == pending.device_id,
        )
    ).first()
    if row is None or pending.organisation_id != org.id:
        raise BadUsage(_("Filen kommer ikke fra en maskine i denne organisation."))
    return Caller(org, person_from(row), pending.device_id)


def _settled(connection: Connection, org_id: str, change: PendingChange, found: Recovered) -> bool:
    if change.state == "rejected":
        found.left.append(change.op.op_id)
        return True
    here = connection.execute(
        select(operation.c.op_id).where(operation.c.org_id == org_id, operation.c.op_id == change.op.op_id)
    ).first()
    if here is not None:
        found.known.append(change.op.op_id)
    return here is not None


def _known_scopes(connection: Connection, org_id: str, changes: list[PendingChange]) -> set[str]:
    ids = {change.scope.removeprefix("citizen:") for change in changes if change.scope != "team"}
    rows = connection.execute(
        select(record.c.id).where(record.c.org_id == org_id, record.c.collection == "citizen", record.c.id.in_(ids))
    )
    return {f"citizen:{row.id}" for row in rows}


def _park(ledger: Ledger, caller: Caller, change: PendingChange) -> None:
    op = change.op
    ledger.connection.execute(
        insert(parked).values(
            org_id=ledger.org_id, op_id=op.op_id, consultant_id=caller.person.id, device_id=caller.device_id,
            scope=change.scope, op=op.model_dump(mode="json"), received_at=ledger.now,
        )
    )  # fmt: skip
    # Should the device come back and send it after all, it hears what became of it, and nothing happens twice.
    result = Parked(op_id=op.op_id, reason="recovered").model_dump(mode="json")
    ledger.connection.execute(
        insert(operation).values(
            org_id=ledger.org_id, op_id=op.op_id, device_id=caller.device_id, content_hash=fingerprint_of(op),
            result=result, received_at=ledger.now,
        )
    )  # fmt: skip
    tell_of_parked(ledger, change.scope, caller.person.id)


def _judge(db: Database, caller: Caller, ops: list[Op], found: Recovered) -> None:
    for result in push(db, caller, PushRequest(ops=tuple(ops))).results:
        (found.applied if isinstance(result, Accepted) else found.left).append(result.op_id)
