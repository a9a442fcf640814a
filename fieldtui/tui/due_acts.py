"""What a line of “Kræver handling” is for: one key does what the deadline asks, for the citizen the line is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from fieldtui.base.i18n import N_, _
from fieldtui.domain.due import Deadline
from fieldtui.domain.envelope import Stored
from fieldtui.services.bridging import Step
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm
from fieldtui.tui.effort_acts import EffortActs
from fieldtui.tui.shell import Outcome

_STEPS: Final[tuple[tuple[Step, str], ...]] = (
    ("started", N_("Startet i behandling")),
    ("referred", N_("Henvist")),
    ("received", N_("Henvisningen er modtaget")),
    ("ended", N_("Afsluttet")),
)


class DueActs(EffortActs):
    """Mixed into screens that list what falls due."""

    def act_on(self, deadline: Deadline) -> None:
        """Open the form that does what a deadline asks; the citizen's card where there is none for it."""
        citizen_id, record_id = deadline.citizen_id, deadline.record_id
        on_record: dict[str, Callable[[Stored[Any]], None]] = {
            "treatment": self._treatment,
            "jobsamtale": self.move,
            "consent": lambda stored: self.give_consent(citizen_id, stored),
            "praktik_end": self.edit_placement,
            "activation": self.edit_offer,
            "contact": self._lead,
            "missed": self._answer_absence,
        }
        on_citizen: dict[str, Callable[[str], None]] = {
            "jobsamtale": self.plan,
            "placement": self.new_placement,
            "activation": self.new_offer,
            "follow_along": self.follow_up,
            "next": self.plan,
            "course_end": self._course,
            "review": self._course,
        }
        if record_id is not None and deadline.kind in on_record:
            act = on_record[deadline.kind]
            self.run_service(lambda: self.shell.workspace.lookup.get(record_id), act)
        else:
            on_citizen.get(deadline.kind, self.open_citizen)(citizen_id)

    def _course(self, citizen_id: str) -> None:
        """The page with the points of the course, and where the target group is looked at again."""
        self.shell.go("forloeb", citizen_id)

    def _treatment(self, stored: Stored[Any]) -> None:
        """How far the way to treatment has come, on which day."""
        casework, today = self.shell.workspace.casework, self.shell.today

        def entries() -> tuple[Entry, ...]:
            steps = tuple((step, _(label)) for step, label in _STEPS)
            return (
                Entry("step", _("Hvad er sket?"), "pick", "started", steps, optional=False),
                Entry("on", _("Dato"), "date", today, optional=False, beside=True),
            )

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.advance_referral(stored.id, cast("Step", values["step"]), values["on"])

        name = self.shell.names.show(stored.record.citizen_id)
        form = EntryForm(lambda: _("Behandling · {name}").format(name=name), entries, submit)
        self.shell.ask(form, self.shell.done)

    def _lead(self, stored: Stored[Any]) -> None:
        """The contact with the company that was promised."""
        lead, lookup = stored.record, self.shell.workspace.lookup

        def opened(company: Stored[Any]) -> None:
            self.log_contact(lead.company_id, company.record.name, lead.citizen_id)

        self.run_service(lambda: lookup.get(lead.company_id), opened)

    def _answer_absence(self, stored: Stored[Any]) -> None:
        """After a no-show: what could be done. Nothing is done by itself."""
        citizen_id: str = stored.record.citizen_id
        ways: dict[str, tuple[str, str, Callable[[], None]]] = {
            "call": (_("Ring op"), _("viser nummeret"), lambda: self.show_phone(citizen_id)),
            "attempt": (
                _("Skriv et kontaktforsøg"), _("sms, opkald, besøg"), lambda: self.follow_up(citizen_id, attempt=True),
            ),
            "plan": (_("Find en ny tid"), "", lambda: self.plan(citizen_id)),
            "reason": (_("Skriv årsagen"), _("hvis den kendes"), lambda: self._reason_of(stored)),
            "card": (_("Åbn borgerkortet"), "", lambda: self.open_citizen(citizen_id)),
        }  # fmt: skip
        title = _("Udeblevet · {name}").format(name=self.shell.names.show(citizen_id))
        rows = [(key, name, remark) for key, (name, remark, _act) in ways.items()]
        self.shell.ask(ChooseDialog(title, rows), lambda way: ways[way][2]())

    def _reason_of(self, stored: Stored[Any]) -> None:
        """Why somebody did not come, as they or others say it; a fact, and no judgement of it."""
        casework = self.shell.workspace.casework

        def submit(values: dict[str, Any]) -> Outcome:
            return casework.register(stored.id, stored.record.status, values["reason"])

        name = self.shell.names.show(stored.record.citizen_id)
        form = EntryForm(
            lambda: _("Årsag · {name}").format(name=name),
            lambda: (Entry("reason", _("Hvad siger borgeren?"), optional=False, hint=_("kort; ikke helbred")),),
            submit,
        )
        self.shell.ask(form, self.shell.done)
