"""What is said of a fault: a number, and where to read what is known of it; never a message or a variable."""

from __future__ import annotations

from fieldtui.base.crashreport import report_defect
from fieldtui.base.i18n import _


def report_crash(error: BaseException) -> str:
    """Log a fault without any data, keep a report of it, and give it a number.

    Returns:
        Six hexadecimal digits that are the same for the same place in the code.
    """
    return report_defect(error, "tui.crash")


def sentence_for(number: str) -> str:
    """What a person reads after a fault."""
    return _(
        "fieldtui måtte lukke. Dine kladder er gemt. Fejlnummer {number}. Start igen; sker det igen, så læs rapporten med "
        "fieldtui doctor --crash, og send den til superbruger."
    ).format(number=number)
