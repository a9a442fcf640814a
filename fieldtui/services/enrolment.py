"""Tying this device to a central system and a consultant: a code, six words, one approval (decisions 24 and 25)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from pydantic import ValidationError

from fieldtui.base.errors import ApprovalPending, BadFile, BadUsage, ServerFault, TlsRefused, Unreachable
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.services.context import Context
from fieldtui.services.organisationslot import keep_organisation_slot
from fieldtui.store.meta import MetaKey
from fieldtui.sync.route import Route, is_loopback, proxy_address, tls_context
from fieldtui.sync.transport import Answer, Identity, Transport
from fieldtui.wire.keys import (
    load_private_key,
    load_public_key,
    new_device_key,
    private_key_text,
    public_key_der,
    public_key_text,
)
from fieldtui.wire.messages import ENROL_RESPONSE, Enrolled, EnrolPending, EnrolRequest, Person
from fieldtui.wire.signatures import ENROL_ID, SignatureRefused, verify_response
from fieldtui.wire.words import fingerprint_words

if TYPE_CHECKING:
    import httpx2

SHORTEST_PAUSE: Final = 5
"""Seconds between two questions (RFC 8628)."""
WAIT_SECONDS: Final = 900
_LONGEST_URL: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Address:
    """Where the central system is, and which key it must answer with."""

    base: str
    fingerprint: str


class Enrolment:
    """Ties one workspace to a central system."""

    def __init__(
        self,
        context: Context,
        *,
        via: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            context: The workspace.
            via: Another way to the central system than over the network by its address.
            pause: Waits so many seconds.
        """
        self._context = context
        self._store = context.store
        self._via = via
        self._pause = pause

    def enrol(
        self,
        url: str,
        code: str,
        *,
        device_name: str,
        on_words: Callable[[tuple[str, ...]], None],
        wait_seconds: float = WAIT_SECONDS,
        ca_file: Path | None = None,
        proxy: str | None = None,
    ) -> Person:
        """Ask to be enrolled, and wait until the leader has compared the words and approved.

        The device's key is made once and kept in the vault, so that a later call with the same code goes on
        where this one stopped.

        Args:
            url: The whole address from the central system, with the fingerprint of its key.
            code: As it was handed over; blanks, hyphens and case do not matter.
            device_name: What the leader sees beside the words.
            on_words: Shown the six words of this device's key, once, when the central system says that somebody has
                to compare them; never where the code was approved beforehand.
            wait_seconds: How long to wait for the approval.
            ca_file: The authority to pin, PEM; else the one that was set before, else the office's where it has one, else
                the system's store.
            proxy: The proxy on the way to https addresses, `http://host:port`, kept for every sync; else the one set before.

        Returns:
            Whose device this now is.

        Raises:
            BadUsage: Already enrolled, a proxy that is none, an address without fingerprint, or a code that is unknown, used or too old.
            BadFile: `ca_file` cannot be read.
            ApprovalPending: Nobody approved in time; call again with the same code.
            TlsRefused: Somebody else answered than the one whose fingerprint the address carries.
            Unreachable, UpgradeNeeded, ServerFault: Nothing was changed.
        """
        if self._context.consultant is not None:
            raise BadUsage(_("Maskinen er allerede tilmeldt. En boks hører til ét kontor og én konsulent."))
        address = _parse(url)
        ca_pem = read_pem(ca_file) or self._store.meta(MetaKey.CA_FILE)
        through = self._store.meta(MetaKey.PROXY) if proxy is None else read_proxy(proxy)
        key = self._key()
        request = EnrolRequest(
            code=_normalised(code),
            public_key=public_key_text(key),
            device_name=clean(device_name, limit=80).strip() or "?",
            app_version=version("fieldtui"),
        )
        with Transport(
            address.base,
            Identity(key, ENROL_ID, ENROL_ID),
            None,
            self._context.clock,
            timedelta(0),
            self._via,
            Route(ca_pem, through),
        ) as transport:
            enrolled, answer = self._ask_until_approved(
                transport, request, wait_seconds, lambda: on_words(fingerprint_words(public_key_der(key)))
            )
            offset = _prove(address, enrolled, answer, transport)
        self._remember(address, enrolled, ca_pem, through, offset)
        return enrolled.consultant

    def words(self) -> tuple[str, ...] | None:
        """The words of this device's key; `None` before it asked to be enrolled."""
        kept = self._store.meta(MetaKey.DEVICE_KEY)
        return fingerprint_words(public_key_der(load_private_key(kept))) if kept else None

    def _key(self) -> EllipticCurvePrivateKey:
        kept = self._store.meta(MetaKey.DEVICE_KEY)
        if kept is not None:
            return load_private_key(kept)
        key = new_device_key()
        self._store.set_meta(MetaKey.DEVICE_KEY, private_key_text(key))
        return key

    def _ask_until_approved(
        self, transport: Transport, request: EnrolRequest, wait_seconds: float, on_pending: Callable[[], None]
    ) -> tuple[Enrolled, Answer]:
        clock = self._context.clock
        until = clock.monotonic() + wait_seconds
        heard = pending = False
        while True:
            pause: float = SHORTEST_PAUSE
            try:
                answer = transport.post("/v1/enrol", request.model_dump_json().encode())
                said = _read(answer)
                heard = True
                if isinstance(said, Enrolled):
                    return said, answer
                if not pending:
                    on_pending()
                pending = True
                pause = max(pause, said.retry_after)
            except Unreachable as error:
                # Once the central system has answered, a network that comes and goes does not end the wait.
                if not heard or type(error) is not Unreachable:
                    raise
            if clock.monotonic() + pause > until:
                raise ApprovalPending
            self._pause(pause)

    def _remember(
        self, address: _Address, enrolled: Enrolled, ca_pem: str | None, proxy: str | None, offset: timedelta
    ) -> None:
        key = enrolled.organisation_keys[-1] if enrolled.organisation_keys else None
        with self._store.transaction():
            for name, value in (
                (MetaKey.SERVER_URL, address.base),
                (MetaKey.SERVER_KEY, enrolled.server_key),
                (MetaKey.CA_FILE, ca_pem or enrolled.ca),
                (MetaKey.PROXY, proxy),
                (MetaKey.ORGANISATION_KEY, None if key is None else key.model_dump_json()),
                (MetaKey.ORGANISATION_KEY_TRUST, None if key is None else "enrolled"),
                (MetaKey.ORGANISATION, enrolled.organisation),
                (MetaKey.ORGANISATION_ID, enrolled.organisation_id),
                (MetaKey.DEVICE_ID, enrolled.device_id),
                (MetaKey.KEY_ID, enrolled.key_id),
                (MetaKey.CLOCK_OFFSET_MS, str(round(offset.total_seconds() * 1000))),
                (MetaKey.CONSULTANT, enrolled.consultant.model_dump_json()),
            ):
                self._store.set_meta(name, value)
            self._store.audit("enrol", detail=enrolled.device_id)
        keep_organisation_slot(self._context)


def _parse(url: str) -> _Address:
    parts = None
    try:
        parts = urlsplit(clean(url).strip())
        sound = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.username is None
        sound = sound and parts.port != 0 and " " not in parts.netloc and len(url) <= _LONGEST_URL
    except ValueError:
        sound = False
    if parts is None or not sound:
        raise BadUsage(_("Adressen skal begynde med https:// og er den, kontoret har givet dig sammen med koden."))
    fingerprint = parse_qs(parts.fragment).get("k", [""])[0]
    base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    if parts.scheme == "http" and not is_loopback(base):
        raise BadUsage(_("Adressen skal begynde med https://, så ingen på vejen kan læse med."))
    if not fingerprint:
        raise BadUsage(_("Adressen er ikke hel: slutningen fra # mangler. Kopiér den hele, med anførselstegn omkring."))
    return _Address(base, fingerprint)


def read_proxy(text: str) -> str:
    """A proxy's address as it was typed.

    Raises:
        BadUsage: It is none.
    """
    try:
        return proxy_address(text)
    except ValueError:
        raise BadUsage(_("Proxyen skal skrives som http://navn:port, for eksempel http://proxy:8080.")) from None


def read_pem(file: Path | None) -> str | None:
    """The text of a file with certificates; `None` for no file.

    Raises:
        BadFile: It cannot be read, or holds none.
    """
    if file is None:
        return None
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, ValueError):
        raise BadFile(str(file), None, _("Certifikatet kan ikke læses.")) from None
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise BadFile(str(file), None, _("Det er ikke et certifikat i PEM-format."))
    try:
        tls_context(text)
    except (ValueError, ssl.SSLError):
        raise BadFile(str(file), None, _("Det er ikke et certifikat i PEM-format.")) from None
    return text


def _normalised(code: str) -> str:
    return "".join(char for char in code.upper() if char.isalnum())[:32]


def _read(answer: Answer) -> Enrolled | EnrolPending:
    if answer.problem is not None:
        if answer.problem.name == "code":
            raise BadUsage(
                _("Koden passer ikke, er brugt eller er for gammel. Intet er ændret. Bed din leder om en ny.")
            )
        raise ServerFault(answer.problem.name)
    try:
        return ENROL_RESPONSE.validate_json(answer.body)
    except ValidationError:
        raise ServerFault("enrol") from None


def _prove(address: _Address, enrolled: Enrolled, answer: Answer, transport: Transport) -> timedelta:
    """Make sure that the answer came from the key in the address; its time minus ours.

    Raises:
        TlsRefused: It did not.
    """
    try:
        key = load_public_key(enrolled.server_key)
        digest = hashlib.sha256(public_key_der(key)).digest()
        said = base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
        if not hmac.compare_digest(said.encode(), address.fingerprint.rstrip("=").encode()):
            raise TlsRefused("")
        created = verify_response(answer.message, answer.request, key=key, now=transport.now(), max_age=None)
    except (ValueError, SignatureRefused):
        raise TlsRefused("") from None
    offset = created - transport.now() + transport.offset
    return offset if abs(offset) > timedelta(seconds=2) else timedelta(0)
