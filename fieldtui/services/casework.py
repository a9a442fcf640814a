"""Everything a person does to records, gathered for the front ends."""

from __future__ import annotations

from fieldtui.services.bridging import Bridging
from fieldtui.services.companymerging import CompanyMerging
from fieldtui.services.done import Done
from fieldtui.services.efforts import Efforts
from fieldtui.services.employers import Employers
from fieldtui.services.journaling import Journaling
from fieldtui.services.leads import Leads
from fieldtui.services.measuring import Measuring
from fieldtui.services.notemoving import NoteMoving
from fieldtui.services.notes import NoteWriting
from fieldtui.services.outreach import Outreach
from fieldtui.services.people import People
from fieldtui.services.seriesbooking import SeriesBooking

__all__ = ["Casework", "Done"]


class Casework(
    SeriesBooking,
    NoteWriting,
    NoteMoving,
    Journaling,
    Employers,
    CompanyMerging,
    Leads,
    Bridging,
    Efforts,
    Outreach,
    People,
    Measuring,
):
    """The acts of a consultant's day. Each is stored whole or not at all, and can be undone."""
