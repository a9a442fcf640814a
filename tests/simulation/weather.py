"""How bad it gets in a seed, and of what kind: drawn before anything happens."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from tests.simulation.network import FAULTS, Fault


@dataclass(frozen=True)
class Weather:
    """Some seeds leave whole kinds of trouble out, so that others come through clearly."""

    bad: float
    """How often a request goes wrong; a push twice as often."""
    faults: tuple[Fault, ...]
    """What can go wrong with it."""
    deadly: float
    """How often the power goes."""
    hand_over: float
    """How often citizens change hands."""
    jumps: bool
    """Whether clocks are wrong, and jump."""
    theme: str
    """What happens in this seed far more often than in life: what needs several rare things in a row."""
    restores: bool
    """Whether the office may be restored from a backup."""
    interleave: float
    """How often somebody else has a turn between two statements at the office."""
    page_lines: int
    batch: int
    """Most operations in one push."""
    untimely: float = 0.3
    """Where much is restored: how often just while somebody sends."""
    deeds: tuple[str, ...] = ()
    """What people do, by the names of `Deeds`; where nothing is named, everything."""

    @classmethod
    def drawn(cls, chance: random.Random) -> Self:
        """What this seed has."""
        bad = chance.choice((0.0, 0.08, 0.2, 0.35))
        faults = tuple(chance.sample(FAULTS, chance.randint(2, len(FAULTS))))
        deadly = chance.choice((0.0, 0.1, 0.3))
        hand_over = chance.choice((0.0, 0.5, 1.0))
        jumps = chance.random() < 0.5
        theme = chance.choices(("", "restore", "leave", "revoke", "power"), (6, 2, 2, 1, 2))[0]
        return cls(
            bad=bad,
            faults=faults,
            deadly=deadly,
            hand_over=1.0 if theme in {"leave", "revoke"} else hand_over,
            jumps=jumps,
            theme=theme,
            restores=theme == "restore" or chance.random() < 0.15,
            interleave=chance.choice((0.0, 0.15, 0.4)),
            page_lines=chance.choice((3, 4, 7, 1000)),
            batch=chance.choice((1, 2, 3, 500)),
        )

    def made(self, ask: Mapping[str, Any]) -> Self:
        """The same weather, but for what is asked for by name."""
        return replace(self, **ask)
