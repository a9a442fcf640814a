"""Taking back one's own last act, and doing it again; across restarts and after sync."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.problems import parse_record
from fieldtui.domain.struck import is_wrong_citizen
from fieldtui.services.context import Context
from fieldtui.services.done import Done
from fieldtui.services.editing import ATTENDANCE_HOLD_SECONDS
from fieldtui.store import Annul, Change, Put
from fieldtui.store.writing import stamp

_REACH: Final = 200
"""So many acts back."""


@dataclass(frozen=True, slots=True)
class UndoItem:
    """One own act."""

    command_id: str
    label: str
    """What was done, as it was said then."""
    at: datetime
    undoable: bool
    """False where it was undone already, or somebody changed the same since."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What an act did to one record."""

    record_id: str
    collection: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class Undo:
    """The acts of this device's consultant, newest first.

    Undoing is an ordinary change: before it was sent nothing is left to send, after that it is a correction
    that colleagues see. What was created is annulled, also a note: nothing disappears.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def items(self, limit: int = 20) -> tuple[UndoItem, ...]:
        """The latest acts, newest first; those that were undone too. That they were seen is written to the access log."""
        with self._store.reading() as connection:
            rows = self._commands(connection, "kind = 'do'", limit)
            items = tuple(
                UndoItem(
                    command_id=row[0],
                    label=row[1],
                    at=datetime.fromisoformat(row[2]).astimezone(COPENHAGEN),
                    undoable=row[3] is None and self._stands(self._steps(row[0])),
                )
                for row in rows
            )
        self._context.looking.listed("history", len(items))
        return items

    def last(self) -> UndoItem | None:
        """The act that `undo` would take back."""
        with self._store.reading() as connection:
            row = self._last_done(connection)
            if row is None:
                return None
            at = datetime.fromisoformat(row[2]).astimezone(COPENHAGEN)
            return UndoItem(row[0], row[1], at, self._stands(self._steps(row[0])))

    def undo(self) -> Done | None:
        """Take back the last act.

        Returns:
            What was taken back, or `None` where there is nothing.

        Raises:
            BadUsage: The same was changed since, by a sync or otherwise; or a note was moved off the wrong citizen, which
                nobody takes back without a word. Nothing was changed.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was changed.
        """
        with self._store.transaction() as connection:
            row = self._last_done(connection)
            if row is None:
                return None
            command_id, label = row[0], row[1]
            steps = self._steps(command_id)
            if _is_final(steps):
                raise BadUsage(_("Et notat, der er flyttet til den rette borger, flyttes kun tilbage med en grund."))
            changes = [self._inverse(step) for step in reversed(steps)]
            message = _("Fortrudt – {what}").format(what=label)
            result = self._store.write(changes, label=message, actor=self._context.me.id, kind="undo", undid=command_id)
            self._mark(connection, command_id, undone=True)
        return Done(message, tuple(step.record_id for step in steps), result.command_id)

    def redo(self) -> Done | None:
        """Do again what was taken back last, as long as nothing else was done since.

        Returns:
            What was done again, or `None` where there is nothing.

        Raises:
            BadUsage: The same was changed since; nothing was changed.
            NotEnrolled, ReadOnlyLease, DiskFull, Busy: Nothing was changed.
        """
        with self._store.transaction() as connection:
            row = self._last_undone(connection)
            if row is None:
                return None
            command_id, label = row[0], row[1]
            steps = self._steps(command_id)
            changes = [self._again(step) for step in steps]
            message = _("Gentaget – {what}").format(what=label)
            result = self._store.write(changes, label=message, actor=self._context.me.id, kind="redo", undid=command_id)
            self._mark(connection, command_id, undone=False)
        return Done(message, tuple(step.record_id for step in steps), result.command_id)

    # --- the list of acts ---------------------------------------------------------------------

    @staticmethod
    def _commands(connection: sqlite3.Connection, condition: str, limit: int) -> list[tuple[str, str, str, str | None]]:
        return connection.execute(
            f"SELECT command_id, min(label), min(at), max(undone_at) FROM history WHERE {condition}"  # noqa: S608  constants
            " GROUP BY command_id ORDER BY min(seq) DESC LIMIT ?",
            (min(limit, _REACH),),
        ).fetchall()

    def _last_done(self, connection: sqlite3.Connection) -> tuple[str, str, str, str | None] | None:
        found = self._commands(connection, "kind = 'do' AND undone_at IS NULL", 1)
        return found[0] if found else None

    @staticmethod
    def _last_undone(connection: sqlite3.Connection) -> tuple[str, str] | None:
        """The act undone last, unless something else was done since."""
        found: tuple[str, str] | None = connection.execute(
            "SELECT h.command_id, min(h.label) FROM history h JOIN history u ON u.undid = h.command_id AND u.kind = 'undo'"
            " WHERE h.kind = 'do' AND h.undone_at IS NOT NULL"
            " AND u.seq > (SELECT max(seq) FROM history WHERE kind = 'do')"
            " GROUP BY h.command_id ORDER BY max(u.seq) DESC LIMIT 1"
        ).fetchone()
        return found

    def _mark(self, connection: sqlite3.Connection, command_id: str, *, undone: bool) -> None:
        at = self._context.clock.now().isoformat(timespec="seconds") if undone else None
        connection.execute("UPDATE history SET undone_at = ? WHERE command_id = ?", (at, command_id))
        # A difference that the act decided is undecided again, and decided once more when the act is done again.
        connection.execute(
            "UPDATE conflict SET resolved_at = ? WHERE json_extract(resolution, '$.command') = ?",
            (None if undone else stamp(self._context.clock.now()), command_id),
        )

    def _steps(self, command_id: str) -> list[_Step]:
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT record_id, collection, before, after FROM history WHERE command_id = ? ORDER BY seq",
                (command_id,),
            ).fetchall()
        return [_Step(row[0], row[1], json.loads(row[2]) if row[2] else None, json.loads(row[3])) for row in rows]

    # --- one record ---------------------------------------------------------------------------

    def _stands(self, steps: list[_Step]) -> bool:
        """True where everything an act changed is still as it left it, and it may be taken back with a key."""
        return not _is_final(steps) and all(self._untouched(step.record_id, step.before, step.after) for step in steps)

    def _untouched(self, record_id: str, before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
        """True where the fields that differ between the two states still have the values of `after`."""
        stored, body = self._store.get(record_id), self._store.body_of(record_id)
        if stored is None or body is None or (stored.annulled_at is None) != (after["annulled"] is None):
            return False
        if before is None or after["annulled"] is not None:
            return True
        return all(body.get(name) == after["body"].get(name) for name in _differing(before["body"], after["body"]))

    def _inverse(self, step: _Step) -> Change:
        self._require_untouched(step.record_id, step.before, step.after)
        if step.before is None or step.before["annulled"] is not None:
            return Annul(step.record_id, step.before["annulled"]["reason"] if step.before else _("Fortrudt"))
        return self._restore(step, step.after["body"], step.before["body"])

    def _again(self, step: _Step) -> Change:
        if step.before is None:
            self._require_untouched(step.record_id, None, {"annulled": {}, "body": step.after["body"]})
        else:
            self._require_untouched(step.record_id, step.after, step.before)
        if step.after["annulled"] is not None:
            return Annul(step.record_id, step.after["annulled"]["reason"])
        return self._restore(step, step.before["body"] if step.before else {}, step.after["body"])

    def _restore(self, step: _Step, now: dict[str, Any], then: dict[str, Any]) -> Put:
        """Set back the fields that the act changed; what others changed in other fields stays."""
        body = dict(self._store.body_of(step.record_id) or {})
        for name in _differing(now, then):
            if name in then:
                body[name] = then[name]
            else:
                body.pop(name, None)
        attendance = step.collection == "appointment" and now.get("status") != then.get("status")
        record = parse_record(step.collection, body, strict_names=False)
        return Put(step.record_id, record, hold_seconds=ATTENDANCE_HOLD_SECONDS if attendance else 0)

    def _require_untouched(self, record_id: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        if not self._untouched(record_id, before, after):
            raise BadUsage(_("Det kan ikke fortrydes: det er ændret siden. Ret det i stedet. Intet er ændret nu."))


def _is_final(steps: list[_Step]) -> bool:
    """True for the move of a note off the wrong citizen: undone with a key, it would stand there again without a trace."""
    return any(step.after["annulled"] and is_wrong_citizen(step.after["annulled"]["reason"]) for step in steps)


def _differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
