"""What screens let a person do about places and offers: make, change and end them, write the hours as they grow, and follow up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Activation, Placement
from fieldtui.tui.acts import People
from fieldtui.tui.case_acts import CaseActs
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, as_json, options_of
from fieldtui.tui.shell import Outcome

_HOW: Final = (("telefon", N_("Telefon")), ("referat", N_("Møde")), ("kontaktforsoeg", N_("Ikke fat i")))
"""Kinds of note: the first two tell of a contact, the last of an attempt."""


class EffortActs(CaseActs):
    """Mixed into screens that show citizens' places, offers and jobs."""

    # --- places -------------------------------------------------------------------------------

    def place(self, citizen_id: str, placements: Sequence[Stored[Placement]] = ()) -> None:
        """Ask what it is about: a new place, a new offer, or other hours in a place that runs today.

        Args:
            citizen_id: Whose.
            placements: The citizen's places.
        """
        today, rules = self.shell.today, self.shell.workspace.rules
        running = {
            each.id: each
            for each in placements
            if each.annulled_at is None and each.record.starts_on <= today <= (each.record.ends_on or today)
        }
        ways = [
            ("placement", _("Ny plads"), _("praktik, job, uddannelse")),
            ("offer", _("Nyt tilbud"), _("hos en leverandør")),
            *(
                (key, _("Nye timer"), rules.label("placement_kind", each.record.kind)) for key, each in running.items()
            ),
        ]  # fmt: skip

        def chosen(way: str) -> None:
            if way == "placement":
                self.new_placement(citizen_id)
            elif way == "offer":
                self.new_offer(citizen_id)
            else:
                self.change_hours(running[way])

        title = _("Placering · {name}").format(name=self.shell.names.show(citizen_id))
        self.shell.ask(ChooseDialog(title, ways), chosen)

    def new_placement(self, citizen_id: str) -> None:
        """A place in a company or a course for a citizen."""
        casework = self.shell.workspace.casework

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.create("placement", {**as_json(values), "citizen_id": citizen_id})

        title = _("Ny placering · {name}").format(name=self.shell.names.show(citizen_id))
        self._placement_form(title, None, submit)

    def edit_placement(self, stored: Stored[Placement]) -> None:
        """A placement as it stands: its period, hours, mentor, extension and end."""
        casework = self.shell.workspace.casework
        name = self.shell.names.show(stored.record.citizen_id)
        self._placement_form(
            _("Ret placering · {name}").format(name=name),
            stored.record,
            lambda values: casework.update(stored.id, as_json(values)),
        )

    def _placement_form(self, title: str, record: Placement | None, submit: Any) -> None:
        workspace, today = self.shell.workspace, self.shell.today
        rules = workspace.rules

        def codes(name: str, value: str | None) -> tuple[tuple[str, str], ...]:
            offered = options_of(rules.codes(name, today))
            return offered if not value or value in dict(offered) else (*offered, (value, rules.label(name, value)))

        def opened(companies: People) -> None:
            def entries() -> tuple[Entry, ...]:
                value: dict[str, Any] = record.model_dump() if record is not None else {"starts_on": today}
                first = (
                    Entry("kind", _("Type"), "pick", value.get("kind"), codes("placement_kind", value.get("kind")), optional=False),
                    Entry("company_id", _("Virksomhed"), "pick", value.get("company_id"), companies, beside=True),
                    Entry("starts_on", _("Start"), "date", value.get("starts_on"), optional=False),
                    Entry("ends_on", _("Slut"), "date", value.get("ends_on"), beside=True),
                    Entry("weekly_hours", _("Timer pr. uge"), "number", value.get("weekly_hours"), beside=True),
                    Entry("mentor_name", _("Mentor"), value=value.get("mentor_name"), hint=_("på arbejdspladsen")),
                    Entry("mentor_hours", _("Mentortimer"), "number", value.get("mentor_hours"), hint=_("pr. uge"), beside=True),
                    Entry("purpose", _("Formål"), "text", value.get("purpose"), hint=_("skal stå i en praktikaftale")),
                )  # fmt: skip
                if record is None:
                    return first
                reasons, longer = (
                    codes("placement_end_reason", record.end_reason),
                    codes("placement_extension", record.extension),
                )
                return (
                    *first,
                    Entry("end_reason", _("Slutårsag"), "pick", record.end_reason, reasons),
                    Entry("extension", _("Forlængelse"), "pick", record.extension, longer, beside=True),
                    Entry(
                        "extension_reason", _("Begrundelse"), value=record.extension_reason, hint=_("for forlængelsen")
                    ),
                )

            self.shell.ask(EntryForm(lambda: title, entries, submit, save=lambda: _("Gem placering")), self.shell.done)

        def load() -> People:
            rows = workspace.lookup.companies(today)
            # A place at a company that was merged keeps its own id: it shows under the name of the one that stands for it.
            kept = record.company_id if record is not None else None
            stands = workspace.context.companies().get(kept or "")
            return tuple((kept if kept and row.id == stands else row.id, row.name) for row in rows)

        self.run_service(load, opened)

    def change_hours(self, stored: Stored[Placement]) -> None:
        """Other weekly hours from a day on."""
        casework, today = self.shell.workspace.casework, self.shell.today
        record = stored.record

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("hours", _("Timer pr. uge"), "number", record.weekly_hours),
                Entry("since", _("Fra den"), "date", max(today, record.starts_on), optional=False, beside=True),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.change_hours(stored.id, float(values["hours"] or 0), values["since"])

        name = self.shell.names.show(record.citizen_id)
        form = EntryForm(lambda: _("Timer · {name}").format(name=name), entries, submit, save=lambda: _("Gem timer"))
        self.shell.ask(form, self.shell.done)

    # --- offers -------------------------------------------------------------------------------

    def new_offer(self, citizen_id: str) -> None:
        """An offer at a provider; its deadline follows from the citizen's enrolment where none is given."""
        casework = self.shell.workspace.casework
        title = _("Nyt tilbud · {name}").format(name=self.shell.names.show(citizen_id))
        self._offer_form(title, citizen_id, None, lambda values: casework.offer(citizen_id, as_json(values)))

    def edit_offer(self, stored: Stored[Activation]) -> None:
        """An offer as it stands: when it begins and ends, and how far it is."""
        casework, record = self.shell.workspace.casework, stored.record
        title = _("Ret tilbud · {name}").format(name=self.shell.names.show(record.citizen_id))
        self._offer_form(
            title, record.citizen_id, record, lambda values: casework.change_offer(stored.id, as_json(values))
        )

    def _offer_form(self, title: str, citizen_id: str, record: Activation | None, submit: Any) -> None:
        workspace, today = self.shell.workspace, self.shell.today

        def opened(partners: Sequence[tuple[str, str]]) -> None:
            def entries() -> tuple[Entry, ...]:
                value: dict[str, Any] = record.model_dump() if record is not None else {}
                kinds = options_of(workspace.rules.codes("activation_kind", today))
                states = options_of(workspace.rules.codes("activation_status", today))
                made = (
                    Entry("partner_id", _("Leverandør"), "pick", value.get("partner_id"), tuple(partners)),
                    Entry("kind", _("Type"), "pick", value.get("kind"), kinds, beside=True),
                    Entry("starts_on", _("Start"), "date", value.get("starts_on")),
                    Entry("ends_on", _("Slut"), "date", value.get("ends_on"), beside=True),
                    Entry("weeks", _("Uger"), "number", value.get("weeks"), beside=True),
                )
                if record is None:
                    return (*made, Entry("due_on", _("Frist"), "date"))
                return (*made, Entry("status", _("Status"), "pick", value.get("status"), states))

            self.shell.ask(
                EntryForm(lambda: title, entries, submit, save=lambda: _("Gem tilbud"), note=self._offer_note),
                self.shell.done,
            )

        def load() -> Sequence[tuple[str, str]]:
            found = {each.id: each.record.name for each in workspace.lookup.partners(today)}
            if record is not None and record.partner_id and record.partner_id not in found:
                found[record.partner_id] = workspace.lookup.get(record.partner_id).record.name
            return tuple(found.items())

        self.run_service(load, opened)

    @staticmethod
    def _offer_note() -> str:
        return _("Uden frist beregnes den efter reglen, og regel og version gemmes med tilbuddet.")

    # --- follow-along and contact ----------------------------------------------------------------

    def follow_up(self, citizen_id: str, *, attempt: bool = False) -> None:
        """Write down a contact, or an attempt at one; what was due for it is then done.

        Args:
            citizen_id: With whom.
            attempt: True where the form begins with an attempt that reached nobody.
        """
        casework = self.shell.workspace.casework

        def entries() -> tuple[Entry, ...]:
            how = tuple((code, _(label)) for code, label in _HOW)
            return (
                Entry("how", _("Hvordan?"), "choice", "kontaktforsoeg" if attempt else "telefon", how),
                Entry("text", _("Hvad blev sagt eller aftalt?"), "text", optional=False, hint=_("kort; ikke helbred")),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.write_note(citizen_id, values["text"] or "", kind=values["how"])

        name = self.shell.names.show(citizen_id)
        form = EntryForm(lambda: _("Følg op · {name}").format(name=name), entries, submit, save=lambda: _("Gem"))
        self.shell.ask(form, self.shell.done)
