"""Whether the simulation notices a guarantee that is taken away: seeds are searched until one of them shows it.

Which seeds do depends on every question the office asks its database, as each is a moment in which somebody else may have
a turn. So no seed is relied on: the search begins at the one that showed it last and goes on through as many as are
needed, and the weather is one that brings the guarantee out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.simulation.breakages import BREAKAGES
from tests.simulation.scene import Stage
from tests.simulation.world import SeedFailed, play

TRIED: Final = 150
"""Most seeds for one guarantee. The rarest is shown by one in ten, and so by none of them less than once in 10⁶."""

_RESTORED: Final = {"theme": "restore", "restores": True, "bad": 0.0, "deadly": 0.0, "jumps": False}
BROUGHT_OUT_BY: Final[Mapping[str, Mapping[str, Any]]] = {
    "outbox-apart": {"deadly": 0.3},
    "forgetful-server": {"bad": 0.35, "faults": ("lose answer", "server dies after commit", "twice")},
    "new-id-on-retry": {"bad": 0.35, "faults": ("lose answer", "server dies after commit")},
    "seq-before-commit": {"interleave": 0.4, "bad": 0.0, "deadly": 0.0},
    "revoked-let-in": {"theme": "revoke", "hand_over": 1.0},
    "cursor-before-page": {"theme": "power", "deadly": 0.3, "page_lines": 3},
    "restored-unnoticed": _RESTORED,
    "loss-unsaid": {**_RESTORED, "deeds": ("edit", "several"), "untimely": 0.0, "hand_over": 0.0},
    "pushed-over-a-restore": {
        **_RESTORED, "deeds": ("edit", "several"), "untimely": 0.8, "batch": 1, "page_lines": 1000, "hand_over": 0.0,
    },
}  # fmt: skip
"""By guarantee that is taken away, what of the weather is not left to the seed."""


def seeds_from(first: int) -> Iterator[int]:
    """The seeds that are searched, the one that showed it last before all."""
    yield first
    yield from (seed for seed in range(TRIED) if seed != first)


def first_that_shows(stage: Stage, name: str, seeds: Iterator[int]) -> int | None:
    """The first of the seeds in which a promise is broken where this guarantee is taken away; `None` where it is none."""
    return next((seed for seed in seeds if shows(stage, name, seed)), None)


def shows(stage: Stage, name: str, seed: int) -> bool:
    """Whether this seed does: by a promise by its number, not by a play that could not go on."""
    try:
        play(stage, seed, broken=BREAKAGES[name](stage), weather=BROUGHT_OUT_BY.get(name, {}))
    except SeedFailed as error:
        return re.match(r"seed \d+: [1-6]: ", str(error)) is not None
    return False
