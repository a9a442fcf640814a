"""What somebody should know before they call a company: that it rests, or that a colleague called just now."""

from __future__ import annotations

from datetime import date
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written_short
from fieldtui.domain.employers import recent_colleague, rests
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Company, EmployerContact
from fieldtui.services.context import Context

AGAIN_RULE: Final = "employer_contacts.again_days"
_AGAIN_DAYS: Final = 7


def before_calling(context: Context, company_id: str, on: date) -> tuple[str, ...]:
    """Sentences to read before the company is contacted on a day; nothing where there is no reason to wait.

    What was said to another record of the same company counts too, once the two are merged.

    Args:
        context: Whose device it is.
        company_id: Which company.
        on: The day it would be contacted.
    """
    stands = context.companies()
    survivor = stands.get(company_id, company_id)
    company = context.store.get(survivor)
    if company is None or not isinstance(company.record, Company):
        return ()
    contacts: list[Stored[EmployerContact]] = [
        each
        for each in context.store.all("employer_contact", until=on)
        if stands.get(each.record.company_id, each.record.company_id) == survivor
    ]
    return sentences(context, company.record, contacts, on)


def sentences(context: Context, company: Company, contacts: list[Stored[EmployerContact]], on: date) -> tuple[str, ...]:
    """The same, where the company's contacts are at hand already."""
    found = []
    if company.rest_until is not None and rests(company, on):
        text = _("Virksomheden har bedt om ro til og med {day}.")
        found.append(text.format(day=written_short(company.rest_until)))
    within = int(context.rules.value(AGAIN_RULE, on, _AGAIN_DAYS))
    me = context.consultant
    recent = recent_colleague((each.record for each in contacts), me.id if me else None, on, within)
    if recent is not None:
        name = next((person.name for person in context.people if person.id == recent.by), _("En kollega"))
        text = _("{name} var i kontakt med virksomheden {day}. Aftal med hinanden, før du kontakter den igen.")
        found.append(text.format(name=name, day=written_short(recent.on)))
    return tuple(found)
