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
