"""Notes that were written on the wrong citizen: annulled with a reason that begins so, and their text shown to nobody from then on."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from fieldtui.base.i18n import N_, _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import BridgingNote, Note

WRONG_CITIZEN: Final = "Forkert borger"
"""How the reason of such an annulment begins; data, and so the same in every language and on every device."""
STRUCK: Final = N_("Streget ud: det stod hos en forkert borger. Teksten er skjult.")
"""What stands in the place of the text."""
TEXT: Final = "text"

S = TypeVar("S", bound=Stored[Any])


def reason_of(why: str) -> str:
    """The reason of the annulment, with what the person said."""
    return f"{WRONG_CITIZEN}: {why}"


def is_wrong_citizen(reason: str | None) -> bool:
    """True where an annulment's reason says that the note stood on the wrong citizen."""
    return reason is not None and reason.startswith(WRONG_CITIZEN)


def is_struck(stored: Stored[Any]) -> bool:
    """True for a note that was annulled because it stood on the wrong citizen."""
    is_note = isinstance(stored.record, Note | BridgingNote)
    return is_note and stored.annulled_at is not None and is_wrong_citizen(stored.annulled_reason)


def struck_out(record: Any) -> Any:
    """The note with a sentence in the place of its text; `record` is a note or a bridging note."""
    return record.model_copy(update={TEXT: _(STRUCK)})
