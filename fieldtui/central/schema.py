"""The tables, as SQLAlchemy sees them. Every key but those of `serving` and `enrol_address` begins with `org_id`, for sharding.

Ids are UUID text. Instants that people or devices gave are kept as the text they came as; instants
of this system are `timestamptz`. Bodies are JSONB after their model.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(referred_table_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _of_organisation() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["org_id"], ["organisation.org_id"])


organisation: Final = Table(
    "organisation",
    METADATA,
    _key("org_id"),
    Column("name", Text, nullable=False, unique=True),
    Column(
        "seq", BigInteger, nullable=False, comment="Highest sequence number given; its row's lock orders every change."
    ),
    Column("people_seq", BigInteger, nullable=False, comment="When the list of staff last changed."),
    Column("server_key", Text, nullable=False, comment="Response key: P-256, PKCS 8 DER, base64."),
    Column("public_url", Text, comment="Where devices reach it, as `serve` was last told."),
    Column("enrol_failures", Integer, nullable=False, comment="Wrong enrolment codes since `enrol_window_at`."),
    _instant("enrol_window_at", nullable=True),
    Column(
        "incarnation",
        Text,
        nullable=False,
        server_default="",
        comment="Part of every cursor; renewed by a restore, so that devices notice.",
    ),
    Column(
        "rules_version",
        Integer,
        nullable=False,
        server_default="0",
        comment="How many rule sets were published; part of every cursor.",
    ),
    Column(
        "retention_days", Integer, comment="Days after discharge before a citizen is erased; null: never by itself."
    ),
    _instant("created_at"),
)

serving: Final = Table(
    "serving",
    METADATA,
    Column("one", Boolean, primary_key=True, comment="Always true: there is one row at most."),
    Column("public_url", Text, nullable=False, comment="Where devices reach it; what a new organisation begins with."),
    CheckConstraint("one", name="one"),
)

consultant: Final = Table(
    "consultant",
    METADATA,
    _key("org_id"),
    _key("consultant_id"),
    Column("initials", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit", Text, comment="The unit a treatment worker belongs to, as consents name it."),
    Column("assignments_seq", BigInteger, nullable=False, comment="When this person's assignments last changed."),
    Column(
        "desk_seq",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="When what this person is offered or told (hand-overs, parked edits) last changed.",
    ),
    _instant("created_at"),
    _of_organisation(),
    CheckConstraint("role IN ('consultant', 'treatment', 'leader')", name="role"),
    Index(None, "org_id", "initials", unique=True),
)

assignment: Final = Table(
    "assignment",
    METADATA,
    _key("org_id"),
    _key("citizen_id"),
    _key("consultant_id"),
    Column("role", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, comment="Last day of a substitute."),
    Column("granted_seq", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False, comment="For treatment: whether a valid consent opens the file now."),
    ForeignKeyConstraint(["org_id", "consultant_id"], ["consultant.org_id", "consultant.consultant_id"]),
    CheckConstraint("role IN ('primary', 'substitute', 'treatment')", name="role"),
    Index(None, "org_id", "consultant_id"),
    Index("assignment_one_primary_idx", "org_id", "citizen_id", unique=True, postgresql_where=text("role = 'primary'")),
)

planned_assignment: Final = Table(
    "planned_assignment",
    METADATA,
    _key("org_id"),
    _key("citizen_id"),
    _key("consultant_id"),
    Column("role", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    ForeignKeyConstraint(["org_id", "consultant_id"], ["consultant.org_id", "consultant.consultant_id"]),
    CheckConstraint("role IN ('primary', 'substitute', 'treatment')", name="role"),
    Index(None, "org_id", "valid_from"),
)

device: Final = Table(
    "device",
    METADATA,
    _key("org_id"),
    _key("device_id"),
    Column("consultant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("public_key", Text, nullable=False, comment="P-256 SubjectPublicKeyInfo, DER, base64."),
    Column("app_version", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False, comment="High-water mark of `fieldtui-seq`: replays are below it."),
    Column("audit_head", Text, comment="Head of its access log as it last said: `seq:mac:epoch`."),
    _instant("enrolled_at"),
    _instant("last_seen_at", nullable=True),
    Column(
        "busy_until",
        DateTime(timezone=True),
        comment="Rate limit: each request moves it on; a device may be so far ahead of the clock as a burst allows.",
    ),
    _instant("revoked_at", nullable=True),
    Column("waiting", Integer, comment="Changes it had not sent, as it last said."),
    Column("waiting_since", Text, comment="When the oldest of them was made, as it said."),
    Column("lost_at", DateTime(timezone=True), comment="When somebody said that it is lost."),
    ForeignKeyConstraint(["org_id", "consultant_id"], ["consultant.org_id", "consultant.consultant_id"]),
)

enrolment: Final = Table(
    "enrolment",
    METADATA,
    _key("org_id"),
    Column(
        "code_hash",
        Text,
        primary_key=True,
        comment="SHA-256 of organisation and code; the code itself is kept nowhere.",
    ),
    Column("consultant_id", Text, nullable=False),
    Column("pre_approved", Boolean, nullable=False),
    Column("public_key", Text, comment="The first key that used the code; no other may."),
    Column("device_name", Text),
    Column("app_version", Text),
    Column("device_id", Text, comment="Set when approved."),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("approved_at", nullable=True),
    Column("reused_at", DateTime(timezone=True), comment="When another key last tried the used code."),
    _of_organisation(),
)

enrol_address: Final = Table(
    "enrol_address",
    METADATA,
    Column("address_hash", Text, primary_key=True, comment="SHA-256 of the network address, never itself."),
    Column("failures", Integer, nullable=False, comment="Wrong codes since `window_at`."),
    _instant("window_at"),
)

organisation_key: Final = Table(
    "organisation_key",
    METADATA,
    _key("org_id"),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="1 is the oldest."),
    Column("document", JSONB, nullable=False, comment="The public half, as devices get it."),
    _instant("set_at"),
    _of_organisation(),
)

wipe_order: Final = Table(
    "wipe_order",
    METADATA,
    _key("org_id"),
    _key("device_id"),
    Column("document", JSONB, nullable=False, comment="The signed order, as it is."),
    _instant("set_at"),
    _instant("delivered_at", nullable=True),
    ForeignKeyConstraint(["org_id", "device_id"], ["device.org_id", "device.device_id"]),
)

policy: Final = Table(
    "policy",
    METADATA,
    _key("org_id"),
    _key("name"),
    Column("value", Text, nullable=False),
    _instant("set_at"),
    _of_organisation(),
)

record: Final = Table(
    "record",
    METADATA,
    _key("org_id"),
    _key("id"),
    Column("collection", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("annulled", JSONB(none_as_null=True)),
    Column("author", Text),
    Column("device", Text),
    Column("recorded_at", Text),
    _instant("received_at"),
    Column("op_id", Text),
    _of_organisation(),
    Index(None, "org_id", "seq", unique=True),
    Index(None, "org_id", "scope", "id"),
    Index(None, "org_id", "collection"),
)

revision: Final = Table(
    "revision",
    METADATA,
    _key("org_id"),
    _key("id"),
    Column("rev", Integer, primary_key=True, autoincrement=False),
    Column("collection", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("annulled", JSONB(none_as_null=True)),
    Column("author", Text),
    Column("device", Text),
    Column("recorded_at", Text),
    _instant("received_at"),
    Column("op_id", Text),
    Column("clock_offset_ms", Integer),
    _of_organisation(),
    Index(None, "org_id", "seq", unique=True),
)

scope_change: Final = Table(
    "scope_change",
    METADATA,
    _key("org_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="join, leave, or people (the list of staff changed)."),
    Column("consultant_id", Text),
    Column("scope", Text),
    Column("reason", Text),
    _instant("at"),
    _of_organisation(),
    CheckConstraint("kind IN ('join', 'leave', 'people', 'assignment')", name="kind"),
    Index(None, "org_id", "consultant_id", "seq"),
)

operation: Final = Table(
    "operation",
    METADATA,
    _key("org_id"),
    _key("op_id"),
    Column("device_id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    _instant("received_at"),
    _of_organisation(),
)

parked: Final = Table(
    "parked",
    METADATA,
    _key("org_id"),
    _key("op_id"),
    Column("consultant_id", Text, nullable=False, comment="Who made the edit."),
    Column("device_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("op", JSONB, nullable=False),
    _instant("received_at"),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("answered_by", Text),
    _instant("answered_at", nullable=True),
    Column("reason", Text, comment="Why it was declined."),
    _of_organisation(),
    CheckConstraint("state IN ('waiting', 'accepted', 'declined')", name="state"),
    Index(None, "org_id", "scope"),
    Index(None, "org_id", "consultant_id"),
)

handover: Final = Table(
    "handover",
    METADATA,
    _key("org_id"),
    _key("handover_id"),
    Column("citizen_id", Text, nullable=False),
    Column("from_id", Text, comment="Who had the citizen when it was offered."),
    Column("to_id", Text, nullable=False),
    Column("offered_by", Text, nullable=False, comment="The consultant or a leader."),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    _instant("offered_at"),
    Column("answered_by", Text),
    _instant("answered_at", nullable=True),
    Column("reason", Text),
    _of_organisation(),
    CheckConstraint("state IN ('offered', 'accepted', 'rejected', 'withdrawn', 'lapsed')", name="state"),
    Index(None, "org_id", "citizen_id"),
    Index(None, "org_id", "to_id"),
)

erasure: Final = Table(
    "erasure",
    METADATA,
    _key("org_id"),
    _key("citizen_id"),
    Column("reason", Text, nullable=False, comment="As it was typed; devices show it. Names nobody."),
    Column("records", Integer, nullable=False, comment="How many records there were."),
    Column("seq", BigInteger, nullable=False),
    _instant("at"),
    _of_organisation(),
)

import_ref: Final = Table(
    "import_ref",
    METADATA,
    _key("org_id"),
    _key("source"),
    _key("file"),
    _key("ref"),
    Column("collection", Text, primary_key=True, comment="One row may become two records."),
    Column("id", Text, nullable=False),
    Column(
        "said",
        JSONB,
        nullable=False,
        comment="What the row said when it was last taken; edits made since are not undone.",
    ),
    _of_organisation(),
)

access_log: Final = Table(
    "access_log",
    METADATA,
    _key("org_id"),
    _key("device_id"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("reason", Text),
    Column("detail", Text),
    Column("mac", Text, nullable=False),
    _instant("received_at"),
    _of_organisation(),
)

export_version: Final = Table(
    "export_version",
    METADATA,
    _key("org_id"),
    Column("name", Text, primary_key=True, comment="What the list is: profile, days and place."),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("lines", JSONB, nullable=False, comment="Fingerprint of each appointment as it stood in that version."),
    Column("sha256", Text, nullable=False),
    _instant("made_at"),
    _of_organisation(),
)

ruleset: Final = Table(
    "ruleset",
    METADATA,
    _key("org_id"),
    _key("name"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, comment="TOML, as it was checked and published."),
    Column("sha256", Text, nullable=False),
    _instant("published_at"),
    _of_organisation(),
)

act: Final = Table(
    "act",
    METADATA,
    _key("org_id"),
    _key("act_id"),
    _instant("at"),
    Column("consultant_id", Text, comment="Who did it; empty where it was done at the office's own console."),
    Column("device_id", Text, comment="On which device."),
    Column("action", Text, nullable=False),
    Column("subject", Text, comment="Id of whom or what it was done to."),
    Column("detail", Text, comment="Ids, days and counts; never a name or a text of a record."),
    Column("reason", Text, comment="As the person gave it."),
    _of_organisation(),
    Index(None, "org_id", "at"),
)
