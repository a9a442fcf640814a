"""What the tables are made of: their registry, and the columns that most of them have."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, MetaData, Text

METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(referred_table_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)


def key(name: str) -> Column[str]:
    """Part of a table's key: text, as ids are."""
    return Column(name, Text, primary_key=True)


def instant(name: str, *, nullable: bool = False) -> Column[object]:
    """An instant of this system."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def of_organisation() -> ForeignKeyConstraint:
    """That `org_id` is an organisation's."""
    return ForeignKeyConstraint(["org_id"], ["organisation.org_id"])
