"""Write a note. Every half second what stands there is kept as an encrypted draft; Esc never loses it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import TextArea

from fieldtui.base.errors import FieldtuiError
from fieldtui.base.explain import explain
from fieldtui.base.i18n import N_, _
from fieldtui.domain.confidential import CONFIDENTIAL_DRAFT
from fieldtui.domain.records import Attendance
from fieldtui.domain.rule import Template
from fieldtui.services.drafting import Draft
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.task import task_form
from fieldtui.tui.keymap import CONTEXTS, Key, bindings
from fieldtui.tui.presenters.dates import local, short
from fieldtui.tui.presenters.lines import Piece, line
from fieldtui.tui.presenters.words import shorten
from fieldtui.tui.service_screen import Dialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.fields import CleanTextArea
from fieldtui.tui.widgets.panel import Lines, Panel

_PAUSE_SECONDS: Final = 0.4
"""A draft is kept when the hands rest this long …"""
_LONGEST_SECONDS: Final = 0.5
"""… or when this much time has passed since the first key that is not kept yet."""
_AGAIN_SECONDS: Final = 5.0
"""After a draft that found no room."""
_SHORTEST_SECONDS: Final = 0.01
"""A timer of no time at all ends the app."""


def draft_key(
    kind: str,
    citizen_id: str,
    appointment_id: str | None = None,
    addendum_to: str | None = None,
    referral_id: str | None = None,
) -> str:
    """The key of the draft of a note: one per citizen, kind and what it is about."""
    return ":".join((kind, citizen_id, appointment_id or "", addendum_to or "", referral_id or ""))


@dataclass(frozen=True, slots=True)
class Opened:
    """What the editor finds when it opens."""

    draft: Draft | None
    latest: str
    """The latest note, on one line with its day; empty where there is none."""
    tasks: tuple[str, ...]
    """What was agreed and is not done."""


class NoteEditor(Dialog[Outcome]):
    """The note of a meeting, or a bridging note. Answers with what the service said when it was saved."""

    context = "referat"
    AUTO_FOCUS = "#note-text"
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXTS["referat"])

    def __init__(
        self,
        citizen_id: str,
        name: str,
        *,
        kind: str = "note",
        appointment_id: str | None = None,
        about: str = "",
        addendum_to: str | None = None,
        referral_id: str | None = None,
    ) -> None:
        """Args:
        citizen_id: Whom it is about.
        name: What the screen calls them.
        kind: `note`, `bridging_note`, or `confidential` for a note that only the citizen's own consultant reads.
        appointment_id: The meeting it is the note of.
        about: What else the heading says, such as the time of the meeting.
        addendum_to: The note it corrects or adds to.
        referral_id: The request for treatment a bridging note belongs to.
        """
        super().__init__()
        self._addendum_to = addendum_to
        self._referral_id = referral_id
        self._citizen_id = citizen_id
        self._name = name
        self._kind = kind
        self._appointment_id = appointment_id
        self._about = about
        self._key = draft_key(kind, citizen_id, appointment_id, addendum_to, referral_id)
        self._timer: Any = None
        self._unsaved_since: float | None = None
        self._saved = False
        self._loaded = False

    def heading(self) -> str:
        what = _("Brobygningsnotat") if self._kind == "bridging_note" else _("Referat")
        if self._kind == CONFIDENTIAL_DRAFT:
            what = _("FORTROLIGT notat")
        if self._addendum_to:
            what = _("Tilføjelse")
        return " · ".join(part for part in (what, self._name, self._about) if part)

    def footing(self) -> str:
        return _("Ctrl+S gemmer · Esc lukker og beholder kladden")

    def hinted(self) -> tuple[Key, ...]:
        idle = {"to_bridging", "confidential"} if self._addendum_to else set()
        if self._appointment_id is None:
            idle.add("attendance")
        return tuple(key for key in super().hinted() if key.action not in idle)

    def body(self) -> ComposeResult:
        yield CleanTextArea(id="note-text")
        yield Lines((self._advice(),), id="note-said", classes="wrap")
        yield Lines(id="note-before", classes="wrap")

    def _advice(self) -> str:
        if self._kind == "bridging_note":
            return _("Praktisk koordinering. Behandlingens indhold står i behandlingsstedets journal.")
        written = "".join(area.text for area in self.query(TextArea))  # none yet while the dialog is built
        if self._addendum_to:
            return _("Skriv kun det nødvendige. Notatet selv bliver stående, som det er.")
        if self._kind == CONFIDENTIAL_DRAFT:
            return _(
                "Kun borgerens egen konsulent kan læse det, med en grund. Det søges, kopieres og eksporteres ikke."
            )
        if word := health_word(written):
            return _("! “{word}” ligner helbred: flyt til Brobygning? (F4)").format(word=word)
        return _("Skriv kun det nødvendige. Helbred hører til i Brobygning (F4).")

    def set_out(self) -> None:
        self.run_service(self._open, self._restore)

    def _open(self) -> Opened:
        workspace = self.shell.workspace
        newest = workspace.lookup.newest(self._citizen_id, "writing")
        notes, tasks = newest.notes, newest.tasks
        latest = max(notes, key=lambda stored: stored.record.written_at, default=None)
        text = ""
        if latest is not None:
            text = f"{short(local(latest.record.written_at).date())} “{shorten(latest.record.text, 140)}”"
        agreed = tuple(stored.record.title for stored in tasks if stored.record.done_at is None)
        return Opened(workspace.drafts.get(self._key), text, agreed)

    def _restore(self, opened: Opened) -> None:
        draft = opened.draft
        area = self.query_one(TextArea)
        names = self.shell.names
        before = (
            [line(Piece(_("Fra sidst") + "  ", "primary"), Piece(names.text(opened.latest), "dim"))]
            if opened.latest
            else []
        )
        before += [line(f"□ {names.text(title)}") for title in opened.tasks[:3]]
        self.query_one("#note-before", Lines).show(before)
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
        wait = min(_PAUSE_SECONDS, max(_SHORTEST_SECONDS, _LONGEST_SECONDS - (now - self._unsaved_since)))
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
        """The text stays on the screen; it is tried again by itself, and when the vault locks."""
        self._say(Piece(f"× {explain(error)}", "error"))
        if self._unsaved_since is None:
            self._unsaved_since = time.monotonic()
            self._timer = self.set_timer(_AGAIN_SECONDS, self._keep)

    def save_now(self) -> None:
        text = self.query_one(TextArea).text
        if self._saved or not self._loaded:
            return
        if self._unsaved_since is not None:
            self._store(text)
            self._unsaved_since = None
        if text.strip():
            self.shell.workspace.drafts.leave(self._key)

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
            done = workspace.casework.write_bridging_note(
                self._citizen_id, text, referral_id=self._referral_id, addendum_to=self._addendum_to
            )
        else:
            done = workspace.casework.write_note(
                self._citizen_id,
                text,
                kind="referat" if self._appointment_id else "notat",
                appointment_id=self._appointment_id,
                addendum_to=self._addendum_to,
                confidential=self._kind == CONFIDENTIAL_DRAFT,
            )
        workspace.drafts.discard(self._key)
        return done

    def _written(self, outcome: Outcome) -> None:
        self.dismiss(outcome)

    def _refused(self, error: FieldtuiError) -> None:
        self._saved = False
        self._say(Piece(f"× {explain(error)}", "error"))
        self._keep()

    # --- beside the text ----------------------------------------------------------------------------

    def action_to_bridging(self) -> None:
        """F4: the text becomes a bridging note, or a note again; its draft goes with it."""
        if self._addendum_to:
            self._say(Piece(_("En tilføjelse bliver, hvor notatet er."), "dim"))
            return
        said = self._become("note" if self._kind == "bridging_note" else "bridging_note")
        self._say(Piece(said, "success"))

    def action_confidential(self) -> None:
        """Ctrl+F: the text becomes a confidential note, or an ordinary one again; its draft goes with it."""
        if self._addendum_to:
            self._say(Piece(_("En tilføjelse til et fortroligt notat er selv fortrolig."), "dim"))
            return
        said = self._become("note" if self._kind == CONFIDENTIAL_DRAFT else CONFIDENTIAL_DRAFT)
        self._say(Piece(said, "success"))

    def _become(self, kind: str) -> str:
        """The text and its draft as another kind of note; says what it is now."""
        before = self._key
        self._kind = kind
        self._key = draft_key(self._kind, self._citizen_id, self._appointment_id, None, self._referral_id)
        self.query_one("#dialog", Panel).label(self.heading(), self.footing())
        text, key = self.query_one(TextArea).text, self._key

        def move() -> bool:
            drafts = self.shell.workspace.drafts
            if text.strip():
                drafts.save(key, kind, self._citizen_id, text)
            drafts.discard(before)
            return bool(text.strip())

        self.run_service(move, self._kept, on_error=self._not_kept, group="draft")
        now = {"bridging_note": N_("√ Nu et brobygningsnotat."), CONFIDENTIAL_DRAFT: N_("√ Nu et fortroligt notat.")}
        return _(now.get(kind, N_("√ Nu et notat.")))

    def action_task(self) -> None:
        """F2: something agreed; it becomes a task."""
        form = task_form(self.shell.workspace, self._name or "", citizen_id=self._citizen_id)
        self.shell.ask(form, self.shell.done)

    def action_template(self) -> None:
        """F3: headings to write behind; what stands there already stays."""
        self.run_service(self._templates, self._choose_template)

    def _templates(self) -> tuple[Template, ...]:
        """Those for this kind of meeting first."""
        workspace = self.shell.workspace
        met = workspace.lookup.get(self._appointment_id).record if self._appointment_id else None
        kind = getattr(met, "kind", "")
        return tuple(sorted(workspace.rules.templates, key=lambda each: kind not in each.kinds))

    def _choose_template(self, found: tuple[Template, ...]) -> None:
        if not found:
            self._say(Piece(_("Der er ingen skabeloner."), "dim"))
            return
        texts = {each.id: each.text for each in found}
        choices = [(each.id, _(each.label), each.text.split("\n", 1)[0]) for each in found]
        self.shell.ask(ChooseDialog(_("Skabelon"), choices), lambda key: self._put_in(texts[key]))

    def _put_in(self, text: str) -> None:
        area = self.query_one(TextArea)
        before = area.text.rstrip("\n")
        area.load_text(f"{before}\n\n{text}" if before else text)
        area.move_cursor((area.text.count("\n", 0, len(before) + 2) if before else 0, 0))
        area.action_cursor_line_end()
        area.focus()

    def action_attendance(self) -> None:
        """F8: what became of the meeting this is the note of."""
        appointment_id = self._appointment_id
        if appointment_id is None:
            self._say(Piece(_("Teksten hører ikke til et møde, så der er intet fremmøde at registrere."), "dim"))
            return
        choices = [
            (Attendance.ATTENDED.value, _("Mødt"), ""),
            (Attendance.NO_SHOW.value, _("Udeblevet"), ""),
            (Attendance.CANCELLED_CITIZEN.value, _("Afbud"), ""),
        ]

        def chosen(status: str) -> None:
            self.change(lambda: self.shell.workspace.casework.register(appointment_id, Attendance(status)))

        self.shell.ask(ChooseDialog(_("Fremmøde · {name}").format(name=self._name), choices), chosen)


_HEALTH: Final = (
    "medicin", "diagnos", "depress", "angst", "psyk", "misbrug", "alkohol", "hash", "stoffer", "symptom", "skizo", "adhd",
    "indlagt", "indlæg", "behandling", "sover", "søvn", "selvmord", "læge",
)  # fmt: skip
"""Beginnings of words that a note about work seldom needs; only a hint, nothing is refused."""


def health_word(text: str) -> str | None:
    """The first word that looks like health, or `None`."""
    return next((match[0] for match in re.finditer(r"\w+", text) if match[0].lower().startswith(_HEALTH)), None)
