"""What screens let a person do about treatment: wishes, with a name or without; consents; what is shared, and by what right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import N_, _
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Activity, Consent, Referral, fields_of
from fieldtui.services.bridging import Step, Terms
from fieldtui.services.bridgingboard import Stage
from fieldtui.services.consents import strongest, valid_on
from fieldtui.services.lawful import CONSENT
from fieldtui.services.notes import Share
from fieldtui.tui.acts import Acts, People
from fieldtui.tui.dialogs.appointment import AppointmentForm, Planned
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, as_json
from fieldtui.tui.dialogs.phones import PhoneSheet
from fieldtui.tui.dialogs.reading import ReadingDialog
from fieldtui.tui.dialogs.reason import ReasonDialog
from fieldtui.tui.presenters.treatmentday import KINDS
from fieldtui.tui.presenters.words import BASES, choices
from fieldtui.tui.shell import Outcome

_CONSENT_FORMS: Final = (("written", N_("Skriftligt")), ("oral", N_("Mundtligt")))
_DIRECTIONS: Final = (("both", N_("Begge veje")), ("disclose", N_("Kun fra os")), ("collect", N_("Kun til os")))
_YES_NO: Final = (("yes", N_("Ja")), ("no", N_("Nej")))
_STEP_DAYS: Final = ("requested_on", "referred_on", "received_on", "started_on", "ended_on")
_BESIDE: Final = frozenset({"referred_on", "received_on", "ended_on"})
NEXT_STEP: Final[Mapping[Stage, Step]] = {
    "wish": "referred", "referred": "received", "received": "started", "started": "ended",
}  # fmt: skip
"""What is done next with a referral, by how far it has come."""


class BridgingActs(Acts):
    """Mixed into screens that show citizens' way to treatment."""

    def wish(self, citizen_id: str | None = None) -> None:
        """The citizen asks for treatment: by name, or anonymously, of which nothing is stored."""
        ways = [
            ("named", _("Med navn"), _("uret går fra i dag")),
            ("anonymous", _("Anonymt"), _("numre; intet gemmes")),
        ]

        def chosen(way: str) -> None:
            if way == "anonymous":
                self.anonymous_wish()
            else:
                self.request_treatment(citizen_id)

        self.shell.ask(ChooseDialog(_("Ønske om behandling"), ways), chosen)

    def anonymous_wish(self) -> None:
        """Whom to call for anonymous treatment (SEL § 101 a, SUL § 141, stk. 7). Nothing about the citizen is stored or logged."""
        casework, today = self.shell.workspace.casework, self.shell.today

        def counted(count: bool) -> None:
            if count:
                self.change(lambda: casework.count_anonymous(today))

        self.run_service(
            lambda: casework.treatment_units(today), lambda units: self.shell.ask(PhoneSheet(units), counted)
        )

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

    def step_on(self, referral_id: str, stage: Stage) -> None:
        """A referral one step further, today. What has ended goes no further.

        Args:
            referral_id: Which.
            stage: How far it has come.
        """
        step, today, casework = NEXT_STEP.get(stage), self.shell.today, self.shell.workspace.casework
        if step is not None:
            self.change(lambda: casework.advance_referral(referral_id, step, today))

    def edit_referral(self, stored: Stored[Referral]) -> None:
        """The days of a referral; for who has the citizen also its basis, place and contact."""
        workspace, record = self.shell.workspace, stored.record
        treats = self.treats

        def entries() -> tuple[Entry, ...]:
            days = tuple(
                Entry(name, _(fields_of(Referral)[name].label), "date", getattr(record, name),
                      optional=name != "requested_on", beside=name in _BESIDE)
                for name in _STEP_DAYS
            )  # fmt: skip
            if treats:
                return days
            return (
                Entry("basis", _("Grundlag"), "pick", record.basis, choices(BASES), optional=False),
                Entry("provider", _("Behandlingssted"), value=record.provider, beside=True),
                *days,
                Entry("contact_name", _("Kontakt"), value=record.contact_name),
                Entry("contact_phone", _("Kontakts telefon"), value=record.contact_phone, beside=True),
                Entry("free_choice", _("Borgeren har selv valgt et andet sted"), "choice",
                      "yes" if record.free_choice else "no", _words(_YES_NO)),
                Entry("note", _("Aftalt"), "text", record.note, hint=_("ikke behandlingens indhold")),
            )  # fmt: skip

        def submit(given: dict[str, Any]) -> Outcome:
            values = as_json(given)
            if "free_choice" in values:
                values["free_choice"] = values["free_choice"] == "yes"
            return workspace.casework.update(stored.id, values)

        name = self.shell.names.show(record.citizen_id)
        self.shell.ask(
            EntryForm(lambda: _("Ret henvisning · {name}").format(name=name), entries, submit), self.shell.done
        )

    # --- consent --------------------------------------------------------------------------------

    def give_consent(self, citizen_id: str, old: Stored[Consent] | None = None) -> None:
        """Consent to share, valid at once, also offline.

        Args:
            citizen_id: Who gives it.
            old: The one it renews, whose terms the form begins with; the old one stays as it is.
        """
        casework, today = self.shell.workspace.casework, self.shell.today
        before = old.record if old is not None else None

        def entries() -> tuple[Entry, ...]:
            scope = before.scope if before is not None else _("Fremmøde og mødetider")
            health = "no" if before is not None and before.covers_health is False else "yes"
            return (
                Entry("recipient", _("Hvem må få oplysninger?"), value=before.recipient if before else None, optional=False,
                      hint=_("enhedens navn")),
                Entry("scope", _("Hvad må deles?"), value=scope, beside=True),
                Entry("direction", _("Retning"), "choice", before.direction if before else "both", _words(_DIRECTIONS)),
                Entry("health", _("Omfatter helbred, også at der er behandling?"), "choice", health, _words(_YES_NO)),
                Entry("form", _("Form"), "choice", before.form if before else "written", _words(_CONSENT_FORMS)),
                Entry("given_on", _("Givet"), "date", today, optional=False),
                Entry("expires_on", _("Udløber"), "date", beside=True),
            )  # fmt: skip

        def submit(values: dict[str, Any]) -> Outcome:
            same = before is not None and values["recipient"] == before.recipient
            terms = Terms(
                values["scope"], values["form"], values["direction"], values["health"] == "yes",
                before.recipient_id if before is not None and same else None,
            )  # fmt: skip
            return casework.give_consent(
                citizen_id,
                values["recipient"],
                given_on=values["given_on"],
                expires_on=values["expires_on"],
                terms=terms,
            )

        name = self.shell.names.show(citizen_id)
        title = N_("Forny samtykke · {name}") if old is not None else N_("Samtykke · {name}")
        form = EntryForm(
            lambda: _(title).format(name=name),
            entries,
            submit,
            save=lambda: _("Gem samtykke"),
            note=lambda: _("Helbredsoplysninger: højst et år. Gælder straks, også uden net."),
        )
        self.shell.ask(form, self.shell.done)

    def consent(self, citizen_id: str, consents: Sequence[Stored[Consent]]) -> None:
        """Give a consent; where there was one, ask whether it is renewed, taken back or another one."""
        current = strongest(consents, self.shell.today)
        if current is None:
            self.give_consent(citizen_id)
            return
        if not valid_on(current.record, self.shell.today):
            self.give_consent(citizen_id, current)
            return
        ways = [
            ("withdraw", _("Træk samtykket tilbage"), current.record.recipient),
            ("renew", _("Forny samtykket"), current.record.recipient),
            ("give", _("Nyt samtykke"), ""),
        ]
        held = current

        def chosen(choice: str) -> None:
            if choice == "withdraw":
                self.withdraw_consent(held.id, citizen_id)
            else:
                self.give_consent(citizen_id, held if choice == "renew" else None)

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

    # --- sharing --------------------------------------------------------------------------------

    def share(
        self, citizen_id: str, referral_id: str | None, to: str | None, what: str | None, *, basis: str = CONSENT
    ) -> None:
        """Tell somebody something about a citizen, and write down what, to whom and by what right.

        Args:
            citizen_id: Whom it is about.
            referral_id: The request for treatment it belongs to.
            to: Who is told, to begin with.
            what: Kinds of information, to begin with.
            basis: What gives the right, to begin with.
        """
        workspace = self.shell.workspace
        codes = tuple(workspace.rules.codes("legal_basis", self.shell.today).items())

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("shared_with", _("Delt med"), value=to, optional=False),
                Entry("shared_what", _("Hvad"), value=what, beside=True,
                      hint=_("slags oplysninger")),
                Entry("legal_basis", _("Grundlag"), "pick", basis, codes, optional=False),
                Entry("basis_reference", _("Bestemmelse"), beside=True, hint=_("når det er en lov, fx SUL § 43, stk. 2")),
                Entry("text", _("Det, der deles"), "text", optional=False, hint=_("kun det nødvendige")),
            )  # fmt: skip

        def submit(values: dict[str, Any]) -> Outcome:
            about = Share(
                values["shared_with"] or "", values["legal_basis"], values["basis_reference"], values["shared_what"]
            )
            return workspace.casework.share(citizen_id, values["text"] or "", about, referral_id=referral_id)

        name = self.shell.names.show(citizen_id)
        form = EntryForm(
            lambda: _("Del · {name}").format(name=name),
            entries,
            submit,
            save=lambda: _("Del og skriv ned"),
            note=lambda: _("Hvem, hvad, hvornår og på hvilket grundlag står i borgerens sag."),
        )
        self.shell.ask(form, self.shell.done)

    def share_locked(self, citizen_id: str, referral_id: str | None, why: str, then: Sequence[Stored[Consent]]) -> None:
        """There is no valid consent: register one, or say what other right there is.

        Args:
            citizen_id: Whom it is about.
            referral_id: The request for treatment it belongs to.
            why: Why the consent does not let anything be shared.
            then: The consents there are, for a new one.
        """
        labels = self.shell.workspace.rules.codes("legal_basis", self.shell.today)
        ways = [("", _("Registrér samtykke"), _("gælder straks"))]
        ways += [(code, _("Del: {basis}").format(basis=label), "") for code, label in labels.items() if code != CONSENT]

        def chosen(basis: str) -> None:
            if basis:
                self.share(citizen_id, referral_id, None, None, basis=basis)
            else:
                self.consent(citizen_id, then)

        self.shell.ask(ChooseDialog(_("Deling er låst: ") + why, ways), chosen)

    def joint_meeting(self, citizen_id: str, consent: Consent | None) -> None:
        """A meeting of the citizen, the consultant and the treatment worker whom the consent names."""
        workspace = self.shell.workspace
        workers = [
            person.id
            for person in workspace.people
            if person.role == "treatment"
            and consent is not None
            and (consent.recipient_id == person.id or consent.recipient in {person.name, person.unit})
        ]

        def submit(values: dict[str, Any]) -> Outcome:
            return workspace.casework.book({**values, "participants": workers})

        planned = Planned(citizen_id, kind="brobygning")
        self.with_people(lambda people: self.shell.ask(AppointmentForm(people, planned, submit), self.shell.done))

    # --- confidential notes ---------------------------------------------------------------------

    def open_confidential(self, stored: Stored[Any] | None) -> None:
        """Show a confidential note after a reason, which is written to the access log. Other records are left alone."""
        if stored is None or not is_confidential(stored.record):
            return
        lookup, note_id, name = self.shell.workspace.lookup, stored.id, self.shell.names.show(stored.record.citizen_id)

        def shown(text: str) -> None:
            self.shell.ask(ReadingDialog(_("Fortroligt notat · {name}").format(name=name), text), lambda _none: None)

        self.shell.ask(
            ReasonDialog(_("Hvorfor skal notatet vises?"), _("Mindst ti tegn. Grunden skrives i adgangsloggen.")),
            lambda why: self.run_service(lambda: lookup.confidential(note_id, why), shown),
        )

    # --- activities -----------------------------------------------------------------------------

    def activities(self) -> None:
        """What was done for no citizen in particular: a new one, or one of the last month to put right."""
        lookup, since = self.shell.workspace.lookup, date.fromordinal(self.shell.today.toordinal() - 30)

        def listed(found: tuple[Stored[Activity], ...]) -> None:
            known = {each.id: each for each in found if each.record.fidelity_item is None}
            ways = [(code, _(label), _("ny")) for code, label in KINDS.items()]
            ways += [
                (
                    each.id,
                    _(KINDS[each.record.kind]),
                    " · ".join(p for p in (each.record.on.isoformat(), each.record.place) if p),
                )
                for each in sorted(known.values(), key=lambda each: each.record.on, reverse=True)
            ]
            self.shell.ask(
                ChooseDialog(_("Aktivitet uden borger"), ways),
                lambda key: self.activity(known[key]) if key in known else self.activity(kind=key),
            )

        self.run_service(lambda: lookup.list("activity", since=since), listed)

    def activity(self, stored: Stored[Activity] | None = None, *, kind: str = "outreach") -> None:
        """The form of an activity. A text that may name a citizen is said before it is saved; one that does is refused.

        Args:
            stored: The one to put right; a new one without.
            kind: Of a new one.
        """
        casework, today = self.shell.workspace.casework, self.shell.today
        before: dict[str, Any] = stored.record.body() if stored is not None else {}
        warned: set[str] = set()

        def entries() -> tuple[Entry, ...]:
            on = date.fromisoformat(before["on"]) if before else today
            return (
                Entry("kind", _("Type"), "choice", before.get("kind", kind), choices(KINDS)),
                Entry("on", _("Dato"), "date", on, optional=False),
                Entry("minutes", _("Minutter"), "number", before.get("minutes"), beside=True),
                Entry("anonymous_requests", _("Anonyme ønsker"), "number", before.get("anonymous_requests"), beside=True),
                Entry("place", _("Sted"), value=before.get("place")),
                Entry("with", _("Sammen med"), value=before.get("with"), beside=True, hint=_("aldrig en borger")),
                Entry("text", _("Bemærkning"), "text", before.get("text"), hint=_("nævner aldrig en borger")),
            )  # fmt: skip

        def submit(given: dict[str, Any]) -> Outcome:
            values = as_json(given)
            said = "\n".join(str(values.get(name) or "") for name in ("text", "place", "with"))
            warning = casework.activity_warning(values)
            if warning and said not in warned:
                warned.add(said)
                raise BadUsage(_("{warning} Gem igen, hvis teksten skal stå.").format(warning=warning))
            return casework.update(stored.id, values) if stored is not None else casework.create("activity", values)

        title = N_("Ret aktivitet") if stored is not None else N_("Ny aktivitet")
        self.shell.ask(EntryForm(lambda: _(title), entries, submit), self.shell.done)


def _words(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, _(text)) for code, text in pairs)
