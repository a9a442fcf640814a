"""A contact with a company: one form, wherever it is asked for. The text is the whole team's and names no citizen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from fieldtui.base.i18n import _
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.presenters.words import MODES, choices
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace


class ContactForm(EntryForm):
    """A contact with a company; with a citizen it also leaves a job lead."""

    def __init__(
        self,
        workspace: Workspace,
        company_id: str,
        company: str,
        people: Sequence[tuple[str, str]],
        *,
        citizen_id: str | None,
        today: date,
        told: Sequence[str] = (),
    ) -> None:
        """Args:
        workspace: Where it is stored.
        company_id: With which company.
        company: Its name, in the title.
        people: (citizen id, name) to choose from.
        citizen_id: The citizen that is chosen at first.
        today: The day that is proposed.
        told: What to know before the company is contacted.
        """
        self._workspace = workspace
        self._company_id = company_id
        self._people = tuple(people)
        self._citizen_id = citizen_id
        self._today = today
        super().__init__(
            lambda: _("Log kontakt · {company}").format(company=company),
            self._table,
            self._log,
            save=lambda: _("Gem kontakt"),
            note=lambda: " ".join(f"▲ {sentence}" for sentence in told),
        )

    def _table(self) -> tuple[Entry, ...]:
        yes_no = (("ja", _("Ja")), ("nej", _("Nej")))
        hint = _("giver et jobspor; må være tom")
        return (
            Entry("mode", _("Hvordan"), "choice", "visit", choices(MODES)),
            Entry("face_to_face", _("Ansigt til ansigt"), "choice", "ja", yes_no, beside=True),
            Entry("text", _("Hvad skete der? Nævn aldrig en borger"), "text"),
            Entry("on", _("Dato"), "date", self._today, optional=False),
            Entry("citizen_id", _("Borger"), "pick", self._citizen_id, self._people, hint=hint, beside=True),
            Entry("next_step_on", _("Næste skridt"), "date", beside=True),
        )

    def _log(self, values: dict[str, Any]) -> Outcome:
        return self._workspace.casework.log_employer_contact(
            self._company_id,
            values["mode"],
            values["on"],
            text=values["text"],
            face_to_face=values["face_to_face"] == "ja",
            citizen_id=values["citizen_id"],
            next_step_on=values["next_step_on"],
        )

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        """A visit is face to face, a call and a mail are not; the person may say otherwise afterwards."""
        event.stop()
        if event.field.id == "mode":
            self.query_one("#face_to_face", ChoiceField).pick("ja" if event.field.value == "visit" else "nej")
