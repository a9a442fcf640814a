"""What a device says of itself with each request of a sync, so that the office can tell what a lost one may have held."""

from __future__ import annotations

from collections.abc import Iterable

from fieldtui import __version__
from fieldtui.store.outbox import Entry
from fieldtui.store.store import Store


def unsent(store: Store, sending: Iterable[Entry] = ()) -> dict[str, str]:
    """Query parameters: how many changes are only here, since when the oldest of them, and this program's version.

    Args:
        store: The store.
        sending: What this very request carries, which does not count. What is parked is at the office already.
    """
    sent = {entry.op_id for entry in sending}
    with store.reading() as connection:
        rows = connection.execute("SELECT op_id, recorded_at FROM outbox WHERE state <> 'parked'").fetchall()
    left = [recorded_at for op_id, recorded_at in rows if op_id not in sent]
    said = {"waiting": str(len(left)), "app": __version__}
    return said | {"waiting_since": min(left)} if left else said
