"""A text for the municipality a citizen has moved to: what they need to go on, and nothing that needs a consent of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written
from fieldtui.domain.case import Case
from fieldtui.domain.due import day_of, live
from fieldtui.domain.involved import running_activations, running_placements
from fieldtui.domain.records import Attendance
from fieldtui.domain.rulebook import RuleBook


def transfer_text(case: Case, rules: RuleBook, on: date, *, coordinator: str) -> str:
    """The text, in the language in force.

    Neither CPR number, address, phone number, treatment, consents nor notes stand in it: they are handed on by other ways, on
    their own basis. A company is not named either.

    Args:
        case: The citizen's file.
        rules: Names the codes.
        on: The day.
        coordinator: Who answers for it here.
    """
    return "\n".join(_lines(case, rules, on, coordinator)) + "\n"


def _lines(case: Case, rules: RuleBook, on: date, coordinator: str) -> Iterator[str]:
    citizen = case.citizen.record
    yield _("Overdragelse til anden kommune")
    yield _("Borger: {name}").format(name=citizen.full_name)
    if citizen.moved_on:
        yield _("Flyttet: {day}").format(day=written(citizen.moved_on))
    if citizen.programme:
        yield _("Indsats her: {programme}").format(programme=rules.label("programme", citizen.programme))
    if citizen.enrolled_on:
        yield _("Indskrevet: {day}").format(day=written(citizen.enrolled_on))
    if citizen.visitation_category:
        label = rules.label("visitation_category", citizen.visitation_category)
        yield _("Visitation: {category}").format(category=label)
    if citizen.job_goal:
        yield _("Borgerens jobmål: {goal}").format(goal=" ".join(citizen.job_goal.split()))
    for placement in running_placements(case, on):
        kind = rules.label("placement_kind", placement.kind)
        yield _("I gang: {what}, siden {day}").format(what=kind, day=written(placement.starts_on))
    for activation in running_activations(case, on):
        kind = rules.label("activation_kind", activation.kind) if activation.kind else _("Aktivering")
        yield _("I gang: {what}, siden {day}").format(what=kind, day=written(activation.starts_on or on))
    held = [day_of(item.record) for item in live(case.appointments) if item.record.kind == "jobsamtale"
            and item.record.status is Attendance.ATTENDED]  # fmt: skip
    if held:
        yield _("Seneste jobsamtale: {day}").format(day=written(max(held)))
    yield _("Kontakt her: {name}").format(name=coordinator)
    yield _("Personnummer, adresse, notater og behandling gives videre ad sikker vej og på deres eget grundlag.")
