ALTER TABLE person ADD COLUMN unit TEXT;

ALTER TABLE leaving ADD COLUMN why TEXT;

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
