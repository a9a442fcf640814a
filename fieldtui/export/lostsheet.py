"""The sheet for a lost laptop: text or a PDF to print, without any citizen in it."""

from __future__ import annotations

import textwrap
from datetime import datetime
from pathlib import Path
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.base.text import clean
from fieldtui.domain.records import COLLECTIONS
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
        *(_section(_("Hvad adgangsloggen siger"), heard) if (heard := _heard(sheet)) else ()),
        *_section(_("Hvad der beskytter det"), _protection(sheet)),
        *_section(_("Hvad der skal gøres"), _steps(sheet)),
        "",
        _("Udfyldt af: ______________________________   Dato: ______________"),
    ]
    return "\n".join(parts) + "\n"


def lost_sheet_file(sheet: LostSheet, file: Path) -> bytes:
    """What is written for printing: a PDF where the file's name says so, else `lost_sheet_text`."""
    if file.suffix.lower() != ".pdf":
        return lost_sheet_text(sheet).encode("utf-8")
    from fieldtui.export.paper import Page  # only who prints loads the maker of PDFs

    page = Page(_at(sheet.made_at))
    page.set_title(_("Mistet maskine"))
    page.add_page()
    for paragraph in _paragraphs(lost_sheet_text(sheet)):
        if paragraph.startswith("#"):
            page.ln(2)
            page.say(paragraph.lstrip("# "), bold=True, size=15 if paragraph.startswith("# ") else 12)
        else:
            page.say(paragraph, indent=3)
    return bytes(page.output())


def _paragraphs(text: str) -> list[str]:
    """The sheet's lines, those that were wrapped joined again."""
    found: list[str] = []
    for line in text.splitlines():
        continued = bool(found) and line.startswith(("  ", "   ")) and not line.startswith("    ")
        if continued:
            found[-1] += " " + line.strip()
        elif line.strip():
            found.append(" ".join(line.split()))
    return found


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
    wide = max(len(label) for label, _value in rows) + 1
    return "\n".join([f"# {title}", "", *(f"    {label + ':':<{wide}} {value}" for label, value in rows)])


def _content(sheet: LostSheet) -> list[str]:
    citizens = ", ".join(f"{each.citizens} {_(_ROLES[each.role])}" for each in sheet.holdings) or _("ingen borgere")
    lines = [_("Efter fordelingen i dag: {citizens}.").format(citizens=citizens)]
    if sheet.protected:
        lines.append(_("Heraf med adressebeskyttelse: {count}.").format(count=sheet.protected))
    if sheet.heard is not None and sheet.heard.open_lists:
        lines.append(
            _(
                "Den sidste uge skrev den {count} lister eller filer, som ikke var krypterede; de kan ligge på den."
            ).format(count=sheet.heard.open_lists)
        )
    if sheet.heard is not None and sheet.heard.backups_elsewhere:
        lines.append(
            _("{count} sikkerhedskopier er gemt et andet sted end på maskinen; de er krypterede som den.").format(
                count=sheet.heard.backups_elsewhere
            )
        )
    for each in sheet.held:
        model = COLLECTIONS.get(each.collection)
        label = _(model.plural) if model is not None else clean(each.collection)
        lines.append(f"{label}: {each.records}")
    return lines


_BOUND: Final = {
    None: N_("Om adgangssætningen også kræver maskinens egen hemmelighed, har den ikke sagt."),
    "none": N_("Adgangssætningen åbner den alene: den er ikke bundet til maskinen."),
    "secretservice": N_(
        "Adgangssætningen åbner den kun sammen med hemmeligheden i maskinens nøglering (Secret Service)."
    ),
    "dpapi": N_("Adgangssætningen åbner den kun sammen med hemmeligheden i medarbejderens Windows-konto (DPAPI)."),
}
_SET_BACK: Final = {
    "older": N_("en ældre udgave af den er taget i brug"),
    "restored": N_("den er sat tilbage af en, der har dens nøgle"),
    "forked": N_("to kopier af den er i brug"),
}


def _heard(sheet: LostSheet) -> list[str]:
    """What its access log says of its last days."""
    heard, lines = sheet.heard, []
    if heard is None:
        return []
    if heard.last_at is None:
        lines.append(_("Kontoret har ingen poster fra dens adgangslog."))
    else:
        lines.append(
            _("Kontoret har {count} poster fra dens adgangslog, den nyeste fra {at}.").format(
                count=heard.entries, at=_at(heard.last_at)
            )
        )
    if heard.missing:
        lines.append(
            _("{count} poster havde den skrevet ved sidste kontakt, uden at kontoret har fået dem.").format(
                count=heard.missing
            )
        )
    if heard.unlocked_at:
        lines.append(_("Sidst åbnet, så vidt det vides: {at}.").format(at=_at(heard.unlocked_at)))
    if heard.wrong_tries:
        lines.append(_("Forkerte adgangssætninger, så vidt det vides: {count}.").format(count=heard.wrong_tries))
    if sheet.device.set_back is not None:
        how = _SET_BACK.get(sheet.device.set_back)
        lines.append(
            _("ALARM: {how} (sidst {at}).").format(
                how=_(how) if how else clean(sheet.device.set_back),
                at=_at(sheet.device.set_back_at) if sheet.device.set_back_at else "–",
            )
        )
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
    if sheet.heard is not None:
        lines.insert(1, _(_BOUND.get(sheet.heard.bound, _BOUND[None])))
    lines.append(
        _("Om disken var krypteret (BitLocker, LUKS), ved fieldtui ikke. IT ved det:  [ ] ja   [ ] nej   [ ] uvist")
    )
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
    if device.wipe_delivered_at:
        steps.append(
            _("Den fik en sletteordre {at} og har slettet det, hvis den kunne.").format(
                at=_at(device.wipe_delivered_at)
            )
        )
    elif sheet.wipe_ordered_at:
        steps.append(
            _("En sletteordre ligger klar fra {at}; maskinen har ikke hentet den endnu.").format(
                at=_at(sheet.wipe_ordered_at)
            )
        )
    steps += [
        _(
            "Skal det, der er på den, ødelægges, skal en sletteordre underskrives med organisationens nøgle, som ligger "
            "uden for nettet. Kun den, der har nøglen, kan gøre det; "
            "se driftsvejledningen (docs/central.md) under “Mistet maskine”."
        ),
        _(
            "Ring til databeskyttelsesrådgiveren nu. Et brud anmeldes til Datatilsynet på virk.dk senest 72 timer efter, at "
            "kommunen fik det at vide (GDPR artikel 33); skriv arten, hvor mange og hvad, følgerne og hvad der er gjort. "
            "Fik det at vide: dag ____________ kl. ________"
        ),
        _(
            "Er der høj risiko for borgerne, skal de have besked uden unødig forsinkelse (artikel 34). Databeskyttelses"
            "rådgiveren afgør det. Besked til borgerne:  [ ] ja   [ ] nej, fordi: ____________________"
        ),
        *(
            [
                _(
                    "Borgere med adressebeskyttelse ({count}) ringes op først, så de selv kan tage deres forholdsregler; "
                    "er nogen truet, så ring også til politiet."
                ).format(count=sheet.protected)
            ]
            if sheet.protected
            else []
        ),
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
