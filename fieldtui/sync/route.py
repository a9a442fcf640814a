"""The way to the central system on a municipality's network: which authorities are believed, and through which proxy.

Nothing of the environment changes it: neither proxy variables nor certificate files nor key logs. Where a certificate is
refused, the other side is asked once more who it says it is, so that a person can tell IT what to do; nothing is sent.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import httpx2
from cryptography import x509
from cryptography.x509.oid import NameOID

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.errors import ServerFault, TlsRefused, Unreachable
from fieldtui.base.text import clean

_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Linux distributions keep the system's store: Debian, Fedora, openSUSE, Alpine."""
_PROBE_SECONDS: Final = 5.0
_LONGEST_NAME: Final = 80
_LONGEST_HEAD: Final = 16_384
_MOST_NAMES: Final = 3
_FORBIDDEN: Final = re.compile(r"\b(403|407)\b")
_WHY: Final = {
    9: "expired",  # not valid yet
    10: "expired",
    18: "self-signed",
    19: "authority",  # a self-signed authority that nobody here knows
    20: "authority",
    21: "authority",
    62: "host",
    64: "host",  # an address instead of a name
}
"""OpenSSL's `X509_V_ERR_…` by number (x509_vfy.h)."""


@dataclass(frozen=True, slots=True)
class Route:
    """How to get there."""

    ca_pem: str | None = None
    """The authority that is pinned; `None` for the system's store."""
    proxy: str | None = None
    """`http://host:port`, for https addresses."""


STRAIGHT: Final = Route()
"""Without a proxy, by the system's store."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What the other side offers as its identity, believed by nobody."""

    issuer: str
    names: str
    """What the certificate is for."""
    self_signed: bool
    begins: datetime
    ends: datetime
    version: str
    """`TLSv1.3`."""


def is_loopback(url: str) -> bool:
    """True where the address is this machine itself, by number or as `localhost`."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_address(text: str) -> str:
    """A proxy as it was typed: `http://host:port`, with a name and password before the host where it wants them.

    Raises:
        ValueError: It is none.
    """
    parts = urlsplit(text.strip())
    if parts.scheme != "http" or not parts.hostname or not parts.port or parts.path not in {"", "/"} or parts.query:
        raise ValueError("proxy")
    return text.strip().rstrip("/")


def tls_context(ca_pem: str | None) -> ssl.SSLContext:
    """TLS 1.3, strict certificates, and no key log or authority from the environment.

    Args:
        ca_pem: The authority that is pinned; `None` for the system's store.
    """
    if ca_pem is None and sys.platform in {"win32", "darwin"}:
        import truststore

        system: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        system.minimum_version = ssl.TLSVersion.TLSv1_3
        return system
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    if ca_pem is not None:
        context.load_verify_locations(cadata=ca_pem)
        return context
    # Not load_default_certs: it follows SSL_CERT_FILE and SSL_CERT_DIR.
    for bundle in (ssl.get_default_verify_paths().openssl_cafile, *_BUNDLES):
        if Path(bundle).is_file():
            context.load_verify_locations(cafile=bundle)
            break
    return context


def http_transport(url: str, route: Route) -> httpx2.BaseTransport:
    """The way to an address.

    Raises:
        ServerFault: Plain http to anything but this machine.
    """
    if urlsplit(url).scheme == "https":
        context = tls_context(route.ca_pem)
        return httpx2.HTTPTransport(verify=context, trust_env=False, http2=False, proxy=route.proxy)
    if not is_loopback(url):
        raise ServerFault("https")
    # A context without authorities: nothing is encrypted on this way, and loading the default ones takes 30 ms.
    return httpx2.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, http2=False)


def connection_error(error: Exception, url: str, route: Route, now: datetime) -> Unreachable:
    """Tell a refused certificate, and a proxy that refuses, from a network that is not there."""
    host = urlsplit(url).hostname or ""
    if isinstance(error, httpx2.ProxyError) and _FORBIDDEN.search(str(error)):
        return TlsRefused("", host=host, why="proxy", offered=clean(str(error), limit=_LONGEST_NAME))
    tls = certificate = False
    code = 0
    step: BaseException | None = error
    while step is not None:
        tls = tls or isinstance(step, ssl.SSLError)
        certificate = certificate or "certificate" in str(step).lower()
        code = code or int(getattr(step, "verify_code", 0) or 0)
        step = step.__cause__ or step.__context__
    return _refused(code, presented(url, route.proxy), host, now) if tls or certificate else Unreachable()


def _refused(code: int, seen: Presented | None, host: str, now: datetime) -> TlsRefused:
    if seen is None:
        return TlsRefused("", host=host)
    why = _WHY.get(code, "")
    if not why:
        why = (
            "version"
            if seen.version != "TLSv1.3"
            else "expired"
            if not seen.begins <= now <= seen.ends
            else "self-signed"
            if seen.self_signed
            else "authority"
        )
    days = f"{seen.begins.astimezone(COPENHAGEN):%d-%m-%Y} – {seen.ends.astimezone(COPENHAGEN):%d-%m-%Y}"
    offered = {"host": seen.names, "expired": days, "version": seen.version.replace("TLSv", "TLS ")}.get(why, "")
    return TlsRefused(seen.issuer, host=host, why=why, offered=offered)


def presented(url: str, proxy: str | None) -> Presented | None:
    """Ask the other side for its certificate, and believe nothing of it; `None` where it shows none."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host = parts.hostname or ""
    try:
        with (
            _connected(host, parts.port or 443, proxy) as plain,
            context.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            data = wrapped.getpeercert(binary_form=True)
            return None if data is None else _read(x509.load_der_x509_certificate(data), wrapped.version() or "")
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def _connected(host: str, port: int, proxy: str | None) -> Iterator[socket.socket]:
    """A connection to the host, through the proxy where there is one (RFC 9110 § 9.3.6).

    Raises:
        OSError: There is no way.
    """
    way = urlsplit(proxy) if proxy else None
    target = (host, port) if way is None else (way.hostname or "", way.port or 80)
    with socket.create_connection(target, timeout=_PROBE_SECONDS) as connection:
        if way is not None:
            named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            lines = [f"CONNECT {named} HTTP/1.1", f"Host: {named}"]
            if way.username is not None:
                secret = f"{unquote(way.username)}:{unquote(way.password or '')}".encode()
                lines.append(f"Proxy-Authorization: Basic {base64.b64encode(secret).decode('ascii')}")
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
            _require_tunnel(connection)
        yield connection


def _require_tunnel(connection: socket.socket) -> None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)  # one at a time: what follows the head belongs to TLS
        head += byte
        if not byte or len(head) > _LONGEST_HEAD:
            raise OSError("proxy")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise OSError("proxy")


def _read(certificate: x509.Certificate, version: str) -> Presented:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        shown = [str(each.value) for each in names][:_MOST_NAMES]
    except x509.ExtensionNotFound:
        shown = [_name(certificate.subject)]
    return Presented(
        issuer=_name(certificate.issuer),
        names=clean(", ".join(shown), limit=_LONGEST_NAME * 2),
        self_signed=certificate.issuer == certificate.subject,
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        version=version,
    )


def _name(name: x509.Name) -> str:
    """Common name and organisation, as IT knows their authority by."""
    parts: list[str] = []
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        parts += [str(each.value) for each in name.get_attributes_for_oid(oid)]
    shown = ", ".join(dict.fromkeys(parts)) or name.rfc4514_string()
    return clean(shown, limit=_LONGEST_NAME).strip()
