"""Everything a person does to records, gathered for the front ends."""

from __future__ import annotations

from fieldtui.services.bridging import Bridging
from fieldtui.services.done import Done
from fieldtui.services.employers import Employers
from fieldtui.services.notes import NoteWriting
from fieldtui.services.seriesbooking import SeriesBooking

__all__ = ["Casework", "Done"]


class Casework(SeriesBooking, NoteWriting, Employers, Bridging):
    """The acts of a consultant's day. Each is stored whole or not at all, and can be undone."""
