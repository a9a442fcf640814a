"""The server's own TLS certificate: TLS 1.3 and nothing older, and read anew without a restart."""

from __future__ import annotations

import contextlib
import os
import signal
import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import event


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where a certificate and its key are."""

    chain: Path
    """PEM: the server's certificate, then those between it and the authority."""
    key: Path
    """PEM, without a passphrase, and not readable by everybody."""

    def context(self) -> ssl.SSLContext:
        """What connections are made with.

        Raises:
            BadUsage: The files cannot be read or do not belong together, or everybody can read the key.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["http/1.1"])
        self.load_into(context)
        return context

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let new connections use the files as they are now; those that are open go on with the old ones.

        Raises:
            BadUsage: As `context`; then nothing was changed.
        """
        try:
            if os.name == "posix" and stat.S_IMODE(self.key.stat().st_mode) & stat.S_IROTH:
                raise BadUsage(_("Alle på maskinen kan læse nøglen til certifikatet. Ret det med: chmod o-r"))
            # Tried on the side first: a context whose certificate was replaced and whose key was not serves nobody.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key, password=_no_passphrase)
            context.load_cert_chain(self.chain, self.key, password=_no_passphrase)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise BadUsage(
                _("Certifikatet eller dets nøgle kan ikke bruges. Begge skal være PEM, høre sammen og kunne læses.")
            ) from None


@contextlib.contextmanager
def reloaded_on_hangup(certificate: Certificate | None, context: ssl.SSLContext | None) -> Iterator[None]:
    """Read the certificate anew on SIGHUP while the block runs; one that cannot be used leaves the old one in force."""
    if certificate is None or context is None or not hasattr(signal, "SIGHUP"):
        yield
        return

    def reload(_number: int, _frame: object) -> None:
        try:
            certificate.load_into(context)
        except BadUsage:
            event("central.certificate.refused")
        else:
            event("central.certificate.read")

    before = signal.signal(signal.SIGHUP, reload)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _no_passphrase() -> str:
    """Never ask on the terminal for the key's passphrase."""
    return ""
