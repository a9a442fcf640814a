"""How many citizens each consultant has, against the norm of the programme: a soft warning, never a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldtui.base.i18n import _
from fieldtui.domain.figures import Figure, Period, breakdown, count, for_others
from fieldtui.domain.goals import aimed_at
from fieldtui.domain.outcomes import Records, is_enrolled, outcomes, runs
from fieldtui.domain.rule import Rule
from fieldtui.domain.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Share:
    """One consultant's part of the caseload, on the last day of the period."""

    consultant: str
    """Initials."""
    citizens: int
    """Enrolled citizens of their own."""
    standing_in: int
    """Citizens of colleagues that they stand in for."""
    both_tracks: int
    """Of their own: in treatment and in a place at once."""
    overdue: int
    """Deadlines of their own citizens that are over."""
    over: bool
    """True above the norm."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Caseload:
    """What a team or a consultant has to carry."""

    shares: tuple[Share, ...]
    """By initials."""
    norm: Rule | None
    scenarios: tuple[int, ...]
    """Caseloads of a budget's scenarios; only where the programme asked for has some."""
    figures: tuple[Figure, ...]


def caseload(
    records: Records,
    period: Period,
    rules: RuleBook,
    *,
    programme: str | None = None,
    overdue: Mapping[str, int] | None = None,
    standing_in: Mapping[str, int] | None = None,
) -> Caseload:
    """Share out the caseload of the period's last day.

    Args:
        records: Of a team, a consultant or a programme.
        period: Its last day counts.
        rules: Where norm and scenarios stand.
        programme: Only citizens of this one, and its own norm.
        overdue: How many deadlines are over, by citizen.
        standing_in: How many citizens each consultant covers for a colleague, by initials.
    """
    on = period.last
    norm = rules.on("caseload.norm", on, programme=programme)
    most = norm.given.value if norm is not None else None
    enrolled = [key for key, each in records.citizens.items() if is_enrolled(each, on)]
    whose = {key: records.consultants.get(key, "–") for key in enrolled}
    held = Counter(whose.values())
    placed = {each.citizen_id for each in records.placements if runs(each, on)}
    treated = {each.citizen_id for each in records.referrals if each.started_on and each.started_on <= on}
    both = Counter(whose[key] for key in enrolled if key in placed & treated)
    late = Counter[str]()
    for key, number in (overdue or {}).items():
        if key in whose:
            late[whose[key]] += number
    covered = Counter(dict(standing_in or {}))
    shares = tuple(
        Share(who, held[who], covered[who], both[who], late[who], most is not None and held[who] > most)
        for who in sorted({*held, *(each for each in covered if covered[each])})
    )
    return Caseload(
        shares, norm, _scenarios(rules, period, programme), _figures(records, period, rules, shares, programme)
    )


def _figures(
    records: Records, period: Period, rules: RuleBook, shares: tuple[Share, ...], programme: str | None
) -> tuple[Figure, ...]:
    k11 = [each for each in outcomes(records, period, rules) if each.id == "K11"]
    total = sum(each.citizens for each in shares)
    return aimed_at(
        (
            *k11,
            count("caseload_total", _("Indskrevne borgere"), total, _("Indskrevne på periodens sidste dag.")),
            breakdown(
                "caseload_standing_in", _("Som vikar"), _cells(shares, "standing_in"),
                _("Kollegers borgere, som konsulenten er vikar for den dag."),
            ),
            breakdown(
                "caseload_both_tracks", _("I behandling og i en virksomhed, pr. konsulent"), _cells(shares, "both_tracks"),
                _("Egne borgere, der er begyndt i behandling og har en placering den dag."),
            ),
            breakdown(
                "caseload_overdue", _("Overskredne frister pr. konsulent"), _cells(shares, "overdue"),
                _("Frister for egne borgere, der er overskredet den dag. De, der var gamle ved importen, er ikke talt med."),
            ),
        ),
        records, period, rules, programme=programme,
    )  # fmt: skip


def _cells(shares: tuple[Share, ...], name: str) -> dict[str, int]:
    return {each.consultant: getattr(each, name) for each in shares if getattr(each, name)}


def _scenarios(rules: RuleBook, period: Period, programme: str | None) -> tuple[int, ...]:
    """Only of a programme that is asked for: the scenarios of one are nobody else's plan."""
    rule = rules.on("caseload.scenarios", period.last, programme=programme) if programme is not None else None
    if rule is None or rule.programme != programme:
        return ()
    return tuple(int(each) for each in rule.given.values or ())


def document(shown: Caseload, period: Period, *, programme: str | None, hidden: bool = False) -> dict[str, Any]:
    """A caseload in the shape of docs/cli.md.

    Args:
        shown: The caseload.
        period: What it was asked for.
        programme: Only citizens of this one; `None` is everybody.
        hidden: As it may leave the team: nothing for each consultant but what `for_others` lets through.
    """
    norm = shown.norm
    figures = [for_others(each) if hidden else each for each in shown.figures]
    return {
        "as_of": period.last.isoformat(),
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "programme": programme,
        "norm": None
        if norm is None
        else {
            "value": norm.given.value,
            "rule_id": norm.id,
            "rule_version": norm.version,
            "source": norm.source,
            "confirmed": norm.confirmed,
        },
        "scenarios": list(shown.scenarios),
        "consultants": [] if hidden else [each.as_json() for each in shown.shares],
        "figures": [each.as_json() for each in figures],
    }


def lines(shown: Caseload) -> Iterator[str]:
    """Each consultant on a line, with a soft word where there are more than the norm."""
    norm = shown.norm
    if norm is not None:
        unsure = "" if norm.confirmed else " " + _("Ikke bekræftet.")
        yield (
            _("Norm: {norm} borgere pr. konsulent ({source}).").format(norm=norm.given.value, source=norm.source)
            + unsure
        )
    for each in shown.shares:
        said = _("{who}: {citizens} borgere, {both} i begge spor, {overdue} frister overskredet").format(
            who=each.consultant, citizens=each.citizens, both=each.both_tracks, overdue=each.overdue
        )
        if each.standing_in:
            said += _(", vikar for {count}").format(count=each.standing_in)
        yield f"{said}. " + _("Flere end normen.") if each.over else f"{said}."
    if not shown.shares:
        yield _("Ingen er indskrevet den dag.")
    for scenario in shown.scenarios:
        yield scenario_said(shown, scenario)


def scenario_said(shown: Caseload, scenario: int) -> str:
    """How many consultants the citizens of today would need with so many each."""
    total = sum(each.citizens for each in shown.shares)
    return _("Med {scenario} borgere pr. konsulent skal {citizens} borgere have {staff} konsulenter.").format(
        scenario=scenario, citizens=total, staff=-(-total // scenario) if scenario else 0
    )
