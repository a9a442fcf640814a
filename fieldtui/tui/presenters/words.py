"""The words for codes that the models fix; codes of dated lists come from the rule book."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.envelope import SyncState
from fieldtui.tui.presenters.lines import Piece

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {"personal": N_("Personligt"), "phone": N_("Telefon"), "digital": N_("Digitalt")}
)
MODES: Final[Mapping[str, str]] = MappingProxyType({"visit": N_("Besøg"), "phone": N_("Opkald"), "mail": N_("Mail")})
STEPS: Final[Mapping[str, str]] = MappingProxyType({
    "proposed": N_("Foreslået"),
    "contacted": N_("Kontaktet"),
    "meeting": N_("Møde"),
    "placed": N_("Startet"),
    "declined": N_("Nej tak"),
})  # fmt: skip
PARTNERS: Final[Mapping[str, str]] = MappingProxyType({
    "provider": N_("Leverandør"),
    "treatment_unit": N_("Behandlingssted"),
    "local_actor": N_("Lokal aktør"),
    "authority": N_("Myndighed"),
})  # fmt: skip
BASES: Final[Mapping[str, str]] = MappingProxyType({
    "SEL101": N_("Stofmisbrug (SEL § 101)"),
    "SUL141": N_("Alkohol (SUL § 141)"),
    "SUL142": N_("Lægelig behandling (SUL § 142)"),
    "SUL82C": N_("Dobbeltdiagnose, regionen (SUL § 82 c)"),
})  # fmt: skip
BASES_SHORT: Final[Mapping[str, str]] = MappingProxyType({
    "SEL101": N_("Stofmisbrug"),
    "SUL141": N_("Alkohol"),
    "SUL142": N_("Lægelig beh."),
    "SUL82C": N_("Dobbeltdiagnose"),
})  # fmt: skip
CONSENT_FORMS: Final[Mapping[str, str]] = MappingProxyType({"written": N_("skriftligt"), "oral": N_("mundtligt")})
DIRECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"progress": N_("Frem"), "unchanged": N_("Uændret"), "setback": N_("Tilbage")}
)


def word(words: Mapping[str, str], code: str) -> str:
    """The word for a code in the language in force; the raw code where it is unknown."""
    return _(words[code]) if code in words else code


def choices(words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(code, word) for a form."""
    return tuple((code, _(text)) for code, text in words.items())


def sync_mark(state: SyncState) -> Piece:
    """How a record stands towards the office: nothing where it has been taken."""
    if state is SyncState.PENDING:
        return Piece(_("↑ venter"), "dim")
    if state is SyncState.CONFLICT:
        return Piece(_("▲ konflikt"), "warning")
    if state is SyncState.REJECTED:
        return Piece(_("× afvist"), "error")
    if state is SyncState.PARKED:
        return Piece(_("! parkeret"), "warning")
    return Piece("")


def sync_glyph(state: SyncState) -> Piece:
    """The glyph of `sync_mark` alone, for narrow lists."""
    mark = sync_mark(state)
    return Piece(mark.text[:1], mark.tone)


def shorten(text: str, width: int) -> str:
    """The first line of a text, at most so many characters."""
    first = " ".join(text.split())
    return first if len(first) <= width else first[: max(0, width - 1)].rstrip() + "…"
