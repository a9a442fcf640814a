"""Identifiers are asked for through the constructor, so that tests can foresee them."""

from __future__ import annotations

import random
from typing import Protocol
from uuid import UUID


class IdSource(Protocol):
    """Where a use case asks for an id or for randomness."""

    def new(self) -> str:
        """A fresh UUIDv7 (RFC 9562), so that ids made later sort later."""
        ...


class SystemIds:
    """UUIDv7 from the operating system's randomness and clock."""

    def new(self) -> str:
        """A fresh UUIDv7."""
        import uuid_utils

        return str(uuid_utils.uuid7())


class SeededIds:
    """UUIDv7 whose every bit follows from a seed; for training data and tests."""

    def __init__(self, seed: int | str, start_ms: int = 1_767_225_600_000) -> None:
        self._random = random.Random(f"fieldtui-ids-{seed}")
        self._ms = start_ms

    def new(self) -> str:
        """The next id of the sequence; later ones sort later."""
        self._ms += 1
        rand_a = self._random.getrandbits(12)
        rand_b = self._random.getrandbits(62)
        value = (self._ms & (1 << 48) - 1) << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b
        return str(UUID(int=value))
