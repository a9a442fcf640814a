"""The organisation's offline keys, wipe orders, policy values, and codes that were used a second time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_key",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False, comment="1 is the oldest."),
        sa.Column(
            "document",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The public half, as devices get it.",
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("organisation_key_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "place", name=op.f("organisation_key_pkey")),
    )
    op.create_table(
        "wipe_order",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column(
            "document", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The signed order, as it is."
        ),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "device_id"], ["device.org_id", "device.device_id"], name=op.f("wipe_order_device_fkey")
        ),
        sa.PrimaryKeyConstraint("org_id", "device_id", name=op.f("wipe_order_pkey")),
    )
    op.create_table(
        "policy",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("policy_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "name", name=op.f("policy_pkey")),
    )
    op.add_column(
        "enrolment",
        sa.Column(
            "reused_at", sa.DateTime(timezone=True), nullable=True, comment="When another key last tried the used code."
        ),
    )


def downgrade() -> None:
    op.drop_column("enrolment", "reused_at")
    op.drop_table("policy")
    op.drop_table("wipe_order")
    op.drop_table("organisation_key")
