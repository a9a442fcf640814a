"""`/healthz` and `/readyz`: for whatever watches the process and whatever sends it traffic."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.central.caller import Refusal
from fieldtui.central.database import Database, newest_revision, revision_of
from fieldtui.central.lifecycle import Lifecycle


class Health(BaseModel):
    """How the process is."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "ready"]


def router(database: Database, lifecycle: Lifecycle) -> APIRouter:
    """The routes, over a database."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/healthz", operation_id="healthz")
    def healthz() -> Health:
        """The process lives."""
        return Health(status="ok")

    @routes.get("/readyz", operation_id="readyz")
    def readyz() -> Health:
        """The database answers and has this version's tables, and the process is not stopping."""
        if lifecycle.stopping:
            raise Refusal("unavailable", detail="stopping", retry_after=5)
        try:
            with database.transaction() as connection:
                revision = revision_of(connection)
        except DatabaseUnreachable:
            raise Refusal("unavailable", detail="database", retry_after=5) from None
        if revision != newest_revision():
            raise Refusal("unavailable", detail="schema", retry_after=5)
        return Health(status="ready")

    return routes
