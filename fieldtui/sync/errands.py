"""Errands to the office: what this device asks for that is not a change of a record."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from fieldtui.base.errors import ServerFault
from fieldtui.store.desk import DeskBox
from fieldtui.store.store import Store
from fieldtui.sync.report import SyncReport
from fieldtui.sync.transport import Transport
from fieldtui.wire.messages import PushRequest, PushResponse


def send_errands(store: Store, transport: Transport, headers: Mapping[str, str], report: SyncReport) -> bool:
    """Send what waits. Nothing waits: no request.

    A central system that knows no errands answers none; they wait then for one that does.

    Returns:
        True where the office answered any: what became of it is to be pulled.

    Raises:
        Unreachable, TlsRefused, ServerFault, UpgradeNeeded, Revoked: As `Transport`; they are sent again.
    """
    desk = DeskBox(store)
    answered = False
    while waiting := desk.sendable():
        body = PushRequest(ops=(), errands=waiting).model_dump_json().encode()
        answer = transport.post("/v1/changes", body, headers)
        if answer.problem is not None:
            raise ServerFault(answer.problem.name)
        try:
            response = PushResponse.model_validate_json(answer.body)
        except ValidationError:
            raise ServerFault("results") from None
        if not response.errands:
            break
        if [result.errand_id for result in response.errands] != [errand.errand_id for errand in waiting]:
            raise ServerFault("results")
        for result in response.errands:
            desk.answered(result)
            report.errands += result.status == "done"
            answered = True
    return answered
