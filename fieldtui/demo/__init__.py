"""Training: a made-up team on a real central system, never mixed with real work."""

from __future__ import annotations

from typing import Final

PASSPHRASE: Final = "sommer havn kaffe bro cykel"  # noqa: S105  printed on purpose: it protects nobody who exists
"""Opens the training's vault; it stands in the banner and in the README."""
