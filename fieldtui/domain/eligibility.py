"""Whether a citizen is in a programme's target group: reasons to look at, never a door that shuts.

Zero exclusion is part of the method (IPS-25, item 9): whoever wants to work is not turned away by a program. So this only says
what does not fit, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import add_months
from fieldtui.domain.identifiers import InvalidCpr, age_on, parse_cpr
from fieldtui.domain.records import Citizen
from fieldtui.domain.rule import Programme
from fieldtui.domain.rulebook import RuleBook


def misfits(citizen: Citizen, programme: Programme, rules: RuleBook, on: date) -> tuple[str, ...]:
    """What does not fit the programme's target group, in sentences without personal data; nothing where nothing is known.

    Args:
        citizen: As registered.
        programme: The profile.
        rules: Labels and limits.
        on: The day it is asked about, where the citizen is not enrolled yet.
    """
    return tuple(_misfits(citizen, programme, rules, citizen.enrolled_on or on))


def age_of(citizen: Citizen, day: date) -> int | None:
    """Whole years on a day, after the CPR number; `None` without one. A replacement number tells the day of birth too."""
    if citizen.cpr is None:
        return None
    try:
        return age_on(parse_cpr(citizen.cpr).birth_date, day)
    except InvalidCpr:
        return None


def _misfits(citizen: Citizen, programme: Programme, rules: RuleBook, on: date) -> Iterator[str]:
    age = age_of(citizen, on)
    if age is not None and programme.min_age is not None and age < programme.min_age:
        yield _("Borgeren er under {years} år.").format(years=programme.min_age)
    if age is not None and programme.max_age is not None and age > programme.max_age:
        yield _("Borgeren er over {years} år.").format(years=programme.max_age)
    for code, wanted, name in (
        (citizen.district, programme.districts, "district"),
        (citizen.visitation_category, programme.visitation_categories, "visitation_category"),
        (citizen.benefit, programme.benefits, "benefit"),
    ):
        if code and wanted and code not in wanted:
            said = ", ".join(rules.label(name, each) for each in wanted)
            yield _("{found} er ikke i målgruppen ({wanted}).").format(found=rules.label(name, code), wanted=said)
    limit = rules.on("eligibility.max_unemployed_years", on, programme=programme.id)
    since = citizen.unemployed_since
    if limit is not None and since is not None:
        years = int(limit.params["value"])
        if add_months(since, 12 * years) < on:
            yield _("Borgeren har været ledig i over {years} år.").format(years=years)
    if programme.valid_to is not None and programme.valid_to < on:
        yield _("Indsatsen er sluttet.")
