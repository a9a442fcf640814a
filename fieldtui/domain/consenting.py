"""Whom a consent lets see a citizen's file, and when: pure functions, the same at the central system and on a device.

A consent names its recipient: a member of staff or a partner by id, or else by words. Words open a file only where they
are exactly a treatment worker's name or unit (case, accents and spaces aside); anything else opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.text import fold
from fieldtui.domain.records import Consent, Partner


@dataclass(frozen=True, slots=True)
class Recipient:
    """A treatment worker, as a consent may name them."""

    id: str
    name: str
    unit: str | None
    """Where they work, by its name."""


def valid_on(consent: Consent, on: date) -> bool:
    """True where it is given, not over and not withdrawn; a withdrawal works at once, the whole day."""
    withdrawn = consent.withdrawn_at is not None and consent.withdrawn_at.astimezone(COPENHAGEN).date() <= on
    return consent.given_on <= on and not withdrawn and (consent.expires_on is None or on <= consent.expires_on)


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
