"""A small real message bus on a private socket: D-Bus as a program meets it, with services that a test writes.

It speaks the wire format of the D-Bus specification by jeepney's own message code: authentication (EXTERNAL, against
the credentials of the socket), Hello, names, match rules, method calls, properties, errors and signals. What it leaves
out is what one machine's test does not need: services in other processes, activation, policy files, descriptors that a
program sends (those it is sent arrive: signature `h`, the number of an open one, which stays the service's).
"""

from __future__ import annotations

import array
import socket
import struct
import tempfile
import threading
from binascii import unhexlify
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    MessageType,
    Parser,
    new_error,
    new_method_return,
    new_signal,
)

OWN: Final = "org.freedesktop.DBus"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_RULE_NAMES: Final = {"type", "sender", "interface", "member", "path", "path_namespace", "destination", "arg0"}


class Refused(Exception):
    """A method answers with an error of D-Bus."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.text = text


@dataclass(frozen=True)
class Call:
    """One method call, as a service gets it."""

    sender: str
    path: str
    interface: str
    member: str
    body: tuple[Any, ...]


Answer = tuple[str, tuple[Any, ...]]
"""Signature and body of a reply; `("", ())` where there is nothing to say."""
Handler = Callable[[Call], Answer]


@dataclass
class Objects:
    """Objects of one service: methods by (path, interface, member), properties by (path, interface).

    Give it to `Bus.serve`. A method under path `"*"` answers for every path.
    """

    methods: dict[tuple[str, str, str], Handler] = field(default_factory=dict)
    properties: dict[tuple[str, str], dict[str, tuple[str, Any]]] = field(default_factory=dict)

    def __call__(self, call: Call) -> Answer:
        """Answer one call; `Get`, `GetAll` and `Set` of properties too."""
        for path in (call.path, "*"):
            if handler := self.methods.get((path, call.interface, call.member)):
                return handler(call)
        if call.interface == PROPERTIES:
            return self._property(call)
        raise Refused("org.freedesktop.DBus.Error.UnknownMethod", call.member)

    def _property(self, call: Call) -> Answer:
        known = self.properties.get((call.path, call.body[0]))
        if known is None:
            raise Refused("org.freedesktop.DBus.Error.UnknownObject", call.path)
        if call.member == "GetAll":
            return "a{sv}", (dict(known),)
        name = call.body[1]
        if name not in known:
            raise Refused("org.freedesktop.DBus.Error.UnknownProperty", name)
        if call.member == "Set":
            known[name] = call.body[2]
            return "", ()
        return "v", (known[name],)


class Bus:
    """The bus; use it with `with`. `address` is what goes into DBUS_SESSION_BUS_ADDRESS or DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self) -> None:
        # Not a test's own folder: a socket's path may have 107 bytes.
        self._folder = tempfile.TemporaryDirectory(prefix="bus-")
        self.path = Path(self._folder.name) / "socket"
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(str(self.path))
        self._listening.listen()
        self._services: dict[str, Handler] = {OWN: self._bus_method}
        self._peers: dict[str, _Peer] = {}
        self._changed = threading.Condition()
        self._numbers = count(1)
        self._closing = False
        self._accepting = threading.Thread(target=self._accept, name="bus", daemon=True)
        self.calls: list[Call] = []
        """Every method call so far, the bus's own left out."""
        self.refused: list[str] = []
        """Names that were called while nobody served them."""

    @property
    def address(self) -> str:
        return f"unix:path={self.path}"

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End: every program on the bus sees its connection close."""
        self._closing = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for peer in tuple(self._peers.values()):
            peer.close()
        if self._accepting.is_alive():
            self._accepting.join(5)
        self._folder.cleanup()

    # --- what a test does ---------------------------------------------------------------------------

    def serve(self, name: str, handler: Handler) -> None:
        """Be the owner of a well-known name: its calls are answered by `handler`, in the caller's own thread."""
        with self._changed:
            self._services[name] = handler

    def withdraw(self, name: str) -> None:
        """Nobody owns the name any more."""
        with self._changed:
            self._services.pop(name, None)

    def emit(
        self, sender: str, path: str, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> int:
        """Send a signal to everybody whose match rule asks for it; how many those were."""
        message = new_signal(DBusAddress(path, sender, interface), member, signature or None, body)
        message.header.fields[HeaderFields.sender] = sender
        reached = 0
        for peer in tuple(self._peers.values()):
            if any(rule.matches(message) for rule in tuple(peer.rules.values())):
                reached += peer.send(message)
        return reached

    def changed(self, sender: str, path: str, interface: str, properties: Mapping[str, tuple[str, Any]]) -> int:
        """Send PropertiesChanged."""
        return self.emit(sender, path, PROPERTIES, "PropertiesChanged", "sa{sv}as", (interface, dict(properties), []))

    def wait(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is true of the bus: a call was made, a rule was added."""
        with self._changed:
            assert self._changed.wait_for(condition, seconds), "nobody came to the bus"

    def listens(self, member: str) -> bool:
        """True once a program has asked for a signal of this name."""
        return any(
            rule.header_fields.get("member") == member for peer in self._peers.values() for rule in peer.rules.values()
        )

    # --- the machinery --------------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            peer = _Peer(self, f":1.{next(self._numbers)}", connection)
            self._peers[peer.name] = peer
            threading.Thread(target=peer.run, name=f"bus{peer.name}", daemon=True).start()

    def _left(self, peer: _Peer) -> None:
        with self._changed:
            self._peers.pop(peer.name, None)
            self._changed.notify_all()

    def _answer(self, peer: _Peer, message: Message) -> None:
        fields = message.header.fields
        name = fields.get(HeaderFields.destination, OWN)
        call = Call(
            peer.name,
            fields.get(HeaderFields.path, ""),
            fields.get(HeaderFields.interface, ""),
            fields.get(HeaderFields.member, ""),
            message.body,
        )
        handler = self._services.get(name)
        fields[HeaderFields.sender] = peer.name
        try:
            if handler is None:
                self.refused.append(name)
                raise Refused("org.freedesktop.DBus.Error.ServiceUnknown", name)
            signature, body = handler(call)
            reply = new_method_return(message, signature or None, body)
        except Refused as refused:
            reply = new_error(message, refused.name, "s", (refused.text,))
        reply.header.fields[HeaderFields.sender] = name
        if not message.header.flags & MessageFlag.no_reply_expected:
            peer.send(reply)
        with self._changed:
            if name != OWN:
                self.calls.append(call)
            self._changed.notify_all()

    def _bus_method(self, call: Call) -> Answer:
        peer = self._peers[call.sender]
        match call.member:
            case "Hello":
                return "s", (peer.name,)
            case "RequestName" | "ReleaseName":
                return "u", (1,)
            case "AddMatch":
                peer.rules[call.body[0]] = parse_rule(call.body[0])
            case "RemoveMatch":
                peer.rules.pop(call.body[0], None)
            case "NameHasOwner":
                return "b", (call.body[0] in self._services or call.body[0] in self._peers,)
            case "GetNameOwner":
                if call.body[0] not in self._services:
                    raise Refused("org.freedesktop.DBus.Error.NameHasNoOwner", call.body[0])
                return "s", (call.body[0],)
            case "StartServiceByName":
                if call.body[0] not in self._services:
                    raise Refused("org.freedesktop.DBus.Error.ServiceUnknown", call.body[0])
                return "u", (2,)
            case "ListNames":
                return "as", ([*self._services, *self._peers],)
            case _:
                raise Refused("org.freedesktop.DBus.Error.UnknownMethod", call.member)
        return "", ()


def parse_rule(text: str) -> MatchRule:
    """A match rule in the form jeepney matches with."""
    given: dict[str, Any] = {}
    for part in text.split(","):
        name, _equals, value = part.partition("=")
        if name not in _RULE_NAMES:
            raise Refused("org.freedesktop.DBus.Error.MatchRuleInvalid", text)
        given[name] = value.strip("'")
    arg0 = given.pop("arg0", None)
    rule = MatchRule(**given)
    if arg0 is not None:
        rule.add_arg_condition(0, arg0)
    return rule


class _Peer:
    """One program's connection."""

    def __init__(self, bus: Bus, name: str, connection: socket.socket) -> None:
        self.name = name
        self.rules: dict[str, MatchRule] = {}
        self._bus = bus
        self._connection = connection
        self._sending = threading.Lock()
        self._serials = count(1)

    def run(self) -> None:
        """Authenticate, then answer until it hangs up."""
        parser = Parser()
        try:
            for message in parser.feed(self._authenticate()):
                self._take(message)
            while data := self._connection.recv(65536):
                for message in parser.feed(data):
                    self._take(message)
        except OSError:
            pass  # it hung up in the middle
        finally:
            self.close()
            self._bus._left(self)

    def _take(self, message: Message) -> None:
        if message.header.message_type is MessageType.method_call:
            self._bus._answer(self, message)

    def _authenticate(self) -> bytes:
        """The lines before the messages; what came after them already."""
        _pid, uid, _gid = struct.unpack(
            "3i", self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        )
        rest = b""
        while True:
            while b"\r\n" not in rest:
                data = self._connection.recv(4096)
                if not data:
                    raise ConnectionError
                rest += data
            line, rest = rest.split(b"\r\n", 1)
            line = line.lstrip(b"\0")
            if line == b"BEGIN":
                return rest
            if line == b"AUTH EXTERNAL " + str(uid).encode().hex().encode():
                self._connection.sendall(b"OK " + unhexlify("ab" * 16).hex().encode() + b"\r\n")
            elif line == b"NEGOTIATE_UNIX_FD":
                self._connection.sendall(b"AGREE_UNIX_FD\r\n")
            elif line.startswith(b"AUTH"):
                self._connection.sendall(b"REJECTED EXTERNAL\r\n")
            else:
                self._connection.sendall(b"ERROR\r\n")

    def send(self, message: Message) -> bool:
        """Send one message; False where nobody is there any more."""
        message.header.fields[HeaderFields.destination] = self.name
        try:
            with self._sending:
                descriptors = array.array("i")
                data = message.serialise(serial=next(self._serials), fds=descriptors)
                if descriptors:
                    sent = self._connection.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
                    data = data[sent:]
                self._connection.sendall(data)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
