"""Rule sets that the central system published, as this device has them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from fieldtui.base.errors import BadFile
from fieldtui.base.log import event
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.domain.rulesets import RuleSet, combined
from fieldtui.store.meta import MetaKey
from fieldtui.store.writing import dump, stamp
from fieldtui.wire.rules import PublishedRules

if TYPE_CHECKING:
    from fieldtui.store.store import Store

MOST_SETS: Final = 200
"""Versions of all sets together; whoever answers must not be able to fill the machine."""


def remember_told(connection: sqlite3.Connection, versions: Mapping[str, int]) -> None:
    """Keep what a page said there is, in the page's own transaction, so that it is fetched however often that is cut."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (str(MetaKey.RULES_TOLD), dump(dict(versions)))
    )


class RuleSets:
    """The published rule sets of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def missing(self) -> tuple[tuple[str, int], ...]:
        """Name and version of what was told of and is not here, oldest versions first."""
        told: dict[str, int] = json.loads(self._store.meta(MetaKey.RULES_TOLD) or "{}")
        if not told:
            return ()
        with self._store.reading() as connection:
            here = {(name, version) for name, version in connection.execute("SELECT name, version FROM ruleset")}
        room = max(0, MOST_SETS - len(here))
        wanted = ((name, version) for name in sorted(told) for version in range(1, min(told[name], MOST_SETS) + 1))
        return tuple(each for each in wanted if each not in here)[:room]

    def take(self, published: PublishedRules) -> bool:
        """Keep one version of a set; False where it cannot be used, and then the rules stay as they were.

        One that cannot be used is kept with the reason, so that it is not asked for at every sync.
        """
        made = RuleSet(published.name, published.version, published.document)
        refused: str | None = None
        with self._store.transaction() as connection:
            try:
                combined(builtin(), [*usable(connection), made])
            except BadFile as problem:
                refused = problem.reason
                event("rules.refused", version=made.version)
            connection.execute(
                "INSERT OR IGNORE INTO ruleset (name, version, document, fetched_at, refused) VALUES (?, ?, ?, ?, ?)",
                (made.name, made.version, dump(dict(made.document)), stamp(self._store.clock.now()), refused),
            )
        return refused is None

    def book(self) -> RuleBook:
        """The rules in force on this device: fieldtui's own, and the published ones that can be used."""
        with self._store.reading() as connection:
            return combined(builtin(), usable(connection))

    def here(self) -> tuple[tuple[str, int, str | None], ...]:
        """Name, version, and why it is not used where it is not, of every set here."""
        with self._store.reading() as connection:
            rows = connection.execute("SELECT name, version, refused FROM ruleset ORDER BY name, version").fetchall()
        return tuple((name, version, refused) for name, version, refused in rows)


def usable(connection: sqlite3.Connection) -> list[RuleSet]:
    """The sets that were found sound, by name and version, as the central system puts them together too."""
    rows = connection.execute(
        "SELECT name, version, document FROM ruleset WHERE refused IS NULL ORDER BY name, version"
    )
    return [RuleSet(name, version, json.loads(document)) for name, version, document in rows]
