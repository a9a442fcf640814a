"""Openings held against what a citizen wants and needs: a score with every reason for and against, never a decision.

Pure: one citizen's wishes and one company's offer in, a match out. Health is never used: words about it are taken out before
anything is compared (`trades.about_health`), and what a reason tells of a citizen's considerations and practical needs is
for the consultant, never for the employer (`Reason.for_employer`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from fieldtui.base.i18n import _, decimal
from fieldtui.base.text import fold
from fieldtui.domain.calendar import written_short
from fieldtui.domain.employers import is_closed, rests
from fieldtui.domain.protection import is_protected
from fieldtui.domain.records import Citizen, Company, JobLead, Opening
from fieldtui.domain.trades import about_health, before_refusal, family_of, is_refusal, same_word, words_of

MOST: Final = 5
"""The best score; the worst is 0."""

Sign = Literal["+", "-", " "]
Code = Literal["goal", "hours", "considerations", "practical", "place", "availability", "company", "before", "declined"]

_FOR: Final[Sign] = "+"
_AGAINST: Final[Sign] = "-"
_HOURS: Final = re.compile(r"(\d{1,2}(?:[.,]\d)?)(?:\s*[-–]\s*(\d{1,2}(?:[.,]\d)?))?\s*(?:t\b|t/|timer)", re.IGNORECASE)
_NEAR_HOURS: Final = 2.0
"""So many hours a week more than wanted still fit."""
_PARTS: Final = re.compile(r"[\n,;]+|\.(?=\s+[A-ZÆØÅ]|\s*$)")
"""Where one consideration ends: not in the middle of `kl. 10`."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known of one citizen that may be used."""

    citizen_id: str
    citizen: Citizen
    district: str = ""
    """Label of the district."""
    leads: tuple[JobLead, ...] = ()
    """What was done for the citizen at companies."""
    worked_at: frozenset[str] = frozenset()
    """Companies where the citizen has or had a place."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One opening and the company that has it."""

    opening_id: str
    opening: Opening
    company_id: str
    """The company that stands for it, where two were merged."""
    company: Company


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for or against, as a sentence in the language in force."""

    sign: Sign
    """`+` for, `-` against, blank for what is only worth knowing."""
    code: Code
    text: str
    points: int
    """What it adds to the score."""
    for_employer: bool = False
    """True where it may be said to the company: it tells nothing that only the citizen may tell."""


@dataclass(frozen=True, slots=True)
class Match:
    """How one opening fits one citizen."""

    citizen_id: str
    opening_id: str
    company_id: str
    score: int
    """0 to `MOST`."""
    reasons: tuple[Reason, ...]
    declined: bool
    """Somebody has said that this opening is not for this citizen; it is kept, and not proposed again."""
    resting: bool
    """The company has asked for peace."""
    proposed: bool
    """It is under way already."""


def match(wishes: Wishes, offer: Offer, on: date) -> Match:
    """Hold one opening against one citizen on a day."""
    said = [lead for lead in wishes.leads if lead.opening_id == offer.opening_id]
    latest = max(said, key=lambda lead: lead.on, default=None)
    declined = latest is not None and latest.state == "declined"
    reasons = tuple(_reasons(wishes, offer, on, latest))
    score = 0 if declined else max(0, min(MOST, sum(reason.points for reason in reasons)))
    return Match(
        wishes.citizen_id,
        offer.opening_id,
        offer.company_id,
        score,
        tuple(sorted(reasons, key=lambda reason: "+- ".index(reason.sign))),
        declined=declined,
        resting=rests(offer.company, on),
        proposed=latest is not None and not declined,
    )


def matches(wishes: Wishes, offers: Iterable[Offer], on: date, *, declined: bool = False) -> tuple[Match, ...]:
    """Every opening that is not closed, the best first; those that were said not to fit only where they are asked for."""
    found = [(match(wishes, offer, on), offer) for offer in offers if not is_closed(offer.opening, on)]
    kept = [pair for pair in found if declined or not pair[0].declined]
    kept.sort(key=lambda pair: (pair[0].declined, -pair[0].score, fold(pair[1].opening.title), pair[0].opening_id))
    return tuple(each for each, _offer in kept)


def wanted_hours(citizen: Citizen) -> tuple[float, float] | None:
    """The hours a week that a citizen wants, from and to: as said, else as the job goal has them (`6–8 t/uge`)."""
    if citizen.weekly_hours_wanted is not None:
        return citizen.weekly_hours_wanted, citizen.weekly_hours_wanted
    found = _HOURS.search(citizen.job_goal or "")
    if found is None:
        return None
    first, last = (float((text or found[1]).replace(",", ".")) for text in (found[1], found[2]))
    return min(first, last), max(first, last)


def _reasons(wishes: Wishes, offer: Offer, on: date, latest: JobLead | None) -> Iterator[Reason]:
    yield from _goal(wishes.citizen, offer)
    yield from _hours(wishes.citizen, offer.opening)
    yield from _considerations(wishes.citizen, offer.opening)
    yield from _practical(wishes.citizen, offer.opening)
    yield from _place(wishes, offer.company)
    yield from _availability(wishes.citizen, offer.opening, on)
    yield from _company(wishes, offer, on)
    if latest is not None:
        yield _under_way(latest)


def _goal(citizen: Citizen, offer: Offer) -> Iterator[Reason]:
    wanted = [word for part in _parts(citizen.job_goal) for word in words_of(before_refusal(part))]
    if not wanted:
        blank = not (citizen.job_goal or "").strip()
        text = (
            _("Intet jobmål skrevet endnu.") if blank else _("Jobmålet nævner ikke et arbejde, der kan sammenlignes.")
        )
        yield Reason(" ", "goal", text, 0)
        return
    offered = words_of(" ".join((offer.opening.title, offer.opening.tasks or "", offer.company.trade or "")))
    for word in wanted:
        if any(same_word(word, other) for other in offered):
            yield Reason("+", "goal", _("Nævner det ønskede: “{word}”").format(word=_spelled(word, citizen)), 2, True)
            return
    families = {family: word for word in wanted if (family := family_of(word)) is not None}
    for other in offered:
        if (family := family_of(other)) in families:
            text = _("Samme slags arbejde som det ønskede: “{word}”")
            yield Reason("+", "goal", text.format(word=_spelled(families[family], citizen)), 2, True)
            return
    yield Reason("-", "goal", _("Ikke det, jobmålet nævner."), -1)


def _spelled(word: str, citizen: Citizen) -> str:
    """A folded word as the citizen's goal spells it."""
    return next((each for each in re.findall(r"[^\W\d_]+", citizen.job_goal or "") if fold(each) == word), word)


def _hours(citizen: Citizen, opening: Opening) -> Iterator[Reason]:
    wanted, offered = wanted_hours(citizen), opening.weekly_hours
    if wanted is None or offered is None:
        return
    low, high = wanted
    hours = decimal(offered)
    if low <= offered <= high + _NEAR_HOURS:
        yield Reason("+", "hours", _("{hours} timer om ugen passer.").format(hours=hours), 1, True)
    elif offered < low:
        text = _("{hours} timer om ugen er færre end ønsket ({wanted}).")
        yield Reason(" ", "hours", text.format(hours=hours, wanted=_span(low, high)), 0, True)
    else:
        text = _("{hours} timer om ugen er flere end ønsket ({wanted}).")
        yield Reason("-", "hours", text.format(hours=hours, wanted=_span(low, high)), -1, True)


def _span(low: float, high: float) -> str:
    return decimal(low) if low == high else f"{decimal(low)}–{decimal(high)}"


def _considerations(citizen: Citizen, opening: Opening) -> Iterator[Reason]:
    """Each consideration by itself; what tells of health is left out, as if it did not stand there."""
    offered = [text for text in opening.considerations if not about_health(text)]
    asked = " ".join((opening.title, opening.tasks or "", *offered))
    needed = [part for part in _parts(citizen.considerations) if not about_health(part)]
    met = 0
    for part in needed:
        if is_refusal(part):
            if _speak_of_the_same(part, asked):
                yield Reason("-", "considerations", _("Aftal undtagelse: {needed}").format(needed=part), -1)
            continue
        answer = next((text for text in offered if _speak_of_the_same(part, text)), None)
        if answer is not None:
            met += 1
            text = _("Kan give: {offered} (hensyn: {needed})")
            yield Reason("+", "considerations", text.format(offered=answer, needed=part), 1 if met == 1 else 0)
        else:
            yield Reason("-", "considerations", _("Aftal: {needed}").format(needed=part), 0)


def _parts(text: str | None) -> list[str]:
    """What a text says, one thing at a time."""
    return [part.strip() for part in _PARTS.split(text or "") if part.strip()]


def _practical(citizen: Citizen, opening: Opening) -> Iterator[Reason]:
    """Practical needs: asked for without naming what they are about where they may tell of health."""
    possible = (*opening.practical, *opening.considerations)
    for need in citizen.practical_needs:
        named = _("et praktisk behov") if about_health(need) else need
        if any(_speak_of_the_same(need, text) or fold(need) == fold(text) for text in possible):
            yield Reason("+", "practical", _("Praktisk muligt: {need}").format(need=named), 0)
        else:
            yield Reason("-", "practical", _("Spørg, om det er muligt: {need}").format(need=named), -1)


def _speak_of_the_same(one: str, other: str) -> bool:
    theirs = words_of(other)
    return any(same_word(word, each) for word in words_of(one) for each in theirs)


def _place(wishes: Wishes, company: Company) -> Iterator[Reason]:
    where = fold(" ".join(filter(None, (company.postal_code, company.city, company.address))))
    if not where:
        return
    place = " ".join(filter(None, (company.postal_code, company.city))) or (company.address or "")
    wanted, protected = wishes.citizen.work_places, is_protected(wishes.citizen)
    if wanted:
        if any(re.search(rf"\b{re.escape(fold(each))}", where) for each in wanted):
            text, sign, points = _("Ligger, hvor borgeren kan rejse til: {place}"), _FOR, 1
        else:
            text, sign, points = _("Ligger et andet sted end ønsket: {place}"), _AGAINST, -1
        # Where a protected citizen can travel from tells where they are: that is for nobody else.
        yield Reason(sign, "place", text.format(place=place), points, for_employer=not protected)
    elif wishes.district and not protected and fold(wishes.district) in where:
        yield Reason("+", "place", _("Ligger i borgerens bydel."), 1)


def _availability(citizen: Citizen, opening: Opening, on: date) -> Iterator[Reason]:
    first = opening.open_from
    if first is not None and first > on:
        yield Reason(" ", "availability", _("Åbner {day}.").format(day=written_short(first)), 0, True)
    ready = citizen.available_from
    if ready is None or ready <= on:
        return
    if opening.open_until is not None and opening.open_until < ready:
        text = _("Lukker, før borgeren kan begynde den {day}.").format(day=written_short(ready))
        yield Reason("-", "availability", text, -2)
    else:
        yield Reason(" ", "availability", _("Borgeren kan begynde den {day}.").format(day=written_short(ready)), 0)


def _company(wishes: Wishes, offer: Offer, on: date) -> Iterator[Reason]:
    until = offer.company.rest_until
    if until is not None and rests(offer.company, on):
        yield Reason("-", "company", _("Virksomheden hviler til {day}.").format(day=written_short(until)), -2)
    elif offer.company.relation in {"varm", "aftale"}:
        yield Reason("+", "company", _("Virksomheden kender teamet godt."), 1)
    if offer.company_id in wishes.worked_at:
        yield Reason(" ", "before", _("Borgeren har eller har haft en plads der."), 0)
    elsewhere = [lead for lead in wishes.leads if lead.company_id == offer.company_id]
    refused = [lead.on for lead in elsewhere if lead.state == "declined" and lead.opening_id != offer.opening_id]
    if refused:
        yield Reason("-", "before", _("Der blev sagt nej tak den {day}.").format(day=written_short(max(refused))), -1)


def _under_way(lead: JobLead) -> Reason:
    if lead.state == "declined":
        why = f" {lead.text}" if lead.text and not about_health(lead.text) else ""
        return Reason("-", "declined", _("Ikke relevant ({day}).").format(day=written_short(lead.on)) + why, 0)
    return Reason(" ", "before", _("Er i gang siden {day}.").format(day=written_short(lead.on)), 0)
