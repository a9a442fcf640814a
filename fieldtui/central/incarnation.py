"""Which life of an organisation's sequence numbers this is.

A database that was restored from a backup gives numbers anew that devices have seen with other content. So each
restore renews the organisation's incarnation, which is part of every cursor: a cursor from before it is refused with
`cursor-reset`, however far the restored system has come meanwhile, and the device pulls everything again, sends again
what it has and the restored system has lost, and keeps what is pending. To know what that is, it is told the number up to which
the restored system's changes are the ones the device has seen: of each incarnation that came before, the
organisation keeps where it was left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from fieldtui.base.ids import IdSource
from fieldtui.central.schema import organisation


def renew_incarnations(connection: Connection, ids: IdSource) -> int:
    """Begin a new life for every organisation of the database; how many.

    Call it in the transaction that puts older data in the place of newer.
    """
    found = connection.execute(
        select(organisation.c.org_id, organisation.c.incarnation, organisation.c.left_at, organisation.c.seq)
    ).all()
    for org_id, incarnation, left_at, seq in found:
        left = {name: min(at, seq) for name, at in left_at.items()} | {incarnation: seq}
        connection.execute(
            update(organisation)
            .where(organisation.c.org_id == org_id)
            .values(incarnation=ids.new()[-12:], left_at=left)
        )
    return len(found)


def kept_seq(left_at: Mapping[str, int], incarnation: str, earlier: Iterable[tuple[str, int]] = ()) -> int:
    """Up to which number an organisation has what a device of another incarnation has seen.

    Where it does not know that one itself (the backup is older than its beginning, as when the same backup is restored
    a second time), both may have grown out of one that it knows: then it has what that one had when either left it.

    Args:
        left_at: By earlier incarnation of the organisation, where it was left.
        incarnation: The device's.
        earlier: Those that came before the device's, and where each was left.
    """
    if incarnation in left_at:
        return left_at[incarnation]
    return max((min(at, left_at[name]) for name, at in earlier if name in left_at), default=0)
