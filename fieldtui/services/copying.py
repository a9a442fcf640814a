"""What a person may take along to another program: a note or a phone number, on purpose, and written to the access log.

Nothing of a protected address is given out (domain.md § 4.4): not the phone number, and no note that says it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fieldtui.base.errors import BadUsage, NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean, fold
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import BridgingNote, Citizen, Note, fields_of
from fieldtui.services.context import Context

_SHORTEST_SECRET: Final = 4
"""A part of an address of fewer letters is in too many words to mean anything."""
_NOT_WORDS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Copied:
    """What goes to the clipboard."""

    what: str
    """Its name in Danish or English, as the confirmation says it."""
    text: str
    """Cleaned; a note keeps its lines."""


class Copying:
    """Gives out one field at a time."""

    def __init__(self, context: Context) -> None:
        self._store = context.store
        self._veil = context.veil

    def phone(self, citizen_id: str) -> Copied:
        """A citizen's phone number.

        Raises:
            NotFound: No such citizen.
            BadUsage: There is none, or it is protected.
            DiskFull, Busy: It could not be logged, so it is not given out.
        """
        citizen_id = self._store.stand_ins().get(citizen_id, citizen_id)
        citizen = self._citizen(citizen_id)
        known = fields_of(Citizen)["phone"]
        label = _(known.label)
        if is_protected(citizen):
            raise BadUsage(_("Oplysningen er beskyttet og kan ikke kopieres."))
        if not citizen.phone:
            raise BadUsage(_("{label} er ikke udfyldt.").format(label=label))
        self._store.audit("copy", citizen_id, detail="phone")
        return Copied(label, clean(citizen.phone))

    def note(self, note_id: str) -> Copied:
        """A note, whole.

        Raises:
            NotFound: No such note.
            BadUsage: It says where a protected citizen lives, or how to call; or it is annulled or confidential.
            DiskFull, Busy: It could not be logged, so it is not given out.
        """
        stored = self._store.get(note_id)
        if stored is None or not isinstance(stored.record, (Note, BridgingNote)):
            raise NotFound(clean(note_id, limit=80))
        if stored.annulled_at is not None:
            raise BadUsage(_("Notatet er annulleret og kan ikke kopieres."))
        if is_confidential(stored.record):
            raise BadUsage(_("Notatet er fortroligt og kan ikke kopieres."))
        citizen_id = stored.record.citizen_id
        text = clean(stored.record.text, multiline=True)
        if any(says_secret(card, text) for card in self._veil.protected(citizen_id)):
            raise BadUsage(_("Notatet nævner en beskyttet oplysning og kan ikke kopieres."))
        self._store.audit("copy", citizen_id, detail=stored.collection)
        return Copied(_(type(stored.record).label), text)

    def _citizen(self, citizen_id: str) -> Citizen:
        stored = self._store.get(citizen_id)
        if stored is None or not isinstance(stored.record, Citizen):
            raise NotFound(clean(citizen_id, limit=80))
        return stored.record


def says_secret(citizen: Citizen, text: str) -> bool:
    """True where a text holds one of the citizen's protected fields, however it is spaced or written in capitals."""
    squeezed = _NOT_WORDS.sub("", fold(text))
    for name in PROTECTED_FIELDS:
        secret = _NOT_WORDS.sub("", fold(str(getattr(citizen, name) or "")))
        if len(secret) >= _SHORTEST_SECRET and secret in squeezed:
            return True
    return False
