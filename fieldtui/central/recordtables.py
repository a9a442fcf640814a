"""The tables of records: as they stand, as they were, what changed for whom, and what was heard and answered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from fieldtui.central.columns import METADATA, instant, key, of_organisation

record: Final = Table(
    "record",
    METADATA,
    key("org_id"),
    key("id"),
    Column("collection", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("annulled", JSONB(none_as_null=True)),
    Column("author", Text),
    Column("device", Text),
    Column("recorded_at", Text),
    instant("received_at"),
    Column("op_id", Text),
    of_organisation(),
    Index(None, "org_id", "seq", unique=True),
    Index(None, "org_id", "scope", "id"),
    Index(None, "org_id", "collection"),
)

revision: Final = Table(
    "revision",
    METADATA,
    key("org_id"),
    key("id"),
    Column("rev", Integer, primary_key=True, autoincrement=False),
    Column("collection", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("annulled", JSONB(none_as_null=True)),
    Column("author", Text),
    Column("device", Text),
    Column("recorded_at", Text),
    instant("received_at"),
    Column("op_id", Text),
    Column("clock_offset_ms", Integer),
    of_organisation(),
    Index(None, "org_id", "seq", unique=True),
)

scope_change: Final = Table(
    "scope_change",
    METADATA,
    key("org_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="join, leave, or people (the list of staff changed)."),
    Column("consultant_id", Text),
    Column("scope", Text),
    Column("reason", Text),
    instant("at"),
    of_organisation(),
    CheckConstraint("kind IN ('join', 'leave', 'people', 'assignment')", name="kind"),
    Index(None, "org_id", "consultant_id", "seq"),
)

operation: Final = Table(
    "operation",
    METADATA,
    key("org_id"),
    key("op_id"),
    Column("device_id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    instant("received_at"),
    of_organisation(),
)

parked: Final = Table(
    "parked",
    METADATA,
    key("org_id"),
    key("op_id"),
    Column("consultant_id", Text, nullable=False, comment="Who made the edit."),
    Column("device_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("op", JSONB, nullable=False),
    instant("received_at"),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("answered_by", Text),
    instant("answered_at", nullable=True),
    Column("reason", Text, comment="Why it was declined."),
    of_organisation(),
    CheckConstraint("state IN ('waiting', 'accepted', 'declined')", name="state"),
    Index(None, "org_id", "scope"),
    Index(None, "org_id", "consultant_id"),
)

handover: Final = Table(
    "handover",
    METADATA,
    key("org_id"),
    key("handover_id"),
    Column("citizen_id", Text, nullable=False),
    Column("from_id", Text, comment="Who had the citizen when it was offered."),
    Column("to_id", Text, nullable=False),
    Column("offered_by", Text, nullable=False, comment="The consultant or a leader."),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    instant("offered_at"),
    Column("answered_by", Text),
    instant("answered_at", nullable=True),
    Column("reason", Text),
    of_organisation(),
    CheckConstraint("state IN ('offered', 'accepted', 'rejected', 'withdrawn', 'lapsed')", name="state"),
    Index(None, "org_id", "citizen_id"),
    Index(None, "org_id", "to_id"),
)

erasure: Final = Table(
    "erasure",
    METADATA,
    key("org_id"),
    key("citizen_id"),
    Column("reason", Text, nullable=False, comment="As it was typed; devices show it. Names nobody."),
    Column("records", Integer, nullable=False, comment="How many records there were."),
    Column("seq", BigInteger, nullable=False),
    instant("at"),
    of_organisation(),
)

import_ref: Final = Table(
    "import_ref",
    METADATA,
    key("org_id"),
    key("source"),
    key("file"),
    key("ref"),
    Column("collection", Text, primary_key=True, comment="One row may become two records."),
    Column("id", Text, nullable=False),
    Column(
        "said",
        JSONB,
        nullable=False,
        comment="What the row said when it was last taken; edits made since are not undone.",
    ),
    of_organisation(),
)

access_log: Final = Table(
    "access_log",
    METADATA,
    key("org_id"),
    key("device_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("reason", Text),
    Column("detail", Text),
    Column("mac", Text, nullable=False),
    instant("received_at"),
    of_organisation(),
)

export_version: Final = Table(
    "export_version",
    METADATA,
    key("org_id"),
    Column("name", Text, primary_key=True, comment="What the list is: profile, days and place."),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("lines", JSONB, nullable=False, comment="Fingerprint of each appointment as it stood in that version."),
    Column("sha256", Text, nullable=False),
    instant("made_at"),
    of_organisation(),
)
