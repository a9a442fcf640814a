"""What running it for real needs: incarnation, rate limits, and published rule sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organisation",
        sa.Column(
            "incarnation",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="Part of every cursor; renewed by a restore, so that devices notice.",
        ),
    )
    op.add_column(
        "device",
        sa.Column(
            "busy_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Rate limit: each request moves it on; a device may be so far ahead of the clock as a burst allows.",
        ),
    )
    op.create_table(
        "enrol_address",
        sa.Column("address_hash", sa.Text(), nullable=False, comment="SHA-256 of the network address, never itself."),
        sa.Column("failures", sa.Integer(), nullable=False, comment="Wrong codes since `window_at`."),
        sa.Column("window_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("enrol_address_pkey")),
    )
    op.create_table(
        "ruleset",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="TOML, as it was checked and published."),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("ruleset_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "name", "version", name=op.f("ruleset_pkey")),
    )


def downgrade() -> None:
    op.drop_table("ruleset")
    op.drop_table("enrol_address")
    op.drop_column("device", "busy_until")
    op.drop_column("organisation", "incarnation")
