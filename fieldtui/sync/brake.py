"""The brake against a central system that would change more than looks right (decisions 27)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from fieldtui.base.errors import MassChange
from fieldtui.store.disagreements import annulment_of
from fieldtui.store.inbox import Page
from fieldtui.wire.messages import JoinLine, RecordLine

MOST_CITIZENS: Final = 3
"""More citizens than that annulled in one sync stop it."""
MOST_SHARE: Final = 0.30
"""A larger share of the records changed in one sync stops it …"""
FEWEST_RECORDS: Final = 20
"""… where it is more than so many records."""


def check_mass_change(connection: sqlite3.Connection, pages: Iterable[Page]) -> None:
    """Stop before anything is applied where more would change than a person would expect.

    Records of a scope that joins and of which nothing is here, records this device does not have, and records that come again as they are do
    not count; nor does a first sync, where there is nothing to change. What leaves is purged by rules of its own.

    Raises:
        MassChange: With how many citizens would be annulled, and how many records changed.
    """
    total = connection.execute("SELECT count(*) FROM record WHERE rev > 0").fetchone()[0]
    if not total:
        return
    joined: set[str] = set()
    citizens: set[str] = set()
    changed: set[str] = set()
    for page in pages:
        for line in page.lines:
            if isinstance(line, JoinLine):
                # A join explains what is new here, never a change of what this device has had all along.
                if not _is_here(connection, line.scope):
                    joined.add(line.scope)
            elif isinstance(line, RecordLine) and line.scope not in joined:
                _count(connection, line, citizens, changed)
    if len(citizens) > MOST_CITIZENS or (len(changed) > FEWEST_RECORDS and len(changed) > MOST_SHARE * total):
        raise MassChange(citizens=len(citizens), records=len(changed))


def _is_here(connection: sqlite3.Connection, scope: str) -> bool:
    found = connection.execute("SELECT EXISTS (SELECT 1 FROM record WHERE scope = ? AND rev > 0)", (scope,)).fetchone()
    return bool(found[0])


def _count(connection: sqlite3.Connection, line: RecordLine, citizens: set[str], changed: set[str]) -> None:
    row = connection.execute(
        "SELECT coalesce(base, body), CASE WHEN base IS NULL THEN annulled ELSE base_annulled END FROM record"
        " WHERE id = ? AND rev > 0",
        (line.id,),
    ).fetchone()
    if row is None:
        return
    body, annulled = json.loads(row[0]), row[1] is not None
    if body != line.body or annulled != (annulment_of(line) is not None):
        changed.add(line.id)
    if line.collection == "citizen" and line.annulled is not None and not annulled:
        citizens.add(line.id)
