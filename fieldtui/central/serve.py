"""Running the application: as a process of its own, or in a thread for training and tests."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import FrameType, TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import uvicorn
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from fieldtui import __version__
from fieldtui.base.errors import BadUsage, Busy, Internal
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.central.app import create_app
from fieldtui.central.certificate import Certificate, reloaded_on_hangup
from fieldtui.central.database import Database
from fieldtui.central.lifecycle import Lifecycle
from fieldtui.central.pushing import forget_old_operations
from fieldtui.central.schema import organisation, serving
from fieldtui.central.traffic import Traffic

_BACKLOG: Final = 256
_GRACE_SECONDS: Final = 10
_START_SECONDS: Final = 30
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  what cannot be signed for


class _Server(uvicorn.Server):
    """Tells when it accepts requests, and wants no more for a while before it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        started: Callable[[], None],
        lifecycle: Lifecycle,
        drain_seconds: float = 0,
    ) -> None:
        super().__init__(config)
        self._tell_started = started
        self._lifecycle = lifecycle
        self._drain_seconds = drain_seconds
        self._stops_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the drain, where there is one; a second ends it."""
        self._lifecycle.stop()
        if self._drain_seconds and self._stops_at is None:
            self._stops_at = time.monotonic() + self._drain_seconds
            self._captured_signals.append(sig)
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if self._stops_at is not None and time.monotonic() >= self._stops_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell_started()


class BackgroundServer:
    """The central system on loopback in a thread of this process, for training and tests.

        with BackgroundServer(database) as server:
            server.url

    Args:
        database: The central database, migrated.
        public_url: What devices sign for; its own address where not given.
        port: 0 takes a free one.
        traffic: How much is taken from whom; without it as much as comes.
    """

    def __init__(
        self, database: Database, public_url: str | None = None, port: int = 0, *, traffic: Traffic | None = None
    ) -> None:
        self._database = database
        self._socket = _listen("127.0.0.1", port)
        self.url: Final = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.public_url: Final = (public_url or self.url).rstrip("/")
        self._ready = threading.Event()
        lifecycle = Lifecycle()
        app = create_app(database, public_url=self.public_url, traffic=traffic, lifecycle=lifecycle)
        self._server = _Server(_config(app), started=self._ready.set, lifecycle=lifecycle)
        self._thread = threading.Thread(target=self._run, name="fieldtui-central", daemon=True)

    def __enter__(self) -> Self:
        prepare(self._database, self.public_url)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            self._stop()
            raise Internal
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def _stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(_GRACE_SECONDS + 5)
        self._socket.close()


@dataclass(frozen=True, slots=True)
class Serving:
    """How a process serves."""

    listen: str = "127.0.0.1:8443"
    """`HOST:PORT`; port 0 takes a free one."""
    public_url: str | None = None
    """What devices reach and sign for; the listening address where not given."""
    certificate: Certificate | None = None
    """Its own; without one it speaks plain HTTP, to a proxy or on this machine."""
    traffic: Traffic = field(default_factory=Traffic)
    drain_seconds: float = 0
    """How long it still answers after it was told to stop, while `/readyz` already says so."""


def serve(database: Database, serving_as: Serving, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; requests that are being answered are finished first. SIGHUP reads the certificate anew.

    Args:
        database: The central database, migrated.
        serving_as: How.
        announce: Is told one JSON line, `{"listening": URL, "pid": N}`, when it accepts requests.

    Raises:
        BadUsage: The address or the certificate makes no sense, or is open to others without TLS.
        Busy: The port is taken.
    """
    host, port = _address(serving_as.listen)
    certificate = serving_as.certificate
    _require_tls_outside(host, serving_as.public_url, own=certificate is not None)
    context = certificate.context() if certificate is not None else None
    listening = _listen(host, port)
    try:
        shown = f"[{host}]" if ":" in host else host
        scheme = "http" if context is None else "https"
        url = f"{scheme}://{shown}:{listening.getsockname()[1]}"
        base = (serving_as.public_url or url).rstrip("/")
        prepare(database, base)
        lifecycle = Lifecycle()
        app = create_app(database, public_url=base, traffic=serving_as.traffic, lifecycle=lifecycle)
        config = _config(app)
        config.load()
        config.ssl = context
        line = json.dumps({"listening": url, "pid": os.getpid()})
        server = _Server(
            config, started=lambda: announce(line), lifecycle=lifecycle, drain_seconds=serving_as.drain_seconds
        )
        with reloaded_on_hangup(certificate, context):
            event("central.started", version=__version__)
            try:
                server.run(sockets=[listening])
            finally:  # uvicorn raises the signal that stopped it once more
                event("central.stopped")
    finally:
        listening.close()


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Make SIGTERM and Ctrl-C end the block in order, whatever it is doing, so that what it started is stopped too.

    uvicorn finishes its requests first and then raises the signal again for us.
    """

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def prepare(database: Database, public_url: str) -> None:
    """Remember where devices reach this system, so that enrolment codes name it; forget what is out of date.

    An organisation that is made while it runs begins with the address too.
    """
    with database.transaction() as connection:
        connection.execute(
            insert(serving)
            .values(one=True, public_url=public_url)
            .on_conflict_do_update(index_elements=["one"], set_={"public_url": public_url})
        )
        connection.execute(
            update(organisation)
            .where(organisation.c.public_url.is_distinct_from(public_url))
            .values(public_url=public_url)
        )
    forget_old_operations(database)


def _without_exception(record: logging.LogRecord) -> bool:
    """Keep that something failed, drop the exception: its text and that of PostgreSQL may quote a value."""
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    return True


def _config(app: Any) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_without_exception)
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=65_536,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise Busy("central") from None
    return listening


def _address(listen: str) -> tuple[str, int]:
    with contextlib.suppress(ValueError):
        parts = urlsplit(f"//{listen}")
        if parts.hostname and parts.port is not None and not (parts.path or parts.query or parts.username):
            return parts.hostname, parts.port
    raise BadUsage(_("Adressen skal have formen VÆRT:PORT, fx 127.0.0.1:8443."))


def _require_tls_outside(host: str, public_url: str | None, *, own: bool) -> None:
    parts = urlsplit(public_url or "")
    if public_url is not None and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
        raise BadUsage(_("--public-url skal være en adresse som https://central.example.dk."))
    if not own and not _is_loopback(host) and parts.scheme != "https":
        raise BadUsage(
            _(
                "Uden for maskinen skal trafikken være krypteret: giv et certifikat med --tls-cert og --tls-key, eller sæt en "
                "TLS-proxy foran, og giv dens adresse med --public-url https://…"
            )
        )
    if public_url is None and host in _EVERYWHERE:
        raise BadUsage(_("Giv den adresse, maskinerne når systemet på, med --public-url."))


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
