"""Companies at a glance, and one company's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from fieldtui.base.errors import NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean, sort_key
from fieldtui.domain.duplicates import Suspicion, suspicions
from fieldtui.domain.employers import is_offered, is_open
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.merging import told_apart
from fieldtui.domain.records import Company, CompanyContact, EmployerContact, JobLead, Opening, Partner, Placement
from fieldtui.services.context import Context
from fieldtui.services.employercalls import before_calling, sentences
from fieldtui.store import Store

_OPEN_LEADS = frozenset({"proposed", "contacted", "meeting"})


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company in the list."""

    id: str
    name: str
    trade: str
    place: str
    """City, else the postal code; may be empty."""
    last_contact: date | None
    last_by: str | None
    """Initials of who had it."""
    relation: str
    """Label of the relation, `Ny` … `Aftale`; may be empty."""
    citizens: int
    """How many of my citizens are there now."""
    next_step: date | None
    """Next day somebody follows up, from today on or overdue."""
    rest_until: date | None
    """The company asked for peace until this day."""
    sync_state: SyncState
    other_names: tuple[str, ...] = ()
    """Of the companies that it stands for: they are found by them too."""
    cvr: tuple[str, ...] = ()
    """Its CVR numbers, those of the companies it stands for included."""
    p_numbers: tuple[str, ...] = ()
    openings: int = 0
    """How many places it has open on the day."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two companies that may be one; a person decides."""

    one: Stored[Company]
    other: Stored[Company]
    suspicion: Suspicion


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """Everything about one company that may be seen here."""

    company: Stored[Company]
    contacts: tuple[Stored[CompanyContact], ...]
    employer_contacts: tuple[Stored[EmployerContact], ...]
    """The latest first."""
    job_leads: tuple[Stored[JobLead], ...]
    """Of my citizens, the latest first."""
    openings: tuple[Stored[Opening], ...]
    placements: tuple[Stored[Placement], ...]
    """Of my citizens, the latest first."""
    merged: tuple[Stored[Company], ...] = ()
    """Companies that were merged into it; what is shown of them above stands in them still."""
    suspects: tuple[Duplicate, ...] = ()
    """Where another company is perhaps the same."""
    before_calling: tuple[str, ...] = ()
    """What to know before the company is contacted today, as sentences."""


class CompanyList:
    """Rows and cards of companies."""

    _context: Context
    _store: Store

    def companies(self, on: date) -> tuple[CompanyRow, ...]:
        """Every company, in Danish alphabetical order."""
        stands = self._context.companies()
        contacts = _grouped(self._store.all("employer_contact", until=on), stands)
        placements = _grouped(self._store.all("placement"), stands)
        leads = _grouped(self._store.all("job_lead"), stands)
        tasks = _grouped(self._store.all("task"), stands)
        openings = _grouped(self._store.all("opening"), stands)
        members: dict[str, list[Company]] = {}
        every = self._store.all("company")
        for stored in every:
            members.setdefault(stands.get(stored.id, stored.id), []).append(stored.record)
        initials = {person.id: person.initials for person in self._context.people}
        rows = []
        for stored in every:
            if stands.get(stored.id, stored.id) != stored.id:
                continue
            company: Company = stored.record
            group = members[stored.id]
            last = max(contacts.get(stored.id, ()), key=lambda each: (each.record.on, each.id), default=None)
            there = {each.record.citizen_id for each in placements.get(stored.id, ()) if _runs(each.record, on)}
            steps = [each.record.next_step_on for each in leads.get(stored.id, ()) if each.record.state in _OPEN_LEADS]
            steps += [each.record.due_on for each in tasks.get(stored.id, ()) if each.record.done_at is None]
            rows.append(
                CompanyRow(
                    id=stored.id,
                    name=company.name,
                    trade=company.trade or "",
                    place=company.city or company.postal_code or "",
                    last_contact=last.record.on if last else None,
                    last_by=initials.get(last.record.by or "", "?") if last else None,
                    relation=self._context.rules.label("relation", company.relation) if company.relation else "",
                    citizens=len(there),
                    next_step=min((step for step in steps if step is not None), default=None),
                    rest_until=company.rest_until,
                    sync_state=stored.sync_state,
                    other_names=tuple(sorted({each.name for each in group} - {company.name})),
                    cvr=tuple(sorted({each.cvr for each in group if each.cvr})),
                    p_numbers=tuple(sorted({each.p_number for each in group if each.p_number})),
                    openings=sum(is_open(each.record, on) for each in openings.get(stored.id, ())),
                )
            )
        return tuple(sorted(rows, key=lambda row: (sort_key(row.name), row.id)))

    def company(self, company_id: str) -> CompanyCard:
        """One company with its people, contacts, openings, and my citizens' leads and placements there.

        Of one that was merged into another it is the other's card, with everything of both.

        Raises:
            NotFound: No such company.
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        stands = self._context.companies()
        survivor = stands.get(company_id, company_id)
        company = self._store.get(survivor)
        if company is None or not isinstance(company.record, Company):
            raise NotFound(clean(company_id, limit=80))
        self._context.looking.listed("company", 1)

        def here(collection: str, *, newest_first: bool = True) -> tuple[Stored[Any], ...]:
            found = [
                each
                for each in self._store.all(collection)
                if stands.get(each.record.company_id, each.record.company_id) == survivor
            ]
            return tuple(reversed(found)) if newest_first else tuple(found)

        contacts = here("employer_contact")
        today = self._context.today
        own = [each for each in contacts if each.record.on <= today]
        return CompanyCard(
            company=cast("Stored[Company]", company),
            contacts=here("company_contact", newest_first=False),
            employer_contacts=contacts,
            job_leads=here("job_lead"),
            openings=here("opening"),
            placements=here("placement"),
            merged=tuple(each for each in self._store.all("company") if stands[each.id] == survivor != each.id),
            suspects=tuple(each for each in self.duplicates() if survivor in {each.one.id, each.other.id}),
            before_calling=sentences(self._context, company.record, own, today),
        )

    def before_calling(self, company_id: str, on: date) -> tuple[str, ...]:
        """What to know before a company is contacted on a day, as sentences; nothing where there is no reason to wait."""
        return before_calling(self._context, company_id, on)

    def company_name(self, company_id: str) -> str:
        """A company's name, by the id of any record that it stands for; a word for one that is not here."""
        stored = self._store.get(self._context.companies().get(company_id, company_id))
        return stored.record.name if stored is not None and isinstance(stored.record, Company) else _("en virksomhed")

    def duplicates(self) -> tuple[Duplicate, ...]:
        """Every pair of companies that may be one, the surest first; without those that were said to be two."""
        stands, every = self._context.companies(), self._store.all("company")
        found: dict[str, Stored[Company]] = {each.id: each for each in every if stands.get(each.id) == each.id}
        records = {each: stored.record for each, stored in found.items()}
        apart = told_apart({each.id: each.record.not_duplicate_of for each in every}, stands)
        return tuple(Duplicate(found[each.one], found[each.other], each) for each in suspicions(records, apart))

    def numbered(self, *, cvr: str | None = None, p_number: str | None = None) -> tuple[Stored[Company], ...]:
        """The companies with a number, of the kind that is said: the same ten digits may be somebody's CPR number.

        Args:
            cvr: A CVR number, as `parse_cvr` gives it.
            p_number: A P number, as `parse_p_number` gives it.
        """
        return tuple(
            each
            for each in self._store.all("company")
            if (cvr is not None and each.record.cvr == cvr)
            or (p_number is not None and each.record.p_number == p_number)
        )

    def partners(self, on: date) -> tuple[Stored[Partner], ...]:
        """Those that may be chosen on a day, in Danish alphabetical order; what was agreed with others keeps them."""
        found = [each for each in self._store.all("partner") if is_offered(each.record, on)]
        return tuple(sorted(found, key=lambda each: (sort_key(each.record.name), each.id)))


def _grouped(records: tuple[Stored[Any], ...], stands: Mapping[str, str]) -> dict[str, list[Stored[Any]]]:
    """Records by the company that stands for the one they name."""
    found: dict[str, list[Stored[Any]]] = {}
    for stored in records:
        company_id = stored.record.company_id
        if company_id is not None:
            found.setdefault(stands.get(company_id, company_id), []).append(stored)
    return found


def _runs(placement: Placement, on: date) -> bool:
    return placement.starts_on <= on and (placement.ends_on is None or on <= placement.ends_on)
