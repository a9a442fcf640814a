"""The tables, one migration after another. A migration that has been released is never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import fieldtui.vault  # noqa: F401  registers SQLCipher before sqlite-utils is imported

from sqlite_utils.migrations import Migrations  # isort: skip

if TYPE_CHECKING:
    from sqlite_utils import Database

MIGRATIONS: Final = Migrations("fieldtui")

_TABLES: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # A record as the person sees it. `no` is the row's place in the search index and survives VACUUM.
    """CREATE TABLE record (
        no INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        collection TEXT NOT NULL,
        scope TEXT NOT NULL,
        rev INTEGER NOT NULL DEFAULT 0,
        body TEXT NOT NULL,
        base TEXT,
        annulled TEXT,
        base_annulled TEXT,
        author TEXT,
        recorded_at TEXT,
        received_at TEXT,
        day TEXT
    ) STRICT""",
    "CREATE INDEX record_by_collection ON record (collection, day)",
    "CREATE INDEX record_by_scope ON record (scope, collection)",
    # What the central system has not accepted yet, one change a row.
    """CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        op_id TEXT NOT NULL UNIQUE,
        record_id TEXT NOT NULL,
        collection TEXT NOT NULL,
        scope TEXT NOT NULL,
        base_rev INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('put', 'annul')),
        body TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        clock_offset_ms INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'rejected', 'parked')),
        reason TEXT,
        field TEXT,
        hold_until TEXT,
        in_flight INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX outbox_by_record ON outbox (record_id)",
    """CREATE TABLE conflict (
        id TEXT PRIMARY KEY,
        record_id TEXT NOT NULL,
        collection TEXT NOT NULL,
        scope TEXT NOT NULL,
        fields TEXT NOT NULL,
        base TEXT NOT NULL,
        mine TEXT NOT NULL,
        theirs TEXT NOT NULL,
        mine_at TEXT,
        theirs_at TEXT,
        theirs_by TEXT,
        created_at TEXT NOT NULL,
        resolved_at TEXT,
        resolution TEXT
    ) STRICT""",
    "CREATE INDEX conflict_by_record ON conflict (record_id)",
    # Own changes, for undo: `before` and `after` are {"body": …, "annulled": …} or null.
    """CREATE TABLE history (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        command_id TEXT NOT NULL,
        kind TEXT NOT NULL DEFAULT 'do' CHECK (kind IN ('do', 'undo', 'redo')),
        record_id TEXT NOT NULL,
        collection TEXT NOT NULL,
        scope TEXT NOT NULL,
        before TEXT,
        after TEXT NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        label TEXT NOT NULL,
        undone_at TEXT
    ) STRICT""",
    "CREATE INDEX history_by_command ON history (command_id)",
    "CREATE INDEX history_by_record ON history (record_id)",
    "CREATE TABLE person (id TEXT PRIMARY KEY, initials TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL) STRICT",
    # What this device's consultant is to each citizen. `until`: last day of a substitute.
    """CREATE TABLE assignment (
        citizen_id TEXT PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('primary', 'substitute', 'treatment')),
        until TEXT,
        primary_id TEXT
    ) STRICT""",
    "CREATE TABLE leaving (scope TEXT PRIMARY KEY, reason TEXT NOT NULL, seq INTEGER NOT NULL) STRICT",
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        device TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT,
        reason TEXT,
        detail TEXT,
        prev TEXT NOT NULL,
        mac TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX audit_by_subject ON audit (subject)",
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END",
    """CREATE TABLE draft (
        key TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT,
        body TEXT NOT NULL,
        saved_at TEXT NOT NULL,
        previous TEXT
    ) STRICT""",
    """CREATE TABLE exported (
        file TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        profile TEXT NOT NULL,
        rows INTEGER NOT NULL,
        made_at TEXT NOT NULL,
        expires_on TEXT,
        kept INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # Folded words of each record under the record's `no`; secure-delete takes removed words out of the index's pages.
    'CREATE VIRTUAL TABLE search USING fts5(folded, tokenize="unicode61 remove_diacritics 0")',
    "INSERT INTO search(search, rank) VALUES ('secure-delete', 1)",
)


@MIGRATIONS(name="0001_tables")
def _tables(db: Database) -> None:
    for statement in _TABLES:
        db.execute(statement)


@MIGRATIONS(name="0002_unseen")
def _unseen(db: Database) -> None:
    # After a cursor reset: records the central system had, and has not sent again yet.
    db.execute("CREATE TABLE unseen (record_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")


@MIGRATIONS(name="0003_undid")
def _undid(db: Database) -> None:
    # Which command an `undo` or a `redo` was about: what was undone before a newer act can no longer be done again.
    db.execute("ALTER TABLE history ADD COLUMN undid TEXT")


@MIGRATIONS(name="0004_desk")
def _desk(db: Database) -> None:
    for statement in _DESK_TABLES:
        db.execute(statement)


_DESK_TABLES: Final = (
    "ALTER TABLE person ADD COLUMN unit TEXT",
    "ALTER TABLE leaving ADD COLUMN why TEXT",
    # What the central system says this person is offered, asked and told; replaced whole.
    """CREATE TABLE desk (
        kind TEXT NOT NULL CHECK (kind IN ('handover', 'parked')),
        id TEXT NOT NULL,
        scope TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT""",
    # What this device asks for that is not a change of a record.
    """CREATE TABLE errand (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        errand_id TEXT NOT NULL UNIQUE,
        about TEXT NOT NULL,
        scope TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused', 'changed')),
        detail TEXT,
        in_flight INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # What happened that a person must be shown.
    """CREATE TABLE notice (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        read_at TEXT
    ) STRICT""",
)


@MIGRATIONS(name="0005_ruleset")
def _ruleset(db: Database) -> None:
    # Rule sets that the central system published. One that cannot be used is kept with the reason, and asked for no more.
    db.execute(
        "CREATE TABLE ruleset (name TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL, fetched_at TEXT NOT NULL,"
        " refused TEXT, PRIMARY KEY (name, version)) STRICT, WITHOUT ROWID"
    )


@MIGRATIONS(name="0006_arrived")
def _arrived(db: Database) -> None:
    # What others changed in records this device had: `changes` is {field: [before, after]}, null for none.
    db.execute(
        """CREATE TABLE arrived (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            record_id TEXT NOT NULL,
            scope TEXT NOT NULL,
            rev INTEGER NOT NULL,
            author TEXT,
            at TEXT NOT NULL,
            changes TEXT NOT NULL
        ) STRICT"""
    )
    db.execute("CREATE INDEX arrived_by_scope ON arrived (scope, record_id)")


@MIGRATIONS(name="0007_seq")
def _seq(db: Database) -> None:
    # Which of the central system's changes a record came with, so that a restored one can be told what it has lost.
    db.execute("ALTER TABLE record ADD COLUMN seq INTEGER NOT NULL DEFAULT 0")


@MIGRATIONS(name="0008_history_by_scope")
def _history_by_scope(db: Database) -> None:
    # A citizen's card asks for everything in the citizen's scope; a record's history for one record.
    db.execute("CREATE INDEX history_by_scope ON history (scope)")
    db.execute("CREATE INDEX conflict_by_scope ON conflict (scope)")
    db.execute("CREATE INDEX arrived_by_record ON arrived (record_id)")


@MIGRATIONS(name="0009_exported")
def _exported(db: Database) -> None:
    # Whom an exported file is all about (null: a list, which may name anyone), and to the second when it is to be gone.
    db.execute("ALTER TABLE exported ADD COLUMN citizen_id TEXT")
    db.execute("ALTER TABLE exported ADD COLUMN expires_at TEXT")
    db.execute("ALTER TABLE exported ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0")
