"""`/v1/rules`: the rule sets that the organisation published."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy import select

from fieldtui.central.caller import Caller, Refusal
from fieldtui.central.database import Database
from fieldtui.central.schema import ruleset
from fieldtui.wire.rules import PublishedRules

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="As `ruleset_versions` named it.")]
Version = Annotated[int, Path(ge=1, le=1_000_000, description="From 1 to what `ruleset_versions` said.")]


def router(database: Database) -> APIRouter:
    """The route, over a database."""
    routes = APIRouter(prefix="/v1", tags=["sync"])

    @routes.get("/rules/{name}/{version}", operation_id="rules")
    def rules(request: Request, name: Name, version: Version) -> PublishedRules:
        """One version of one rule set of the caller's organisation; every role may read it."""
        caller = request.state.caller
        assert isinstance(caller, Caller)  # noqa: S101  the gate lets nobody else through
        with database.transaction() as connection:
            row = connection.execute(
                select(ruleset).where(
                    ruleset.c.org_id == caller.organisation.id, ruleset.c.name == name, ruleset.c.version == version
                )
            ).first()
        if row is None:
            raise Refusal("validation", detail="unknown_ruleset")
        return PublishedRules(
            name=row.name,
            version=row.version,
            sha256=row.sha256,
            published_at=row.published_at.astimezone(UTC).isoformat(timespec="seconds"),
            document=json.loads(row.text),
        )

    return routes
