"""What became of a push, as this device reads it: also in words of a central system that is newer than it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, get_args

from pydantic import ValidationError

from fieldtui.base.errors import ServerFault
from fieldtui.base.log import event
from fieldtui.store.outbox import Entry
from fieldtui.wire.messages import PROBLEM_PREFIX, OpResult, PushResponse

_KNOWN: Final = frozenset(model.model_fields["status"].default for model in get_args(get_args(OpResult)[0]))
NOT_UNDERSTOOD: Final = f"{PROBLEM_PREFIX}not-understood"
"""Type of a result whose status is not one of version 1. It is no answer that the edit was taken: so the edit is kept."""


def read_results(body: bytes, sent: Sequence[Entry]) -> PushResponse:
    """The answer to a push, whose results are those of what was sent, in order.

    A result with a status that this version does not know becomes a refusal that says so. The edit stays here, visible;
    where it was taken after all, its record comes with a pull under the same op id, and takes it out of the outbox.

    Raises:
        ServerFault: It is none, or answers something else.
    """
    try:
        said: Any = json.loads(body)
        results = said["results"]
        strange = [number for number, each in enumerate(results) if each["status"] not in _KNOWN]
        for number in strange:
            word = str(results[number]["status"])[:40]
            results[number] = {
                "status": "rejected", "op_id": results[number]["op_id"], "type": NOT_UNDERSTOOD, "detail": word
            }  # fmt: skip
        if strange:
            event("sync.not_understood", results=len(strange))
        response = PushResponse.model_validate(said) if strange else PushResponse.model_validate_json(body)
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError):
        raise ServerFault("results") from None
    if [result.op_id for result in response.results] != [entry.op_id for entry in sent]:
        raise ServerFault("results")
    return response
