"""`/v1/changes`: what is new for a device, and what a device has made."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fieldtui.central.caller import Caller
from fieldtui.central.changes import pull
from fieldtui.central.database import Database
from fieldtui.central.pushing import push
from fieldtui.wire.messages import NDJSON, PAGE_LINES, PushRequest, PushResponse

_PAGE_DOC: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page: lines of NDJSON, from `page` to `end`. Without its end line it is not whole.",
        "content": {NDJSON: {"schema": {"$ref": "#/components/schemas/PageLine"}}},
    }
}

Waiting = Annotated[
    str | None, Query(max_length=40, description="Changes that only the device has after this request.")
]
Since = Annotated[str | None, Query(max_length=40, description="When the oldest of them was made; ISO 8601.")]
App = Annotated[str | None, Query(max_length=40, description="The device's version of its program.")]


def router(database: Database) -> APIRouter:
    """The routes, over a database."""
    routes = APIRouter(prefix="/v1", tags=["sync"])

    @routes.get("/changes", responses=_PAGE_DOC, response_class=Response, operation_id="pull")
    def pull_changes(
        request: Request,
        cursor: Annotated[
            str | None, Query(max_length=2_000, description="Opaque; what the last page's end gave.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_LINES, description="Most lines of the page.")] = PAGE_LINES,
        waiting: Waiting = None,
        waiting_since: Since = None,
        app: App = None,
    ) -> Response:
        """Changes that this device may see and has not been sent, in order."""
        del waiting, waiting_since, app  # the gate notes them
        page = pull(database, _caller(request), cursor, limit=limit)
        return Response(page, media_type=NDJSON)

    @routes.post("/changes", operation_id="push")
    def push_changes(
        request: Request, body: PushRequest, waiting: Waiting = None, waiting_since: Since = None, app: App = None
    ) -> PushResponse:
        """Take a batch of changes; one result per change, in order. The same change again gets the same result."""
        del waiting, waiting_since, app  # the gate notes them
        return push(database, _caller(request), body)

    return routes


def _caller(request: Request) -> Caller:
    caller = request.state.caller
    assert isinstance(caller, Caller)  # noqa: S101  the gate lets nobody else through
    return caller
