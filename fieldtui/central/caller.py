"""Who a request was proven to come from."""

from __future__ import annotations

from dataclasses import dataclass

from fieldtui.central.database import Organisation
from fieldtui.wire.messages import Person, Problem, ProblemName
from fieldtui.wire.organisation import OrganisationKey, WipeOrder
from fieldtui.wire.problems import build_problem


@dataclass(frozen=True, slots=True)
class Caller:
    """An enrolled device and the member of staff it belongs to."""

    organisation: Organisation
    person: Person
    device_id: str


class Refusal(Exception):
    """An answer that is a problem (RFC 9457)."""

    def __init__(
        self,
        name: ProblemName,
        *,
        detail: str | None = None,
        retry_after: int | None = None,
        last_seq: int | None = None,
        kept_seq: int | None = None,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail
        self.retry_after = retry_after
        self._told = {
            name: value for name, value in (("last_seq", last_seq), ("kept_seq", kept_seq)) if value is not None
        }

    def problem(self) -> Problem:
        """The problem to send."""
        return build_problem(self.name, detail=self.detail).model_copy(update=self._told)


class WipeOrdered(Refusal):
    """A device that is shut out and shall destroy its keys; the answer carries the order."""

    def __init__(self, order: WipeOrder, keys: tuple[OrganisationKey, ...]) -> None:
        super().__init__("wipe")
        self._order = order
        self._keys = keys

    def problem(self) -> Problem:
        """The problem to send."""
        return super().problem().model_copy(update={"wipe_order": self._order, "organisation_keys": self._keys})
