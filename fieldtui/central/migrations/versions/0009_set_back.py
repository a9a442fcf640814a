"""How far a device has ever come, and when it last went backwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "device",
        sa.Column("anchor", sa.Text(), nullable=True, comment="The furthest head it has said: `seq:mac:epoch:proof`."),
    )
    op.add_column(
        "device",
        sa.Column(
            "set_back", sa.Text(), nullable=True, comment="How it went backwards: `older`, `restored` or `forked`."
        ),
    )
    op.add_column(
        "device", sa.Column("set_back_at", sa.DateTime(timezone=True), nullable=True, comment="When it last did.")
    )


def downgrade() -> None:
    for name in ("set_back_at", "set_back", "anchor"):
        op.drop_column("device", name)
