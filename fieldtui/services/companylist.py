"""Companies at a glance, and one company's card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from fieldtui.base.errors import NotFound
from fieldtui.base.text import clean, sort_key
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.records import Company, CompanyContact, EmployerContact, JobLead, Opening, Placement
from fieldtui.services.context import Context
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


class CompanyList:
    """Rows and cards of companies."""

    _context: Context
    _store: Store

    def companies(self, on: date) -> tuple[CompanyRow, ...]:
        """Every company, in Danish alphabetical order."""
        contacts = _grouped(self._store.all("employer_contact", until=on))
        placements = _grouped(self._store.all("placement"))
        leads = _grouped(self._store.all("job_lead"))
        tasks = _grouped(self._store.all("task"))
        initials = {person.id: person.initials for person in self._context.people}
        rows = []
        for stored in self._store.all("company"):
            company: Company = stored.record
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
                )
            )
        return tuple(sorted(rows, key=lambda row: (sort_key(row.name), row.id)))

    def company(self, company_id: str) -> CompanyCard:
        """One company with its people, contacts, openings, and my citizens' leads and placements there.

        Raises:
            NotFound: No such company.
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        company = self._store.get(company_id)
        if company is None or not isinstance(company.record, Company):
            raise NotFound(clean(company_id, limit=80))
        self._context.looking.listed("company", 1)

        def here(collection: str, *, newest_first: bool = True) -> tuple[Stored[Any], ...]:
            found = [each for each in self._store.all(collection) if each.record.company_id == company_id]
            return tuple(reversed(found)) if newest_first else tuple(found)

        return CompanyCard(
            company=cast("Stored[Company]", company),
            contacts=here("company_contact", newest_first=False),
            employer_contacts=here("employer_contact"),
            job_leads=here("job_lead"),
            openings=here("opening"),
            placements=here("placement"),
        )


def _grouped(records: tuple[Stored[Any], ...]) -> dict[str, list[Stored[Any]]]:
    found: dict[str, list[Stored[Any]]] = {}
    for stored in records:
        if stored.record.company_id is not None:
            found.setdefault(stored.record.company_id, []).append(stored)
    return found


def _runs(placement: Placement, on: date) -> bool:
    return placement.starts_on <= on and (placement.ends_on is None or on <= placement.ends_on)
