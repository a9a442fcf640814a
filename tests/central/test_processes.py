"""Real processes of the central system: stopping in order, its own TLS, and several of them over one database."""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fieldtui.base.clock import SystemClock
from fieldtui.base.errors import ServerFault, TlsRefused
from fieldtui.base.ids import SystemIds
from fieldtui.bootstrap import main
from fieldtui.central.administration import add_consultant, bootstrap_organisation, enrol_code
from fieldtui.central.database import Database
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.sync.route import Route, tls_context
from fieldtui.sync.transport import Identity, Transport
from fieldtui.wire.keys import new_device_key
from tests.support.central import Answered, Central, Device, fresh_database_url, op
from tests.torture.clusters import free_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@dataclass
class Process:
    """A `central serve` that runs."""

    process: subprocess.Popen[str]
    url: str

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A database with an organisation and two consultants."""
    made = Database(fresh_database_url(postgres), clock=SystemClock(), ids=SystemIds())
    bootstrap_organisation(made, "Kvartershuset")
    for initials in ("MH", "TB"):
        add_consultant(made, initials, f"Konsulent {initials}")
    yield made
    made.close()


@pytest.fixture
def start(database: Database) -> Iterator[Any]:
    """Start processes over the database; they are ended at the end."""
    begun: list[Process] = []

    def serve(*words: str) -> Process:
        url = database._url_of(str(database._engine.url.database))
        command = [sys.executable, "-m", "fieldtui", "central", "serve", "--database-url", url, *words]
        process = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        begun.append(Process(process, ""))
        assert process.stdout is not None
        begun[-1].url = json.loads(process.stdout.readline())["listening"]
        return begun[-1]

    yield serve
    for each in begun:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait(30)
        assert each.process.stdout is not None
        each.process.stdout.close()


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, Any]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


# --- stopping ---------------------------------------------------------------------------------------


def test_sigterm_first_wants_no_more_then_finishes_what_it_has_begun(start: Any, tmp_path: Path) -> None:
    log = tmp_path / "central.log"
    serving = start("--drain", "2", "--log-file", str(log))
    watching = http.client.HTTPConnection(urlsplit(serving.url).netloc, timeout=60)
    assert get(watching, "/readyz") == (200, {"status": "ready"})
    with socket.create_connection(serving.address, timeout=60) as slow:
        slow.sendall(b'POST /v1/changes HTTP/1.1\r\nhost: x\r\nfieldtui-protocol: 1\r\ncontent-length: 11\r\n\r\n{"ops')
        serving.process.send_signal(signal.SIGTERM)
        while (ready := get(watching, "/readyz"))[0] == 200:
            time.sleep(0.02)  # the signal is on its way
        assert (ready[0], ready[1]["detail"]) == (503, "stopping")
        assert get(watching, "/healthz")[0] == 200  # and it still answers
        watching.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(serving.address, timeout=1).close()
            except ConnectionRefusedError:
                break
            time.sleep(0.05)
        assert serving.process.poll() is None  # it waits for the request that is under way
        slow.sendall(b'": []}')
        answer = http.client.HTTPResponse(slow)
        answer.begin()
        assert json.loads(answer.read())["type"].endswith(":signature")
    assert serving.process.wait(30) == 0
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[0] == "central.started"
    assert events[-1] == "central.stopped"
    assert "request" in events


# --- its own certificate ----------------------------------------------------------------------------


@dataclass
class Authority:
    """A certificate authority for the test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kommunens CA")])
        built = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(ca=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(key, built.sign(key, SHA256()))

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(self, folder: Path) -> int:
        """Write a server certificate and its key; the serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            _builder(name, self.certificate.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .add_extension(names, critical=False)
            .sign(self.key, SHA256())
        )
        (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        secret = folder / "key.pem"
        secret.touch(mode=0o600)
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate.serial_number


def _builder(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def serial(serving: Process, context: ssl.SSLContext) -> int:
    """Serial number of the certificate that is shown to a new connection; TLS 1.3 it must be."""
    with (
        socket.create_connection(serving.address, timeout=60) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
    ):
        assert secured.version() == "TLSv1.3"
        shown = secured.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown).serial_number


def test_its_own_certificate_is_tls_13_pinned_by_devices_and_renewed_without_a_restart(
    start: Any, tmp_path: Path
) -> None:
    authority = Authority.made()
    first = authority.issue(tmp_path)
    files = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    log = tmp_path / "log"
    serving = start(*files, "--log-file", str(log))
    assert serving.url.startswith("https://")
    pinned = tls_context(authority.pem)
    assert serial(serving, pinned) == first

    # A device's own transport, with the authority pinned, and with another one.
    identity = Identity(new_device_key(), "org.device", "device")
    known = Transport(serving.url, identity, None, SystemClock(), route=Route(authority.pem))
    with known, pytest.raises(ServerFault) as answered:
        known.get("/v1/changes")
    assert answered.value.detail == "not-enrolled"
    other = Transport(serving.url, identity, None, SystemClock(), route=Route(Authority.made().pem))
    with other, pytest.raises(TlsRefused):
        other.get("/v1/changes")

    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(cadata=authority.pem)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        serial(serving, old)

    def hang_up(wanted: str) -> None:
        serving.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and wanted not in log.read_text():
            time.sleep(0.05)
        assert wanted in log.read_text()

    second = authority.issue(tmp_path)
    hang_up("central.certificate.read")
    assert serial(serving, pinned) == second
    (tmp_path / "cert.pem").write_text("not a certificate")
    hang_up("central.certificate.refused")
    assert serial(serving, pinned) == second
    assert serving.stop() == 0


@pytest.mark.parametrize("wrong", ["alone", "open", "mixed", "missing"])
def test_a_certificate_that_cannot_be_used_is_refused_before_anything_is_served(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    (tmp_path / "other").mkdir()
    Authority.made().issue(tmp_path)
    Authority.made().issue(tmp_path / "other")
    key = tmp_path / "key.pem"
    if wrong == "open":
        key.chmod(0o644)
    elif wrong == "mixed":
        key = tmp_path / "other" / "key.pem"
    elif wrong == "missing":
        key = tmp_path / "none.pem"
    words = ["central", "serve", "--database-url", database._url_of(str(database._engine.url.database))]
    words += ["--listen", "127.0.0.1:0", "--tls-cert", str(tmp_path / "cert.pem")]
    assert main((*words, *(() if wrong == "alone" else ("--tls-key", str(key))))) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err


# --- several processes ------------------------------------------------------------------------------


def test_devices_alternate_between_processes_as_if_there_were_one(start: Any, database: Database) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    processes = [start("--public-url", public) for _ in range(2)]
    central = Central(database, public, {})

    class Alternating(Device):
        """A device whose proxy gives each request to the next process."""

        turn = 0

        def request(self, *words: Any, **how: Any) -> tuple[int, dict[str, str], bytes]:
            type(self).turn += 1
            _proxy.to = processes[self.turn % 2].address
            return super().request(*words, **how)

    with _Proxy(port) as _proxy:
        devices = []
        for initials in ("MH", "TB"):
            device = Alternating(public, SystemClock(), new_device_key())
            device.enrol(enrol_code(database, initials, pre_approved=True).code)
            devices.append(device)
        mette, tove = devices
        company = op("company", {"name": "Bageriet"})
        answers = {mette.push(company).results[0].model_dump_json() for _ in range(4)}
        assert len(answers) == 1  # the same change again, to another process: the same answer
        assert [record.id for page in tove.pull() for record in page.records] == [company["id"]]
        for number in range(6):
            mette.create("company", {"name": f"Værksted {number}"})
        seqs = [record.seq for page in tove.pull() for record in page.records]
        assert seqs == sorted(seqs)
        assert len(seqs) == 6
        with pytest.raises(Answered) as caught:
            tove.ask("GET", "/v1/changes", seq=tove.seq)  # to the process that has not seen it
        assert caught.value.problem.name == "replay"
    assert central.url == public
    assert [process.stop() for process in processes] == [0, 0]


class _Proxy:
    """Passes each connection on to the process whose turn it is."""

    def __init__(self, port: int) -> None:
        self.to: tuple[str, int] = ("127.0.0.1", 0)
        self._listening = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _run(self) -> None:
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self.to)
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            source.close()
