"""Has a network appeared? Asked of this machine's own routing table: nothing is sent to anybody.

Connecting a datagram socket only looks up which of the machine's own addresses would be used. It is asked for the
central system where that is named by its number, and for the addresses that RFC 5737 and RFC 3849 set aside for
examples, which stand for "anywhere else". The names of the interfaces are there because a VPN brings one of its own.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_ANYWHERE: Final = ("192.0.2.1", "2001:db8::1")
_DISCARD_PORT: Final = 9


@dataclass(frozen=True, slots=True)
class Reach:
    """Which ways lead out of this machine."""

    addresses: tuple[str | None, ...]
    """Our own address on the way to each place; `None` where no way leads there."""
    interfaces: frozenset[str]

    def is_news_after(self, earlier: Reach) -> bool:
        """True where a way has appeared, or another one is used now. A way that is gone is no reason to sync."""
        if self.interfaces - earlier.interfaces:
            return True
        # Asked for one place more than before, nothing is known about how that one stood.
        pairs = zip(self.addresses, earlier.addresses, strict=False)
        return any(now is not None and now != then for now, then in pairs)


def reach(url: str | None) -> Reach:
    """The ways as they are now; microseconds, no packet, no name is looked up.

    Args:
        url: The central system's address, where there is one.
    """
    host = urlsplit(url).hostname if url else None
    places = (*_ANYWHERE, *((host,) if host and _is_number(host) else ()))
    names: frozenset[str] = frozenset()
    with contextlib.suppress(OSError):  # no permission to list them: the addresses alone must do
        names = frozenset(name for _no, name in socket.if_nameindex())
    return Reach(tuple(_own_address(place) for place in places), names)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _own_address(place: str) -> str | None:
    family = socket.AF_INET6 if ":" in place else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((place, _DISCARD_PORT))
            return str(probe.getsockname()[0])
    except OSError:
        return None
