"""What the access log's codes mean: the vocabulary of everybody who writes one, and the words the citizen reads.

A citizen may ask which lookups were made about them, when and why (GDPR article 15; C-579/21; Datatilsynet
2024-32-0283), so every code has a plain Danish sentence. The table of docs/access-log.md is this one; a test holds them
together, and no code may be written that is not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.domain.records import COLLECTIONS, Citizen, fields_of

ABOUT_A_CITIZEN: Final[Mapping[str, str]] = {
    "open": N_("Så i borgerens sag"),
    "list": N_("Så en liste over borgerens oplysninger"),
    "reveal": N_("Fik vist en skjult oplysning"),
    "put": N_("Skrev i borgerens sag"),
    "annul": N_("Annullerede en oplysning"),
    "resolve": N_("Afgjorde, hvilken af to udgaver der gælder"),
    "retry": N_("Sendte en afvist ændring igen"),
    "parked.accept": N_("Tog en tidligere konsulents ændring med"),
    "parked.decline": N_("Afviste en tidligere konsulents ændring"),
    "disclose": N_("Gav en oplysning videre"),
    "handover.offer": N_("Tilbød en kollega at overtage sagen"),
    "handover.accept": N_("Overtog sagen"),
    "handover.reject": N_("Afviste at overtage sagen"),
    "handover.withdraw": N_("Trak tilbuddet om overdragelse tilbage"),
    "purge": N_("Sagen blev fjernet fra maskinen"),
    "copy": N_("Kopierede en oplysning til udklipsholderen"),
    "note.moved": N_("Flyttede et notat, der stod hos en forkert borger"),
    "journal": N_("Gav notater ud som fil til kommunens journal"),
    "programme": N_("Skiftede borgerens indsats"),
    "eligibility": N_("Vurderede målgruppen igen efter en flytning"),
    "merge": N_("Lagde to kort for samme borger sammen"),
    "unmerge": N_("Skilte to kort ad igen"),
    "dossier": N_("Gav borgerens sag ud som fil"),
    "log.show": N_("Så loggen over opslag om borgeren"),
    "log.given": N_("Gav loggen over opslag om borgeren ud som fil"),
    "protected": N_("Adressebeskyttelse trådte i kraft på maskinen"),
}
"""By code: what was done about one citizen, in the past tense, as the citizen reads it."""

ABOUT_THE_DEVICE: Final[Mapping[str, str]] = {
    "create": N_("Boksen blev lavet"),
    "unlock": N_("Boksen blev åbnet"),
    "unlock.failed": N_("Der blev prøvet med forkert adgangssætning"),
    "lock": N_("Boksen blev låst"),
    "recover": N_("Boksen blev åbnet med nødkoden"),
    "recover.organisation": N_("Boksen blev åbnet af organisationen"),
    "passphrase": N_("Adgangssætningen blev skiftet"),
    "recovery_code": N_("Der blev lavet en ny nødkode"),
    "recovery_code.confirmed": N_("Nødkoden blev bekræftet"),
    "rotate": N_("Boksen fik nye nøgler"),
    "device_secret": N_("Maskinens hemmelighed blev ændret"),
    "enrol": N_("Maskinen blev tilmeldt"),
    "organisation_key": N_("Organisationens nøgle blev modtaget"),
    "organisation_key.confirmed": N_("Organisationens nøgle blev bekræftet"),
    "organisation_key.refused": N_("En anden nøgle for organisationen blev afvist"),
    "organisation_slot": N_("Organisationens adgang til boksen blev ændret"),
    "vault.found": N_("Der var noget galt med boksen, da den blev åbnet"),
    "vault.accept": N_("Boksen blev taget i brug igen, som den var"),
    "backup": N_("Der blev taget en sikkerhedskopi"),
    "backup.failed": N_("Sikkerhedskopien kunne ikke tages"),
    "backup.tested": N_("Sikkerhedskopien blev prøvet"),
    "restore": N_("Boksen blev sat tilbage fra en sikkerhedskopi"),
    "connection.proxy": N_("Vejen til kontoret blev ændret"),
    "connection.authority": N_("Hvem der står inde for kontoret, blev ændret"),
    "sync": N_("Maskinen synkede"),
    "search": N_("Der blev søgt"),
    "export": N_("Der blev lavet en liste"),
    "export.failed": N_("En liste kunne ikke skrives"),
    "export.removed": N_("Lister blev fjernet"),
    "export.recalled": N_("Lister blev kaldt tilbage, fordi en borger fik adressebeskyttelse"),
    "revoked": N_("Maskinen blev spærret"),
    "restored": N_("Spærringen blev ophævet"),
    "wipe.order": N_("Kontoret beordrede boksen slettet"),
    "wipe.refused": N_("En sletteordre blev afvist"),
    "erase": N_("Boksen blev bedt slettet"),
    "team.seen": N_("Teamets oversigt blev set"),
    "team.code": N_("Der blev lavet en kode til en ny maskine"),
    "team.approve": N_("En maskine blev godkendt"),
    "team.revoke": N_("En maskine blev spærret af lederen"),
    "team.lost": N_("En maskine blev meldt mistet"),
    "team.lost_sheet": N_("Arket om en mistet maskine blev lavet"),
    "team.substitute": N_("Der blev sat vikar på"),
    "team.handover": N_("Borgere blev givet til en kollega"),
}
"""By code: what was done with the device, the vault or the team; about no one citizen."""

CODES: Final[frozenset[str]] = frozenset({*ABOUT_A_CITIZEN, *ABOUT_THE_DEVICE})

LOOKED_AT: Final[Mapping[str, str]] = {
    "history": N_("hvad der har stået før"),
    "today": N_("det nyeste, til dagens aftale"),
    "writing": N_("det nyeste, mens et notat blev skrevet"),
    "match": N_("forslag til job"),
    "conflict": N_("to udgaver af det samme"),
    "outbox": N_("en ændring, der ventede på at blive sendt"),
    "draft": N_("en kladde"),
}
"""By the detail of an `open` that is no collection's name: which part of the file was looked at."""

STANDING_IN: Final = "vikar"
"""Closes the detail of an `open` by somebody who stands in for the citizen's own consultant."""

LONGEST_REASON: Final = 200
_CPR: Final = re.compile(r"(?<!\d)\d{6}[-\u2010-\u2015\u2212 ]?\d{4}(?!\d)")
_WORD: Final = re.compile(r"\w+")
_HIDDEN: Final = "•••"


def sentence(action: str, detail: str | None) -> str:
    """What an entry tells, in plain words; the bare code where a newer fieldtui wrote it.

    Args:
        action: The entry's code.
        detail: Its detail; read only where it names a collection, a field or a part of the file.
    """
    words = ABOUT_A_CITIZEN.get(action) or ABOUT_THE_DEVICE.get(action)
    if words is None:
        return action
    what = _part(action, detail)
    said = f"{_(words)}: {what}" if what else _(words)
    if action == "open" and detail is not None and detail.split(" ")[-1] == STANDING_IN:
        return _("{what}, som vikar").format(what=said)
    return said


def _part(action: str, detail: str | None) -> str:
    if detail is None or action not in ABOUT_A_CITIZEN:
        return ""
    name = re.split(r"[: ]", detail, maxsplit=1)[0]
    if action == "open" and name in LOOKED_AT:
        return _(LOOKED_AT[name])
    if action in {"reveal", "copy"} and name in fields_of(Citizen):
        return _(fields_of(Citizen)[name].label).lower() if name != "cpr" else _("CPR-nummer")
    return _(COLLECTIONS[name].label).lower() if name in COLLECTIONS else ""


def bare_reason(reason: str | None, names: tuple[str, ...] = ()) -> str | None:
    """A reason somebody typed, as it may stand in the log: no CPR number, and none of these names.

    Args:
        reason: Cleaned text.
        names: Names of the person the entry is about; each word of two letters or more is taken out, whatever its case.
    """
    if reason is None:
        return None
    words = {word.casefold() for name in names for word in _WORD.findall(name) if len(word) > 1}
    text = _CPR.sub(_HIDDEN, reason)
    return _WORD.sub(lambda found: _HIDDEN if _named(found.group(), words) else found.group(), text)


def _named(word: str, names: set[str]) -> bool:
    """True for a name and for its genitive (`Anders`, `Metes`)."""
    folded = word.casefold()
    return folded in names or (folded.endswith("s") and folded[:-1] in names)
