"""Something I promise to do: one form, wherever it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fieldtui.base.i18n import _
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.shell import Outcome

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace


def task_form(
    workspace: Workspace, name: str, *, citizen_id: str | None = None, company_id: str | None = None
) -> EntryForm:
    """The form for a new task.

    Args:
        workspace: Where it is stored.
        name: Whom it is for, in the title.
        citizen_id: The citizen it is about.
        company_id: The company it is about.
    """

    def entries() -> tuple[Entry, ...]:
        return (
            Entry("title", _("Hvad skal gøres?"), optional=False),
            Entry("due_on", _("Frist"), "date"),
        )

    def submit(values: dict[str, Any]) -> Outcome:
        return workspace.casework.add_task(
            values["title"], citizen_id=citizen_id, company_id=company_id, due_on=values["due_on"]
        )

    return EntryForm(lambda: _("Ny opgave · {name}").format(name=name), entries, submit)
