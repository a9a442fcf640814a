"""What the central system writes down of its work: a line of JSON an event, without personal data.

Every line has `at` and `event`; the rest are numbers, ids and technical words from an allow-list. Of a request that is: an
id (also in the answer's `fieldtui-request`), the device, the route as a template, method, status, problem, milliseconds,
and bytes either way. Never an address, a query, a header or a body.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fieldtui.base.clock import Clock
from fieldtui.base.crashreport import report_defect
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import PrivateLog, event, fields_of, no_longer_to, send_to
from fieldtui.base.text import clean
from fieldtui.central.caller import Caller

REQUEST_HEADER: Final = "fieldtui-request"
_FILE_BYTES: Final = 10_000_000
_FILES_KEPT: Final = 9
_QUIET: Final = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds; only what goes wrong is written down."""


class RequestLog:
    """ASGI middleware, outermost: one line for every request, when it is over.

    Args:
        app: What answers.
        routes: What is answered; they name the templates.
        clock: Measures.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute], clock: Clock) -> None:
        self._app = app
        self._routes = routes
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        request_id = secrets.token_hex(6)
        began = self._clock.monotonic()
        status, received, sent = 0, 0, 0

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def counted_send(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                named = (REQUEST_HEADER.encode(), request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), named]}
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, counted_receive, counted_send)
        except Exception as error:
            report_defect(error, "central.defect")
            raise
        finally:
            route = self._template(scope)
            if route not in _QUIET or status >= 400:
                caller = state.get("caller")
                event(
                    "request",
                    request=request_id,
                    device=caller.device_id if isinstance(caller, Caller) else None,
                    route=route,
                    method=scope["method"],
                    status=status,
                    problem=state.get("problem"),
                    ms=round((self._clock.monotonic() - began) * 1_000, 1),
                    bytes_in=received,
                    bytes_out=sent,
                )

    def _template(self, scope: Scope) -> str:
        """The route as it was declared, ids and all else left out; `-` where there is none."""
        for route in self._routes:
            matched, _child = route.matches(scope)
            if matched is not Match.NONE:
                return str(getattr(route, "path", "-"))
        return "-"


class _JsonLines(logging.Formatter):
    """An event, or a library's fixed sentence, as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = fields_of(record)
        if said is None:
            # Of what a library says, only its fixed words: what it fills in may be an address.
            said = {"event": record.name, "level": record.levelname.lower(), "said": str(record.msg)[:200]}
        return json.dumps({"at": at, **said}, ensure_ascii=True)


@contextlib.contextmanager
def written_down(file: Path | None) -> Iterator[None]:
    """Send events, and what the server's library says, to a private file that is rotated, or to stderr, in the block.

    Args:
        file: Up to ten files of ten megabytes; one process a file. `None` for stderr.

    Raises:
        BadUsage: The file cannot be written.
    """
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = PrivateLog(file, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8")
        except OSError:
            raise BadUsage(_("Der kan ikke skrives i {file}.").format(file=clean(str(file)))) from None
    handler.setFormatter(_JsonLines())
    library = logging.getLogger("uvicorn.error")
    before = library.propagate
    send_to(handler)
    library.addHandler(handler)
    library.propagate = False
    try:
        yield
    finally:
        library.removeHandler(handler)
        library.propagate = before
        no_longer_to(handler)
        handler.close()
