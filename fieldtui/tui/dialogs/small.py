"""A task, and a contact with a company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from textual.app import ComposeResult

from fieldtui.base.i18n import _
from fieldtui.tui.dialogs.form import FormDialog
from fieldtui.tui.shell import Outcome
from fieldtui.tui.widgets.choice import ChoiceField
from fieldtui.tui.widgets.fields import DateField, Felt, RequiredField

_MODES: Final[Mapping[str, Literal["visit", "phone", "mail"]]] = {"visit": "visit", "phone": "phone", "mail": "mail"}


class TaskDialog(FormDialog):
    """Something I promise to do."""

    def __init__(self, citizen_id: str | None, name: str, *, company_id: str | None = None) -> None:
        super().__init__()
        self._citizen_id = citizen_id
        self._company_id = company_id
        self._name = name

    def heading(self) -> str:
        return _("Ny opgave · {name}").format(name=self._name)

    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        yield RequiredField("title", _("Hvad skal gøres?"))
        self._due = DateField("due_on", _("Frist"), today=lambda: self.shell.today, optional=True)
        yield self._due

    def save(self) -> Outcome:
        due = self._due.day
        values = {
            "title": self.text("title"),
            "citizen_id": self._citizen_id,
            "company_id": self._company_id,
            "due_on": due.isoformat() if due else None,
        }
        return self.shell.workspace.casework.create("task", {key: value for key, value in values.items() if value})


class ContactDialog(FormDialog):
    """A contact with a company. The text is the whole team's and names no citizen."""

    def __init__(self, company_id: str, company: str, *, citizen_id: str | None = None, citizen: str = "") -> None:
        super().__init__()
        self._company_id = company_id
        self._company = company
        self._next: DateField | None = None
        self._citizen_id = citizen_id
        self._citizen = citizen

    def heading(self) -> str:
        return _("Virksomhedskontakt · {company}").format(company=self._company)

    def body(self) -> ComposeResult:
        modes = [("visit", _("Besøg")), ("phone", _("Telefon")), ("mail", _("Mail"))]
        self._mode = ChoiceField(_("Hvordan"), modes, id="mode")
        yield self._mode
        yield from super().body()

    def fields(self) -> Iterable[Felt | tuple[Felt, ...]]:
        self._on = DateField("on", _("Dato"), today=lambda: self.shell.today, value=self.shell.today)
        yield self._on
        yield Felt("text", _("Hvad skete"), hint=_("Deles med teamet: nævn aldrig en borger."), multiline=True)
        if self._citizen_id:
            label = _("Næste skridt for {name}").format(name=self._citizen)
            self._next = DateField("next_step_on", label, today=lambda: self.shell.today, optional=True)
            yield self._next

    def save(self) -> Outcome:
        return self.shell.workspace.casework.log_employer_contact(
            self._company_id,
            _MODES[self._mode.value],
            self._on.day or self.shell.today,
            text=self.text("text") or None,
            citizen_id=self._citizen_id,
            next_step_on=self._next.day if self._next else None,
        )
