"""The question before a sync takes citizens off this machine, or changes more than looks right."""

from __future__ import annotations

from typing import Final

from fieldtui.base.errors import MassChange
from fieldtui.base.i18n import _
from fieldtui.tui.presenters.names import Names

_NAMED: Final = 12
"""As many citizens are named; the rest are counted."""


def question(error: MassChange) -> str:
    """What is asked."""
    if error.citizens:
        return _("Skal {count} borgere fjernes fra denne maskine?").format(count=error.citizens)
    return _("Skal {count} poster ændres?").format(count=error.records)


def consequence(error: MassChange, names: Names) -> str:
    """Whom it is about, and what each answer does."""
    shown = [names.show(each) for each in error.ids[:_NAMED]]
    if len(error.ids) > _NAMED:
        shown.append(_("og {count} til").format(count=len(error.ids) - _NAMED))
    who = ", ".join(shown)
    said = _(
        "Kontorets system siger det, og maskinen ved ikke selv hvorfor. Passer det med det, du har aftalt, så svar ja. "
        "Ellers svar nej og ring til din leder; så bliver alt, som det er."
    )
    return f"{who}. {said}" if who else said


def told(error: MassChange) -> str:
    """What is said where nobody sits ready to answer."""
    return _(
        "Synk venter på dig: {question} Tryk F5, og svar. Intet er ændret."
    ).format(question=question(error))  # fmt: skip
