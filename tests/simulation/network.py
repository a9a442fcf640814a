"""The network between one laptop and the office, with everything that can go wrong on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import httpx2

from tests.simulation.fibers import Baton
from tests.simulation.laptop import Laptop
from tests.simulation.office import URL, Office

Fault = Literal[
    "none", "lose request", "lose answer", "half answer", "cut answer", "twice", "twice, second answer", "late",
    "late copy", "server dies before commit", "server dies after commit", "kill before", "kill after", "502",
]  # fmt: skip
FAULTS: tuple[Fault, ...] = (
    "lose request", "lose answer", "half answer", "cut answer", "twice", "twice, second answer", "late", "late copy",
    "server dies before commit", "server dies after commit", "kill before", "kill after", "502",
)  # fmt: skip

_WORK = 2
"""The gate proves and counts in the first transaction; the second one pulls or pushes."""


@dataclass(frozen=True)
class Letter:
    """A request that is still somewhere on the way."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    sender: str


Answered = tuple[int, list[tuple[bytes, bytes]], bytes]


class Network(httpx2.BaseTransport):
    """Below the engine's own HTTP client."""

    def __init__(
        self,
        laptop: Laptop,
        office: Office,
        baton: Baton,
        *,
        fault: Callable[[str], Fault],
        late: list[Letter],
        tell: Callable[[str], None],
        heard: Callable[[str, Letter, Answered], None] = lambda _name, _letter, _answer: None,
        arrives: Callable[[], None] = lambda: None,
    ) -> None:
        self._laptop = laptop
        self._office = office
        self._baton = baton
        self._fault = fault
        self._late = late
        self._tell = tell
        self._heard = heard
        self._arrives = arrives

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        laptop, fuse = self._laptop, self._laptop.fuse
        target = str(request.url).removeprefix(URL)
        letter = Letter(request.method, target, list(request.headers.raw), request.read(), laptop.name)
        laptop.sends = request.method == "POST"
        fault = self._fault(request.method)
        short = f"{laptop.name} {request.method}"
        self._tell(f"{short}: {fault}" if fault != "none" else short)
        self._turn(fuse.around)
        if fault == "kill before":
            fuse.burn()
        if fault in {"lose request", "late"}:
            if fault == "late":
                self._late.append(letter)
            raise httpx2.ReadTimeout("lost", request=request)
        if fault == "502":
            return httpx2.Response(502, headers={"content-type": "text/html"}, stream=httpx2.ByteStream(b"<html>"))
        status, headers, body = self._served(letter, fault)
        if fault == "late copy":
            self._late.append(letter)
        self._turn(fuse.around)
        if fault == "kill after":
            fuse.burn()
        if fault in {"lose answer", "server dies before commit", "server dies after commit"}:
            raise httpx2.ReadError("lost", request=request)
        if fault == "cut answer":
            body = body[: len(body) // 2]
            headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
        self._tell(f"{laptop.name} gets {status}")
        self._arrives()
        stream = _Broken(body) if fault == "half answer" else httpx2.ByteStream(body)
        return httpx2.Response(status, headers=headers, stream=stream)

    def _served(self, letter: Letter, fault: Fault) -> Answered:
        office = self._office
        fiber = self._baton.current
        assert fiber is not None
        dying = {"server dies before commit": "before commit", "server dies after commit": "after commit"}.get(fault)
        if dying is not None:
            office.database.dies = _nth(_WORK, dying, lambda: self._baton.current is fiber)
        try:
            answer = office.serve(fiber.loop, letter.method, letter.target, letter.headers, letter.body)
        finally:
            office.database.dies = lambda _moment: False
        self._heard(letter.sender, letter, answer)
        if dying is not None:
            office.restart()
        if fault in {"twice", "twice, second answer"}:
            again = office.serve(fiber.loop, letter.method, letter.target, letter.headers, letter.body)
            return answer if fault == "twice" else again
        return answer

    def _turn(self, around: Callable[[Callable[[], None]], None]) -> None:
        """A moment in which anybody else may act, and the power may go."""
        around(self._baton.pause)

    def close(self) -> None:
        """The office stays reachable for the next sync."""


class _Broken(httpx2.SyncByteStream):
    """An answer of which only the first half arrives."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx2.RemoteProtocolError("cut")


def _nth(number: int, moment: str, mine: Callable[[], bool]) -> Callable[[str], bool]:
    """Strikes at one moment of the n-th transaction from here, of those that are one's own."""
    seen = 0

    def strikes(at: str) -> bool:
        nonlocal seen
        if not mine():
            return False
        if at == "before commit":
            seen += 1
        return seen == number and at == moment

    return strikes
