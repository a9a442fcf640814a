"""Where a citizen's consent stands on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from fieldtui.domain.consenting import valid_on
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Consent
from fieldtui.domain.rulebook import RuleBook

_WARN_DAYS: Final = 30

__all__ = ["ConsentState", "state_of", "strongest", "valid_on"]


class ConsentState(StrEnum):
    """Where a consent stands."""

    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    """Valid, and over within the warning of the rule `consent.max_days`."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"


def strongest(consents: Sequence[Stored[Consent]], on: date) -> Stored[Consent] | None:
    """The consent that counts: a valid one before any other, then the one that lasts longest, then the newest."""
    live = [stored for stored in consents if stored.annulled_at is None]
    return max(
        live,
        key=lambda stored: (
            valid_on(stored.record, on),
            stored.record.expires_on or date.max,
            stored.record.given_on,
            stored.id,
        ),
        default=None,
    )


def state_of(consent: Stored[Consent] | None, rules: RuleBook, on: date) -> ConsentState:
    """Where a consent stands on a day."""
    if consent is None or consent.record.given_on > on:
        return ConsentState.MISSING
    record = consent.record
    if not valid_on(record, on):
        return ConsentState.WITHDRAWN if record.withdrawn_at is not None else ConsentState.EXPIRED
    rule = rules.on("consent.max_days", record.given_on)
    warn_days = rule.params.get("warn_days", _WARN_DAYS) if rule else _WARN_DAYS
    if record.expires_on is not None and (record.expires_on - on).days <= warn_days:
        return ConsentState.EXPIRES_SOON
    return ConsentState.VALID
