"""What the screens of citizens, companies and bridging let a person do beside what every screen does (`acts`)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import Company, Record, fields_of
from fieldtui.services.workspace import Workspace
from fieldtui.tui.bridging_acts import BridgingActs
from fieldtui.tui.dialogs.entries import Entry, EntryForm, Kind, as_json, options_of
from fieldtui.tui.meeting_acts import MeetingActs
from fieldtui.tui.shell import Outcome

CITIZEN_FIELDS: Final = (
    "job_goal", "contact_preference", "benefit", "visitation_category", "phone", "practical_needs", "address",
    "postal_code", "city", "considerations", "weekly_hours_wanted", "available_from", "work_places", "silence_reason", "silence_from",
)  # fmt: skip
_COMPANY_FIELDS: Final = (
    "name", "trade", "cvr", "p_number", "address", "postal_code", "city", "phone", "email", "relation", "rest_until", "notes",
)  # fmt: skip
_LEFT: Final = frozenset(
    {
        "name",
        "cvr",
        "address",
        "phone",
        "job_goal",
        "benefit",
        "relation",
        "considerations",
        "notes",
        "silence_reason",
        "tasks",
        "open_from",
        "weekly_hours_wanted",
    }
)
"""Fields that begin a row; the others stand beside the one before."""


class CaseActs(MeetingActs, BridgingActs):
    """Mixed into screens that show citizens, companies or bridging."""

    # --- companies ----------------------------------------------------------------------------

    def new_company(self) -> None:
        """A company that is not there yet."""
        workspace, today = self.shell.workspace, self.shell.today

        def entries() -> tuple[Entry, ...]:
            return model_entries(workspace, Company, _COMPANY_FIELDS[:10], {}, today)

        def submit(values: dict[str, Any]) -> Outcome:
            return workspace.casework.create("company", as_json(values))

        form = EntryForm(lambda: _("Ny virksomhed"), entries, submit, save=lambda: _("Gem virksomhed"))
        self.shell.ask(form, self.shell.done)

    def edit_company(self, stored: Stored[Company]) -> None:
        """A company as it stands."""
        self.edit_record(stored, _COMPANY_FIELDS, lambda: _("Ret {name}").format(name=stored.record.name))

    def edit_record(self, stored: Stored[Any], names: tuple[str, ...], title: Callable[[], str]) -> None:
        """A form over some fields of a record, made from what the model says about them."""
        workspace, today = self.shell.workspace, self.shell.today
        before = {name: getattr(stored.record, name) for name in names}

        def entries() -> tuple[Entry, ...]:
            return model_entries(workspace, type(stored.record), names, before, today)

        def submit(values: dict[str, Any]) -> Outcome:
            return workspace.casework.update(stored.id, as_json(values))

        self.shell.ask(EntryForm(title, entries, submit), self.shell.done)

    def edit_citizen(self, stored: Stored[Any], *, revealed: Collection[str]) -> None:
        """The citizen's own fields.

        Args:
            stored: The citizen.
            revealed: What is unmasked now. Where the address is protected, what is masked is not in the form.
        """
        if self.treats:
            self.shell.notice(_("Borgerkortet rettes af borgerens konsulent."))
            return
        shown = {*revealed, *(("postal_code", "city") if "address" in revealed else ())}
        hidden = frozenset(PROTECTED_FIELDS) - shown if is_protected(stored.record) else frozenset[str]()
        names = tuple(name for name in CITIZEN_FIELDS if name not in hidden)
        name = self.shell.names.show(stored.id)
        self.edit_record(stored, names, lambda: _("Ret borgerkort · {name}").format(name=name))

    def action_hand_over(self) -> None:
        """`h`: offer the citizen to a colleague, with what they need to know."""
        citizen_id = self.chosen_citizen_id()
        if citizen_id is None:
            self.shell.notice(_("Vælg en borger først."))
            return
        handovers = self.shell.workspace.handovers
        colleagues = tuple((each.id, f"{each.initials} · {each.name}") for each in handovers.colleagues())

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("to", _("Til"), "pick", None, colleagues, optional=False),
                Entry("note", _("Besked"), "text", optional=False, hint=_("det, din kollega skal vide")),
            )

        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("Overdrag {name}").format(name=name),
            entries,
            lambda values: handovers.offer(citizen_id, values["to"] or "", values["note"] or ""),
            save=lambda: _("Tilbyd"),
            note=lambda: _("Du har borgeren, til din kollega har sagt ja. Svaret kommer under Overdragelser."),
        )
        self.shell.ask(form, self.shell.done)


def model_entries(
    workspace: Workspace, model: type[Record], names: tuple[str, ...], before: dict[str, Any], today: date
) -> tuple[Entry, ...]:
    """Fields of a form from what a model says about its own."""
    infos = fields_of(model)
    made: list[Entry] = []
    for name in names:
        info, value = infos[name], before.get(name)
        kind: Kind = "text" if info.multiline else "line"
        options: tuple[tuple[str, str], ...] = ()
        if info.codes:
            kind, options = "pick", options_of(workspace.rules.codes(info.codes, today))
            if value and value not in dict(options):
                options += ((value, workspace.rules.label(info.codes, value)),)
        elif name.endswith(("_on", "_until", "_from")):
            kind = "date"
        elif isinstance(value, tuple):
            kind = "words"
        elif name.startswith("weekly_hours"):
            kind = "number"
        required = model.model_fields[info.attribute].is_required()
        hint = "" if info.codes else _(info.description)
        beside = name not in _LEFT and bool(made)
        made.append(Entry(name, _(info.label), kind, value, options, optional=not required, hint=hint, beside=beside))
    return tuple(made)
