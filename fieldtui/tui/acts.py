"""What several screens let a person do: register, move, write, log, call. One letter means one thing everywhere."""

from __future__ import annotations

from typing import Any

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.meeting import CANCEL_CHOICES, BookDialog, MoveDialog
from fieldtui.tui.dialogs.note import NoteEditor
from fieldtui.tui.dialogs.small import ContactDialog, TaskDialog
from fieldtui.tui.presenters.dates import with_day
from fieldtui.tui.presenters.today import who
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.service_screen import Serving


class Acts(Serving):
    """Mixed into screens that show citizens or appointments."""

    def chosen_citizen_id(self) -> str | None:
        """The citizen under the cursor."""
        raise NotImplementedError

    def register(self, stored: Stored[Appointment], status: Attendance) -> None:
        """Register what became of an appointment; refused with the reason before it has begun."""
        self.change(lambda: self.shell.workspace.casework.register(stored.id, status))

    def move(self, stored: Stored[Appointment]) -> None:
        """Move an appointment, or call it off."""
        name = who(stored.record, self.shell.names)
        choices = [
            ("move", _("Flyt til en anden tid"), ""),
            *((f"cancel:{by}", _(words), "") for by, words in CANCEL_CHOICES),
        ]
        question = _("{name} · {day}").format(name=name, day=with_day(stored.record.starts_at.date()))

        def chosen(choice: str) -> None:
            if choice == "move":
                self.shell.ask(MoveDialog(stored, name), self.shell.done)
            elif choice == "cancel:citizen":
                self.change(lambda: self.shell.workspace.casework.cancel(stored.id, "citizen", _("Afbud")))
            else:
                self.change(lambda: self.shell.workspace.casework.cancel(stored.id, "staff", _("Aflyst af os")))

        self.shell.ask(ChooseDialog(question, choices), chosen)

    def write_note(
        self,
        citizen_id: str,
        *,
        kind: str = "note",
        appointment_id: str | None = None,
        addendum_to: str | None = None,
        referral_id: str | None = None,
    ) -> None:
        """Open the note editor; a draft that was begun is there again."""
        editor = NoteEditor(
            citizen_id,
            self.shell.names.show(citizen_id),
            kind=kind,
            appointment_id=appointment_id,
            addendum_to=addendum_to,
            referral_id=referral_id,
        )
        self.shell.ask(editor, self.shell.done)

    def open_draft(self, key: str) -> None:
        """Go on with an unfinished note."""
        kind, citizen_id, *rest = [*key.split(":"), "", ""]
        if kind in {"note", "bridging_note"} and citizen_id:
            about = [part or None for part in (*rest, "", "", "")]
            self.write_note(citizen_id, kind=kind, appointment_id=about[0], addendum_to=about[1], referral_id=about[2])

    def open_citizen(self, citizen_id: str) -> None:
        """The citizen's card."""
        if "borgerkort" in ROUTES:
            self.shell.go("borgerkort", citizen_id)

    def show_phone(self, citizen_id: str) -> None:
        """Show the phone number for a while; the look is written to the access log."""
        lookup = self.shell.workspace.lookup
        name = self.shell.names.show(citizen_id)

        def say(number: str) -> None:
            text = (
                _("Ring til {name}: {number}").format(name=name, number=number)
                if number
                else _("Der står ikke noget nummer.")
            )
            self.shell.notice(text, seconds=30)

        self.run_service(lambda: lookup.reveal(citizen_id, "phone", _("ringe op")), say)

    # --- keys that mean the same on every such screen -----------------------------------------------

    def action_bridging_note(self) -> None:
        """`b`: a note about bridging to treatment."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.write_note(citizen_id, kind="bridging_note")

    def action_task(self) -> None:
        """`o`: something I promise to do."""
        citizen_id = self.chosen_citizen_id()
        name = self.shell.names.show(citizen_id, _("Teamet"))
        self.shell.ask(TaskDialog(citizen_id, name), self.shell.done)

    def action_new(self) -> None:
        """`n`: a new appointment."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.shell.ask(BookDialog(citizen_id, self.shell.names.show(citizen_id)), self.shell.done)

    def action_contact(self) -> None:
        """`v`: a contact with a company, for this citizen where one is chosen."""
        today = self.shell.today
        self.run_service(lambda: self.shell.workspace.lookup.companies(today), self._choose_company)

    def _choose_company(self, companies: Any) -> None:
        if not companies:
            self.shell.notice(_("Ingen virksomheder endnu. Opret den første under 4 Virksomheder."))
            return
        citizen_id = self.chosen_citizen_id()
        citizen = self.shell.names.show(citizen_id)
        names = {row.id: row.name for row in companies}
        choices = [(row.id, row.name, " · ".join(part for part in (row.trade, row.place) if part)) for row in companies]

        def chosen(company_id: str) -> None:
            dialog = ContactDialog(company_id, names[company_id], citizen_id=citizen_id, citizen=citizen)
            self.shell.ask(dialog, self.shell.done)

        self.shell.ask(ChooseDialog(_("Hvilken virksomhed?"), choices), chosen)
