"""Quick-add: the line read back in whole words, so that a slip shows before Enter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.quickadd import QuickDraft
from fieldtui.tui.presenters.dates import with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import KINDS
from fieldtui.tui.presenters.words import MODES

_TARGETS: Final[Mapping[str, str]] = {
    "task": N_("Opgave"),
    "note": N_("Notat"),
    "bridging_note": N_("Brobygningsnotat"),
}
_STATES: Final[Mapping[str, str]] = {
    "attended": N_("Fremmødt"),
    "no_show": N_("Udeblevet"),
    "cancelled_citizen": N_("Afbud"),
}
EXAMPLES: Final = (
    N_("samtale fre 10 Kvartershuset @fatima · ring ali i morgen 13"),
    N_("udeblevet @jens · opgave fre: spørg om busrute @fatima"),
    N_("virk café solsort besøg: kaffe og rundvisning"),
)


def what(draft: QuickDraft) -> str:
    """What the line makes."""
    if draft.target == "appointment":
        return draft.title or _(KINDS.get(draft.kind, draft.kind))
    if draft.target == "employer_contact":
        mode = _(MODES[draft.kind]) if draft.kind in MODES else ""
        return f"{_('Virksomhedskontakt')} ({mode})" if mode else _("Virksomhedskontakt")
    if draft.target == "attendance":
        return _(_STATES.get(draft.kind, draft.kind))
    return _(_TARGETS.get(draft.target or "", ""))


def when(draft: QuickDraft) -> str:
    """`tir 24-11-2026 10:00–10:45`."""
    if draft.day is None:
        return ""
    text = with_day_full(draft.day)
    if draft.start is not None:
        text += f" {draft.start:%H:%M}"
        if draft.end is not None:
            text += f"–{draft.end:%H:%M}"
    return text


def chips(draft: QuickDraft, names: Names) -> Line:
    """`√ Jobsamtale   √ tir 24-11-2026 10:00–10:45   √ Fatima A.`"""
    parts = [what(draft), when(draft), draft.place or "", draft.company.name if draft.company else ""]
    if draft.who is not None:
        parts.append(names.show(draft.who.id, draft.who.name))
    if draft.text:
        parts.append(f"“{draft.text}”")
    pieces: list[Piece] = []
    for part in parts:
        if part:
            pieces += [Piece("√ ", "success"), Piece(f"{part}   ")]
    return tuple(pieces)


def questions(draft: QuickDraft) -> list[Line]:
    """What must be answered first."""
    lines = [line(Piece(f"? {question.text}", "warning")) for question in draft.questions]
    first = draft.questions[0] if draft.questions else None
    if first is not None and first.choices:
        lines.append(line(Piece(_("Tab vælger: "), "dim"), "   ".join(first.choices)))
    return lines
