"""A municipality's network on loopback: certificate authorities, TLS servers, and proxies that tunnel, refuse or look inside."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

REFUSING = b"HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n"


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = (
            self._builder(self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int] = (-1, 30)
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=min(days) - 2))
            .not_valid_after(now + timedelta(days=max(days) if days[1] > 0 else days[1]))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self, file: Path, *, host: str = "127.0.0.1", days: tuple[int, int] = (-1, 30), client: bool = False
    ) -> Path:
        """A certificate and its key in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        certificate = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key, days)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        return _write(file, key, certificate)

    def own(self, file: Path) -> Path:
        """A server certificate that vouches for itself."""
        now = dt.datetime.now(dt.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Serveren selv")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(self.key, hashes.SHA256())
        )
        return _write(file, self.key, certificate)


class Listener:
    """Takes connections on loopback, one thread each, until the block ends."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.served = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in self._open:
            with contextlib.suppress(OSError):  # it has ended, or was handed on to TLS
                each.shutdown(socket.SHUT_RDWR)  # wakes who waits for it
            each.close()
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                peer, _address = self._listening.accept()
            except OSError:
                return
            self.served += 1
            self._open.append(peer)
            threading.Thread(target=self._serve_quietly, args=(peer,), daemon=True).start()

    def _serve_quietly(self, peer: socket.socket) -> None:
        try:
            self.serve(peer)
        except (OSError, ValueError):
            pass  # the other side had enough, or the test is over and the socket closed (no descriptor to wait for)
        finally:
            peer.close()

    def serve(self, peer: socket.socket) -> None:
        """Do with one connection what this kind of server does."""
        raise NotImplementedError


class TlsServer(Listener):
    """Shakes hands, then says 503, or hands everything on to a plain server behind it."""

    def __init__(
        self, chain: Path, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, behind: Callable[[], int] | None = None
    ) -> None:
        super().__init__()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.maximum_version = newest
        self._context.load_cert_chain(chain)
        self._behind = behind

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def serve(self, peer: socket.socket) -> None:
        with self._context.wrap_socket(peer, server_side=True) as secured:
            if self._behind is None:
                secured.recv(65_536)
                secured.sendall(REFUSING)
                return
            with socket.create_connection(("127.0.0.1", self._behind())) as plain:
                join(secured, plain)


class Proxy(Listener):
    """A CONNECT proxy (RFC 9110 § 9.3.6).

    Args:
        secret: `name:password` that it wants.
        forbids: True refuses everything with 403.
        inspects: An authority in whose name it breaks the encryption open.
        folder: Where it keeps the certificates it makes then.
    """

    def __init__(
        self,
        *,
        secret: str | None = None,
        forbids: bool = False,
        inspects: Authority | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self._secret = secret
        self._forbids = forbids
        self._inspects = inspects
        self._folder = folder
        self.tunnels: list[str] = []
        self.read = b""
        """What an inspecting proxy saw in the clear."""

    @property
    def url(self) -> str:
        return f"http://{self._secret + '@' if self._secret else ''}127.0.0.1:{self.port}"

    def serve(self, peer: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = peer.recv(1)
            if not byte:
                return
            head += byte
        wanted = f"Basic {base64.b64encode((self._secret or '').encode()).decode()}".encode()
        if self._forbids:
            peer.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            return
        if self._secret and wanted not in head:
            peer.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            return
        host, _colon, port = head.split(b" ")[1].decode().rpartition(":")
        self.tunnels.append(f"{host}:{port}")
        with socket.create_connection((host, int(port))) as upstream:
            peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if self._inspects is None:
                join(peer, upstream)
                return
            self._look_inside(self._inspects, peer, upstream, host)

    def _look_inside(self, authority: Authority, peer: socket.socket, upstream: socket.socket, host: str) -> None:
        assert self._folder is not None
        own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own.load_cert_chain(authority.issue(self._folder / f"{threading.get_ident()}.pem", host=host))
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with own.wrap_socket(peer, server_side=True) as inside, trusting.wrap_socket(upstream) as outside:
            join(inside, outside, self._note)

    def _note(self, data: bytes) -> None:
        self.read += data


def join(one: socket.socket, other: socket.socket, note: Callable[[bytes], None] = lambda _data: None) -> None:
    """Carry bytes both ways until either side has enough.

    In one thread: what two threads do with one TLS connection at the same time is undefined, and was lost now and then.
    """
    while True:
        for source in _readable(one, other):
            source.setblocking(False)  # what can be read may be TLS's own, with nothing in it to carry
            try:
                data = source.recv(65_536)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            finally:
                source.setblocking(True)
            if not data:
                return
            note(data)
            (other if source is one else one).sendall(data)


def _readable(*sockets: socket.socket) -> list[socket.socket]:
    waiting: list[socket.socket] = [each for each in sockets if isinstance(each, ssl.SSLSocket) and each.pending()]
    return waiting or select.select(sockets, (), ())[0]


def _write(file: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Path:
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(plain + certificate.public_bytes(serialization.Encoding.PEM))
    return file
