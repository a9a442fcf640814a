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
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from fieldtui.central.columns import METADATA, instant, key, of_organisation
from fieldtui.central.recordtables import (
    access_log,
    erasure,
    export_version,
    handover,
    import_ref,
    operation,
    parked,
    record,
    revision,
    scope_change,
)

__all__ = [
    "METADATA",
    "access_log",
    "act",
    "assignment",
    "consultant",
    "device",
    "enrol_address",
    "enrolment",
    "erasure",
    "export_version",
    "handover",
    "import_ref",
    "operation",
    "organisation",
    "organisation_key",
    "parked",
    "planned_assignment",
    "policy",
    "record",
    "revision",
    "ruleset",
    "scope_change",
    "serving",
    "wipe_order",
]

organisation: Final = Table(
    "organisation",
    METADATA,
    key("org_id"),
    Column("name", Text, nullable=False, unique=True),
    Column(
        "seq", BigInteger, nullable=False, comment="Highest sequence number given; its row's lock orders every change."
    ),
    Column("people_seq", BigInteger, nullable=False, comment="When the list of staff last changed."),
    Column("server_key", Text, nullable=False, comment="Response key: P-256, PKCS 8 DER, base64."),
    Column("public_url", Text, comment="Where devices reach it, as `serve` was last told."),
    Column("enrol_failures", Integer, nullable=False, comment="Wrong enrolment codes since `enrol_window_at`."),
    instant("enrol_window_at", nullable=True),
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
        "left_at",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="By earlier incarnation, the highest number that is still as devices saw it then.",
    ),
    Column(
        "retention_days", Integer, comment="Days after discharge before a citizen is erased; null: never by itself."
    ),
    instant("created_at"),
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
    key("org_id"),
    key("consultant_id"),
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
    instant("created_at"),
    of_organisation(),
    CheckConstraint("role IN ('consultant', 'treatment', 'leader')", name="role"),
    Index(None, "org_id", "initials", unique=True),
)

assignment: Final = Table(
    "assignment",
    METADATA,
    key("org_id"),
    key("citizen_id"),
    key("consultant_id"),
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
    key("org_id"),
    key("citizen_id"),
    key("consultant_id"),
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
    key("org_id"),
    key("device_id"),
    Column("consultant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("public_key", Text, nullable=False, comment="P-256 SubjectPublicKeyInfo, DER, base64."),
    Column("app_version", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False, comment="High-water mark of `fieldtui-seq`: replays are below it."),
    Column("audit_head", Text, comment="Head of its access log as it last said: `seq:mac:epoch`."),
    instant("enrolled_at"),
    instant("last_seen_at", nullable=True),
    Column(
        "busy_until",
        DateTime(timezone=True),
        comment="Rate limit: each request moves it on; a device may be so far ahead of the clock as a burst allows.",
    ),
    instant("revoked_at", nullable=True),
    Column("waiting", Integer, comment="Changes it had not sent, as it last said."),
    Column("waiting_since", Text, comment="When the oldest of them was made, as it said."),
    Column("lost_at", DateTime(timezone=True), comment="When somebody said that it is lost."),
    Column("anchor", Text, comment="The furthest head it has said: `seq:mac:epoch:proof`."),
    Column("set_back", Text, comment="How it went backwards: `older`, `restored` or `forked`."),
    Column("set_back_at", DateTime(timezone=True), comment="When it last did."),
    ForeignKeyConstraint(["org_id", "consultant_id"], ["consultant.org_id", "consultant.consultant_id"]),
)

enrolment: Final = Table(
    "enrolment",
    METADATA,
    key("org_id"),
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
    instant("created_at"),
    instant("expires_at"),
    instant("approved_at", nullable=True),
    Column("reused_at", DateTime(timezone=True), comment="When another key last tried the used code."),
    of_organisation(),
)

enrol_address: Final = Table(
    "enrol_address",
    METADATA,
    Column("address_hash", Text, primary_key=True, comment="SHA-256 of the network address, never itself."),
    Column("failures", Integer, nullable=False, comment="Wrong codes since `window_at`."),
    instant("window_at"),
)

organisation_key: Final = Table(
    "organisation_key",
    METADATA,
    key("org_id"),
    Column("place", Integer, primary_key=True, autoincrement=False, comment="1 is the oldest."),
    Column("document", JSONB, nullable=False, comment="The public half, as devices get it."),
    instant("set_at"),
    of_organisation(),
)

wipe_order: Final = Table(
    "wipe_order",
    METADATA,
    key("org_id"),
    key("device_id"),
    Column("document", JSONB, nullable=False, comment="The signed order, as it is."),
    instant("set_at"),
    instant("delivered_at", nullable=True),
    ForeignKeyConstraint(["org_id", "device_id"], ["device.org_id", "device.device_id"]),
)

policy: Final = Table(
    "policy",
    METADATA,
    key("org_id"),
    key("name"),
    Column("value", Text, nullable=False),
    instant("set_at"),
    of_organisation(),
)

ruleset: Final = Table(
    "ruleset",
    METADATA,
    key("org_id"),
    key("name"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, comment="TOML, as it was checked and published."),
    Column("sha256", Text, nullable=False),
    instant("published_at"),
    of_organisation(),
)

act: Final = Table(
    "act",
    METADATA,
    key("org_id"),
    key("act_id"),
    instant("at"),
    Column("consultant_id", Text, comment="Who did it; empty where it was done at the office's own console."),
    Column("device_id", Text, comment="On which device."),
    Column("action", Text, nullable=False),
    Column("subject", Text, comment="Id of whom or what it was done to."),
    Column("detail", Text, comment="Ids, days and counts; never a name or a text of a record."),
    Column("reason", Text, comment="As the person gave it."),
    of_organisation(),
    Index(None, "org_id", "at"),
)
