"""Whether a central database is whole: what must hold in every one, whatever happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

_SEQUENCE: Final = text(
    """
    SELECT organisation.seq AS given, count(used.seq) AS used, count(DISTINCT used.seq) AS different,
           coalesce(max(used.seq), 0) AS highest,
           (SELECT count(*) FROM erasure WHERE erasure.org_id = organisation.org_id) AS erasures
    FROM organisation LEFT JOIN (
        SELECT org_id, seq FROM revision UNION ALL SELECT org_id, seq FROM scope_change
    ) AS used ON used.org_id = organisation.org_id
    WHERE organisation.org_id = :org_id GROUP BY organisation.org_id
    """
)
_INCOMPLETE: Final = text(
    """
    SELECT count(*) FROM record LEFT JOIN (
        SELECT org_id, id, count(*) AS revisions, max(rev) AS newest FROM revision GROUP BY org_id, id
    ) AS kept USING (org_id, id)
    WHERE record.org_id = :org_id AND (kept.revisions IS DISTINCT FROM record.rev OR kept.newest <> record.rev)
    """
)
_DIFFERENT: Final = text(
    """
    SELECT count(*) FROM record JOIN revision USING (org_id, id, rev)
    WHERE record.org_id = :org_id AND (record.seq, record.body, record.scope, record.collection)
        IS DISTINCT FROM (revision.seq, revision.body, revision.scope, revision.collection)
    """
)
_STRAY: Final = text(
    """
    SELECT count(*) FROM assignment WHERE org_id = :org_id AND NOT EXISTS (
        SELECT 1 FROM record WHERE record.org_id = assignment.org_id AND record.id = assignment.citizen_id
            AND record.collection = 'citizen')
    """
)
_COUNTS: Final = text(
    """
    SELECT name, (SELECT count(*) FROM record WHERE record.org_id = organisation.org_id) AS records,
        (SELECT count(*) FROM record WHERE record.org_id = organisation.org_id AND collection = 'citizen') AS citizens,
        (SELECT count(*) FROM device WHERE device.org_id = organisation.org_id AND revoked_at IS NULL) AS devices,
        (SELECT count(*) FROM device WHERE device.org_id = organisation.org_id AND revoked_at IS NOT NULL) AS revoked,
        (SELECT max(received_at) FROM revision WHERE revision.org_id = organisation.org_id) AS newest
    FROM organisation WHERE org_id = :org_id
    """
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold."""

    name: str
    """`sequence`, `history`, `current` or `assignments`."""
    ok: bool
    found: int
    """How many numbers or rows break it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an organisation stands in a database."""

    name: str
    seq: int
    records: int
    citizens: int
    devices: int
    revoked: int
    """Devices that are shut out."""
    newest: str | None
    """ISO 8601: when the newest change was received."""
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """True where everything holds."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "checks"}
        checks = [{"name": check.name, "ok": check.ok, "found": check.found} for check in self.checks]
        return values | {"checks": checks}


def examine(connection: Connection) -> tuple[Standing, ...]:
    """Every organisation, by name.

    Checked are: each sequence number up to the highest was given exactly once (an erasure takes numbers away, so where
    there was one only doubles count); every record has all its revisions; the newest revision is the record as it stands;
    and nobody is assigned a citizen that is not there.
    """
    rows = connection.execute(text("SELECT org_id FROM organisation ORDER BY name")).scalars().all()
    return tuple(_examine(connection, org_id) for org_id in rows)


def _examine(connection: Connection, org_id: str) -> Standing:
    own = {"org_id": org_id}
    sequence = connection.execute(_SEQUENCE, own).one()
    counts = connection.execute(_COUNTS, own).one()
    doubles = sequence.used - sequence.different
    missing = 0 if sequence.erasures else abs(sequence.given - sequence.different)
    beyond = int(sequence.highest > sequence.given)
    incomplete = int(connection.execute(_INCOMPLETE, own).scalar_one())
    different = int(connection.execute(_DIFFERENT, own).scalar_one())
    stray = int(connection.execute(_STRAY, own).scalar_one())
    return Standing(
        name=counts.name,
        seq=sequence.given,
        records=counts.records,
        citizens=counts.citizens,
        devices=counts.devices,
        revoked=counts.revoked,
        newest=counts.newest.isoformat(timespec="seconds") if counts.newest else None,
        checks=tuple(
            Check(name, found == 0, found)
            for name, found in (
                ("sequence", doubles + missing + beyond),
                ("history", incomplete),
                ("current", different),
                ("assignments", stray),
            )
        ),
    )
