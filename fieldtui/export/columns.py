"""Allow-lists: which columns each profile has. Adding one is a code review, not a setting (domain.md § 6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Profile = Literal["reception", "own", "outlook"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    key: str
    """Name in JSON; never changes with the language."""
    title: str
    """Danish heading in CSV."""
    kind: Literal["date", "week", "time", "text"]
    meaning: str


_DATE: Final = Column("date", "Dato", "date", "Dagen, aftalen begynder.")
_WEEK: Final = Column("week", "Uge", "week", "ISO-ugenummer.")
_START: Final = Column("start", "Start", "time", "Klokkeslæt i København.")
_END: Final = Column("end", "Slut", "time", "Klokkeslæt i København.")
_PLACE: Final = Column(
    "place", "Lokale", "text", "Lokale eller sted; aldrig et behandlingssted eller en borgers adresse."
)
_CONSULTANT: Final = Column("consultant", "Konsulent", "text", "Konsulentens initialer.")
_CITIZEN: Final = Column(
    "citizen", "Borger", "text", "Fornavn og første bogstav af efternavnet; kaldekode ved beskyttelse."
)
_REFERENCE: Final = Column("reference", "Reference", "text", "Fire tegn, der kun peger på aftalen.")
_KIND: Final = Column("kind", "Type", "text", "Hvad det er for et møde.")
_NEEDS: Final = Column("practical_needs", "Praktiske behov", "text", "Fx tolk eller kørestol.")
_PHONE: Final = Column("phone", "Telefon", "text", "Borgerens nummer; aldrig ved beskyttelse.")

COLUMNS: Final[dict[Profile, tuple[Column, ...]]] = {
    "reception": (_DATE, _WEEK, _START, _END, _PLACE, _CONSULTANT, _CITIZEN, _REFERENCE, _KIND),
    "own": (_DATE, _WEEK, _START, _END, _PLACE, _CITIZEN, _REFERENCE, _KIND, _NEEDS, _PHONE),
    # A calendar has no columns; these are what its events are made of.
    "outlook": (_DATE, _WEEK, _START, _END, _PLACE, _REFERENCE, _KIND),
}
