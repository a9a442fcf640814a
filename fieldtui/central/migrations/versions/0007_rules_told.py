"""How often rule sets were published, so that a pull sees from the organisation's row alone whether there is news."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COMMENT = "How many rule sets were published; part of every cursor."


def upgrade() -> None:
    op.add_column(
        "organisation", sa.Column("rules_version", sa.Integer(), server_default="0", nullable=False, comment=_COMMENT)
    )


def downgrade() -> None:
    op.drop_column("organisation", "rules_version")
