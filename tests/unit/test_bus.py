"""The message bus the tests use, met by a client that is not ours."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("D-Bus needs a unix socket", allow_module_level=True)

from jeepney import DBusAddress, DBusErrorResponse, MatchRule, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from tests.support.bus import Bus, Objects

CLOCK = DBusAddress("/clock", "org.example.Clock", "org.example.Clock")


@pytest.fixture
def bus() -> Iterator[Bus]:
    with Bus() as made:
        yield made


@pytest.fixture
def client(bus: Bus) -> Iterator[DBusConnection]:
    with open_dbus_connection(bus.address) as made:
        yield made


def test_methods_properties_and_errors_are_answered_as_a_real_bus_answers_them(
    bus: Bus, client: DBusConnection
) -> None:
    bus.serve(
        "org.example.Clock",
        Objects(
            {("/clock", "org.example.Clock", "Add"): lambda call: ("u", (sum(call.body),))},
            {("/clock", "org.example.Clock"): {"Hours": ("u", 12)}},
        ),
    )
    assert unwrap_msg(client.send_and_get_reply(new_method_call(CLOCK, "Add", "uu", (3, 4)))) == (7,)
    properties = Proxy(Properties(CLOCK), client)
    assert properties.get("Hours") == (("u", 12),)
    properties.set("Hours", "u", 24)
    assert properties.get_all() == ({"Hours": ("u", 24)},)
    with pytest.raises(DBusErrorResponse, match="UnknownMethod"):
        unwrap_msg(client.send_and_get_reply(new_method_call(CLOCK, "Nothing")))
    bus.withdraw("org.example.Clock")
    with pytest.raises(DBusErrorResponse, match="ServiceUnknown"):
        properties.get("Hours")


def test_a_signal_reaches_who_asked_for_it_and_nobody_else(bus: Bus, client: DBusConnection) -> None:
    rule = MatchRule(type="signal", interface="org.example.Clock", member="Struck", path="/clock")
    assert bus.emit("org.example.Clock", "/clock", "org.example.Clock", "Struck", "u", (1,)) == 0
    Proxy(message_bus, client).AddMatch(rule)
    assert bus.listens("Struck")
    with client.filter(rule) as heard, open_dbus_connection(bus.address):
        assert bus.emit("org.example.Clock", "/other", "org.example.Clock", "Struck", "u", (2,)) == 0
        assert bus.emit("org.example.Clock", "/clock", "org.example.Clock", "Struck", "u", (3,)) == 1
        assert client.recv_until_filtered(heard, timeout=60).body == (3,)


def test_a_bus_that_ends_is_seen_to_end(bus: Bus, client: DBusConnection) -> None:
    bus.close()
    with pytest.raises(ConnectionError):
        client.receive(timeout=60)
