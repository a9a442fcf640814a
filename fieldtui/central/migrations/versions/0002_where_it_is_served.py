"""Remember where the system is served, for an organisation that is made while it runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "serving",
        sa.Column("one", sa.Boolean(), nullable=False, comment="Always true: there is one row at most."),
        sa.Column(
            "public_url",
            sa.Text(),
            nullable=False,
            comment="Where devices reach it; what a new organisation begins with.",
        ),
        sa.CheckConstraint("one", name=op.f("serving_one_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("serving_pkey")),
    )


def downgrade() -> None:
    op.drop_table("serving")
