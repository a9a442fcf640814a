"""TLS on a municipality's network: who is believed, who is refused, what a person is told, and the way through a proxy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import BadUsage, TlsRefused, Unreachable
from fieldtui.base.explain import explain
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration, enrolling
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.policy import set_policy
from fieldtui.central.serve import BackgroundServer
from fieldtui.services import unlocking
from fieldtui.services.connection import Connection
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.sync.route import Route, proxy_address
from fieldtui.sync.transport import Identity, Transport
from fieldtui.wire.keys import new_device_key
from tests.support.central import fresh_database
from tests.support.tls import Authority, Proxy, TlsServer
from tests.support.vaults import phrase
from tests.sync.office import MONDAY, TickingClock

PINNED, ROGUE = Authority("Kommunens CA"), Authority("Netfilter A/S")


def reach(url: str, ca_pem: str | None, proxy: str | None = None) -> None:
    identity = Identity(new_device_key(), "org.dev", "dev")
    route = Route(ca_pem, proxy)
    with Transport(
        url, identity, new_device_key().public_key(), TickingClock(MONDAY), timedelta(0), None, route
    ) as transport:
        transport.get("/v1/changes")


def refused(url: str, ca_pem: str | None, proxy: str | None = None) -> TlsRefused:
    with pytest.raises(TlsRefused) as told:
        reach(url, ca_pem, proxy)
    return told.value


def test_the_pinned_authoritys_server_is_reached(tmp_path: Path) -> None:
    with TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server, pytest.raises(Unreachable) as reached:
        reach(server.url, PINNED.pem)
    assert type(reached.value) is Unreachable  # its 503, which came through TLS


@pytest.mark.parametrize(
    ("case", "why", "told"),
    [
        ("rogue", "authority", "Netfilter A/S"),
        ("own", "self-signed", "Serveren selv"),
        ("expired", "expired", "Kommunens CA"),
        ("host", "host", "127.0.0.2"),
        ("tls12", "version", "TLS 1.2"),
        ("system", "authority", "Kommunens CA"),
    ],
)
def test_any_other_server_is_refused_and_named(
    case: str, why: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "server.pem"
    if case == "rogue":
        ROGUE.issue(file)
    elif case == "own":
        ROGUE.own(file)
    elif case == "expired":
        PINNED.issue(file, days=(-9, -1))
    else:
        PINNED.issue(file, host="127.0.0.2" if case == "host" else "127.0.0.1")
    if case == "system":  # the environment may not add an authority to the system's
        (tmp_path / "rogue.pem").write_text(PINNED.pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "rogue.pem"))
    newest = ssl.TLSVersion.TLSv1_2 if case == "tls12" else ssl.TLSVersion.TLSv1_3
    with TlsServer(file, newest) as server:
        error = refused(server.url, None if case == "system" else PINNED.pem)
    assert (error.why, error.host) == (why, "127.0.0.1")
    sentence = explain(error)
    assert told in sentence, sentence
    assert "127.0.0.1" in sentence
    assert "IT " in sentence
    assert "gemt her" in sentence


def test_a_certificate_for_clients_is_none_for_a_server(tmp_path: Path) -> None:
    with TlsServer(PINNED.issue(tmp_path / "client.pem", client=True)) as server:
        refused(server.url, PINNED.pem)


def test_no_keys_are_logged_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server, pytest.raises(Unreachable):
        reach(server.url, PINNED.pem)
    assert not (tmp_path / "keys").exists()


# --- proxies ------------------------------------------------------------------------------------


def test_the_way_goes_through_the_proxy_that_was_named_and_through_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server, Proxy() as named, Proxy() as other:
        for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(variable, other.url)
        with pytest.raises(Unreachable):
            reach(server.url, PINNED.pem, named.url)
        with pytest.raises(Unreachable):
            reach(server.url, PINNED.pem)
        assert named.tunnels == [f"127.0.0.1:{server.port}"]
        assert other.served == 0
        assert server.served == 2


def test_a_proxy_that_wants_a_password_gets_it(tmp_path: Path) -> None:
    with TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server, Proxy(secret="laptop:hemmelig") as proxy:
        with pytest.raises(Unreachable) as reached:
            reach(server.url, PINNED.pem, proxy.url)
        assert type(reached.value) is Unreachable
        error = refused(server.url, PINNED.pem, f"http://127.0.0.1:{proxy.port}")
    assert error.why == "proxy"
    assert "407" in explain(error)


def test_a_proxy_that_forbids_is_told_from_a_network_that_is_not_there(tmp_path: Path) -> None:
    with TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server, Proxy(forbids=True) as proxy:
        error = refused(server.url, PINNED.pem, proxy.url)
    assert error.why == "proxy"
    with pytest.raises(Unreachable) as gone:
        reach(server.url, PINNED.pem, proxy.url)
    assert type(gone.value) is Unreachable


def test_a_proxy_that_looks_inside_is_refused_by_name(tmp_path: Path) -> None:
    with (
        TlsServer(PINNED.issue(tmp_path / "ok.pem")) as server,
        Proxy(inspects=ROGUE, folder=tmp_path) as proxy,
    ):
        error = refused(server.url, PINNED.pem, proxy.url)
    assert (error.why, error.issuer) == ("authority", "Netfilter A/S")
    assert proxy.read == b""  # nothing was said before it was refused


@pytest.mark.parametrize(
    "text", ["proxy:8080", "https://proxy:8080", "http://proxy", "http://proxy:8080/x", "", "http://:80"]
)
def test_a_proxy_is_a_plain_address_with_a_port(text: str) -> None:
    with pytest.raises(ValueError, match="proxy"):
        proxy_address(text)


# --- the whole way --------------------------------------------------------------------------------


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Workspace]:
    """A vault that is not enrolled."""
    workspace, _code = unlocking.create(
        tmp_path / "laptop", phrase(), clock=SystemClock(), ids=SystemIds(), kdf=unlocking.CHEAPEST
    )
    yield workspace
    workspace.close()


def test_a_device_enrols_and_syncs_over_tls_through_a_proxy_and_pins_the_offices_authority(
    postgres: EmbeddedPostgres, tmp_path: Path, laptop: Workspace
) -> None:
    port: list[int] = []
    with (
        TlsServer(PINNED.issue(tmp_path / "ok.pem"), behind=lambda: port[0]) as front,
        fresh_database(postgres, SystemClock(), SystemIds()) as database,
        BackgroundServer(database, public_url=front.url) as server,
        Proxy() as proxy,
    ):
        port.append(int(server.url.rpartition(":")[2]))
        administration.bootstrap_organisation(database, "Testkommune")
        administration.add_consultant(database, "MH", "Mette Holm")
        set_policy(database, {"ca": PINNED.pem})
        code = enrolling.enrol_code(database, "MH", True, front.url)

        def enrol(ca_file: Path | None) -> None:
            laptop.enrolment.enrol(
                code.url, code.code, device_name="x", on_words=lambda _w: None, ca_file=ca_file, proxy=proxy.url
            )

        with pytest.raises(TlsRefused):  # the system does not know the office's own authority
            enrol(None)
        (tmp_path / "ca.pem").write_text(PINNED.pem)
        Connection(laptop.context).set_authority(tmp_path / "ca.pem")  # as the refusal says
        enrol(None)
        assert laptop.syncing.run().finished
        assert set(proxy.tunnels) == {f"127.0.0.1:{front.port}"}
        tunnels = len(proxy.tunnels)

        connection = Connection(laptop.context)
        connection.set_proxy("")
        assert laptop.syncing.run().finished
        assert len(proxy.tunnels) == tunnels  # straight there now

        with Proxy(inspects=ROGUE, folder=tmp_path) as filtering:
            connection.set_proxy(filtering.url)
            with pytest.raises(TlsRefused) as told:
                laptop.syncing.run()
            assert told.value.issuer == "Netfilter A/S"
            (tmp_path / "rogue.pem").write_text(ROGUE.pem)
            connection.set_authority(tmp_path / "rogue.pem")  # the municipality says that it shall be so
            assert laptop.syncing.run().finished
            assert b"fieldtui-device" in filtering.read.lower()
        with pytest.raises(BadUsage):
            connection.set_proxy("proxy")
        assert laptop.store.meta(MetaKey.PROXY) == filtering.url


def test_who_enrols_with_the_systems_store_pins_what_the_office_says(
    postgres: EmbeddedPostgres, laptop: Workspace
) -> None:
    with (
        fresh_database(postgres, SystemClock(), SystemIds()) as database,
        BackgroundServer(database) as server,
    ):
        administration.bootstrap_organisation(database, "Testkommune")
        administration.add_consultant(database, "MH", "Mette Holm")
        set_policy(database, {"ca": PINNED.pem})
        code = enrolling.enrol_code(database, "MH", True, server.url)
        laptop.enrolment.enrol(code.url, code.code, device_name="x", on_words=lambda _w: None)
    assert laptop.store.meta(MetaKey.CA_FILE) == PINNED.pem
