"""Errands of a push: each carried out once, in order, in the push's own transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from fieldtui.central import handovers, parking
from fieldtui.central.assignments import Access, access_of
from fieldtui.central.caller import Caller, Refusal
from fieldtui.central.handovers import Refused
from fieldtui.central.ledger import Ledger
from fieldtui.central.schema import operation
from fieldtui.wire.desk import ERRANDS, Errand, ErrandResult

_KINDS: Final[dict[str, Callable[[Ledger, Access, Errand], None]]] = {
    "offer": handovers.offer,
    "withdraw": handovers.withdraw,
    "reject": handovers.reject,
    "accept_parked": parking.accept_parked,
    "decline_parked": parking.decline_parked,
}


def carry_out(ledger: Ledger, caller: Caller, errands: Sequence[Errand], *, day: date) -> tuple[ErrandResult, ...]:
    """Carry out errands; one result each, in order. The same errand again gets the same result and does nothing.

    Raises:
        Refusal: `too-large` where there are more than `ERRANDS`; nothing was done.
    """
    if len(errands) > ERRANDS:
        raise Refusal("too-large", detail="errands")
    if not errands:
        return ()
    rows = ledger.connection.execute(
        select(operation).where(
            operation.c.org_id == ledger.org_id, operation.c.op_id.in_([each.errand_id for each in errands])
        )
    )
    known: dict[str, tuple[str, dict[str, Any]]] = {row.op_id: (row.content_hash, row.result) for row in rows}
    results: list[ErrandResult] = []
    for errand in errands:
        said = _hash(errand)
        before = known.get(errand.errand_id)
        if before is None:
            result = _one(ledger, caller, errand, day)
            known[errand.errand_id] = said, result.model_dump(mode="json")
            _remember(ledger, caller, errand, said, result)
        elif before[0] != said:
            result = ErrandResult(errand_id=errand.errand_id, status="refused", detail="identity")
        else:
            result = ErrandResult.model_validate(before[1])
        results.append(result)
    return tuple(results)


def _one(ledger: Ledger, caller: Caller, errand: Errand, day: date) -> ErrandResult:
    # Asked anew each time: accepting a hand-over opens the file for the errands behind it.
    access = access_of(ledger.connection, ledger.org_id, caller.person, today=day)
    try:
        if errand.kind == "accept":
            handovers.accept(ledger, access, errand, day=day)
        elif errand.kind in _KINDS:
            _KINDS[errand.kind](ledger, access, errand)
        else:
            raise Refused("unknown_errand")
    except Refused as refused:
        status = "changed" if refused.changed else "refused"
        return ErrandResult(errand_id=errand.errand_id, status=status, detail=refused.word)
    return ErrandResult(errand_id=errand.errand_id, status="done")


def _remember(ledger: Ledger, caller: Caller, errand: Errand, said: str, result: ErrandResult) -> None:
    ledger.connection.execute(
        insert(operation).values(
            org_id=ledger.org_id, op_id=errand.errand_id, device_id=caller.device_id, content_hash=said,
            result=result.model_dump(mode="json"), received_at=ledger.now,
        )
    )  # fmt: skip


def _hash(errand: Errand) -> str:
    canonical = json.dumps(errand.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
