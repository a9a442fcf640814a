"""What a leader sees and does: acts of the office, lost devices, and what each device says it has not sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "consultant_id",
            sa.Text(),
            nullable=True,
            comment="Who did it; empty where it was done at the office's own console.",
        ),
        sa.Column("device_id", sa.Text(), nullable=True, comment="On which device."),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True, comment="Id of whom or what it was done to."),
        sa.Column(
            "detail", sa.Text(), nullable=True, comment="Ids, days and counts; never a name or a text of a record."
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="As the person gave it."),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("act_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "act_id", name=op.f("act_pkey")),
    )
    op.create_index(op.f("act_org_id_at_idx"), "act", ["org_id", "at"], unique=False)
    op.add_column(
        "device", sa.Column("waiting", sa.Integer(), nullable=True, comment="Changes it had not sent, as it last said.")
    )
    op.add_column(
        "device",
        sa.Column("waiting_since", sa.Text(), nullable=True, comment="When the oldest of them was made, as it said."),
    )
    op.add_column(
        "device",
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True, comment="When somebody said that it is lost."),
    )


def downgrade() -> None:
    op.drop_column("device", "lost_at")
    op.drop_column("device", "waiting_since")
    op.drop_column("device", "waiting")
    op.drop_index(op.f("act_org_id_at_idx"), table_name="act")
    op.drop_table("act")
