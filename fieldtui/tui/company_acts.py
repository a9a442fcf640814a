"""What screens let a person do about companies: people, openings and partners, and two companies that may be one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.duplicates import ground_words
from fieldtui.domain.employers import is_closed, is_offered
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Company, CompanyContact, Opening, Partner, Record
from fieldtui.services.companylist import CompanyCard, CompanyRow, Duplicate
from fieldtui.services.matching import Suggestion
from fieldtui.tui.case_acts import CaseActs, model_entries
from fieldtui.tui.dialogs.ask import ChooseDialog
from fieldtui.tui.dialogs.entries import Entry, EntryForm, as_json
from fieldtui.tui.presenters.dates import short
from fieldtui.tui.presenters.match import blocks
from fieldtui.tui.presenters.words import PARTNERS, choices, word
from fieldtui.tui.shell import Outcome

_PERSON: Final = ("name", "role", "phone", "email")
_OPENING: Final = ("title", "weekly_hours", "open_from", "open_until", "considerations", "practical", "tasks")
_PARTNER: Final = ("name", "kind", "phone", "address", "valid_from", "valid_to")


class CompanyActs(CaseActs):
    """Mixed into screens that show companies."""

    # --- people, openings, partners -------------------------------------------------------------

    def add_at_company(self, company_id: str, company: str) -> None:
        """An opening or a person at a company: which, then its form."""
        ways = [
            ("opening", _("Åbning"), _("job eller plads, de har")),
            ("person", _("Kontaktperson"), _("hvem man taler med")),
        ]

        def chosen(way: str) -> None:
            if way == "opening":
                title = _("Ny åbning · {company}").format(company=company)
                self._new("opening", Opening, _OPENING, title, {"company_id": company_id})
            else:
                title = _("Ny kontaktperson · {company}").format(company=company)
                self._new("company_contact", CompanyContact, _PERSON, title, {"company_id": company_id})

        self.shell.ask(ChooseDialog(_("Nyt hos {company}").format(company=company), ways), chosen)

    def edit_at_company(self, card: CompanyCard) -> None:
        """The company, one of its people or one of its openings: which, then its form."""
        if not card.contacts and not card.openings:
            self.edit_company(card.company)
            return
        today = self.shell.today
        ways = [(card.company.id, card.company.record.name, _("virksomheden"))]
        ways += [(each.id, each.record.name, each.record.role or _("kontaktperson")) for each in card.contacts]
        ways += [
            (each.id, each.record.title, _("lukket") if is_closed(each.record, today) else _("åbning"))
            for each in card.openings
        ]
        people, openings = ({each.id: each for each in part} for part in (card.contacts, card.openings))

        def chosen(key: str) -> None:
            if key in openings:
                self.edit_record(openings[key], _OPENING, lambda: _("Ret åbning"))
            elif key in people:
                self.edit_record(people[key], _PERSON, lambda: _("Ret kontaktperson"))
            else:
                self.edit_company(card.company)

        self.shell.ask(ChooseDialog(_("Hvad skal rettes?"), ways), chosen)

    def partners(self) -> None:
        """The team's partners: what may be chosen today, and what has ended; one is changed, or a new one made."""
        today, lookup = self.shell.today, self.shell.workspace.lookup

        def found(every: tuple[Stored[Partner], ...]) -> None:
            known = {each.id: each for each in every}
            ways = [("", _("+ Ny samarbejdspartner"), "")]
            ways += [(each.id, each.record.name, _partner_remark(each.record, self.shell.today)) for each in every]

            def chosen(key: str) -> None:
                if key in known:
                    submit = self._updating(key)
                    self._partner_form(_("Ret samarbejdspartner"), known[key].record, submit)
                else:
                    self._partner_form(_("Ny samarbejdspartner"), None, self._creating("partner", {}))

            self.shell.ask(ChooseDialog(_("Samarbejdspartnere"), ways), chosen)

        def load() -> tuple[Stored[Partner], ...]:
            every = lookup.list("partner")
            return tuple(
                sorted(every, key=lambda each: (not is_offered(each.record, today), each.record.name.casefold()))
            )

        self.run_service(load, found)

    def _partner_form(self, title: str, record: Partner | None, submit: Callable[[dict[str, Any]], Outcome]) -> None:
        def value(name: str) -> Any:
            return getattr(record, name) if record is not None else None

        def entries() -> tuple[Entry, ...]:
            return (
                Entry("name", _("Navn"), value=value("name"), optional=False),
                Entry("kind", _("Type"), "choice", value("kind") or "provider", choices(PARTNERS)),
                Entry("phone", _("Telefon"), value=value("phone")),
                Entry("address", _("Adresse"), value=value("address"), beside=True),
                Entry("valid_from", _("Gælder fra"), "date", value("valid_from")),
                Entry("valid_to", _("Gælder til"), "date", value("valid_to"), beside=True),
            )

        note = _("Efter sidste dag kan partneren ikke vælges mere. Det, der er aftalt, bliver stående.")
        self.shell.ask(EntryForm(lambda: title, entries, submit, note=lambda: note), self.shell.done)

    def _new(
        self, collection: str, model: type[Record], names: tuple[str, ...], title: str, more: dict[str, Any]
    ) -> None:
        workspace, today = self.shell.workspace, self.shell.today

        def entries() -> tuple[Entry, ...]:
            return model_entries(workspace, model, names, {"considerations": (), "practical": ()}, today)

        self.shell.ask(EntryForm(lambda: title, entries, self._creating(collection, more)), self.shell.done)

    def _creating(self, collection: str, more: dict[str, Any]) -> Callable[[dict[str, Any]], Outcome]:
        casework = self.shell.workspace.casework
        return lambda values: casework.create(collection, {**as_json(values), **more})

    def _updating(self, record_id: str) -> Callable[[dict[str, Any]], Outcome]:
        casework = self.shell.workspace.casework
        return lambda values: casework.update(record_id, as_json(values))

    # --- openings and citizens ----------------------------------------------------------------------

    def match_company(self, company_id: str, company: str) -> None:
        """Who of my citizens fits what a company has open, the best first; one is chosen to propose it to."""
        workspace, today = self.shell.workspace, self.shell.today

        def load() -> tuple[Suggestion, ...]:
            openings = workspace.lookup.company(company_id).openings
            found = [each for stored in openings for each in workspace.matching.for_opening(stored.id, today)]
            fitting = [each for each in found if each.match.score]
            return tuple(sorted(fitting, key=lambda each: -each.match.score))

        def found(suggestions: tuple[Suggestion, ...]) -> None:
            if not suggestions:
                self.shell.notice(_("Ingen af dine borgere passer til det, virksomheden har åbent nu."))
                return
            known = {f"{each.match.citizen_id} {each.match.opening_id}": each for each in suggestions}
            ways = [
                (key, f"{blocks(each.match.score)} {self.shell.names.show(each.match.citizen_id)}", each.opening.title)
                for key, each in known.items()
            ]
            self.shell.ask(
                ChooseDialog(_("Match · {company}").format(company=company), ways), lambda key: self.propose(known[key])
            )

        self.run_service(load, found)

    def propose(self, suggestion: Suggestion) -> None:
        """Propose an opening for a citizen: when one goes on with it, and what to know before the company is called."""
        workspace, today, found = self.shell.workspace, self.shell.today, suggestion.match

        def opened(told: tuple[str, ...]) -> None:
            def entries() -> tuple[Entry, ...]:
                return (Entry("next_step_on", _("Næste skridt"), "date", hint=_("hvornår du går videre med det")),)

            def submit(values: dict[str, Any]) -> Outcome:
                return workspace.casework.propose_opening(
                    found.citizen_id, found.opening_id, next_step_on=values["next_step_on"]
                )

            title = _("{name}: foreslå {opening}").format(
                name=self.shell.names.show(found.citizen_id), opening=suggestion.opening.title
            )
            note = " ".join(f"▲ {sentence}" for sentence in told)
            form = EntryForm(lambda: title, entries, submit, save=lambda: _("Foreslå"), note=lambda: note)
            self.shell.ask(form, self.shell.done)

        self.run_service(lambda: workspace.lookup.before_calling(found.company_id, today), opened)

    # --- two that may be one ------------------------------------------------------------------------

    def review_duplicates(self) -> None:
        """Every pair of companies that may be one: choose a pair, then decide."""

        def found(pairs: tuple[Duplicate, ...]) -> None:
            if not pairs:
                self.shell.notice(_("Ingen virksomheder ser ud til at stå to gange."))
                return
            known = {f"{each.one.id} {each.other.id}": each for each in pairs}
            ways = [
                (key, each.one.record.name, f"= {each.other.record.name}? " + ", ".join(ground_words(each.suspicion)))
                for key, each in known.items()
            ]
            self.shell.ask(
                ChooseDialog(_("Måske den samme"), ways), lambda key: self._decide(known[key].one, known[key].other)
            )

        self.run_service(self.shell.workspace.lookup.duplicates, found)

    def duplicates_of(self, card: CompanyCard) -> None:
        """Companies that are perhaps the same as one, those merged into it, and any other that a person knows is the same."""
        suspects = {(each.other if each.one.id == card.company.id else each.one).id: each for each in card.suspects}
        lookup, today = self.shell.workspace.lookup, self.shell.today

        def found(rows: tuple[CompanyRow, ...]) -> None:
            ways = [(each.id, each.record.name, _("lagt sammen: skil ad")) for each in card.merged]
            names = {row.id: row for row in rows}
            ways += [
                (
                    key,
                    names[key].name,
                    _("måske den samme: {grounds}").format(grounds=", ".join(ground_words(pair.suspicion))),
                )
                for key, pair in suspects.items()
                if key in names
            ]
            ways += [
                (row.id, row.name, " · ".join(part for part in (row.trade, row.place) if part))
                for row in rows
                if row.id not in suspects and row.id != card.company.id
            ]
            if not ways:
                self.shell.notice(_("Der er ingen andre virksomheder."))
                return
            apart = {each.id for each in card.merged}

            def chosen(key: str) -> None:
                if key in apart:
                    self.change(lambda: self.shell.workspace.casework.unmerge_company(key))
                else:
                    self.run_service(lambda: lookup.get(key), lambda other: self._decide(card.company, other))

            title = _("Hvem er den samme som {company}?").format(company=card.company.record.name)
            self.shell.ask(ChooseDialog(title, ways), chosen)

        self.run_service(lambda: lookup.companies(today), found)

    def _decide(self, one: Stored[Company], other: Stored[Company]) -> None:
        """What a person says of two: which stands for both, or that they are two."""
        casework = self.shell.workspace.casework
        ways = [
            ("one", one.record.name, _("står for begge") + _told(one.record)),
            ("other", other.record.name, _("står for begge") + _told(other.record)),
            ("two", _("Ikke en dublet"), _("spørg ikke igen")),
        ]

        def chosen(choice: str) -> None:
            if choice == "two":
                self.change(lambda: casework.not_duplicate(one.id, other.id))
            else:
                keep, gone = (one, other) if choice == "one" else (other, one)
                self.change(lambda: casework.merge_companies(keep.id, gone.id))

        self.shell.ask(ChooseDialog(_("Er de den samme? z fortryder"), ways), chosen)


def _told(company: Company) -> str:
    """What tells one company from another of the same name, each behind a dot."""
    place = " ".join(part for part in (company.address, company.postal_code, company.city) if part)
    numbers = (company.cvr and f"CVR {company.cvr}", company.p_number and f"P {company.p_number}")
    return "".join(f" · {part}" for part in (*numbers, place) if part)


def _partner_remark(partner: Partner, today: Any) -> str:
    kind = word(PARTNERS, partner.kind)
    if is_offered(partner, today):
        return kind
    if partner.valid_to is not None and partner.valid_to < today:
        return _("{kind} · udløbet {day}").format(kind=kind, day=short(partner.valid_to))
    return _("{kind} · endnu ikke").format(kind=kind)
