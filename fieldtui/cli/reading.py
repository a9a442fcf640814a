"""Which commands `--read-only` is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _

_CHANGING: Final = frozenset({"init", "enrol", "demo", "central", "sync", "put", "add"})
_LOOKING_AT_THE_VAULT: Final = frozenset({"check", "slots", "organisation-key", "--help", "-h"})


def require_reading(words: Sequence[str]) -> None:
    """Refuse a command whose whole purpose is to change something; others say so where it comes to that.

    Raises:
        BadUsage: It is one.
    """
    changes = words[0] in _CHANGING if words else False
    if len(words) > 1 and words[0] == "vault":
        changes = words[1] not in _LOOKING_AT_THE_VAULT
    if changes:
        raise BadUsage(_("--read-only hører til det, der læser, fx: fieldtui --read-only today"))
