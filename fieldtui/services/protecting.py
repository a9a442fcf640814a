"""What follows when a citizen's address becomes protected: files that may tell it are called back, and somebody is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from fieldtui.services.context import Context
from fieldtui.services.exportfiles import ExportFiles
from fieldtui.store.desk import add_notice
from fieldtui.store.meta import MetaKey

RECALLED: Final = "recalled"
"""The kind of the notice."""


def protect(context: Context) -> int:
    """Call back every file that may hold a citizen whose address has become protected since this was last asked.

    The index of searches and everything that is drawn follow the record by themselves. Of files all lists go, because a
    list may name anybody, and those about that citizen, also where they were kept on purpose. Who was protected is remembered
    only afterwards: one that is interrupted goes on the next time.

    Returns:
        How many files are gone.

    Raises:
        DiskFull, Busy: It is not remembered; the next sync or unlock asks again.
    """
    store = context.store
    now = context.veil.protected_ids()
    known = set(json.loads(store.meta(MetaKey.PROTECTED) or "[]"))
    if now == known:
        return 0
    files = ExportFiles(context)
    removed = 0
    for citizen_id in sorted(now - known):
        gone = files.recall(citizen_id)
        removed += gone
        with store.transaction() as connection:
            # One that another program holds open is due from now on: the next unlock tries again.
            connection.execute(
                "UPDATE exported SET kept = 0, expires_on = ? WHERE citizen_id IS NULL OR citizen_id = ?",
                ((context.today - timedelta(days=1)).isoformat(), citizen_id),
            )
            store.audit("protected", citizen_id)
            if gone:
                store.audit("export.recalled", citizen_id, detail=str(gone))
                add_notice(connection, RECALLED, {"citizen": citizen_id, "files": gone}, store.clock.now())
    store.set_meta(MetaKey.PROTECTED, json.dumps(sorted(now)))
    return removed
