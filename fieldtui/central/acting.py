"""What the office does, written down: who, when, on which device, to whom, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from fieldtui.base.errors import BadUsage
from fieldtui.central.database import Database
from fieldtui.central.schema import act


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. Both empty: somebody at the office's own console."""

    consultant_id: str | None = None
    device_id: str | None = None


CONSOLE = Actor()


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done."""

    action: str
    subject: str | None = None
    """Id of whom or what it was done to."""
    detail: str | None = None
    """Ids, days and counts; never a name or a text of a record."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ActRow:
    """One thing that was done, as it is read back."""

    at: datetime
    consultant_id: str | None
    device_id: str | None
    action: str
    subject: str | None
    detail: str | None
    reason: str | None


class ActRefused(BadUsage):
    """An act that cannot be done; nothing was changed."""

    def __init__(self, word: str, message: str) -> None:
        """Args:
        word: What is wrong, for the wire: `not-a-consultant`.
        message: The sentence for a person at the office's console.
        """
        super().__init__(message)
        self.word = word


def write_down(connection: Connection, db: Database, org_id: str, actor: Actor, acts: Iterable[Act]) -> None:
    """Write acts into the office's own log, in the transaction that does them."""
    rows: list[dict[str, Any]] = [
        {
            "org_id": org_id, "act_id": db.ids.new(), "at": db.now(), "consultant_id": actor.consultant_id,
            "device_id": actor.device_id, "action": each.action, "subject": each.subject, "detail": each.detail,
            "reason": each.reason,
        }
        for each in acts
    ]  # fmt: skip
    if rows:
        connection.execute(insert(act), rows)


def written_down(db: Database, *, organisation: str | None = None) -> tuple[ActRow, ...]:
    """Everything that was done, oldest first."""
    with db.transaction() as connection:
        org = db.organisation(connection, organisation)
        rows = connection.execute(select(act).where(act.c.org_id == org.id).order_by(act.c.at, act.c.act_id))
        return tuple(
            ActRow(row.at, row.consultant_id, row.device_id, row.action, row.subject, row.detail, row.reason)
            for row in rows
        )
