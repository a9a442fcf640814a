"""Places, offers and hours on a citizen's card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from fieldtui.base.i18n import _, decimal
from fieldtui.domain.case import Case
from fieldtui.domain.due import live
from fieldtui.domain.followalong import NEVER_BEGAN
from fieldtui.domain.hours import hours_on, steps_of, weekly
from fieldtui.domain.placing import PRAKTIK
from fieldtui.domain.records import Activation, Placement, Record
from fieldtui.domain.rulebook import RuleBook
from fieldtui.tui.presenters.dates import full, short
from fieldtui.tui.presenters.lines import Line, Piece, line

WEEKS: Final = 8
_HEIGHTS: Final = "▁▂▃▄▅▆▇█"


def blocks(numbers: tuple[float, ...]) -> str:
    """`▁▃▅█`: the numbers as heights of the greatest; none for nothing but zeros."""
    most = max(numbers, default=0.0)
    if most <= 0:
        return ""
    top = len(_HEIGHTS) - 1
    return "".join(_HEIGHTS[round(number / most * top)] for number in numbers)


def hours_lines(case: Case, on: date) -> list[Line]:
    """The hours a week of the latest weeks as a plot, where somebody works or has just worked."""
    places = [item.record for item in live(case.placements) if item.record.end_reason != NEVER_BEGAN]
    grown = weekly(places, on, WEEKS)
    plot = blocks(grown)
    if not plot:
        return []
    numbers = " ".join(decimal(each) for each in grown)
    return [line(Piece(_("Timer/uge") + "  ", "primary"), plot, Piece(f"  {numbers}", "dim"))]


def place_line(placement: Placement, where: str, rules: RuleBook, on: date) -> Line:
    """`Plads  Café Solsort · 12 t/uge · til 30-11 · Emil 2 t`."""
    hours = hours_on(placement, on)
    mentor = placement.mentor_name or ""
    if mentor and placement.mentor_hours:
        mentor = _("{name} {hours} t").format(name=mentor, hours=decimal(placement.mentor_hours))
    parts = (
        where or rules.label("placement_kind", placement.kind),
        _("{hours} t/uge").format(hours=decimal(hours)) if hours else "",
        _("til {day}").format(day=short(placement.ends_on)) if placement.ends_on else "",
        _("mentor {who}").format(who=mentor) if mentor else "",
    )
    return line(Piece(_("Plads") + "  ", "primary"), " · ".join(part for part in parts if part))


def effort_details(record: Record, rules: RuleBook) -> list[Line]:
    """Everything about a place or an offer, for reading; nothing about other records."""
    if isinstance(record, Placement):
        return _placement_details(record, rules)
    return _offer_details(record) if isinstance(record, Activation) else []


def _placement_details(placement: Placement, rules: RuleBook) -> list[Line]:
    until = full(placement.ends_on) if placement.ends_on else "–"
    lines = [line(_("Fra {start} til {until}").format(start=full(placement.starts_on), until=until))]
    if steps := steps_of(placement):
        said = " → ".join(
            _("{hours} t/uge fra {day}").format(hours=decimal(hours), day=short(since)) for since, hours in steps
        )
        lines.append(line(Piece(_("Timer") + "  ", "primary"), said))
    for label, text in (
        (_("Formål"), placement.purpose),
        (_("Mentor"), placement.mentor_name),
        (_("Slutårsag"), rules.label("placement_end_reason", placement.end_reason) if placement.end_reason else None),
        (_("Forlængelse"), rules.label("placement_extension", placement.extension) if placement.extension else None),
        (_("Begrundelse"), placement.extension_reason),
    ):
        if text:
            lines.append(line(Piece(f"{label}  ", "primary"), " ".join(text.split())))
    if placement.kind == PRAKTIK and not placement.purpose:
        lines.append(line(Piece(_("! Formålet mangler (LAB § 59)"), "warning")))
    return lines


def offer_text(activation: Activation, partners: Mapping[str, str], rules: RuleBook) -> str:
    """`Opzoomerne · Forløb hos leverandør · Planlagt`."""
    parts = (
        partners.get(activation.partner_id or "", ""),
        rules.label("activation_kind", activation.kind) if activation.kind else "",
        rules.label("activation_status", activation.status) if activation.status else "",
    )
    return " · ".join(part for part in parts if part)


def _offer_details(activation: Activation) -> list[Line]:
    # The deadline says by which rule it was set, in which version: the law may have changed since.
    lines: list[Line] = []
    if activation.due_on is not None:
        rule = f"{activation.due_rule_id} v{activation.due_rule_version}" if activation.due_rule_id else "–"
        lines.append(line(_("Frist {day} · regel {rule}").format(day=full(activation.due_on), rule=rule)))
    begun = full(activation.starts_on) if activation.starts_on else "–"
    ended = full(activation.ends_on) if activation.ends_on else "–"
    lines.append(line(_("Fra {start} til {until}").format(start=begun, until=ended)))
    if activation.weeks is not None:
        lines.append(line(_("{weeks} uger").format(weeks=activation.weeks)))
    return lines


def offered_on(activation: Activation, otherwise: date) -> date:
    """The day an offer stands at in the timeline: its beginning, else its deadline."""
    return activation.starts_on or activation.due_on or otherwise
