"""Why a change is not at the office, as a sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import COLLECTIONS, fields_of

_REASONS: Final[Mapping[str, str]] = MappingProxyType({
    "scope-lost": N_("Borgeren er ikke længere din. Opgiv ændringen, eller ring til din leder."),
    "forbidden": N_("Din rolle må ikke rette det her. Opgiv ændringen, eller ring til din leder."),
    "validation": N_("Kontoret kan ikke bruge værdien. Ret den, så sendes den igen."),
    "merge_scope": N_("De to borgere er ikke begge dine. Aftal en overdragelse først, eller opgiv ændringen."),
    "too-large": N_("Teksten er for lang til at sende. Del den i to."),
    "reassigned": N_("Borgeren har fået en ny konsulent, som skal godkende ændringen."),
    "ended": N_("Forløbet er sluttet. Kontoret har ændringen og afgør den."),
    "not-understood": N_("Kontorets system er nyere og svarede noget ukendt. Ændringen er gemt her. Opdatér fieldtui, og synk igen."),
    "erased": N_("Borgerens oplysninger er slettet hos kontoret."),
})  # fmt: skip


def sentence(collection: str, state: str, reason: str | None, field: str | None) -> str:
    """Why a change was refused or parked, and what to do; for one that only waits, that it will be sent.

    Args:
        collection: Of the record.
        state: `waiting`, `rejected` or `parked`.
        reason: The technical word it came with: `validation:missing`.
        field: Which field it is about, if any.
    """
    if state == "waiting":
        return _("sendes ved næste synk")
    names = [part for part in (reason or "").replace("urn:fieldtui:problem", "").split(":") if part]
    text = next((_(_REASONS[name]) for name in reversed(names) if name in _REASONS), "")  # the last word says most
    if not text:
        said = " ".join(names)
        text = _("Kontoret sagde nej ({reason}). Ret eller opgiv ændringen.").format(reason=said or "–")
    if field and collection in COLLECTIONS:
        info = fields_of(COLLECTIONS[collection]).get(field)
        text = f"{_(info.label) if info else field}: {text}"
    return text
