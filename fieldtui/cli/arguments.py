"""Words from the command line, as the values they mean."""

from __future__ import annotations

from datetime import date

from fieldtui.base.clock import today
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.cli.setting import Setting
from fieldtui.domain.calendar import parse_day


def day(setting: Setting, text: str, option: str) -> date:
    """A day: ISO, or as people type it (`24-11-2026`, `24/11`, `i morgen`).

    Raises:
        BadUsage: No such day, with the option it was given to.
    """
    try:
        return parse_day(text, today(setting.clock))
    except ValueError as error:
        raise BadUsage(f"{option}: {error}") from None


def period(setting: Setting, since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """The two ends of a period, either of which may be open.

    Raises:
        BadUsage: No such day, or the end lies before the beginning.
    """
    begins = day(setting, since, "--since") if since is not None else None
    ends = day(setting, until, "--until") if until is not None else None
    if begins is not None and ends is not None and ends < begins:
        raise BadUsage(_("Perioden slutter, før den begynder."))
    return begins, ends
