"""How this device reaches the central system on the network it is in: its proxy, and the authority it believes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fieldtui.services.context import Context
from fieldtui.services.enrolment import read_pem, read_proxy
from fieldtui.store import MetaKey


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """What is in force."""

    url: str | None
    """`None` before enrolment."""
    proxy: str | None
    """Without its password."""
    pinned: bool
    """True where one authority is pinned; False where the system's store counts."""


class Connection:
    """The way of one workspace; what is set before the enrolment is used for it. A change is written to the access log."""

    def __init__(self, context: Context) -> None:
        self._store = context.store

    def state(self) -> ConnectionState:
        """What is in force."""
        url = self._store.meta(MetaKey.SERVER_URL)
        proxy = self._store.meta(MetaKey.PROXY)
        shown = None
        if proxy is not None:
            parts = urlsplit(proxy)
            shown = f"http://{parts.hostname}:{parts.port}"
        return ConnectionState(url, shown, self._store.meta(MetaKey.CA_FILE) is not None)

    def set_proxy(self, text: str) -> None:
        """Go through a proxy from now on, `http://host:port`; straight where the text is empty.

        Raises:
            BadUsage: It is no proxy's address; the one before stays.
        """
        proxy = read_proxy(text) if text else None
        with self._store.transaction():
            self._store.set_meta(MetaKey.PROXY, proxy)
            self._store.audit("connection.proxy", detail=None if proxy is None else "on")

    def set_authority(self, file: Path | None) -> None:
        """Pin the authority in a file (PEM); the system's store where there is none.

        What comes is proven by the central system's own key besides, so that this decides who may carry it, not who may
        speak for the office.

        Raises:
            BadFile: It holds no certificate; the one before stays.
        """
        pem = read_pem(file)
        with self._store.transaction():
            self._store.set_meta(MetaKey.CA_FILE, pem)
            self._store.audit("connection.authority", detail="system" if pem is None else "pinned")
