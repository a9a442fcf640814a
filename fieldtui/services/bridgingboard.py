"""The board of bridging to treatment: one row a referral, with its clock and the consent to share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines, limit_after
from fieldtui.domain.envelope import Stored
from fieldtui.domain.outcomes import in_treatment, runs
from fieldtui.domain.records import Citizen, Consent, Referral
from fieldtui.services.consents import ConsentState, state_of, strongest
from fieldtui.services.context import Context
from fieldtui.store import Store

Stage = Literal["wish", "referred", "received", "started", "ended"]
Owner = Literal["municipality", "region"]
LOCAL_NORM: Final = "treatment.local"
REGIONAL: Final = frozenset({"SUL82C"})
"""Where the region treats and its receipt of the referral starts the clock."""


@dataclass(frozen=True, slots=True)
class BridgingRow:
    """One referral on the board."""

    referral: Stored[Referral]
    citizen: Stored[Citizen]
    stage: Stage
    day_number: int
    """Which day of the guarantee it is, 0 on the day it begins to count; to the start of treatment where it began."""
    limit_days: int | None
    """How many days the guarantee gives; `None` where it does not run (started, ended, or its clock has not begun)."""
    due_on: date | None
    days_left: int | None
    """Negative when it is over."""
    consent: Stored[Consent] | None
    """The consent that counts."""
    consent_state: ConsentState
    rule_id: str | None
    """The rule the guarantee follows."""
    norm_on: date | None
    """By when treatment begins by the municipality's own promise, which guarantees nothing; `None` where it does not run."""
    owner: Owner
    """Whose clock it is: for double diagnosis the region's (SUL § 82 c), else the municipality's."""
    coordinator: str | None
    """The name of the citizen's own consultant, as the central system says; `None` where it has not said."""
    both_tracks: bool
    """True where the citizen is in this treatment and has a placement on the day."""


class BridgingBoard:
    """Rows over all referrals on this device."""

    _context: Context
    _store: Store

    def bridging(self, on: date) -> tuple[BridgingRow, ...]:
        """Every referral that is not annulled: the nearest guarantee first, then by the day it was asked for.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        whose = self._coordinators()
        rows = [
            self._bridging_row(case, referral, on, whose.get(case.id))
            for case in self._context.cases()
            for referral in case.referrals
        ]
        self._context.looking.listed("referral", len(rows))
        return tuple(
            sorted(rows, key=lambda row: (row.due_on or date.max, row.referral.record.requested_on, row.referral.id))
        )

    def _bridging_row(self, case: Case, referral: Stored[Referral], on: date, coordinator: str | None) -> BridgingRow:
        record = referral.record
        guarantee = self._guarantee(case, referral, on)
        begins = self._clock_begins(record)
        consent = strongest(case.consents, on)
        return BridgingRow(
            referral=referral,
            citizen=case.citizen,
            stage=stage_of(record),
            day_number=max(0, ((record.started_on or on) - begins).days),
            limit_days=(guarantee.due_on - begins).days if guarantee else None,
            due_on=guarantee.due_on if guarantee else None,
            days_left=guarantee.days_left(on) if guarantee else None,
            consent=consent,
            consent_state=state_of(consent, self._context.rules, on),
            rule_id=guarantee.rule_id if guarantee else None,
            norm_on=self._norm(record) if guarantee else None,
            owner="region" if record.basis in REGIONAL else "municipality",
            coordinator=coordinator,
            both_tracks=in_treatment(record, on) and _is_placed(case, on),
        )

    def _coordinators(self) -> dict[str, str]:
        """By citizen: the name of the consultant whose they are."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT a.citizen_id, p.name FROM assignment a JOIN person p ON p.id = a.primary_id"
            ).fetchall()
        return dict(rows)

    def _norm(self, record: Referral) -> date | None:
        """Straksbehandling: the municipality's own norm from the citizen's request; it promises nothing for the region."""
        rule = self._context.rules.on(LOCAL_NORM, record.requested_on)
        return None if rule is None or record.basis in REGIONAL else limit_after(rule, record.requested_on)

    def _guarantee(self, case: Case, referral: Stored[Referral], on: date) -> Deadline | None:
        """The legal deadline of a referral; a local norm may be shorter but guarantees nothing."""
        found = [
            each
            for each in deadlines(case, self._context.rules, on)
            if each.kind == "treatment" and each.record_id == referral.id
        ]
        return max(found, key=lambda each: each.due_on, default=None)

    @staticmethod
    def _clock_begins(record: Referral) -> date:
        """For double diagnosis the region's receipt (SUL § 82 c), else the citizen's request."""
        if record.basis in REGIONAL and record.received_on is not None:
            return record.received_on
        return record.requested_on


def _is_placed(case: Case, on: date) -> bool:
    return any(stored.annulled_at is None and runs(stored.record, on) for stored in case.placements)


def stage_of(record: Referral) -> Stage:
    """How far a referral has come."""
    if record.ended_on is not None:
        return "ended"
    if record.started_on is not None:
        return "started"
    if record.received_on is not None:
        return "received"
    return "referred" if record.referred_on is not None else "wish"
