"""What the screens of citizens, companies and bridging let a person do beside what every screen does (`acts`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import Company, Consent, Record, fields_of
from fieldtui.services.consents import strongest, valid_on
from fieldtui.services.workspace import Workspace
from fieldtui.tui.acts import Acts, People
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, Kind, as_json, options_of
from fieldtui.tui.presenters.words import BASES, choices
from fieldtui.tui.shell import Outcome

CITIZEN_FIELDS: Final = (
    "job_goal", "contact_preference", "benefit", "visitation_category", "phone", "practical_needs", "address",
    "postal_code", "city", "considerations",
)  # fmt: skip
_COMPANY_FIELDS: Final = (
    "name", "trade", "cvr", "p_number", "address", "postal_code", "city", "phone", "email", "relation", "rest_until", "notes",
)  # fmt: skip
_LEFT: Final = frozenset(
    {"name", "cvr", "address", "phone", "job_goal", "benefit", "relation", "considerations", "notes"}
)
"""Fields that begin a row; the others stand beside the one before."""


class CaseActs(Acts):
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

    def new_placement(self, citizen_id: str) -> None:
        """A place in a company or a course for a citizen."""
        workspace, today = self.shell.workspace, self.shell.today

        def opened(companies: People) -> None:
            def entries() -> tuple[Entry, ...]:
                kinds = options_of(workspace.rules.codes("placement_kind", today))
                return (
                    Entry("kind", _("Type"), "pick", None, kinds, optional=False),
                    Entry("company_id", _("Virksomhed"), "pick", None, companies, beside=True),
                    Entry("starts_on", _("Start"), "date", today, optional=False),
                    Entry("ends_on", _("Slut"), "date", beside=True),
                    Entry("weekly_hours", _("Timer pr. uge"), "number", beside=True),
                    Entry("mentor_name", _("Mentor"), hint=_("på arbejdspladsen")),
                    Entry("purpose", _("Formål"), "text", hint=_("skal stå i en praktikaftale")),
                )

            def submit(values: dict[str, Any]) -> Outcome:
                return workspace.casework.create("placement", {**as_json(values), "citizen_id": citizen_id})

            name = self.shell.names.show(citizen_id)
            form = EntryForm(
                lambda: _("Ny placering · {name}").format(name=name), entries, submit, save=lambda: _("Gem placering")
            )
            self.shell.ask(form, self.shell.done)

        def load() -> People:
            return tuple((row.id, row.name) for row in workspace.lookup.companies(today))

        self.run_service(load, opened)

    # --- bridging -----------------------------------------------------------------------------

    def request_treatment(self, citizen_id: str | None = None) -> None:
        """The citizen asks for treatment: the clock starts on the day they asked."""
        workspace, today = self.shell.workspace, self.shell.today

        def opened(people: People) -> None:
            def entries() -> tuple[Entry, ...]:
                return (
                    Entry("citizen_id", _("Borger"), "pick", citizen_id, people, optional=False),
                    Entry("requested_on", _("Borgeren bad om det den"), "date", today, optional=False, beside=True),
                    Entry("basis", _("Grundlag"), "pick", "SEL101", choices(BASES), optional=False),
                    Entry("provider", _("Behandlingssted"), beside=True),
                )

            def submit(values: dict[str, Any]) -> Outcome:
                return workspace.casework.request_treatment(
                    values["citizen_id"], values["basis"], values["requested_on"], provider=values["provider"]
                )

            form = EntryForm(lambda: _("Ønske om behandling"), entries, submit, save=lambda: _("Gem ønske"))
            self.shell.ask(form, self.shell.done)

        self.with_people(opened)

    def give_consent(self, citizen_id: str, recipient: str | None = None) -> None:
        """Consent to share, valid at once, also offline."""
        casework, today = self.shell.workspace.casework, self.shell.today

        def entries() -> tuple[Entry, ...]:
            forms = (("written", _("Skriftligt")), ("oral", _("Mundtligt")))
            return (
                Entry(
                    "recipient", _("Hvem må få oplysninger?"), value=recipient, optional=False, hint=_("enhedens navn")
                ),
                Entry("scope", _("Hvad må deles?"), value=_("Fremmøde og mødetider"), beside=True),
                Entry("form", _("Form"), "choice", "written", forms),
                Entry("given_on", _("Givet"), "date", today, optional=False),
                Entry("expires_on", _("Udløber"), "date", beside=True),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.give_consent(
                citizen_id,
                values["recipient"],
                scope=values["scope"],
                form=values["form"],
                given_on=values["given_on"],
                expires_on=values["expires_on"],
            )

        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("Samtykke · {name}").format(name=name),
            entries,
            submit,
            save=lambda: _("Gem samtykke"),
            note=lambda: _("Helbredsoplysninger: højst et år. Gælder straks, også uden net."),
        )
        self.shell.ask(form, self.shell.done)

    def consent(self, citizen_id: str, consents: Sequence[Stored[Consent]]) -> None:
        """Give a consent; where one is valid, ask whether it is a new one or taken back."""
        current = strongest(consents, self.shell.today)
        if current is None or not valid_on(current.record, self.shell.today):
            self.give_consent(citizen_id, current.record.recipient if current else None)
            return
        ways = [
            ("withdraw", _("Træk samtykket tilbage"), current.record.recipient),
            ("give", _("Nyt samtykke"), ""),
        ]
        withdrawn = current

        def chosen(choice: str) -> None:
            if choice == "withdraw":
                self.withdraw_consent(withdrawn.id, citizen_id)
            else:
                self.give_consent(citizen_id)

        title = _("Samtykke · {name}").format(name=self.shell.names.show(citizen_id))
        self.shell.ask(ChooseDialog(title, ways), chosen)

    def withdraw_consent(self, consent_id: str, citizen_id: str) -> None:
        """The citizen takes the consent back: sharing stops at once, also offline."""
        casework = self.shell.workspace.casework

        def entries() -> tuple[Entry, ...]:
            return (Entry("how", _("Hvordan blev det trukket tilbage?"), optional=False, hint=_("fx pr. telefon")),)

        name = self.shell.names.show(citizen_id)
        dialog = EntryForm(
            lambda: _("Træk samtykke tilbage · {name}").format(name=name),
            entries,
            lambda values: casework.withdraw_consent(consent_id, values["how"]),
            save=lambda: _("Træk tilbage"),
            note=lambda: _("Deling stopper straks, også uden net. Det, der allerede er delt, bliver ikke slettet."),
        )
        self.shell.ask(dialog, self.shell.done)


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
        elif name.endswith(("_on", "_until")):
            kind = "date"
        elif isinstance(value, tuple):
            kind = "words"
        required = model.model_fields[info.attribute].is_required()
        hint = "" if info.codes else _(info.description)
        beside = name not in _LEFT and bool(made)
        made.append(Entry(name, _(info.label), kind, value, options, optional=not required, hint=hint, beside=beside))
    return tuple(made)
