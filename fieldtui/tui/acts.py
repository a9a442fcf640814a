"""What several screens let a person do: register, move, write, log, call. One letter means one thing everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from fieldtui.base.i18n import _
from fieldtui.domain.confidential import CONFIDENTIAL_DRAFT
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.services.lookup import CompanyRow
from fieldtui.services.workspace import Workspace
from fieldtui.tui.dialogs.appointment import AppointmentForm, Planned
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.contact import ContactForm
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.dialogs.note import NoteEditor
from fieldtui.tui.dialogs.task import task_form
from fieldtui.tui.presenters.today import who
from fieldtui.tui.routes import ROUTES
from fieldtui.tui.service_screen import Serving
from fieldtui.tui.shell import Outcome

People: TypeAlias = tuple[tuple[str, str], ...]


def people_of(workspace: Workspace, today: date) -> People:
    """(id, full name) of the citizens, by name."""
    return tuple(
        sorted(((row.id, row.full_name) for row in workspace.lookup.citizens(today)), key=lambda each: each[1])
    )


class Acts(Serving):
    """Mixed into screens that show citizens or appointments."""

    def chosen_citizen_id(self) -> str | None:
        """The citizen under the cursor."""
        raise NotImplementedError

    # --- appointments -------------------------------------------------------------------------

    def register(self, stored: Stored[Appointment], status: Attendance) -> None:
        """Register what became of an appointment; refused with the reason before it has begun."""
        self.change(lambda: self.shell.workspace.casework.register(stored.id, status))

    def plan(self, citizen_id: str | None = None, starts_at: datetime | None = None) -> None:
        """The form for a new appointment."""
        casework = self.shell.workspace.casework

        def repeated(values: dict[str, Any], weeks: int, until: date) -> Outcome:
            return casework.book_series(values, weeks, until=until)

        planned = Planned(citizen_id, starts_at=starts_at)
        self.with_people(
            lambda people: self.shell.ask(AppointmentForm(people, planned, casework.book, repeated), self.shell.done)
        )

    @property
    def treats(self) -> bool:
        """True where this is a treatment worker's machine."""
        return self.shell.facts.role == "treatment"

    def edit_appointment(self, stored: Stored[Appointment]) -> None:
        """The form for an appointment as it stands; meetings are the consultant's to change."""
        if self.treats:
            self.shell.notice(_("Aftalen rettes af borgerens konsulent."))
            return
        casework = self.shell.workspace.casework
        planned = Planned.of(stored)
        self.with_people(
            lambda people: self.shell.ask(
                AppointmentForm(people, planned, lambda values: casework.update(stored.id, values)), self.shell.done
            )
        )

    def with_people(self, then: Callable[[People], None]) -> None:
        """Fetch the citizens to choose from, then open a form that asks for one."""
        workspace, today = self.shell.workspace, self.shell.today

        def found(people: People) -> None:
            names = self.shell.names
            then(tuple((key, names.show(key)) for key, _name in people) if names.discreet else people)

        self.run_service(lambda: people_of(workspace, today), found)

    def cancel_appointment(self, stored: Stored[Appointment]) -> None:
        """Cancel an appointment: who did, and why."""
        casework, name = self.shell.workspace.casework, who(stored.record, self.shell.names)

        def entries() -> tuple[Entry, ...]:
            parties = (("citizen", _("Borgeren")), ("staff", _("Os")))
            return (
                Entry("by", _("Hvem meldte afbud?"), "choice", "citizen", parties),
                Entry("reason", _("Grund"), hint=_("kort; ikke helbred")),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            by: Literal["staff", "citizen"] = "staff" if values["by"] == "staff" else "citizen"
            return casework.cancel(
                stored.id, by, values["reason"] or (_("Aflyst af os") if by == "staff" else _("Afbud"))
            )

        form = EntryForm(lambda: _("Afbud · {name}").format(name=name), entries, submit, save=lambda: _("Gem afbud"))
        self.shell.ask(form, self.shell.done)

    # --- notes, tasks, contacts, people -------------------------------------------------------

    def note_of(self, stored: Stored[Appointment]) -> None:
        """Write the note of a meeting with a citizen."""
        if stored.record.citizen_id is None:
            self.shell.notice(_("Mødet er uden borger, så der er intet referat at skrive."))
        else:
            self.write_note(stored.record.citizen_id, appointment_id=stored.id)

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
        if kind in {"note", "bridging_note", CONFIDENTIAL_DRAFT} and citizen_id:
            about = [part or None for part in (*rest, "", "", "")]
            self.write_note(citizen_id, kind=kind, appointment_id=about[0], addendum_to=about[1], referral_id=about[2])

    def open_citizen(self, citizen_id: str) -> None:
        """The citizen's card."""
        if "borgerkort" in ROUTES:
            self.shell.go("borgerkort", citizen_id)

    def show_phone(self, citizen_id: str) -> None:
        """Show the phone number for a while; the look is written to the access log."""
        lookup, casework = self.shell.workspace.lookup, self.shell.workspace.casework
        name = self.shell.names.show(citizen_id)

        def say(number: str, wishes: str) -> None:
            text = (
                _("Ring til {name}: {number}").format(name=name, number=number)
                if number
                else _("Der står ikke noget nummer.")
            )
            self.shell.notice(f"{text} · {wishes}" if wishes else text, seconds=30)

        def call() -> tuple[str, str]:
            number = lookup.reveal(citizen_id, "phone", _("ringe op"))
            return number, "" if self.shell.names.discreet else casework.wishes(citizen_id)

        self.run_service(call, lambda found: say(*found))

    # --- keys that mean the same on every such screen -----------------------------------------------

    def action_bridging_note(self) -> None:
        """`b`: a note about bridging to treatment."""
        if (citizen_id := self.chosen_citizen_id()) is not None:
            self.write_note(citizen_id, kind="bridging_note")
        else:
            self.shell.notice(_("Vælg en borger først."))

    def action_task(self) -> None:
        """`o`: something I promise to do."""
        self.add_task(self.chosen_citizen_id())

    def add_task(self, citizen_id: str | None, *, company_id: str | None = None, company: str = "") -> None:
        """The form for a task: for a citizen, at a company, or the team's own."""
        name = company or self.shell.names.show(citizen_id, _("Teamet"))
        form = task_form(self.shell.workspace, name, citizen_id=citizen_id, company_id=company_id)
        self.shell.ask(form, self.shell.done)

    def action_new(self) -> None:
        """`n`: a new appointment, with the citizen where one is chosen."""
        self.plan(self.chosen_citizen_id())

    def action_contact(self) -> None:
        """`v`: a contact with a company, for this citizen where one is chosen."""
        today = self.shell.today
        self.run_service(lambda: self.shell.workspace.lookup.companies(today), self._choose_company)

    def _choose_company(self, companies: tuple[CompanyRow, ...]) -> None:
        if not companies:
            self.shell.notice(_("Ingen virksomheder endnu. Opret den første under 4 Virksomheder."))
            return
        citizen_id, names = self.chosen_citizen_id(), {row.id: row.name for row in companies}
        choices = [(row.id, row.name, " · ".join(part for part in (row.trade, row.place) if part)) for row in companies]
        self.shell.ask(
            ChooseDialog(_("Hvilken virksomhed?"), choices),
            lambda company_id: self.log_contact(company_id, names[company_id], citizen_id),
        )

    def log_contact(self, company_id: str, company: str, citizen_id: str | None = None) -> None:
        """A contact with an employer; with a citizen it also leaves a job lead. Who called just before is said first."""
        workspace, today = self.shell.workspace, self.shell.today

        def opened(told: tuple[str, ...], people: People) -> None:
            form = ContactForm(workspace, company_id, company, people, citizen_id=citizen_id, today=today, told=told)
            self.shell.ask(form, self.shell.done)

        self.run_service(
            lambda: workspace.lookup.before_calling(company_id, today),
            lambda told: self.with_people(lambda people: opened(told, people)),
        )
