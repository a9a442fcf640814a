"""Everything a person does to records, gathered for the front ends."""

from __future__ import annotations

from fieldtui.services.editing import Editing


class Casework(Editing):
    """The acts of a consultant's day. Each is stored whole or not at all, and can be undone."""
