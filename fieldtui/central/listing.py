"""The whole team's appointment list for the reception, numbered, with what changed since the last one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.errors import BadUsage, FolderRefused
from fieldtui.base.files import write_atomically
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.base.text import fold
from fieldtui.central.database import Database
from fieldtui.central.ledger import Standing, standing_from
from fieldtui.central.samecitizen import stand_ins
from fieldtui.central.schema import export_version, organisation, record
from fieldtui.central.staff import people
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Citizen
from fieldtui.export.lines import ListLine, line_of
from fieldtui.export.names import file_name
from fieldtui.export.rendering import check, render, row_of

LONGEST_PERIOD: Final = timedelta(days=366)
_PROFILE: Final = "reception"
R = TypeVar("R", Appointment, Citizen)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one appointment since the last version of the list."""

    reference: str
    kind: Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class ListResult:
    """A list that was written."""

    file: Path
    rows: int
    sha256: str
    version: int
    """1 the first time; grows when the same list is made again with other content."""
    changes: tuple[Change, ...]
    """Since the version before; empty for the first one."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": str(self.file), "rows": self.rows, "profile": _PROFILE, "sha256": self.sha256, "version": self.version,
            "changes": [{"reference": change.reference, "change": change.kind} for change in self.changes],
        }  # fmt: skip


def export_appointments(
    db: Database,
    first: date,
    last: date,
    *,
    profile: str,
    fmt: str,
    output: Path,
    place: str | None = None,
    organisation: str | None = None,
) -> ListResult:
    """Write the list of a period: every consultant's meetings that will be held.

    Args:
        db: The central database.
        first: First day.
        last: Last day; at most a year later.
        profile: `reception`; the other profiles are a person's own and are made on the device.
        fmt: `csv`, `pdf`, `xlsx` or `json`.
        output: The file, or a folder for it.
        place: Only meetings at this place, however it is written.
        organisation: Its name, where there are several.

    Raises:
        BadUsage: The period, the profile or the format.
        FolderRefused: The folder is missing.
    """
    if profile != _PROFILE:
        raise BadUsage(
            _("Kontoret laver listen til receptionen: --profile reception. De andre lister laves på egen maskine.")
        )
    known_profile, known_format = check(profile, fmt)
    if last < first:
        raise BadUsage(_("Perioden slutter, før den begynder."))
    if last - first > LONGEST_PERIOD:
        raise BadUsage(_("En liste kan højst dække et år."))
    folder = output if output.is_dir() else output.absolute().parent
    if not folder.is_dir():
        raise FolderRefused(str(folder), _("Mappen findes ikke."))
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        _one_at_a_time(connection, org.id)
        lines = [line for line in _lines(connection, org.id, first, last) if not line.cancelled]
        if place is not None:
            lines = [line for line in lines if fold(line.place) == fold(place).strip()]
        name = f"{first.isoformat()}/{last.isoformat()}/{fold(place or '')}"
        stood = {line.reference: _fingerprint(line) for line in lines}
        version, changes = _compare(connection, org.id, name, stood)
        data = render(lines, profile=known_profile, fmt=known_format, first=first, last=last, made_at=db.now())
        digest = hashlib.sha256(data).hexdigest()
        connection.execute(
            insert(export_version)
            .values(org_id=org.id, name=name, version=version, lines=stood, sha256=digest, made_at=db.now())
            .on_conflict_do_nothing()
        )
        path = output / file_name(known_profile, known_format, first, last, version) if output.is_dir() else output
        write_atomically(path, data)
    event("central.export", rows=len(lines), version=version, sha256=digest)
    return ListResult(path, len(lines), digest, version, changes)


def _one_at_a_time(connection: Connection, org_id: str) -> None:
    connection.execute(select(organisation.c.seq).where(organisation.c.org_id == org_id).with_for_update())


def _compare(connection: Connection, org_id: str, name: str, stood: dict[str, str]) -> tuple[int, tuple[Change, ...]]:
    """The list's version number, and what is different from the one before."""
    before = connection.execute(
        select(export_version)
        .where(export_version.c.org_id == org_id, export_version.c.name == name)
        .order_by(export_version.c.version.desc())
        .limit(1)
    ).first()
    if before is None:
        return 1, ()
    changes: list[Change] = []
    for reference in sorted(stood.keys() | before.lines.keys()):
        if reference not in before.lines:
            changes.append(Change(reference, "added"))
        elif reference not in stood:
            changes.append(Change(reference, "removed"))
        elif stood[reference] != before.lines[reference]:
            changes.append(Change(reference, "changed"))
    return (before.version + 1 if changes else before.version), tuple(changes)


def _fingerprint(line: ListLine) -> str:
    shown = json.dumps(row_of(line, _PROFILE), default=str, sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _lines(connection: Connection, org_id: str, first: date, last: date) -> list[ListLine]:
    # Times are kept with Copenhagen's offset, so the first ten characters are the day there.
    day = func.left(record.c.body["starts_at"].astext, 10)
    rows = connection.execute(
        select(record).where(
            record.c.org_id == org_id,
            record.c.collection == "appointment",
            day >= first.isoformat(),
            day <= last.isoformat(),
        )
    )
    found = [_stored(standing_from(row), Appointment) for row in rows]
    stands, wanted = stand_ins(connection, org_id), {each.record.citizen_id for each in found if each.record.citizen_id}
    citizens = _citizens(connection, org_id, {*wanted, *stands, *stands.values()})
    cards: dict[str, list[Citizen]] = {}
    for gone, survivor in stands.items():
        if gone in citizens:
            cards.setdefault(survivor, []).append(citizens[gone].record)
    staff = {person.id: person for person in people(connection, org_id)}
    providers = _providers(connection, org_id)
    return [
        line_of(
            each,
            citizens.get(survivor := stands.get(each.record.citizen_id or "", each.record.citizen_id or "")),
            staff.get(each.record.consultant_id or ""),
            profile=_PROFILE,
            providers=providers,
            others=cards.get(survivor, ()),
        )
        for each in found
    ]


def _providers(connection: Connection, org_id: str) -> frozenset[str]:
    """Where citizens are treated, by name: no list may say that a meeting is there."""
    rows = connection.execute(
        select(record.c.body["provider"].astext)
        .where(record.c.org_id == org_id, record.c.collection == "referral")
        .distinct()
    )
    return frozenset(name for (name,) in rows if name)


def _citizens(connection: Connection, org_id: str, ids: set[str]) -> dict[str, Stored[Citizen]]:
    wanted: Sequence[str] = sorted(ids)
    rows = connection.execute(select(record).where(record.c.org_id == org_id, record.c.id.in_(wanted)))
    return {row.id: _stored(standing_from(row), Citizen) for row in rows if row.collection == "citizen"}


def _stored(standing: Standing, model: type[R]) -> Stored[R]:
    annulled = standing.annulled
    return Stored(
        id=standing.id,
        record=model.model_validate(standing.body),
        rev=standing.rev,
        annulled_at=datetime.fromisoformat(annulled["at"]) if annulled else None,
        annulled_reason=annulled["reason"] if annulled else None,
        author=standing.author,
        received_at=standing.received_at,
    )
