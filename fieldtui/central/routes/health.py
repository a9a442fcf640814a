"""`/healthz` and `/readyz`: for whatever watches the process and whatever sends it traffic."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.central.caller import Refusal
from fieldtui.central.database import Database
from fieldtui.central.schema import organisation


class Health(BaseModel):
    """How the process is."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "ready"]


def router(database: Database) -> APIRouter:
    """The routes, over a database."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", operation_id="healthz")
    def healthz() -> Health:
        """The process lives."""
        return Health(status="ok")

    @routes.get("/readyz", operation_id="readyz")
    def readyz() -> Health:
        """The database answers and has its tables."""
        try:
            with database.transaction() as connection:
                connection.execute(select(organisation.c.org_id).limit(1)).all()
        except DatabaseUnreachable:
            raise Refusal("unavailable", detail="database", retry_after=5) from None
        return Health(status="ready")

    return routes
