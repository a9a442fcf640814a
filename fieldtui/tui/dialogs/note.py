"""Write a note. Every half second what stands there is kept as an encrypted draft; Esc never loses it."""

from __future__ import annotations

import time
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import TextArea

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.explain import explain
from fieldtui.base.i18n import _
from fieldtui.tui.keymap import CONTEXTS, bindings
from fieldtui.tui.presenters.dates import local
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.fields import CleanTextArea
from fieldtui.tui.widgets.panel import Lines

_PAUSE_SECONDS: Final = 0.4
"""A draft is kept when the hands rest this long …"""
_LONGEST_SECONDS: Final = 0.5
"""… or when this much time has passed since the first key that is not kept yet."""


def draft_key(kind: str, citizen_id: str, appointment_id: str | None) -> str:
    """The key of the draft of a note: one per citizen, meeting and kind."""
    return f"{kind}:{citizen_id}:{appointment_id or ''}"


class NoteEditor(Dialog[Outcome]):
    """The note of a meeting, or a bridging note. Answers with what the service said when it was saved."""

    context = "referat"
    AUTO_FOCUS = "#note-text"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["referat"])

    def __init__(
        self, citizen_id: str, name: str, *, kind: str = "note", appointment_id: str | None = None, about: str = ""
    ) -> None:
        """Args:
        citizen_id: Whom it is about.
        name: What the screen calls them.
        kind: `note` or `bridging_note`.
        appointment_id: The meeting it is the note of.
        about: What else the heading says, such as the time of the meeting.
        """
        super().__init__()
        self._citizen_id = citizen_id
        self._name = name
        self._kind = kind
        self._appointment_id = appointment_id
        self._about = about
        self._key = draft_key(kind, citizen_id, appointment_id)
        self._timer: Any = None
        self._unsaved_since: float | None = None
        self._saved = False
        self._loaded = False

    def heading(self) -> str:
        what = _("Brobygningsnotat") if self._kind == "bridging_note" else _("Referat")
        return " · ".join(part for part in (what, self._name, self._about) if part)

    def footing(self) -> str:
        return _("Ctrl+S gemmer · Esc lukker og beholder kladden")

    def body(self) -> ComposeResult:
        yield CleanTextArea(id="note-text")
        yield Lines((self._advice(),), id="note-said", classes="wrap")

    def _advice(self) -> str:
        if self._kind == "bridging_note":
            return _("Praktisk koordinering. Behandlingens indhold står i behandlingsstedets journal.")
        return _("Skriv kun det nødvendige. Helbred hører til i Brobygning.")

    def set_out(self) -> None:
        self.run_service(lambda: self.shell.workspace.drafts.get(self._key), self._restore)

    def _restore(self, draft: Any) -> None:
        area = self.query_one(TextArea)
        if draft is not None and not area.text and not self._loaded:
            area.load_text(draft.text)
            area.move_cursor(area.document.end)
            self._say(Piece(_("√ Kladden er hentet frem igen."), "success"))
        self._loaded = True

    def _say(self, piece: Piece) -> None:
        words = len(self.query_one(TextArea).text.split())
        count = _("1 ord") if words == 1 else _("{count} ord").format(count=words)
        self.query_one("#note-said", Lines).show(
            [line(piece, Piece(f"   {count}", "dim")), line(Piece(self._advice(), "dim"))]
        )

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if not self._loaded:
            return
        now = time.monotonic()
        self._unsaved_since = self._unsaved_since or now
        if self._timer is not None:
            self._timer.stop()
        wait = min(_PAUSE_SECONDS, max(0.0, _LONGEST_SECONDS - (now - self._unsaved_since)))
        self._timer = self.set_timer(wait, self._keep)

    def _keep(self) -> None:
        if self._saved:
            return
        self._unsaved_since = None
        text = self.query_one(TextArea).text
        self.run_service(lambda: self._store(text), self._kept, on_error=self._not_kept, group="draft")

    def _store(self, text: str) -> bool:
        drafts = self.shell.workspace.drafts
        if text.strip():
            drafts.save(self._key, self._kind, self._citizen_id, text)
            return True
        drafts.discard(self._key)
        return False

    def _kept(self, kept: bool) -> None:
        if kept:
            self._say(Piece(_("√ Kladde gemt {time}").format(time=f"{local(self.shell.now()):%H:%M:%S}"), "success"))

    def _not_kept(self, error: FieldtuiError) -> None:
        self._say(Piece(f"× {explain(error)}", "error"))

    def save_now(self) -> None:
        if not self._saved and self._loaded and self._unsaved_since is not None:
            self._store(self.query_one(TextArea).text)
            self._unsaved_since = None

    def action_close(self) -> None:
        """Esc: the draft stays, and stands on I dag until it is finished."""
        if self._timer is not None:
            self._timer.stop()
        self._keep_and_leave()

    def _keep_and_leave(self) -> None:
        text = self.query_one(TextArea).text
        self.run_service(lambda: self._store(text), self._left, on_error=self._not_kept, group="draft")

    def _left(self, kept: bool) -> None:
        if kept:
            self.shell.notice(_("Kladden er gemt. Du finder den på I dag."))
        self.shell.refresh_soon()
        self.dismiss(None)

    def action_save(self) -> None:
        """Ctrl+S: the note is written for good; a correction is an addendum."""
        text = self.query_one(TextArea).text
        if not text.strip():
            self._say(Piece(_("× Der står ikke noget endnu."), "error"))
            return
        if self._timer is not None:
            self._timer.stop()
        self._saved = True
        self.run_service(lambda: self._write(text), self._written, on_error=self._refused, group="change")

    def _write(self, text: str) -> Outcome:
        workspace = self.shell.workspace
        if self._kind == "bridging_note":
            done = workspace.casework.write_bridging_note(self._citizen_id, text)
        else:
            done = workspace.casework.write_note(self._citizen_id, text, appointment_id=self._appointment_id)
        workspace.drafts.discard(self._key)
        return done

    def _written(self, outcome: Outcome) -> None:
        self.dismiss(outcome)

    def _refused(self, error: FieldtuiError) -> None:
        self._saved = False
        self._say(Piece(f"× {explain(error)}", "error"))
        self._keep()
