"""What screens let a person do with meetings and notes beside registering and writing: summons, series, drop-ins, the journal, a wrong citizen."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from fieldtui.base.i18n import _
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.journal import Waiting
from fieldtui.domain.records import Appointment, Note
from fieldtui.services.copying import Copied
from fieldtui.services.notemoving import Moved
from fieldtui.tui.acts import Acts, People
from fieldtui.tui.dialogs.appointment import MoveForm
from fieldtui.tui.dialogs.ask import ChooseDialog, ConfirmDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, as_json
from fieldtui.tui.presenters.dates import days_left, full, local, with_day
from fieldtui.tui.presenters.today import who
from fieldtui.tui.shell import Outcome

_SUMMONS: Final = ("address", "call_phone", "contact_options", "practical_needs", "description")


class MeetingActs(Acts):
    """Mixed into screens that show citizens, meetings or notes."""

    def act_on_line(self, kind: str, key: str) -> bool:
        """What a line of “Kræver handling” that `presenters.meetings` made leads to; False for any other line."""
        if kind == "collision":
            self.shell.go("kalender", date.fromisoformat(key.partition(":")[0]))
        elif kind == "journal":
            self.journal_queue()
        elif kind == "unreported":
            self.shell.go("synk")
        else:
            return False
        return True

    # --- meetings -----------------------------------------------------------------------------

    def move(self, stored: Stored[Appointment]) -> None:
        """Move an appointment, on our own account or the citizen's; or call it off, or the rest of its series."""
        name = who(stored.record, self.shell.names)
        question = _("{name} · {day}").format(name=name, day=with_day(local(stored.record.starts_at).date()))
        choices = [("staff", _("Flyt til en anden tid"), ""), ("cancel", _("Aflys aftalen"), _("afbud eller os"))]
        if stored.record.citizen_id is not None:
            choices.append(("citizen", _("Flyt, borgeren bad om det"), _("tælles som ombooking")))
            choices.append(("summons", _("Indkaldelsen"), _("adresse, kontakt, ombooking")))
        if stored.record.series_id is not None:
            choices.append(("stop", _("Stop rækken herfra"), ""))
        self.shell.ask(ChooseDialog(question, choices), lambda choice: self._move(stored, choice))

    def _move(self, stored: Stored[Appointment], choice: str) -> None:
        others = {"cancel": self.cancel_appointment, "stop": self.stop_series, "summons": self.summons}
        if choice in others:
            others[choice](stored)
            return
        casework, name = self.shell.workspace.casework, who(stored.record, self.shell.names)
        by: Literal["staff", "citizen"] = "citizen" if choice == "citizen" else "staff"
        form = MoveForm(stored, name, lambda start, minutes: casework.move(stored.id, start, minutes, by=by))
        self.shell.ask(form, self.shell.done)

    def action_drop_in(self) -> None:
        """`d`: somebody came without an appointment."""
        citizen_id, casework = self.chosen_citizen_id(), self.shell.workspace.casework

        def opened(people: People) -> None:
            def entries() -> tuple[Entry, ...]:
                held = (("no", _("Nej, kun en kontakt")), ("yes", _("Ja")))
                return (
                    Entry("citizen_id", _("Borger"), "pick", citizen_id, people, optional=False),
                    Entry("minutes", _("Minutter"), "number", 15, beside=True),
                    Entry("held", _("Blev der holdt en jobsamtale?"), "choice", "no", held),
                    Entry("text", _("Notat"), "text", hint=_("neutralt; kun det, der skete")),
                )

            def submit(values: dict[str, Any]) -> Outcome:
                return casework.drop_in(
                    values["citizen_id"],
                    as_interview=values["held"] == "yes",
                    text=values["text"],
                    minutes=int(values["minutes"] or 15),
                )

            self.shell.ask(EntryForm(lambda: _("Uanmeldt fremmøde"), entries, submit), self.shell.done)

        self.with_people(opened)

    def summons(self, stored: Stored[Appointment]) -> None:
        """What the citizen is told of a meeting beside time and place (bek. 442/2023 § 20)."""
        record, casework = stored.record, self.shell.workspace.casework
        if record.citizen_id is None:
            self.shell.notice(_("Mødet er uden borger, så der er ingen indkaldelse."))
            return
        may = {True: "yes", False: "no", None: ""}[record.rebook_allowed]

        def entries() -> tuple[Entry, ...]:
            allowed = (("", _("Ikke oplyst")), ("yes", _("Ja")), ("no", _("Nej")))
            return (
                Entry("summoned_on", _("Indkaldt den"), "date", _day(record.summoned_at)),
                Entry("rebook_until", _("Ombooking senest"), "date", record.rebook_until, beside=True),
                Entry("rebook_allowed", _("Må borgeren selv flytte mødet?"), "choice", may, allowed),
                Entry("address", _("Mødeadresse"), value=record.address, hint=_("når borgeren skal møde op")),
                Entry("call_phone", _("Telefon"), value=record.call_phone, hint=_("når borgeren ringer"), beside=True),
                Entry("contact_options", _("Kontakt"), value=record.contact_options, hint=_("borgerens eget ønske")),
                Entry("practical_needs", _("Behov"), "words", record.practical_needs, hint=_("fx tolk"), beside=True),
                Entry("description", _("Beskrivelse"), "text", record.description, hint=_("hvad mødet handler om")),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            found: dict[str, Any] = {name: values[name] for name in _SUMMONS}
            found["rebook_until"] = values["rebook_until"]
            found["rebook_allowed"] = {"yes": True, "no": False}.get(values["rebook_allowed"])
            if values["summoned_on"] != _day(record.summoned_at):
                noon = "T12:00"
                found["summoned_at"] = f"{values['summoned_on']}{noon}" if values["summoned_on"] else None
            return casework.update(stored.id, as_json(found))

        name = who(record, self.shell.names)
        self.shell.ask(
            EntryForm(
                lambda: _("Indkaldelse · {name} · {day}").format(
                    name=name, day=with_day(local(record.starts_at).date())
                ),
                entries,
                submit,
            ),
            self.shell.done,
        )

    def stop_series(self, stored: Stored[Appointment]) -> None:
        """Cancel what is left of a series, from this appointment on."""
        casework, name = self.shell.workspace.casework, who(stored.record, self.shell.names)
        form = EntryForm(
            lambda: _("Stop rækken · {name}").format(name=name),
            lambda: (Entry("reason", _("Grund"), optional=False, hint=_("kort; ikke helbred")),),
            lambda values: casework.stop_series(stored.id, values["reason"]),
            save=lambda: _("Aflys resten"),
            note=lambda: _("Denne og alle senere, planlagte aftaler i rækken aflyses. z fortryder dem alle."),
        )
        self.shell.ask(form, self.shell.done)

    # --- notes --------------------------------------------------------------------------------

    def to_journal(self, note_id: str) -> None:
        """Copy a note as the municipality's journal takes it; then ask whether it was pasted there, and mark it."""
        casework = self.shell.workspace.casework

        def copied(text: Copied) -> None:
            self.shell.copy(text)
            question = _("Er notatet sat ind i kommunens journal?")
            said = _(
                "Det er kopieret og står klar til at blive sat ind. Ja markerer det som journaliseret; z fortryder."
            )
            self.shell.ask(
                ConfirmDialog(question, said, _("Ja, det ligger der")),
                lambda yes: self.change(lambda: casework.mark_journalised([note_id])) if yes else None,
            )

        self.run_service(lambda: casework.journal_copy(note_id), copied, group="copy")

    def _journal(self, note_id: str, *, confidential: bool) -> None:
        """As `to_journal`; a confidential note is in no copy, so its writer says when it was written there by hand."""
        if not confidential:
            self.to_journal(note_id)
            return
        casework = self.shell.workspace.casework
        self.shell.ask(
            ConfirmDialog(
                _("Har du selv skrevet det i kommunens journal?"),
                _("Et fortroligt notat bliver ikke kopieret. Ja markerer det som journaliseret; z fortryder."),
                _("Ja, det ligger der"),
            ),
            lambda yes: self.change(lambda: casework.mark_journalised([note_id])) if yes else None,
        )

    def journal_or_back(self, stored: Stored[Note]) -> None:
        """To the journal; where it is there already, ask whether the mark was wrong."""
        if stored.record.journalised_at is None:
            self._journal(stored.id, confidential=is_confidential(stored.record))
            return
        casework = self.shell.workspace.casework
        day = full(local(stored.record.journalised_at).date())
        self.shell.ask(
            ConfirmDialog(
                _("Fjern markeringen?"),
                _("Notatet er markeret som journaliseret {day}. Ja lader det vente igen.").format(day=day),
                _("Ja, det ligger der ikke"),
            ),
            lambda yes: self.change(lambda: casework.unmark_journalised([stored.id])) if yes else None,
        )

    def journal_queue(self) -> None:
        """The notes that are not in the municipality's journal, with their age; Enter takes one there."""
        self.run_service(self.shell.workspace.casework.unjournalised, self._show_queue)

    def _show_queue(self, found: tuple[Waiting, ...]) -> None:
        if not found:
            self.shell.notice(_("Alle dine notater er i journalen."))
            return
        names = self.shell.names
        marks = {"red": "▲ ", "amber": "! ", "fresh": ""}
        choices = [
            (
                each.note.id,
                names.show(each.note.record.citizen_id, _("en borger")),
                f"{marks[each.urgency]}{days_left(each.days)} · {names.text(' '.join(each.note.record.text.split())[:60])}",
            )
            for each in found
        ]
        hidden = {each.note.id for each in found if each.confidential}
        dialog = ChooseDialog(_("Ikke i kommunens journal endnu"), choices)
        self.shell.ask(dialog, lambda note_id: self._journal(note_id, confidential=note_id in hidden))

    def wrong_citizen(self, stored: Stored[Any]) -> None:
        """A note that stands on the wrong citizen: where it belongs, and how it came about."""
        casework, origin = self.shell.workspace.casework, stored.record.citizen_id

        def opened(people: People) -> None:
            others = tuple(each for each in people if each[0] != origin)
            form = EntryForm(
                lambda: _("Flyt notat til den rette borger"),
                lambda: (
                    Entry("to", _("Den rette borger"), "pick", None, others, optional=False),
                    Entry("reason", _("Hvordan gik det til?"), optional=False, hint=_("står i begge borgeres log")),
                ),
                lambda values: _MovedOutcome(casework.move_note(stored.id, values["to"] or "", values["reason"])),
                save=lambda: _("Flyt"),
                note=lambda: _(
                    "Her streges det ud, og teksten skjules. Det kan ikke fortrydes med z, kun flyttes tilbage."
                ),
            )
            self.shell.ask(form, self._moved)

        self.with_people(opened)

    def _moved(self, outcome: _MovedOutcome) -> None:
        self.shell.done(outcome)
        moved, casework = outcome.moved, self.shell.workspace.casework
        if not moved.checklist:
            return
        self.shell.ask(
            ConfirmDialog(
                _("Andre kan have læst notatet"),
                "\n".join(f"□ {each}" for each in moved.checklist),
                _("Gem som opgave"),
            ),
            lambda yes: self.change(lambda: casework.keep_checklist(moved)) if yes else None,
        )


class _MovedOutcome:
    """What a form answers when a note was moved: the sentence for everybody, and the checklist for who goes on."""

    def __init__(self, moved: Moved) -> None:
        self.moved = moved
        self.message = moved.done.message
        self.warnings = moved.done.warnings


def _day(at: Any) -> Any:
    return local(at).date() if at is not None else None
