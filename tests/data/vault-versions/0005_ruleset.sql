CREATE TABLE ruleset (name TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL, fetched_at TEXT NOT NULL, refused TEXT, PRIMARY KEY (name, version)) STRICT, WITHOUT ROWID;
