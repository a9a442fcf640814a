"""What people read about a device whose vault went backwards."""

from __future__ import annotations

from typing import Final

from fieldtui.base.i18n import N_, _

_SENTENCES: Final = {
    "older": N_("en ældre kopi af boksen er brugt"),
    "restored": N_("boksen er lagt tilbage fra en kopi"),
    "forked": N_("to kopier af boksen er i brug"),
}


def set_back_words(kind: str) -> str:
    """How it went backwards, as the middle of a sentence in the language in force; an unknown code as it is."""
    return _(_SENTENCES[kind]) if kind in _SENTENCES else kind
