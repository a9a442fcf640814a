"""How much traffic is taken from whom. All state is in the database: any number of processes share it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Final

from sqlalchemy import ColumnElement, case, literal, or_
from starlette.types import Scope

from fieldtui.central.schema import device


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one process takes."""

    per_minute: int = 600
    """Requests a device may go on making; 0 for as many as it likes. A sync is seldom more than ten."""
    burst: int = 1_200
    """Requests a device may make at once after a rest: a first sync of a large caseload is about a hundred."""
    behind_proxy: bool = False
    """Believe `X-Forwarded-For`, because only the proxy can reach this process."""

    def __post_init__(self) -> None:
        if self.per_minute < 0 or self.burst < 1:
            raise ValueError("traffic")

    @property
    def _step(self) -> timedelta:
        return timedelta(minutes=1) / self.per_minute

    @property
    def _slack(self) -> timedelta:
        """How far ahead of the clock a device may be and still ask."""
        return self._step * (self.burst - 1)

    # The generic cell rate algorithm (ITU-T I.371): one instant a device says it all, and the update that counts its
    # sequence number up carries it, so that a limit costs no write of its own.

    def allowed(self, now: datetime) -> ColumnElement[bool]:
        """Where a device may make one more request now."""
        if not self.per_minute:
            return literal(True)
        return or_(device.c.busy_until.is_(None), device.c.busy_until <= now + self._slack, self._senseless(now))

    def moved_on(self, now: datetime) -> dict[str, Any]:
        """The columns that one more request changes."""
        if not self.per_minute:
            return {}
        rested = or_(device.c.busy_until.is_(None), device.c.busy_until < now, self._senseless(now))
        begins = case((rested, literal(now, device.c.busy_until.type)), else_=device.c.busy_until)
        return {"busy_until": begins + self._step}

    def seconds_left(self, busy_until: datetime | None, now: datetime) -> int:
        """How long a device that was refused has to wait, in whole seconds."""
        if busy_until is None or not self.per_minute:
            return 1
        return max(1, math.ceil((busy_until - self._slack - now).total_seconds()))

    def _senseless(self, now: datetime) -> ColumnElement[bool]:
        """Further ahead than any device can come: the clock was turned back, or a larger burst was allowed before."""
        return device.c.busy_until > now + 2 * (self._slack + self._step)

    def address_of(self, scope: Scope) -> str | None:
        """A name for the network address that a request came from; `None` where it tells nobody from anybody.

        It is a hash, of an IPv6 address only of its network, which is what one customer has. This machine's own
        address is nobody's: a proxy or a training has it.
        """
        text = scope["client"][0] if scope.get("client") else ""
        if self.behind_proxy:
            text = _forwarded_for(scope) or text
        try:
            address = ip_address(text)
        except ValueError:
            return None
        if address.is_loopback:
            return None
        known = str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
        return hashlib.sha256(f"fieldtui enrol {known}".encode()).hexdigest()


UNLIMITED: Final = Traffic(per_minute=0)


def _forwarded_for(scope: Scope) -> str | None:
    """What the proxy itself wrote: the last address. What comes before it anybody can write."""
    values: Mapping[bytes, bytes] = dict(scope["headers"])
    last = values.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
    return last or None
