"""What the citizen's card lets a person do with the one record under the cursor: to the journal, to another time, to another citizen."""

from __future__ import annotations

from typing import Any

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.tui.meeting_acts import MeetingActs


class RecordActs(MeetingActs):
    """Mixed into a screen that lists a citizen's records."""

    def chosen_record(self) -> Stored[Any] | None:
        """The record under the cursor."""
        raise NotImplementedError

    def action_journal(self) -> None:
        """`l`: the note under the cursor to the municipality's journal; where it is there already, the mark may go."""
        stored = self.chosen_record()
        if stored is not None and stored.collection == "note":
            self.journal_or_back(stored)
        else:
            self.shell.notice(_("Stil dig på et notat."))

    def action_move(self) -> None:
        """`x`: a note to the right citizen, an appointment to another time."""
        stored = self.chosen_record()
        if stored is not None and stored.collection in {"note", "bridging_note"}:
            self.wrong_citizen(stored)
        elif stored is not None and stored.collection == "appointment":
            self.move(stored)
        else:
            self.shell.notice(_("Stil dig på et notat eller en aftale."))
