"""What the office decides for all its devices: the lease, and the certificate authority they pin (decisions 24 and 26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.central.database import Database
from fieldtui.central.schema import policy

LEASE_DAYS: Final = 30
LEASE_WARN_DAYS: Final = 14
LONGEST_LEASE: Final = 365
"""Days; a device that nobody has heard of for longer is no working device."""
_LARGEST_CA: Final = 100_000
NAMES: Final = ("lease_days", "lease_warn_days", "ca")


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force."""

    lease_days: int = LEASE_DAYS
    """Days without contact after which a device is read-only."""
    lease_warn_days: int = LEASE_WARN_DAYS
    """Days without contact after which a device asks for a sync."""
    ca: str | None = None
    """The certificate authority that new devices pin (PEM); `None` for their system's store."""

    def lease_until(self, now: datetime) -> datetime:
        """When a device that is heard of now becomes read-only."""
        return now + timedelta(days=self.lease_days)

    def lease_warn_after(self, now: datetime) -> datetime:
        """When a device that is heard of now begins to ask for a sync."""
        return now + timedelta(days=self.lease_warn_days)


def policy_of(connection: Connection, org_id: str) -> Policy:
    """What is in force in an organisation."""
    rows = connection.execute(select(policy).where(policy.c.org_id == org_id))
    return policy_from({row.name: row.value for row in rows})


def policy_from(said: Mapping[str, str]) -> Policy:
    """What is in force, by what was decided."""
    return Policy(
        lease_days=int(said.get("lease_days", LEASE_DAYS)),
        lease_warn_days=int(said.get("lease_warn_days", LEASE_WARN_DAYS)),
        ca=said.get("ca"),
    )


def read_policy(db: Database, *, organisation: str | None = None) -> Policy:
    """What is in force."""
    with db.transaction() as connection:
        return policy_of(connection, db.organisation(connection, organisation).id)


def set_policy(db: Database, values: Mapping[str, str], *, organisation: str | None = None) -> Policy:
    """Decide; an empty value takes the built-in one again. Devices hear of the lease with their next sync.

    Raises:
        BadUsage: No such name, or a value that means nothing; nothing was changed.
    """
    unknown = next((name for name in values if name not in NAMES), None)
    if unknown is not None:
        raise BadUsage(_("Der er ingen regel, der hedder {name}. Der er: {names}").format(
            name=unknown, names=", ".join(NAMES)
        ))  # fmt: skip
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        for name, value in values.items():
            if not value:
                connection.execute(delete(policy).where(policy.c.org_id == org.id, policy.c.name == name))
                continue
            row = {"org_id": org.id, "name": name, "value": _checked(name, value), "set_at": db.now()}
            put = insert(policy).values(row)
            connection.execute(
                put.on_conflict_do_update(
                    index_elements=["org_id", "name"], set_={"value": put.excluded.value, "set_at": put.excluded.set_at}
                )
            )
        decided = policy_of(connection, org.id)
        if decided.lease_warn_days > decided.lease_days:
            raise BadUsage(_("Påmindelsen (lease_warn_days) skal komme før skrivelåsen (lease_days)."))
        return decided


def _checked(name: str, value: str) -> str:
    if name == "ca":
        try:
            sound = len(value) <= _LARGEST_CA and bool(x509.load_pem_x509_certificates(value.encode("ascii")))
        except ValueError:
            sound = False
        if not sound:
            raise BadUsage(_("ca skal være certifikater i PEM-format. Fra en fil: ca=@FIL"))
        return value
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= LONGEST_LEASE):
        raise BadUsage(_("{name} skal være et antal dage fra 1 til {most}.").format(name=name, most=LONGEST_LEASE))
    return str(int(value))
