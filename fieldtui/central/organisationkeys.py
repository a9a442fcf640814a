"""The public half of the organisation's offline key, as the central system hands it to devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.central.database import Database
from fieldtui.central.schema import organisation_key
from fieldtui.wire.organisation import LONGEST_CHAIN, OrganisationKey

_SHORT: Final = 8


def keys_of(connection: Connection, org_id: str) -> tuple[OrganisationKey, ...]:
    """Every key there was, oldest first; the last one is in force. Empty where none was ever set."""
    rows = connection.execute(
        select(organisation_key.c.document)
        .where(organisation_key.c.org_id == org_id)
        .order_by(organisation_key.c.place.desc())
        .limit(LONGEST_CHAIN)
    )
    return in_order([row.document for row in reversed(rows.all())])


def in_order(documents: Sequence[Any]) -> tuple[OrganisationKey, ...]:
    """The newest keys of a table's documents, which come oldest first."""
    return tuple(OrganisationKey.model_validate(each) for each in documents[-LONGEST_CHAIN:])


def told_as(keys: tuple[OrganisationKey, ...]) -> str | None:
    """What a cursor remembers of the keys that a device was told; `None` where there are none."""
    return f"{len(keys)}{keys[-1].kid[:_SHORT]}" if keys else None


def set_organisation_key(
    db: Database, key: OrganisationKey, *, unendorsed: bool = False, organisation: str | None = None
) -> bool:
    """Put a key in force; False where it was already. Devices get it when they enrol and with their next sync.

    Args:
        db: The central database.
        key: The public half.
        unendorsed: The old private key is lost: devices that hold it keep it until they are enrolled anew.
        organisation: Its name, where there are several.

    Raises:
        BadUsage: Another key is in force, and its holder has not said that this one replaces it.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        known = keys_of(connection, org.id)
        if known and known[-1].kid == key.kid:
            return False
        if known and not key.endorsed_by(known[-1]) and not unendorsed:
            raise BadUsage(
                _(
                    "Der gælder allerede en anden nøgle. Lad den gamle stå inde for den nye: "
                    "fieldtui central organisation-key endorse NY --key GAMMEL --out FIL, og sæt så FIL. "
                    "Er den gamle tabt, så brug --unendorsed; maskinerne skal da tilmeldes igen for at få den nye."
                )
            )
        place = connection.execute(
            select(organisation_key.c.place)
            .where(organisation_key.c.org_id == org.id)
            .order_by(organisation_key.c.place.desc())
            .limit(1)
        ).scalar()
        connection.execute(
            insert(organisation_key).values(
                org_id=org.id, place=(place or 0) + 1, document=key.model_dump(mode="json"), set_at=db.now()
            )
        )
        event("central.organisation_key.set", kid=key.kid)
        return True


def key_in_force(db: Database, *, organisation: str | None = None) -> OrganisationKey | None:
    """The key devices seal to; `None` where none was set."""
    with db.transaction() as connection:
        return next(iter(keys_of(connection, db.organisation(connection, organisation).id)[-1:]), None)
