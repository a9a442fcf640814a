"""Where each earlier life of an organisation's numbers was left, so that devices know what a restore has lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organisation",
        sa.Column(
            "left_at",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="By earlier incarnation, the highest number that is still as devices saw it then.",
        ),
    )


def downgrade() -> None:
    op.drop_column("organisation", "left_at")
