"""The central system as an ASGI application; stateless, so that any number of processes share one database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from fieldtui import __version__
from fieldtui.base.errors import DatabaseUnreachable
from fieldtui.central.caller import Refusal
from fieldtui.central.database import Database
from fieldtui.central.gate import SIGNED_PREFIX, Gate, problem_answer
from fieldtui.central.lifecycle import Lifecycle
from fieldtui.central.logs import RequestLog
from fieldtui.central.routes import changes, enrol, health, rules, team
from fieldtui.central.traffic import UNLIMITED, Traffic
from fieldtui.wire.messages import PAGE_LINE, PROBLEM_JSON, Problem
from fieldtui.wire.problems import STATUS

_SCHEMA_PATH = "#/components/schemas/{model}"


def create_app(
    database: Database, *, public_url: str, traffic: Traffic | None = None, lifecycle: Lifecycle | None = None
) -> FastAPI:
    """The application over a database.

    Args:
        database: The central database, migrated.
        public_url: The address devices sign for (`serve --public-url`), without path.
        traffic: How much is taken from whom; without it as much as comes, for training and tests.
        lifecycle: Knows when the process is stopping.
    """
    app = FastAPI(
        title="fieldtui central",
        version=__version__,
        summary="Sync protocol, version 1.",
        description=(
            "Requests and responses under `/v1/` are signed (RFC 9421, RFC 9530; profile `fieldtui-sync-v1`) and carry "
            "`Fieldtui-Protocol: 1`. Bodies may be encoded with zstd. Errors are RFC 9457 problems."
        ),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=_problem_responses(),
    )
    routers = (
        changes.router(database),
        enrol.router(database),
        team.router(database),
        rules.router(database),
        health.router(database, lifecycle or Lifecycle()),
    )
    for each in routers:
        app.include_router(each)
    routes = [route for each in routers for route in each.routes]
    _answer_problems(app, routes)
    app.add_middleware(Gate, database=database, public_url=public_url, traffic=traffic or UNLIMITED)
    app.add_middleware(RequestLog, routes=routes, clock=database.clock)  # outermost: it also times the gate
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    return app


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document, with the lines of a page among its schemas."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        line = PAGE_LINE.json_schema(ref_template=_SCHEMA_PATH, mode="serialization")
        schemas |= {name: schema for name, schema in line.pop("$defs", {}).items() if name not in schemas}
        _show_problems_as_problems(document)
        _show_signatures(document)
        schemas["PageLine"] = line | {"description": "One line of a page."}
        app.openapi_schema = document
    return app.openapi_schema


def _show_signatures(document: dict[str, Any]) -> None:
    """Say which operations take signed requests only; OpenAPI has no word for RFC 9421, so its header stands for it."""
    document["components"]["securitySchemes"] = {
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": "RFC 9421 with `Signature-Input`, `Content-Digest` (RFC 9530), `Fieldtui-Device` and "
            "`Fieldtui-Seq`; profile `fieldtui-sync-v1`, docs/protocol/README.md.",
        }
    }
    for path, operations in document["paths"].items():
        if path.startswith(SIGNED_PREFIX):
            for operation in operations.values():
                operation["security"] = [{"signature": []}]


def _show_problems_as_problems(document: dict[str, Any]) -> None:
    """Name the media type that problems really have; FastAPI knows only JSON."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if PROBLEM_JSON in content or status == "422":
                    response["content"] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _problem_responses() -> dict[int | str, dict[str, Any]]:
    names: dict[int, list[str]] = {}
    for name, status in STATUS.items():
        names.setdefault(status, []).append(name)
    return {
        status: {"model": Problem, "description": ", ".join(found), "content": {PROBLEM_JSON: {}}}
        for status, found in sorted(names.items())
    }


def _methods_of(routes: Sequence[BaseRoute], path: str) -> set[str]:
    """What may be asked of a path (RFC 9110, § 10.2.1)."""
    found = [route for route in routes if isinstance(route, APIRoute) and route.path_regex.match(path)]
    return {method for route in found for method in route.methods or ()}


def _answer_problems(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    def answered(problem: Problem, retry_after: int | None = None) -> Response:
        answer = problem_answer(problem, retry_after=retry_after)
        return Response(answer.body, status_code=answer.status, headers=answer.headers)

    @app.exception_handler(Refusal)
    def refused(request: Request, refusal: Refusal) -> Response:
        request.state.problem = refusal.name
        return answered(refusal.problem(), refusal.retry_after)

    @app.exception_handler(DatabaseUnreachable)
    def unreachable(request: Request, _error: DatabaseUnreachable) -> Response:
        request.state.problem = "unavailable"
        return answered(Refusal("unavailable").problem(), 5)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        request.state.problem = "validation"
        # Only where it is wrong; what was given may be personal.
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][:4] if not isinstance(part, str) or len(part) <= 40)
        return answered(Refusal("validation", detail=f"{place}: {first['type']}").problem())

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # what FastAPI says of a body that is no text at all
            return answered(Refusal("validation", detail="body").problem())
        said = answered(Problem(type="about:blank", title="Not here.", status=error.status_code))
        if error.status_code == 405:  # of a path that has several routes, Starlette names the first one's methods
            said.headers["allow"] = ", ".join(sorted(_methods_of(routes, request.url.path)))
        return said
