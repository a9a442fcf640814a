"""The sheet for a lost laptop: plain text to print, without any citizen in it."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.records import COLLECTIONS
from fieldtui.domain.setbacks import set_back_words
from fieldtui.wire.team import LostSheet

_WIDTH: Final = 78
_ROLES: Final = {
    "primary": N_("egne borgere"),
    "substitute": N_("borgere som vikar"),
    "treatment": N_("borgere som behandler"),
}


def lost_sheet_text(sheet: LostSheet) -> str:
    """The sheet in the language in force, lines of at most 78 characters; readable as Markdown too."""
    parts = [
        _heading(sheet),
        *_section(_("Hvad der var på den"), _content(sheet)),
        *_section(_("Hvad der kan være tabt"), _window(sheet)),
        *_section(_("Hvad der beskytter det"), _protection(sheet)),
        *_section(_("Hvad der skal gøres"), _steps(sheet)),
        "",
        _("Udfyldt af: ______________________________   Dato: ______________"),
    ]
    return "\n".join(parts) + "\n"


def _heading(sheet: LostSheet) -> str:
    device, person = sheet.device, sheet.consultant
    title = _("Mistet maskine: {name}").format(name=clean(device.name))
    lost = _at(device.lost_at) if device.lost_at else _("ikke meldt mistet")
    shut = _at(device.revoked_at) if device.revoked_at else _("NEJ – den kan stadig synke")
    rows = [
        (_("Organisation"), clean(sheet.organisation)),
        (_("Medarbejder"), clean(f"{person.name} ({person.initials})")),
        (_("Maskinens id"), clean(device.id)),
        ("fieldtui", clean(device.app_version)),
        (_("Tilmeldt"), _at(device.enrolled_at)),
        (_("Sidste kontakt"), _at(device.last_seen_at) if device.last_seen_at else _("aldrig")),
        (_("Meldt mistet"), lost),
        (_("Spærret"), shut),
        (_("Arket er lavet"), _at(sheet.made_at)),
    ]
    if device.set_back and device.set_back_at:
        rows.insert(-1, (_("Bemærk"), f"{_at(device.set_back_at)}: {clean(set_back_words(device.set_back))}"))
    wide = max(len(label) for label, _value in rows) + 1
    return "\n".join([f"# {title}", "", *(f"    {label + ':':<{wide}} {value}" for label, value in rows)])


def _content(sheet: LostSheet) -> list[str]:
    citizens = ", ".join(f"{each.citizens} {_(_ROLES[each.role])}" for each in sheet.holdings) or _("ingen borgere")
    lines = [_("Efter fordelingen i dag: {citizens}.").format(citizens=citizens)]
    if sheet.protected:
        lines.append(_("Heraf med adressebeskyttelse: {count}.").format(count=sheet.protected))
    for each in sheet.held:
        model = COLLECTIONS.get(each.collection)
        label = _(model.plural) if model is not None else clean(each.collection)
        lines.append(f"{label}: {each.records}")
    return lines


def _window(sheet: LostSheet) -> list[str]:
    device = sheet.device
    if device.last_seen_at is None:
        return [_("Maskinen har aldrig været i kontakt med kontoret: alt, der blev skrevet på den, er kun der.")]
    lines = [
        _("Alt, der var sendt ved sidste kontakt {at}, er på kontoret.").format(at=_at(device.last_seen_at)),
        _("Det, der er skrevet på maskinen efter det tidspunkt, er kun på den."),
    ]
    if device.waiting:
        since = _at(device.waiting_since) if device.waiting_since else "–"
        lines.append(
            _("Ved sidste kontakt ventede {count} ændringer på at blive sendt, den ældste fra {since}.").format(
                count=device.waiting, since=since
            )
        )
    elif device.waiting == 0:
        lines.append(_("Ved sidste kontakt ventede intet på at blive sendt."))
    else:
        lines.append(_("Maskinen har ikke sagt, hvor meget der ventede."))
    return lines


def _protection(sheet: LostSheet) -> list[str]:
    lines = [
        _("Alt på maskinen er krypteret og åbnes kun med medarbejderens adgangssætning eller nødkode."),
        _("Lå adgangssætningen eller nødkoden sammen med maskinen, så sig det til databeskyttelsesrådgiveren nu."),
    ]
    if sheet.lease_until:
        lines.append(
            _("Uden kontakt med kontoret kan der ikke skrives på den efter {at}.").format(at=_at(sheet.lease_until))
        )
    return lines


def _steps(sheet: LostSheet) -> list[str]:
    device = sheet.device
    steps = []
    if device.revoked_at is None:
        steps.append(
            _("Spær den: i fieldtui under Team, p – eller hos IT: fieldtui central revoke {device}").format(
                device=device.id
            )
        )
    else:
        steps.append(_("Den er spærret: ved næste kontakt låser den og beholder det, den har."))
    steps += [
        _(
            "Skal det, der er på den, ødelægges, skal en sletteordre underskrives med organisationens nøgle, som ligger "
            "uden for nettet. Kun den, der har nøglen, kan gøre det; "
            "se driftsvejledningen (docs/central.md) under “Mistet maskine”."
        ),
        _("Ring til databeskyttelsesrådgiveren: de har 72 timer fra nu til at vurdere, om det skal anmeldes."),
        _("Anmeld tyveri til politiet, og skriv sagsnummeret her: ____________________"),
        _("Giv medarbejderen en ny maskine: lav en kode under Team med n, og godkend den med de seks ord."),
    ]
    return [f"{number}. {text}" for number, text in enumerate(steps, start=1)]


def _section(title: str, lines: list[str]) -> list[str]:
    shown = []
    for text in lines:
        numbered = text[:1].isdigit() and text[1:2] == "."
        first, later = ("", "   ") if numbered else ("- ", "  ")
        shown += textwrap.wrap(
            text, _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
        )
    return ["", f"## {title}", "", *shown]


def _at(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(COPENHAGEN).strftime("%d-%m-%Y %H:%M")
