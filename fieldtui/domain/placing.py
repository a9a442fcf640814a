"""Whether a placement can stand beside the others, and what is worth a second look about it.

Two places that cannot both be true are refused: the same one twice, or supported full-time places in the same days. Everything else is
lawful until a person says otherwise, and only pointed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written_short
from fieldtui.domain.due import limit_after
from fieldtui.domain.followalong import NEVER_BEGAN
from fieldtui.domain.hours import hours_on, steps_of
from fieldtui.domain.records import Activation, Citizen, Partner, Placement
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook

PRAKTIK: Final = "virksomhedspraktik"
SUPPORTED: Final = frozenset({PRAKTIK, "loentilskud", "fleksjob"})
_WHOLE_WEEK: Final = SUPPORTED | {"ordinaert_job"}
_FULL_WEEK: Final = 37.0
_AGREED: Final = ("kind", "company_id", "starts_on", "purpose", "extension")
"""What a praktik agreement is about; where it changes, it is a new agreement."""


def contradiction(placement: Placement, others: Iterable[Placement], rules: RuleBook) -> tuple[str, str] | None:
    """Field and sentence where a placement cannot be true beside another one; `None` where it can.

    Args:
        placement: As it is to stand.
        others: The citizen's other placements that stand.
        rules: The rules; `placement.full_week_hours` says how much one week holds.
    """
    if placement.end_reason == NEVER_BEGAN:
        return None
    for other in others:
        if other.end_reason == NEVER_BEGAN or not _meet(placement, other):
            continue
        if placement.kind == other.kind and placement.company_id and placement.company_id == other.company_id:
            return "starts_on", _("Den samme plads står allerede i de dage, fra den {day}. Ret den i stedet.").format(
                day=written_short(other.starts_on)
            )
        if {placement.kind, other.kind} <= _WHOLE_WEEK and {placement.kind, other.kind} & SUPPORTED:
            found = _too_much(placement, other, rules)
            if found is not None:
                return found
    return None


def _too_much(placement: Placement, other: Placement, rules: RuleBook) -> tuple[str, str] | None:
    first = max(placement.starts_on, other.starts_on)
    where = _("{kind} fra den {day}").format(
        kind=rules.label("placement_kind", other.kind).lower(), day=written_short(other.starts_on)
    )
    if not steps_of(placement) or not steps_of(other):
        return "starts_on", _(
            "Borgeren har {where} i de samme dage. Afslut den først, eller skriv timer pr. uge på begge."
        ).format(where=where)
    together = hours_on(placement, first) + hours_on(other, first)
    most = float(rules.value("placement.full_week_hours", first, _FULL_WEEK))
    if together <= most:
        return None
    return "weekly_hours", _(
        "Borgeren har {where} i de samme dage, og timerne bliver {hours} om ugen. Højst {most} går an."
    ).format(where=where, hours=f"{together:g}", most=f"{most:g}")


def _meet(one: Placement, other: Placement) -> bool:
    return (one.ends_on is None or other.starts_on <= one.ends_on) and (
        other.ends_on is None or one.starts_on <= other.ends_on
    )


def lacks_purpose(placement: Placement, before: Placement | None) -> bool:
    """True where a praktik is agreed anew without its precise purpose (LAB § 59).

    One that came without may be ended and have its mentor and hours written; what makes it another agreement may not be changed.

    Args:
        placement: As it is to stand.
        before: As it stood; `None` for a new one.
    """
    if placement.kind != PRAKTIK or placement.purpose:
        return False
    if before is None:
        return True
    longer = before.ends_on is not None and (placement.ends_on is None or placement.ends_on > before.ends_on)
    return longer or any(getattr(placement, name) != getattr(before, name) for name in _AGREED)


def praktik_rule(placement: Placement, citizen: Citizen, rules: RuleBook) -> Rule | None:
    """The rule that says how long a praktik may last: by category, and longer where it was extended (LAB § 61)."""
    extended = {"forlaenget": ("praktik.max_weeks_extended",), "saerligt_behov": ("praktik.max_weeks_special",)}
    names = (*extended.get(placement.extension or "", ()), "praktik.max_weeks", "praktik.max_weeks_jobready")
    for name in names:
        rule = rules.on(name, placement.starts_on, programme=citizen.programme)
        categories, own = (rule.params.get("category") if rule else None), citizen.visitation_category
        unknown = own not in rules.codes("visitation_category")
        if rule is not None and (not categories or own in categories or unknown):
            return rule
    return None


def praktik_latest(placement: Placement, rule: Rule, rules: RuleBook) -> date:
    """The last day a praktik may have by a rule; for a very special need so many weeks more after those of the extension."""
    start = placement.starts_on
    if rule.id == "praktik.max_weeks_special":
        before = rules.on("praktik.max_weeks_extended", start)
        start = limit_after(before, start) if before else start
    return limit_after(rule, start) - timedelta(days=1)


def doubts(placement: Placement, citizen: Citizen, others: Iterable[Placement], rules: RuleBook) -> Iterator[str]:
    """What is lawful and worth a second look, in sentences without personal data."""
    if placement.kind == PRAKTIK and (rule := praktik_rule(placement, citizen, rules)) is not None:
        latest = praktik_latest(placement, rule, rules)
        if placement.ends_on is None or placement.ends_on > latest:
            yield _(
                "Praktikken må efter reglen højst vare til den {day} (LAB § 61). Forlæng den med en begrundelse."
            ).format(day=written_short(latest))
    if placement.extension and not placement.extension_reason:
        yield _("Skriv begrundelsen for, at praktikken er forlænget.")
    hours = placement.weekly_hours
    full = float(rules.value("placement.full_week_hours", placement.starts_on, _FULL_WEEK))
    if placement.kind == PRAKTIK and hours is not None and hours > full:
        yield _("Praktikken er på over {most} timer om ugen. Tjek timerne.").format(most=f"{full:g}")
    if placement.mentor_hours is not None and hours is not None and placement.mentor_hours > hours:
        yield _("Mentoren har flere timer end borgeren. Tjek timerne.")
    mentor = rules.on("mentor.max_months", placement.starts_on)
    ends = placement.ends_on if placement.mentor_hours else None
    if mentor is not None and ends is not None and ends >= limit_after(mentor, placement.starts_on):
        months = mentor.params.get("months")
        yield _("Mentorstøtte bevilges højst for {months} måneder ad gangen.").format(months=months)
    if placement.end_reason != NEVER_BEGAN and any(
        each.end_reason != NEVER_BEGAN and _meet(placement, each) for each in others
    ):
        yield _("Borgeren har en anden plads i de samme dage. Tjek, at de passer sammen.")


def activation_doubts(activation: Activation, rules: RuleBook, on: date) -> Iterator[str]:
    """What is lawful and worth a second look about an offer."""
    rule = rules.on("offer.min_weeks", activation.starts_on or activation.due_on or on)
    least = int(rule.params.get("weeks", 0)) if rule else 0
    short = activation.weeks is not None and activation.weeks < least
    if activation.starts_on and activation.ends_on:
        short = short or (activation.ends_on - activation.starts_on).days + 1 < 7 * least
    if short:
        yield _("Et tilbud varer mindst {weeks} uger i sammenhæng (LAB § 102).").format(weeks=least)
    if activation.due_on is None:
        yield _("Tilbuddet har ingen frist og tæller ikke med i rettidigheden.")
    elif activation.starts_on and activation.starts_on > activation.due_on:
        yield _("Tilbuddet begynder efter fristen den {day}.").format(day=written_short(activation.due_on))


def partner_gone(partner: Partner, activation: Activation, on: date) -> str | None:
    """A sentence where the provider does not exist on the day the offer begins; `None` where it does."""
    day = activation.starts_on or on
    if partner.valid_to is not None and partner.valid_to < day:
        return _("Samarbejdet sluttede den {day}. Vælg en anden.").format(day=partner.valid_to.strftime("%d-%m-%Y"))
    if partner.valid_from is not None and day < partner.valid_from:
        return _("Samarbejdet begynder først den {day}.").format(day=partner.valid_from.strftime("%d-%m-%Y"))
    return None
