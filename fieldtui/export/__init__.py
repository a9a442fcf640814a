"""Appointment lists as files: one allow-list a profile, one format a module, pure from values to bytes.

A list is in Danish whatever language fieldtui speaks: it is read by a Danish reception and by Danish Excel.
"""

from __future__ import annotations

from fieldtui.export.columns import COLUMNS, Column, Profile
from fieldtui.export.lines import ListLine, line_of
from fieldtui.export.names import file_name
from fieldtui.export.rendering import FORMATS, Format, render

__all__ = ["COLUMNS", "FORMATS", "Column", "Format", "ListLine", "Profile", "file_name", "line_of", "render"]
