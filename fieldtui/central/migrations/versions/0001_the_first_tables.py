"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            comment="Highest sequence number given; its row's lock orders every change.",
        ),
        sa.Column("people_seq", sa.BigInteger(), nullable=False, comment="When the list of staff last changed."),
        sa.Column("server_key", sa.Text(), nullable=False, comment="Response key: P-256, PKCS 8 DER, base64."),
        sa.Column("public_url", sa.Text(), nullable=True, comment="Where devices reach it, as `serve` was last told."),
        sa.Column(
            "enrol_failures", sa.Integer(), nullable=False, comment="Wrong enrolment codes since `enrol_window_at`."
        ),
        sa.Column("enrol_window_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", name=op.f("organisation_pkey")),
        sa.UniqueConstraint("name", name=op.f("organisation_name_key")),
    )
    op.create_table(
        "access_log",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("access_log_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "device_id", "seq", name=op.f("access_log_pkey")),
    )
    op.create_table(
        "consultant",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("consultant_id", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "assignments_seq", sa.BigInteger(), nullable=False, comment="When this person's assignments last changed."
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('consultant', 'treatment', 'leader')", name=op.f("consultant_role_check")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("consultant_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "consultant_id", name=op.f("consultant_pkey")),
    )
    op.create_index(op.f("consultant_org_id_initials_idx"), "consultant", ["org_id", "initials"], unique=True)
    op.create_table(
        "enrolment",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column(
            "code_hash",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of organisation and code; the code itself is kept nowhere.",
        ),
        sa.Column("consultant_id", sa.Text(), nullable=False),
        sa.Column("pre_approved", sa.Boolean(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=True, comment="The first key that used the code; no other may."),
        sa.Column("device_name", sa.Text(), nullable=True),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True, comment="Set when approved."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("enrolment_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "code_hash", name=op.f("enrolment_pkey")),
    )
    op.create_table(
        "export_version",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="What the list is: profile, days and place."),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "lines",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Fingerprint of each appointment as it stood in that version.",
        ),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("export_version_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "name", "version", name=op.f("export_version_pkey")),
    )
    op.create_table(
        "import_ref",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False, comment="One row may become two records."),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "said",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What the row said when it was last taken; edits made since are not undone.",
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("import_ref_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "source", "file", "ref", "collection", name=op.f("import_ref_pkey")),
    )
    op.create_table(
        "operation",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("operation_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "op_id", name=op.f("operation_pkey")),
    )
    op.create_table(
        "parked",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=False),
        sa.Column("consultant_id", sa.Text(), nullable=False, comment="Who made the edit."),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("op", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("parked_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "op_id", name=op.f("parked_pkey")),
    )
    op.create_index(op.f("parked_org_id_scope_idx"), "parked", ["org_id", "scope"], unique=False)
    op.create_table(
        "record",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("annulled", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("record_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("record_pkey")),
    )
    op.create_index(op.f("record_org_id_collection_idx"), "record", ["org_id", "collection"], unique=False)
    op.create_index(op.f("record_org_id_scope_id_idx"), "record", ["org_id", "scope", "id"], unique=False)
    op.create_index(op.f("record_org_id_seq_idx"), "record", ["org_id", "seq"], unique=True)
    op.create_table(
        "revision",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("annulled", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("op_id", sa.Text(), nullable=True),
        sa.Column("clock_offset_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("revision_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "id", "rev", name=op.f("revision_pkey")),
    )
    op.create_index(op.f("revision_org_id_seq_idx"), "revision", ["org_id", "seq"], unique=True)
    op.create_table(
        "scope_change",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="join, leave, or people (the list of staff changed)."),
        sa.Column("consultant_id", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('join', 'leave', 'people', 'assignment')", name=op.f("scope_change_kind_check")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("scope_change_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "seq", name=op.f("scope_change_pkey")),
    )
    op.create_index(
        op.f("scope_change_org_id_consultant_id_seq_idx"),
        "scope_change",
        ["org_id", "consultant_id", "seq"],
        unique=False,
    )
    op.create_table(
        "assignment",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("consultant_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True, comment="Last day of a substitute."),
        sa.Column("granted_seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "open", sa.Boolean(), nullable=False, comment="For treatment: whether a valid consent opens the file now."
        ),
        sa.CheckConstraint("role IN ('primary', 'substitute', 'treatment')", name=op.f("assignment_role_check")),
        sa.ForeignKeyConstraint(
            ["org_id", "consultant_id"],
            ["consultant.org_id", "consultant.consultant_id"],
            name=op.f("assignment_consultant_fkey"),
        ),
        sa.PrimaryKeyConstraint("org_id", "citizen_id", "consultant_id", name=op.f("assignment_pkey")),
    )
    op.create_index(
        "assignment_one_primary_idx",
        "assignment",
        ["org_id", "citizen_id"],
        unique=True,
        postgresql_where=sa.text("role = 'primary'"),
    )
    op.create_index(
        op.f("assignment_org_id_consultant_id_idx"), "assignment", ["org_id", "consultant_id"], unique=False
    )
    op.create_table(
        "device",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("consultant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False, comment="P-256 SubjectPublicKeyInfo, DER, base64."),
        sa.Column("app_version", sa.Text(), nullable=False),
        sa.Column(
            "last_seq",
            sa.BigInteger(),
            nullable=False,
            comment="High-water mark of `fieldtui-seq`: replays are below it.",
        ),
        sa.Column(
            "audit_head", sa.Text(), nullable=True, comment="Head of its access log as it last said: `seq:mac:epoch`."
        ),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "consultant_id"],
            ["consultant.org_id", "consultant.consultant_id"],
            name=op.f("device_consultant_fkey"),
        ),
        sa.PrimaryKeyConstraint("org_id", "device_id", name=op.f("device_pkey")),
    )


def downgrade() -> None:
    op.drop_table("device")
    op.drop_index(op.f("assignment_org_id_consultant_id_idx"), table_name="assignment")
    op.drop_index("assignment_one_primary_idx", table_name="assignment", postgresql_where=sa.text("role = 'primary'"))
    op.drop_table("assignment")
    op.drop_index(op.f("scope_change_org_id_consultant_id_seq_idx"), table_name="scope_change")
    op.drop_table("scope_change")
    op.drop_index(op.f("revision_org_id_seq_idx"), table_name="revision")
    op.drop_table("revision")
    op.drop_index(op.f("record_org_id_seq_idx"), table_name="record")
    op.drop_index(op.f("record_org_id_scope_id_idx"), table_name="record")
    op.drop_index(op.f("record_org_id_collection_idx"), table_name="record")
    op.drop_table("record")
    op.drop_index(op.f("parked_org_id_scope_idx"), table_name="parked")
    op.drop_table("parked")
    op.drop_table("operation")
    op.drop_table("import_ref")
    op.drop_table("export_version")
    op.drop_table("enrolment")
    op.drop_index(op.f("consultant_org_id_initials_idx"), table_name="consultant")
    op.drop_table("consultant")
    op.drop_table("access_log")
    op.drop_table("organisation")
