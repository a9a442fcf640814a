"""Devices that were shut out: let in again, or ordered to wipe themselves by the organisation's offline key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.central.acting import CONSOLE, Act, Actor, write_down
from fieldtui.central.database import Database
from fieldtui.central.organisationkeys import keys_of
from fieldtui.central.schema import device, wipe_order
from fieldtui.wire.fields import parse_instant
from fieldtui.wire.organisation import OrganisationKeyRefused, WipeOrder, require_order


def restore(db: Database, device_id: str, *, actor: Actor = CONSOLE, organisation: str | None = None) -> bool:
    """Let a device in again that was shut out by mistake or was found; an order to wipe it is withdrawn.

    It asks the next time somebody unlocks it, and then works on with everything it had.

    Returns:
        False where it was not shut out.

    Raises:
        NotFound: No such device.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        mine = (device.c.org_id == org.id) & (device.c.device_id == device_id)
        row = connection.execute(select(device.c.revoked_at).where(mine).with_for_update()).first()
        if row is None:
            raise NotFound(clean(device_id, limit=40))
        withdrawn = connection.execute(
            delete(wipe_order).where(wipe_order.c.org_id == org.id, wipe_order.c.device_id == device_id)
        ).rowcount
        if row.revoked_at is None and not withdrawn:
            return False
        connection.execute(update(device).where(mine).values(revoked_at=None, lost_at=None))
        write_down(connection, db, org.id, actor, [Act("restore", device_id)])
        return True


def place_order(db: Database, order: WipeOrder, *, actor: Actor = CONSOLE, organisation: str | None = None) -> bool:
    """Keep an order for its device to fetch; one that does not send first shuts the device out at once.

    Returns:
        False where this very order lay there already.

    Raises:
        NotFound: No such device.
        BadUsage: The order is not by the key in force, is too old, or wants work sent by a device that is shut out.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        mine = (device.c.org_id == org.id) & (device.c.device_id == order.device_id)
        row = connection.execute(select(device.c.revoked_at).where(mine).with_for_update()).first()
        if row is None:
            raise NotFound(clean(order.device_id, limit=40))
        _require_genuine(connection, org.id, order, db.now())
        if order.push_first and row.revoked_at is not None:
            raise BadUsage(
                _(
                    "Maskinen er spærret og kan ikke sende noget. Gør det uden --push-first, eller luk den ind først: "
                    "fieldtui central device restore"
                )
            )
        document = order.model_dump(mode="json")
        before = connection.execute(
            select(wipe_order.c.document).where(
                wipe_order.c.org_id == org.id, wipe_order.c.device_id == order.device_id
            )
        ).scalar()
        if before == document:
            return False
        values = {"document": document, "set_at": db.now(), "delivered_at": None}
        connection.execute(
            insert(wipe_order)
            .values(org_id=org.id, device_id=order.device_id, **values)
            .on_conflict_do_update(index_elements=["org_id", "device_id"], set_=values)
        )
        if not order.push_first:
            connection.execute(update(device).where(mine, device.c.revoked_at.is_(None)).values(revoked_at=db.now()))
        write_down(connection, db, org.id, actor, [Act("wipe-order", order.device_id, detail=order.nonce)])
        return True


def order_for(
    connection: Connection, org_id: str, device_id: str, *, push_first: bool, now: datetime
) -> WipeOrder | None:
    """The order that waits for a device, where it is still in force; from now on it counts as delivered.

    Args:
        connection: A transaction.
        org_id: The organisation.
        device_id: Who has just been proven to ask.
        push_first: Which kind.
        now: Orders past their time are left out.
    """
    mine = (wipe_order.c.org_id == org_id) & (wipe_order.c.device_id == device_id)
    row = connection.execute(select(wipe_order).where(mine)).first()
    if row is None:
        return None
    order = WipeOrder.model_validate(row.document)
    if order.push_first is not push_first or now > parse_instant(order.expires_at):
        return None
    if row.delivered_at is None:
        connection.execute(update(wipe_order).where(mine).values(delivered_at=now))
    return order


def _require_genuine(connection: Connection, org_id: str, order: WipeOrder, now: datetime) -> None:
    keys = keys_of(connection, org_id)
    if not keys:
        raise BadUsage(
            _("Organisationen har ingen nøgle endnu. Sæt den med: fieldtui central organisation-key set FIL")
        )
    try:
        require_order(order, keys[-1], device_id=order.device_id, now=now)
    except OrganisationKeyRefused as refused:
        raise BadUsage(
            _("Sletteordren er for gammel.")
            if str(refused) == "expired"
            else _("Sletteordren er ikke underskrevet med den nøgle, organisationen har sat.")
        ) from None
