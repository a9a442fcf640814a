"""Assignments to come, offers to take a citizen over, answered parked edits, units, retention and erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("retention_days", sa.Integer(), nullable=True, comment=_RETENTION))
    op.add_column("consultant", sa.Column("unit", sa.Text(), nullable=True, comment=_UNIT))
    op.add_column(
        "consultant", sa.Column("desk_seq", sa.BigInteger(), server_default="0", nullable=False, comment=_DESK)
    )
    op.add_column("parked", sa.Column("state", sa.Text(), server_default="waiting", nullable=False))
    op.add_column("parked", sa.Column("answered_by", sa.Text(), nullable=True))
    op.add_column("parked", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("parked", sa.Column("reason", sa.Text(), nullable=True, comment="Why it was declined."))
    op.create_check_constraint(op.f("parked_state_check"), "parked", "state IN ('waiting', 'accepted', 'declined')")
    op.create_index(op.f("parked_org_id_consultant_id_idx"), "parked", ["org_id", "consultant_id"])
    op.create_table(
        "planned_assignment",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("consultant_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('primary', 'substitute', 'treatment')", name=op.f("planned_assignment_role_check")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "consultant_id"],
            ["consultant.org_id", "consultant.consultant_id"],
            name=op.f("planned_assignment_consultant_fkey"),
        ),
        sa.PrimaryKeyConstraint("org_id", "citizen_id", "consultant_id", name=op.f("planned_assignment_pkey")),
    )
    op.create_index(op.f("planned_assignment_org_id_valid_from_idx"), "planned_assignment", ["org_id", "valid_from"])
    op.create_table(
        "handover",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("handover_id", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=True, comment="Who had the citizen when it was offered."),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False, comment="The consultant or a leader."),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'rejected', 'withdrawn', 'lapsed')", name=op.f("handover_state_check")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("handover_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "handover_id", name=op.f("handover_pkey")),
    )
    op.create_index(op.f("handover_org_id_citizen_id_idx"), "handover", ["org_id", "citizen_id"])
    op.create_index(op.f("handover_org_id_to_id_idx"), "handover", ["org_id", "to_id"])
    op.create_table(
        "erasure",
        sa.Column("org_id", sa.Text(), nullable=False),
        sa.Column("citizen_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="As it was typed; devices show it. Names nobody."),
        sa.Column("records", sa.Integer(), nullable=False, comment="How many records there were."),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.org_id"], name=op.f("erasure_organisation_fkey")),
        sa.PrimaryKeyConstraint("org_id", "citizen_id", name=op.f("erasure_pkey")),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("handover")
    op.drop_table("planned_assignment")
    op.drop_index(op.f("parked_org_id_consultant_id_idx"), "parked")
    op.drop_constraint(op.f("parked_state_check"), "parked")
    for column in ("reason", "answered_at", "answered_by", "state"):
        op.drop_column("parked", column)
    op.drop_column("consultant", "desk_seq")
    op.drop_column("consultant", "unit")
    op.drop_column("organisation", "retention_days")


_RETENTION = "Days after discharge before a citizen is erased; null: never by itself."
_UNIT = "The unit a treatment worker belongs to, as consents name it."
_DESK = "When what this person is offered or told (hand-overs, parked edits) last changed."
