"""A central system that fell into the wrong hands: it holds the right key and says what it likes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import select

from fieldtui.base.errors import FieldtuiError
from fieldtui.central.database import organisation_from
from fieldtui.central.schema import organisation
from fieldtui.services import unlocking
from fieldtui.services.workspace import Workspace
from fieldtui.wire.encoding import decode_body
from fieldtui.wire.signatures import HttpMessage, sign_response
from tests.support.vaults import phrase
from tests.sync.office import Device, Office

Lines = list[dict[str, Any]]


class Rogue:
    """Changes a device's answers on the way, and signs them as the central system would."""

    def __init__(self, office: Office, device: Device) -> None:
        with office.database.transaction() as connection:
            self._org = organisation_from(connection.execute(select(organisation)).one())
        self._clock = office.clock
        self.device = device
        self.pages: Callable[[Lines], Lines | bytes] | None = None
        """What becomes of the lines of a page."""
        self.pushes: Callable[[dict[str, Any]], dict[str, Any] | bytes] | None = None
        """What becomes of the answer to a push."""
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        device.network.change = self._change

    def _change(
        self, request: httpx2.Request, status: int, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        said: Any = None
        if request.method == "GET" and self.pages is not None:
            plain = decode_body(body, headers.get("content-encoding"), limit=1 << 26)
            said = self.pages([json.loads(line) for line in plain.splitlines()])
            if isinstance(said, list):
                said = b"\n".join(json.dumps(line).encode() for line in said)
        elif request.method == "POST" and self.pushes is not None:
            plain = decode_body(body, headers.get("content-encoding"), limit=1 << 26)
            said = self.pushes(json.loads(plain))
            if isinstance(said, dict):
                said = json.dumps(said).encode()
        if said is None and self.status is None:
            return status, headers, body
        return self.signed(request, self.status or status, said if said is not None else body)

    def signed(self, request: httpx2.Request, status: int, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """An answer that proves to be the central system's."""
        headers = {"content-type": "application/json", "fieldtui-protocol": "1", **self.headers}
        asked = HttpMessage(
            request.method, str(request.url), {k.lower(): v for k, v in request.headers.items()}, request.content
        )
        answer = HttpMessage(request.method, str(request.url), headers, body, status)
        headers |= sign_response(
            answer, asked, key=self._org.server_key, key_id=self._org.key_id, created=self._clock.now()
        )
        return status, headers, body

    def leave_alone(self) -> None:
        """Let the true central system speak again."""
        self.pages = self.pushes = self.status = None
        self.headers = {}


def outcome(device: Device, **how: Any) -> str:
    """How a sync went: `done`, or the error a person is told."""
    try:
        device.sync(**how)
    except FieldtuiError as error:
        return f"{type(error).__name__}({error})"
    return "done"


def work_a_day(workspace: Workspace) -> None:
    """Everything that the screens ask for when they are opened."""
    today = workspace.clock.now().date()
    workspace.status()
    workspace.agenda.day(today)
    for row in workspace.lookup.citizens(today):
        workspace.lookup.open_citizen(row.id)
    for company in workspace.lookup.companies(today):
        workspace.lookup.company(company.id)
    workspace.lookup.bridging(today)
    workspace.lookup.weekly_figures(today)
    workspace.lookup.week(today - timedelta(days=today.weekday()))
    workspace.lookup.search("a")
    workspace.drafts.unfinished()
    workspace.conflicts.list()
    workspace.syncing.waiting()
    workspace.syncing.last()
    for collection in ("citizen", "appointment", "note", "consent", "referral", "task"):
        workspace.lookup.list(collection, include_all=True)


def reopened(device: Device) -> None:
    """Lock and unlock, as after an error a person would."""
    folder = device.workspace.folder
    device.workspace.close()
    device.workspace = unlocking.unlock(folder, phrase(), clock=device.clock, ids=device.workspace.store.ids)
    device.__post_init__()
