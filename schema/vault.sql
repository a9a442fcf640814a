-- The tables in an open vault (SQLCipher 4, raw key). `search` is an FTS5 table; its shadow tables are left out.

CREATE TABLE vault_meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT;

CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);

CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE record (
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
    , seq INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX record_by_collection ON record (collection, day);

CREATE INDEX record_by_scope ON record (scope, collection);

CREATE TABLE outbox (
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
    ) STRICT;

CREATE TABLE sqlite_sequence(name,seq);

CREATE INDEX outbox_by_record ON outbox (record_id);

CREATE TABLE conflict (
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
    ) STRICT;

CREATE INDEX conflict_by_record ON conflict (record_id);

CREATE TABLE history (
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
    , undid TEXT) STRICT;

CREATE INDEX history_by_command ON history (command_id);

CREATE INDEX history_by_record ON history (record_id);

CREATE TABLE person (id TEXT PRIMARY KEY, initials TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, unit TEXT) STRICT;

CREATE TABLE assignment (
        citizen_id TEXT PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('primary', 'substitute', 'treatment')),
        until TEXT,
        primary_id TEXT
    ) STRICT;

CREATE TABLE leaving (scope TEXT PRIMARY KEY, reason TEXT NOT NULL, seq INTEGER NOT NULL, why TEXT) STRICT;

CREATE TABLE audit (
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
    ) STRICT;

CREATE INDEX audit_by_subject ON audit (subject);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END;

CREATE TABLE draft (
        key TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT,
        body TEXT NOT NULL,
        saved_at TEXT NOT NULL,
        previous TEXT
    ) STRICT;

CREATE TABLE exported (
        file TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        profile TEXT NOT NULL,
        rows INTEGER NOT NULL,
        made_at TEXT NOT NULL,
        expires_on TEXT,
        kept INTEGER NOT NULL DEFAULT 0
    , citizen_id TEXT, expires_at TEXT, sealed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE VIRTUAL TABLE search USING fts5(folded, tokenize="unicode61 remove_diacritics 0");

CREATE TABLE unseen (record_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE desk (
        kind TEXT NOT NULL CHECK (kind IN ('handover', 'parked')),
        id TEXT NOT NULL,
        scope TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) STRICT;

CREATE TABLE errand (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        errand_id TEXT NOT NULL UNIQUE,
        about TEXT NOT NULL,
        scope TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused', 'changed')),
        detail TEXT,
        in_flight INTEGER NOT NULL DEFAULT 0
    ) STRICT;

CREATE TABLE notice (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        read_at TEXT
    ) STRICT;

CREATE TABLE ruleset (name TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL, fetched_at TEXT NOT NULL, refused TEXT, PRIMARY KEY (name, version)) STRICT, WITHOUT ROWID;

CREATE TABLE arrived (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            record_id TEXT NOT NULL,
            scope TEXT NOT NULL,
            rev INTEGER NOT NULL,
            author TEXT,
            at TEXT NOT NULL,
            changes TEXT NOT NULL
        ) STRICT;

CREATE INDEX arrived_by_scope ON arrived (scope, record_id);

CREATE INDEX history_by_scope ON history (scope);

CREATE INDEX conflict_by_scope ON conflict (scope);

CREATE INDEX arrived_by_record ON arrived (record_id);
