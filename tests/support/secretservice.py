"""A small real Secret Service for `tests.support.bus`: one default collection, as a desktop's key ring keeps one."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.support.bus import PROPERTIES, Answer, Call, Refused

NAME = "org.freedesktop.secrets"
_PREFIX = "org.freedesktop.Secret."
_SERVICE = "/org/freedesktop/secrets"
_COLLECTION = "/org/freedesktop/secrets/aliases/default"
_ITEMS = "/org/freedesktop/secrets/collection/login/"


class KeyRing:
    """Serve it: `bus.serve(secretservice.NAME, ring)`. It offers plain sessions only, which every client falls back to."""

    def __init__(self) -> None:
        self.locked = False
        self.items: dict[str, tuple[dict[str, str], bytes]] = {}
        """By path: attributes and secret."""
        self._numbers = count(1)

    def __call__(self, call: Call) -> Answer:
        """Answer one call."""
        if call.interface == PROPERTIES:
            return self._property(call)
        match call.member:
            case "OpenSession":
                if call.body[0] != "plain":
                    raise Refused("org.freedesktop.DBus.Error.NotSupported")
                return "vo", (("s", ""), "/org/freedesktop/secrets/session/1")
            case "SearchItems":
                wanted = dict(call.body[0])
                return "ao", ([path for path, (has, _secret) in self.items.items() if wanted.items() <= has.items()],)
            case "CreateItem":
                return self._create(call)
            case "GetSecret":
                self._open()
                return "(oayays)", ((call.body[0], b"", self._item(call.path)[1], "text/plain"),)
            case "Delete":
                self._open()
                self._item(call.path)
                del self.items[call.path]
                return "o", ("/",)
            case _:
                raise Refused("org.freedesktop.DBus.Error.UnknownMethod", call.member)

    def _property(self, call: Call) -> Answer:
        interface, name = call.body[0], call.body[1]
        if call.path == _COLLECTION and interface == f"{_PREFIX}Collection":
            return "v", ({"Label": ("s", "Login"), "Locked": ("b", self.locked)}[name],)
        if interface == f"{_PREFIX}Item":
            has = self._item(call.path)[0]
            return "v", (
                {"Attributes": ("a{ss}", has), "Locked": ("b", self.locked), "Label": ("s", "fieldtui")}[name],
            )
        raise Refused("org.freedesktop.DBus.Error.UnknownObject", call.path)

    def _create(self, call: Call) -> Answer:
        self._open()
        properties: dict[str, Any] = dict(call.body[0])
        has = dict(properties[f"{_PREFIX}Item.Attributes"][1])
        path = next((path for path, (known, _secret) in self.items.items() if known == has), None)
        path = path or f"{_ITEMS}{next(self._numbers)}"
        self.items[path] = (has, bytes(call.body[1][2]))
        return "oo", (path, "/")

    def _item(self, path: str) -> tuple[dict[str, str], bytes]:
        if path not in self.items:
            raise Refused("org.freedesktop.DBus.Error.UnknownObject", path)
        return self.items[path]

    def _open(self) -> None:
        if self.locked:
            raise Refused("org.freedesktop.Secret.Error.IsLocked")
