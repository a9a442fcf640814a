"""What a person may no longer see although it still lies here: the device hides it without waiting for contact.

A substitute's file closes after the last day; a treatment worker's when no consent opens it any more. The records go
when the central system says so; until then nothing that reads shows them.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import TYPE_CHECKING

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.consenting import Recipient, opens_for
from fieldtui.domain.records import Consent, Partner
from fieldtui.store.meta import MetaKey
from fieldtui.store.rows import parse_body

if TYPE_CHECKING:
    from fieldtui.store.store import Store


class Hidden:
    """The scopes that are hidden on this device today; worked out anew when anything or the day changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[tuple[int, int], date, frozenset[str]] | None = None

    def scopes(self) -> frozenset[str]:
        """`citizen:<id>` of each file that is closed to this person today."""
        version, day = self._store.version(), self._store.server_now().astimezone(COPENHAGEN).date()
        if self._known is None or self._known[:2] != (version, day):
            with self._store.reading() as connection:
                self._known = version, day, self._work_out(connection, day)
        return self._known[2]

    def _work_out(self, connection: sqlite3.Connection, day: date) -> frozenset[str]:
        rows = connection.execute(
            "SELECT citizen_id, role, until FROM assignment WHERE role = 'treatment' OR until < ?", (day.isoformat(),)
        ).fetchall()
        who = self._who(connection) if any(role == "treatment" for _citizen, role, _until in rows) else None
        return frozenset(
            f"citizen:{citizen_id}"
            for citizen_id, role, until in rows
            if (until is not None and until < day.isoformat())
            or (who is not None and not _opened(connection, citizen_id, who, day))
        )

    def _who(self, connection: sqlite3.Connection) -> Recipient | None:
        """Whose device this is, where that is a treatment worker."""
        text = self._store.meta(MetaKey.CONSULTANT)
        if text is None:
            return None
        me = json.loads(text)
        if me["role"] != "treatment":
            return None
        row = connection.execute("SELECT name, unit FROM person WHERE id = ?", (me["id"],)).fetchone()
        name, unit = row if row is not None else (me["name"], me.get("unit"))
        return Recipient(me["id"], name, unit)


def _opened(connection: sqlite3.Connection, citizen_id: str, who: Recipient, day: date) -> bool:
    def partner(partner_id: str) -> Partner | None:
        row = connection.execute(
            "SELECT body FROM record WHERE id = ? AND collection = 'partner' AND annulled IS NULL", (partner_id,)
        ).fetchone()
        found = parse_body("partner", json.loads(row[0])) if row is not None else None
        return found if isinstance(found, Partner) else None

    rows = connection.execute(
        "SELECT body FROM record WHERE scope = ? AND collection = 'consent' AND annulled IS NULL",
        (f"citizen:{citizen_id}",),
    ).fetchall()
    consents = (parse_body("consent", json.loads(body)) for (body,) in rows)
    return any(isinstance(each, Consent) and opens_for(each, who, day, partner) for each in consents)
