"""The reference central system: casework of a team over PostgreSQL, and the sync protocol on top of it."""
