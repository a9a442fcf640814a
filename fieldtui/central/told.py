"""What the first line of every page may have to say beside the records, in one question to the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from fieldtui.central.lockout import order_for
from fieldtui.central.organisationkeys import in_order
from fieldtui.central.policy import Policy, policy_from
from fieldtui.wire.organisation import OrganisationKey, WipeOrder

_EVERYTHING: Final = text(
    "SELECT 'policy' AS kind, name, value FROM policy WHERE org_id = :org_id"
    " UNION ALL SELECT 'key', place::text, document::text FROM organisation_key WHERE org_id = :org_id"
    " UNION ALL SELECT 'order', device_id, '' FROM wipe_order WHERE org_id = :org_id AND device_id = :device_id"
)


@dataclass(frozen=True, slots=True)
class Told:
    """For one device, now."""

    policy: Policy
    keys: tuple[OrganisationKey, ...]
    order: WipeOrder | None
    """To be carried out once everything was sent; it counts as delivered."""


def told_to(connection: Connection, org_id: str, device_id: str, *, now: datetime) -> Told:
    """What a device is told that is not shut out."""
    rows = connection.execute(_EVERYTHING, {"org_id": org_id, "device_id": device_id}).all()
    keys = sorted((int(row.name), json.loads(row.value)) for row in rows if row.kind == "key")
    ordered = any(row.kind == "order" for row in rows)
    return Told(
        policy=policy_from({row.name: row.value for row in rows if row.kind == "policy"}),
        keys=in_order([document for _place, document in keys]),
        order=order_for(connection, org_id, device_id, push_first=True, now=now) if ordered else None,
    )
