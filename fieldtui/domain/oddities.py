"""What is lawful but worth a second look; it is said once and never stops anyone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.domain.calendar import is_working_day
from fieldtui.domain.identifiers import CprKind, InvalidCpr, parse_cpr
from fieldtui.domain.records import (
    Appointment,
    BridgingNote,
    Citizen,
    Company,
    EmployerContact,
    Note,
    Placement,
    Record,
)

_CPR_SENTENCES: Final = {
    "mod11": N_("CPR-nummerets kontrolciffer passer ikke. Det findes lovligt, men tjek nummeret."),
    "mod11_unlikely": N_(
        "CPR-nummerets kontrolciffer passer ikke, og det er sjældent ved den fødselsdag. Tjek nummeret."
    ),
    "age": N_("Alderen efter CPR-nummeret er under 15 eller over 100 år. Tjek nummeret."),
}
_CPR_IN_TEXT: Final = re.compile(r"(?<!\d)\d{6}[ -]?\d{4}(?!\d)")


def warnings_for(record: Record, on: date) -> tuple[str, ...]:
    """Lawful oddities of a record on a day, as sentences in the language in force.

    A check digit that does not fit, an unlikely age, a meeting on a holiday or in the past, a praktik without its purpose (LAB § 59), a CPR number inside
    free text. The sentences hold no personal data.
    """
    return tuple(_(each) for each in _oddities(record, on))


def _oddities(record: Record, on: date) -> Iterator[str]:
    match record:
        case Citizen():
            yield from _of_citizen(record, on)
        case Appointment():
            if record.status != "planned":
                return
            day = record.starts_at.astimezone(COPENHAGEN).date()
            if not is_working_day(day):
                yield N_("Aftalen ligger i en weekend eller på en helligdag. Tjek datoen.")
            if day < on:
                yield N_("Aftalen ligger i fortiden. Tjek datoen, eller registrér, hvad der blev af den.")
        case Placement():
            if record.kind == "virksomhedspraktik" and not record.purpose:
                yield N_("En praktikaftale skal have et præcist formål (LAB § 59). Skriv det, når aftalen ændres.")
        case Note() | BridgingNote():
            yield from _of_text(record.text)
        case EmployerContact():
            yield from _of_text(record.text)
        case Company():
            yield from _of_text(record.notes)
        case _:
            return


def _of_citizen(citizen: Citizen, on: date) -> Iterator[str]:
    if citizen.cpr:
        cpr = parse_cpr(citizen.cpr)
        for warning in cpr.warnings(on):
            yield _CPR_SENTENCES[warning]
        if cpr.kind is CprKind.REPLACEMENT:
            yield N_("Det er et erstatningspersonnummer. Det gælder kun hos den myndighed, der lavede det.")
    if citizen.enrolled_on and citizen.enrolled_on > on:
        yield N_("Borgeren er indskrevet fra en dag, der ikke er kommet endnu.")
    if citizen.address_protected and citizen.protected_until and citizen.protected_until < on:
        yield N_("Adressebeskyttelsen er udløbet. Adressen skjules, til du har bekræftet, at den er ophørt.")


def _of_text(text: str | None) -> Iterator[str]:
    for found in _CPR_IN_TEXT.finditer(text or ""):
        try:
            parse_cpr(found.group())
        except InvalidCpr:
            continue
        yield N_("Teksten ser ud til at indeholde et CPR-nummer. Skriv det kun i borgerens kort.")
        return
