"""That the organisation's key opened a vault, written into the office's own log."""

from __future__ import annotations

from sqlalchemy import select

from fieldtui.base.errors import NotFound
from fieldtui.central.acting import CONSOLE, Act, write_down
from fieldtui.central.database import Database
from fieldtui.central.schema import device
from fieldtui.wire.slotrecovery import SlotRequest


def note_opened_slot(db: Database, device_id: str, request: SlotRequest, *, organisation: str | None = None) -> None:
    """Write down for which device the organisation's key was used, before its answer is handed out.

    Args:
        db: The central database.
        device_id: The device, as the people present know it; a request itself names none.
        request: What was answered.
        organisation: Its name, where there are several.

    Raises:
        NotFound: There is no such device.
    """
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        known = connection.execute(
            select(device.c.device_id).where(device.c.org_id == org.id, device.c.device_id == device_id)
        ).scalar()
        if known is None:
            raise NotFound(device_id)
        write_down(connection, db, org.id, CONSOLE, [Act("open-slot", subject=device_id, detail=request.slot.kid)])
