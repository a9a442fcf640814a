"""One citizen's whole file, as rules and screens look at it."""

from __future__ import annotations

from dataclasses import dataclass

from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import (
    Activation,
    Appointment,
    BridgingNote,
    Citizen,
    Consent,
    JobLead,
    Note,
    Placement,
    Progression,
    Referral,
    Task,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A citizen and everything in the citizen's scope."""

    citizen: Stored[Citizen]
    appointments: tuple[Stored[Appointment], ...] = ()
    notes: tuple[Stored[Note], ...] = ()
    bridging_notes: tuple[Stored[BridgingNote], ...] = ()
    referrals: tuple[Stored[Referral], ...] = ()
    consents: tuple[Stored[Consent], ...] = ()
    placements: tuple[Stored[Placement], ...] = ()
    job_leads: tuple[Stored[JobLead], ...] = ()
    activations: tuple[Stored[Activation], ...] = ()
    progressions: tuple[Stored[Progression], ...] = ()
    tasks: tuple[Stored[Task], ...] = ()
    merged: tuple[Stored[Citizen], ...] = ()
    """Other cards of the same person, whose records stand in this file too."""

    @property
    def id(self) -> str:
        """The citizen's id."""
        return self.citizen.id
