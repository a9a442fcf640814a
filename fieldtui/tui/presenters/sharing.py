"""What was shared with whom and by what right, and what a consent lets be told, in words."""

from __future__ import annotations

from typing import Any, Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import BridgingNote, Consent
from fieldtui.domain.rulebook import RuleBook
from fieldtui.tui.presenters.dates import clock, full, local
from fieldtui.tui.presenters.lines import Line, Piece, line
from fieldtui.tui.presenters.words import CONSENT_FORMS, word

_DIRECTIONS: Final = {"both": N_("begge veje"), "disclose": N_("kun fra os"), "collect": N_("kun til os")}


def consent_terms(consent: Consent) -> list[str]:
    """Form, direction, what may be told, and whether health is among it."""
    health = _("uden helbred") if consent.covers_health is False else ""
    terms = (word(CONSENT_FORMS, consent.form), word(_DIRECTIONS, consent.direction), consent.scope or "", health)
    return [term for term in terms if term]


def shared_lines(record: Any, rules: RuleBook) -> list[Line]:
    """Of a bridging note: with whom it was shared, when, what, and the basis; nothing where it was not."""
    if not isinstance(record, BridgingNote):
        return []
    basis = rules.label("legal_basis", record.legal_basis) if record.legal_basis else ""
    right = " ".join(part for part in (basis, record.basis_reference) if part)
    if record.shared_with is None:
        return [line(Piece(_("Grundlag") + "  ", "primary"), right)] if right else []
    at = record.shared_at
    when = f"{full(local(at).date())} {clock(at)}" if at else ""
    parts = " · ".join(part for part in (record.shared_with, record.shared_what, when, right) if part)
    lines = [line(Piece(_("Delt med") + "  ", "primary"), parts)]
    if record.share_stopped_at is not None:
        day = full(local(record.share_stopped_at).date())
        text = _("× Standset {day}: samtykket blev trukket tilbage, før det var sendt.").format(day=day)
        lines.append(line(Piece(text, "error")))
    return lines
