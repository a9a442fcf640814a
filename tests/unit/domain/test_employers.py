"""Who spoke to a company last, when it is too soon to call again, what is open, and how often one was out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fieldtui.domain.employers import (
    Week,
    by_week,
    is_closed,
    is_offered,
    is_open,
    recent_colleague,
    rests,
    under_survivors,
)
from fieldtui.domain.envelope import Stored
from fieldtui.domain.figures import Period
from fieldtui.domain.outcomes import Records, outcomes
from fieldtui.domain.records import Company, EmployerContact, Opening, Partner
from fieldtui.domain.rulebook import builtin

ME, THEY, COMPANY = (str(UUID(int=at)) for at in (1, 2, 3))
TODAY = date(2026, 11, 25)


def contact(on: date, by: str, **more: Any) -> EmployerContact:
    return EmployerContact(company_id=COMPANY, on=on, mode="phone", by=by, **more)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_colleagues_contact_within_the_days_of_the_rule_is_recent_and_ones_own_is_not() -> None:
    contacts = [contact(ago(3), THEY), contact(ago(7), THEY), contact(ago(0), ME)]
    recent = recent_colleague(contacts, ME, TODAY, 7)
    assert recent is not None
    assert (recent.on, recent.by, recent.days) == (ago(3), THEY, 3)
    assert recent_colleague(contacts[1:], ME, TODAY, 7) is not None
    assert recent_colleague(contacts[1:], ME, TODAY, 6) is None
    assert recent_colleague([contact(ago(-1), THEY)], ME, TODAY, 7) is None


def test_an_addition_to_a_contact_is_no_contact_of_its_own() -> None:
    addition = contact(ago(1), THEY, face_to_face=True, addendum_to=COMPANY)
    assert recent_colleague([addition], ME, TODAY, 7) is None
    assert by_week([addition], TODAY, weeks=1) == (Week(date(2026, 11, 23), 0, 0),)


def test_a_company_rests_through_the_day_it_has_asked_for() -> None:
    assert rests(Company(name="X", rest_until=TODAY), TODAY)
    assert not rests(Company(name="X", rest_until=ago(1)), TODAY)
    assert not rests(Company(name="X"), TODAY)


def test_openings_and_partners_count_from_their_first_day_through_their_last() -> None:
    opening = Opening(company_id=COMPANY, title="Opvask", open_from=ago(1), open_until=TODAY)
    assert [is_open(opening, day) for day in (ago(2), ago(1), TODAY, ago(-1))] == [False, True, True, False]
    assert [is_closed(opening, day) for day in (ago(2), TODAY, ago(-1))] == [False, False, True]
    partner = Partner(name="Opzoomerne", kind="provider", valid_from=ago(1), valid_to=TODAY)
    assert [is_offered(partner, day) for day in (ago(2), ago(1), TODAY, ago(-1))] == [False, True, True, False]


def test_weeks_are_iso_weeks_and_run_over_the_turn_of_the_year() -> None:
    on = date(2027, 1, 1)  # a Friday in week 53 of 2026
    contacts = [contact(date(2026, 12, 28), ME, face_to_face=True), contact(on, ME), contact(date(2027, 1, 2), ME)]
    assert by_week(contacts, on, weeks=2) == (Week(date(2026, 12, 21), 0, 0), Week(date(2026, 12, 28), 2, 1))


def test_what_is_counted_at_a_merged_company_counts_where_it_stands_now() -> None:
    other, survivor = str(UUID(int=8)), str(UUID(int=9))
    records: list[Stored[Any]] = [
        Stored(survivor, Company(name="Café Solsort")),
        Stored(other, Company(name="Solsort", merged_into=survivor)),
        Stored(str(UUID(int=5)), EmployerContact(company_id=other, on=TODAY, mode="visit", by=ME)),
        Stored(str(UUID(int=6)), EmployerContact(company_id=survivor, on=TODAY, mode="visit", by=ME)),
    ]
    counted = under_survivors(records)
    assert [each.record.company_id for each in counted[2:]] == [survivor, survivor]
    assert records[2].record.company_id == other
    period = Period(TODAY, TODAY)
    figures = {figure.id: figure.value for figure in outcomes(Records.of(records, {}), period, builtin())}
    assert (figures["K8_contacts"], figures["K8_companies"]) == (2, 1)
