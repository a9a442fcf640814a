"""Find alt: what the typed words find among people, companies, records and actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.tui.presenters.lines import Piece, Row

_MOST: Final = 6
"""Lines of one group."""
_PREFIXES: Final = {"@": "citizen", "v:": "company", ">": "action"}
GROUPS: Final = {
    "citizen": N_("Borgere"),
    "company": N_("Virksomheder"),
    "record": N_("Aftaler og notater"),
    "action": N_("Handlinger"),
}

ALSO: Final = {
    "attended": "fremmøde mødt attended came show up",
    "no_show": "udeblev mødte ikke no-show missed absent",
    "cancelled": "afbud afmeldt sygemelding cancelled sick",
    "move": "flyt ændre tid udsæt aflys move reschedule postpone cancel",
    "note": "notat skriv journal referat note write minutes",
    "contact": "virksomhed besøg log kontakt arbejdsgiver employer company visit",
    "bridging_note": "brobygning behandling note treatment bridging",
    "call": "ring telefon nummer opkald call phone",
    "task": "opgave husk aftalt task todo remember",
    "new": "ny book booke bestil aftale samtale møde tid new appointment meeting",
    "details": "kort vis card show details",
    "edit": "ret ændr edit change",
    "placement": "praktik job plads placement job",
    "consent": "samtykke tilladelse consent",
    "wish": "ønske behandling henvisning wish referral treatment",
    "share": "del send share",
    "filter": "filtrér find vælg filter",
    "sort": "sortér rækkefølge sort order",
    "list": "liste eksport udskriv reception outlook list export print",
    "quick_add": "hurtig ny book booke tilføj opret aftale opgave quick add new appointment task",
    "undo": "fortryd slet fejl tilbage undo mistake",
    "redo": "gentag redo",
    "sync": "synk send hent opdatér net sync send fetch update",
    "discreet": "skjul navne diskret privat hide names discreet",
    "messages": "beskeder senest hvad skete messages log",
    "language": "sprog engelsk dansk english danish language",
    "lock": "lås lock",
    "leave": "afslut luk stop quit exit close",
    "help": "hjælp taster spørgsmål help keys",
}
"""Words in both languages that people use for an action, by the name of its method."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be found."""

    kind: str
    """`citizen`, `company`, `record` or `action`."""
    key: str
    """What choosing it opens: an id, or the key of an action."""
    name: str
    remark: str = ""
    also: str = ""
    """Further words it is found by, such as the Danish name of an action while English is shown."""
    right: str = ""


def split_prefix(text: str) -> tuple[str | None, str]:
    """The group a prefix asks for, and the words after it."""
    text = text.strip()
    for prefix, kind in _PREFIXES.items():
        if text.startswith(prefix):
            return kind, text[len(prefix) :].strip()
    return None, text


def matches(targets: Iterable[Target], words: Sequence[str]) -> list[Target]:
    """Those that hold every word; a name that begins with the first word stands first."""
    found: list[tuple[bool, int, Target]] = []
    for target in targets:
        hay = fold(f"{target.name} {target.remark} {target.also}")
        if all(word in hay for word in words):
            begins = bool(words) and any(part.startswith(words[0]) for part in fold(target.name).split())
            found.append((not begins, len(found), target))
    return [target for _rank, _number, target in sorted(found, key=lambda item: item[:2])]


def rows(targets: Iterable[Target], text: str) -> list[Row]:
    """The list under the field: groups with a heading each, people first."""
    wanted, rest = split_prefix(text)
    words = fold(rest).split()
    every = list(targets)
    shown: list[Row] = []
    for kind, title in GROUPS.items():
        if wanted is not None and kind != wanted:
            continue
        found = matches((target for target in every if target.kind == kind), words)
        most = _MOST * 2 if wanted else _MOST
        if not found or (not words and wanted is None and kind != "citizen"):
            continue
        shown.append(Row("", (Piece(_(title), "primary"), "", "")))
        shown += [
            Row(f"{kind}:{target.key}", (f"  {target.name}", Piece(target.remark), Piece(target.right, "dim")))
            for target in found[:most]
        ]
    return shown
