"""What this person is offered, asked and told beside the records; their own errands to the office; and notices.

The desk is the central system's: it comes whole and replaces what lay here. Errands are this device's, until they are
answered. Notices are this device's own, and stay until somebody has read them.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fieldtui.store.writing import dump, stamp
from fieldtui.wire.desk import ERRANDS, Desk, Errand, ErrandResult, Handover, ParkedEdit

if TYPE_CHECKING:
    from fieldtui.store.store import Store

_SELECT: Final = "SELECT body, scope, state, detail FROM errand"


@dataclass(frozen=True, slots=True)
class Asked:
    """An errand as it lies here."""

    errand: Errand
    scope: str
    state: str
    """`waiting`, or as the central system answered: `refused` or `changed`."""
    detail: str
    """The technical word of the answer."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened and that the person has not been shown yet."""

    id: int
    kind: str
    """`erased`: a citizen was erased at the office. `recalled`: files are gone, for an address became protected."""
    about: dict[str, Any]
    at: str


def replace_desk(connection: sqlite3.Connection, desk: Desk) -> None:
    """Lay out what the central system says, in place of what lay there."""
    connection.execute("DELETE FROM desk")
    rows = [("handover", each.id, each.citizen_id, each.model_dump_json()) for each in desk.handovers]
    rows += [("parked", each.op_id, each.citizen_id, each.model_dump_json()) for each in desk.parked]
    connection.executemany(
        "INSERT OR REPLACE INTO desk (kind, id, scope, body) VALUES (?, ?, 'citizen:' || ?, ?)", rows
    )
    # What was refused about something that is no longer here has nobody left to tell; a refused offer is shown by itself.
    connection.execute(
        "DELETE FROM errand WHERE state <> 'waiting' AND json_extract(body, '$.kind') <> 'offer'"
        " AND about NOT IN (SELECT id FROM desk)"
    )


class DeskBox:
    """Desk, errands and notices of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # --- what came ------------------------------------------------------------------------------

    def handovers(self) -> tuple[Handover, ...]:
        """Offers to this person and by them, and what became of them lately; the newest first."""
        return tuple(Handover.model_validate_json(body) for body in self._bodies("handover"))

    def parked(self) -> tuple[ParkedEdit, ...]:
        """Parked edits for this person to answer, and their own; the oldest first."""
        return tuple(ParkedEdit.model_validate_json(body) for body in self._bodies("parked"))

    def _bodies(self, kind: str) -> list[str]:
        with self._store.reading() as connection:
            return [
                row[0] for row in connection.execute("SELECT body FROM desk WHERE kind = ? ORDER BY rowid", (kind,))
            ]

    # --- errands --------------------------------------------------------------------------------

    def ask(self, errand: Errand, citizen_id: str) -> None:
        """Keep an errand until it is answered. One that the office refused about the same thing gives way."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM errand WHERE about = ? AND state <> 'waiting'", (errand.about,))
            connection.execute(
                "INSERT INTO errand (errand_id, about, scope, body) VALUES (?, ?, ?, ?)",
                (errand.errand_id, errand.about, f"citizen:{citizen_id}", errand.model_dump_json()),
            )

    def errands(self) -> tuple[Asked, ...]:
        """Every errand that is not done, in the order they were asked."""
        with self._store.reading() as connection:
            rows = connection.execute(f"{_SELECT} ORDER BY seq").fetchall()
        return tuple(Asked(Errand.model_validate_json(row[0]), row[1], row[2], row[3] or "") for row in rows)

    def sendable(self) -> tuple[Errand, ...]:
        """What goes with the next request, marked as on its way."""
        with self._store.reading() as connection:
            waiting = connection.execute("SELECT EXISTS (SELECT 1 FROM errand WHERE state = 'waiting')").fetchone()[0]
        if not waiting:
            return ()
        with self._store.transaction() as connection:
            rows = connection.execute(f"{_SELECT} WHERE state = 'waiting' ORDER BY seq LIMIT ?", (ERRANDS,)).fetchall()
            found = tuple(Errand.model_validate_json(row[0]) for row in rows)
            connection.executemany(
                "UPDATE errand SET in_flight = 1 WHERE errand_id = ?", [(each.errand_id,) for each in found]
            )
        return found

    def answered(self, result: ErrandResult) -> None:
        """An errand is done, and gone; or it stays with the office's word until somebody has seen it."""
        with self._store.transaction() as connection:
            if result.status == "done":
                connection.execute("DELETE FROM errand WHERE errand_id = ?", (result.errand_id,))
            else:
                connection.execute(
                    "UPDATE errand SET state = ?, detail = ?, in_flight = 0 WHERE errand_id = ?",
                    ("changed" if result.status == "changed" else "refused", result.detail, result.errand_id),
                )

    def drop(self, errand_id: str) -> bool:
        """Forget an errand that was answered or never sent; False where it may be on its way."""
        with self._store.transaction() as connection:
            found = connection.execute("DELETE FROM errand WHERE errand_id = ? AND NOT in_flight", (errand_id,))
            return found.rowcount > 0

    # --- notices --------------------------------------------------------------------------------

    def notices(self) -> tuple[Notice, ...]:
        """What nobody has been shown yet, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT id, kind, body, at FROM notice WHERE read_at IS NULL ORDER BY id")
            return tuple(Notice(row[0], row[1], json.loads(row[2]), row[3]) for row in rows)

    def read(self, notice_id: int) -> bool:
        """Somebody has been shown a notice; False where there is none unread of that number."""
        with self._store.transaction() as connection:
            found = connection.execute(
                "UPDATE notice SET read_at = ? WHERE id = ? AND read_at IS NULL",
                (stamp(self._store.clock.now()), notice_id),
            )
            return found.rowcount > 0


def add_notice(connection: sqlite3.Connection, kind: str, about: dict[str, Any], at: datetime) -> None:
    """Keep something for the person to be shown. Never a name or the text of a record."""
    connection.execute("INSERT INTO notice (kind, body, at) VALUES (?, ?, ?)", (kind, dump(about), stamp(at)))
