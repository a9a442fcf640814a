"""The seventeen collections, one frozen model each: form, row, message and JSON Schema in one."""

from __future__ import annotations

from typing import Final

from fieldtui.domain.records.appointment import Appointment, Attendance
from fieldtui.domain.records.base import FieldInfo, Merge, Record, fields_of
from fieldtui.domain.records.citizen import Citizen
from fieldtui.domain.records.company import (
    Activity,
    Company,
    CompanyContact,
    EmployerContact,
    JobLead,
    Opening,
    Partner,
)
from fieldtui.domain.records.effort import Activation, Placement, Progression, Task
from fieldtui.domain.records.notes import BridgingNote, Note
from fieldtui.domain.records.treatment import Consent, Referral

COLLECTIONS: Final[dict[str, type[Record]]] = {
    model.collection: model
    for model in (
        Citizen,
        Appointment,
        Note,
        Placement,
        JobLead,
        Activation,
        Referral,
        BridgingNote,
        Consent,
        Progression,
        Task,
        Company,
        CompanyContact,
        EmployerContact,
        Opening,
        Partner,
        Activity,
    )
}

TEAM_SCOPE: Final = "team"


def scope_of(record: Record, record_id: str) -> str:
    """The scope a record belongs to: `citizen:<id>` or `team` (sync protocol, "Model").

    An appointment or a task without a citizen belongs to the team.
    """
    if isinstance(record, Citizen):
        return f"citizen:{record_id}"
    if record.reach == "team":
        return TEAM_SCOPE
    citizen_id: str | None = getattr(record, "citizen_id", None)
    return f"citizen:{citizen_id}" if citizen_id else TEAM_SCOPE


__all__ = [
    "COLLECTIONS",
    "TEAM_SCOPE",
    "Activation",
    "Activity",
    "Appointment",
    "Attendance",
    "BridgingNote",
    "Citizen",
    "Company",
    "CompanyContact",
    "Consent",
    "EmployerContact",
    "FieldInfo",
    "JobLead",
    "Merge",
    "Note",
    "Opening",
    "Partner",
    "Placement",
    "Progression",
    "Record",
    "Referral",
    "Task",
    "fields_of",
    "scope_of",
]
