"""Which life of an organisation's sequence numbers this is.

A database that was restored from a backup gives numbers anew that devices have seen with other content. So each
restore renews the organisation's incarnation, which is part of every cursor: a cursor from before it is refused with
`cursor-reset`, however far the restored system has come meanwhile, and the device pulls everything again, sends again
what it has and the restored system has lost, and keeps what is pending.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from fieldtui.base.ids import IdSource
from fieldtui.central.schema import organisation


def renew_incarnations(connection: Connection, ids: IdSource) -> int:
    """Begin a new life for every organisation of the database; how many.

    Call it in the transaction that puts older data in the place of newer.
    """
    found = connection.execute(select(organisation.c.org_id)).scalars().all()
    for org_id in found:
        connection.execute(
            update(organisation).where(organisation.c.org_id == org_id).values(incarnation=ids.new()[-12:])
        )
    return len(found)
