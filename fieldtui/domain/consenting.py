"""Whom a consent lets see a citizen's file, and when: pure functions, the same at the central system and on a device.

A consent names its recipient: a member of staff or a partner by id, or else by words. Words open a file only where they
are exactly a treatment worker's name or unit (case, accents and spaces aside); anything else opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import fold
from fieldtui.domain.records import Consent, Partner
from fieldtui.domain.rulebook import RuleBook, builtin

LONGEST: Final = "consent.max_days"
"""The rule that says how long a consent to health data lasts at most (SUL § 44, stk. 2)."""
_Direction = Literal["disclose", "collect"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A treatment worker, as a consent may name them."""

    id: str
    name: str
    unit: str | None
    """Where they work, by its name."""


def valid_on(consent: Consent, on: date) -> bool:
    """True where it is given, not over and not withdrawn; a withdrawal works at once, the whole day.

    One to health data that says no last day is over when the law that came with this version says so.
    """
    withdrawn = consent.withdrawn_at is not None and consent.withdrawn_at.astimezone(COPENHAGEN).date() <= on
    if withdrawn or on < consent.given_on:
        return False
    last = consent.expires_on or latest_end(consent.given_on, builtin(), health=consent.covers_health is not False)
    return last is None or on <= last


def latest_end(given_on: date, rules: RuleBook, *, health: bool) -> date | None:
    """The last day a consent given on a day may hold; `None` where no rule limits it, as for what is not health."""
    days = rules.value(LONGEST, given_on) if health else None
    return None if days is None else given_on + timedelta(days=int(days))


def lets(consent: Consent, direction: _Direction, words: Iterable[str], recipient_id: str | None, on: date) -> bool:
    """True where the consent is a basis for telling something to somebody, or for being told by them, on the day.

    Args:
        consent: One that is not annulled.
        direction: `disclose` from the municipality's employment side, `collect` towards it.
        words: What the other one is called: a name, a unit.
        recipient_id: The other one, where they are a member of staff or a partner.
        on: The day.
    """
    if consent.direction not in {direction, "both"} or not valid_on(consent, on):
        return False
    if recipient_id is not None and consent.recipient_id is not None:
        return consent.recipient_id == recipient_id
    return any(_same(each, consent.recipient) for each in words)


def opens_for(consent: Consent, who: Recipient, on: date, partner: Callable[[str], Partner | None]) -> bool:
    """True where the consent lets this person see the file on the day.

    Args:
        consent: One that is not annulled.
        who: The treatment worker.
        on: The day.
        partner: Finds a partner by id; `None` where there is none that counts.
    """
    if consent.direction == "collect" or not valid_on(consent, on):
        return False
    if consent.recipient_id is None:
        return names(who, consent.recipient)
    if consent.recipient_id == who.id:
        return True
    found = partner(consent.recipient_id)
    return found is not None and _exists(found, on) and who.unit is not None and _same(found.name, who.unit)


def names(who: Recipient, words: str) -> bool:
    """True where words are this person's name or unit, exactly."""
    return any(_same(words, own) for own in (who.name, who.unit) if own)


def _same(one: str, other: str) -> bool:
    return " ".join(fold(one).split()) == " ".join(fold(other).split()) != ""


def _exists(partner: Partner, on: date) -> bool:
    begun = partner.valid_from is None or partner.valid_from <= on
    return begun and (partner.valid_to is None or on <= partner.valid_to)
