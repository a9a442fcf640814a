"""Threads of which exactly one runs at a time, so that whose turn it is follows from the seed and nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


class Stuck(AssertionError):
    """Nobody can go on: something real waits for something that the scheduler holds back."""


class Fiber:
    """A thread with an event loop of its own, which works only while the baton is handed to it."""

    def __init__(self, baton: Baton, name: str) -> None:
        self.name = name
        self.error: BaseException | None = None
        self.done = True
        self.waits_for: Callable[[], bool] | None = None
        """Goes on only once this is true (a lock that another fiber holds)."""
        self.loop = asyncio.new_event_loop()
        self._baton = baton
        self._wake = threading.Semaphore(0)
        self._job: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._live, name=f"sim-{name}", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """True where it has work and may go on."""
        return not self.done and (self.waits_for is None or self.waits_for())

    def begin(self, job: Callable[[], None]) -> None:
        """Give it work; it starts with the first `step`."""
        assert self.done
        self._job, self.done, self.error, self.waits_for = job, False, None, None

    def step(self) -> None:
        """Let it work until it pauses or is done."""
        self.waits_for = None
        self._baton.current = self
        self._wake.release()
        if not self._baton.back.acquire(timeout=PATIENCE_SECONDS):
            raise Stuck(self.name)
        self._baton.current = None

    def pause(self) -> None:
        """Give the baton back; from any thread that works for this fiber."""
        self._baton.back.release()
        self._wake.acquire()

    def stop(self) -> None:
        """End the thread."""
        assert self.done
        self._job = None
        self._wake.release()
        self._thread.join(PATIENCE_SECONDS)
        self.loop.close()

    def _live(self) -> None:
        asyncio.set_event_loop(self.loop)
        while True:
            self._wake.acquire()
            job = self._job
            if job is None:
                self.loop.run_until_complete(self.loop.shutdown_default_executor())
                return
            try:
                job()
            except BaseException as error:  # noqa: BLE001  whatever ended it is the scheduler's to judge
                self.error = error
            self.done = True
            self._baton.back.release()


class Baton:
    """Who works now; `None` for the scheduler itself."""

    def __init__(self) -> None:
        self.current: Fiber | None = None
        self.back = threading.Semaphore(0)
        self._fibers: dict[str, Fiber] = {}

    def fiber(self, name: str) -> Fiber:
        """The fiber of that name; they are kept from seed to seed, because threads and loops are dear to make."""
        if name not in self._fibers:
            self._fibers[name] = Fiber(self, name)
        return self._fibers[name]

    def pause(self) -> None:
        """Let others work; returns when it is this fiber's turn again. In the scheduler's own work it does nothing."""
        if self.current is not None:
            self.current.pause()

    def wait_until(self, free: Callable[[], bool]) -> None:
        """Let others work until something is free."""
        while not free():
            if self.current is None:
                raise Stuck("the scheduler")
            self.current.waits_for = free
            self.current.pause()

    def stop(self) -> None:
        """End all threads."""
        for fiber in self._fibers.values():
            fiber.stop()
        self._fibers.clear()
