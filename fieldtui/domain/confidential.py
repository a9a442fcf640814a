"""Confidential notes: for the citizen's own consultant and the author, out of search and exports, opened with a reason.

Everybody else sees at most that there is one. The same test at the central system, which sends them to nobody else, and on
a device, which may have got one while its consultant had the citizen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import Note

COVER: Final = N_("Fortroligt notat: vises med en grund, som skrives i loggen")
"""What stands in the place of the text."""
CONFIDENTIAL_DRAFT: Final = "confidential"
"""The kind of a draft that will be such a note."""
FIELD: Final = "text"
"""The field that is covered."""


def is_confidential(record: object) -> bool:
    """True for a note that was written as confidential."""
    return isinstance(record, Note) and record.confidential is True


def body_is_confidential(collection: str, body: Mapping[str, Any]) -> bool:
    """As `is_confidential`, of a record as it is stored and sent."""
    return collection == Note.collection and body.get("confidential") is True


def may_read(author: object, reader_id: str | None, role: str | None) -> bool:
    """True for the citizen's own consultant and for who wrote it.

    Args:
        author: Who wrote it, by id.
        reader_id: Who wants to read, by id.
        role: What they are to the citizen; `None` where nobody has said yet, as for a citizen they enrolled themselves.
    """
    return role in {None, "primary"} or (reader_id is not None and author == reader_id)


def covered(note: Note) -> Note:
    """The note with words in the place of its text."""
    return note.model_copy(update={FIELD: _(COVER)})


def is_cover(value: object) -> bool:
    """True for the words that stand in the place of a text, in the language in force or in Danish."""
    return value in {COVER, _(COVER)}
