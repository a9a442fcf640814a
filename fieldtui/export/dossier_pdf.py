"""A dossier on paper: A4, page numbers, "fortroligt" on each page; text only, so nothing in it can be clicked or run.

The fonts every reader has know Western European letters. What they lack is written as `?`, and the last page says so; the
JSON has every character as it was.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fpdf import FPDF

from fieldtui.base.text import clean
from fieldtui.domain.records import COLLECTIONS, fields_of

_SIMPLER: Final = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "•": "*", "€": "EUR", "\u00a0": " "}
)
_MARGIN: Final = 18
_LINE: Final = 5
_ENVELOPE: Final = frozenset({"id", "collection", "rev", "sync_state", "review", "source", "citizen_id"})
_HEADINGS: Final = {
    "changes": "Hvad der har stået før",
    "waiting": "Ændringer, kontoret ikke har modtaget",
    "drafts": "Kladder",
    "handovers": "Overdragelser",
    "log": "Opslag i sagen",
}


class _Page(FPDF):
    """A4 with a foot on each page."""

    def __init__(self, made: str) -> None:
        super().__init__(format="A4")
        self.made = made
        self.unknown = 0
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 4)

    def footer(self) -> None:
        """What stands at the foot of each page."""
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(
            0, 8, self.plain(f"Fortroligt – makuleres efter brug · {self.made} · Side {self.page_no()} af {{nb}}")
        )

    def plain(self, text: str) -> str:
        """The text in letters the font has."""
        shown = []
        for char in unicodedata.normalize("NFC", clean(text, multiline=True)).translate(_SIMPLER):
            known = char == "\n" or char.encode("latin-1", "ignore")
            shown.append(char if known else "?")
            self.unknown += not known
        return "".join(shown)

    def say(self, text: str, *, bold: bool = False, size: int = 10, indent: int = 0) -> None:
        """One paragraph."""
        self.set_font("Helvetica", style="B" if bold else "", size=size)
        self.set_x(_MARGIN + indent)
        self.multi_cell(0, _LINE if size <= 10 else 8, self.plain(text), align="L", new_x="LMARGIN", new_y="NEXT")


def to_pdf(document: Mapping[str, Any]) -> bytes:
    """The document of `fieldtui.export.dossier.document_of` as a PDF."""
    page = _Page(f"lavet {_at(document['made_at'])} af {document['made_by']}")
    page.set_title("Indsigt")
    page.add_page()
    page.say("Indsigt: alt, hvad maskinen har om borgeren", bold=True, size=15)
    for sentence in document["about"]:
        page.say(sentence)
    if document["masked"]:
        page.say("Borgeren har adressebeskyttelse: adresse og telefon er skjult i denne udskrift.", bold=True)
    _record(page, document["citizen"], "Borgeren")
    for collection, entries in document["records"].items():
        page.ln(3)
        page.say(COLLECTIONS[collection].plural, bold=True, size=13)
        for entry in entries:
            _record(page, entry, COLLECTIONS[collection].label)
    for part, heading in _HEADINGS.items():
        if document[part]:
            page.ln(3)
            page.say(heading, bold=True, size=13)
            for entry in document[part]:
                _lines(page, entry, _labels(entry.get("collection")))
                page.ln(2)
    if page.unknown:
        page.ln(3)
        page.say(f"{page.unknown} tegn findes ikke i udskriftens skrifttype og står som “?”. De er med i JSON-udgaven.")
    return bytes(page.output())


def _record(page: _Page, entry: Mapping[str, Any], title: str) -> None:
    page.ln(2)
    page.say(f"{title} ({entry['source']['how']}{_by(entry['source'])})", bold=True)
    for reason in entry["review"]:
        page.say(f"GENNEMGÅ: {reason}", bold=True, indent=4)
    _lines(page, {name: value for name, value in entry.items() if name not in _ENVELOPE}, _labels(entry["collection"]))


def _by(source: Mapping[str, Any]) -> str:
    who = f", {source['by']}" if source["by"] else ""
    return f"{who}, {_at(source['recorded_at'])}" if source["recorded_at"] else who


def _labels(collection: str | None) -> Mapping[str, str]:
    if collection not in COLLECTIONS:
        return {}
    return {name: info.label for name, info in fields_of(COLLECTIONS[collection]).items()}


def _lines(page: _Page, entry: Mapping[str, Any], labels: Mapping[str, str], indent: int = 4) -> None:
    for name, value in entry.items():
        if value in (None, "", [], {}):
            continue
        label = labels.get(name, _WORDS.get(name, name))
        if isinstance(value, Mapping):
            page.say(f"{label}:", indent=indent)
            _lines(page, value, labels, indent + 4)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if all(isinstance(each, str) for each in value):
                page.say(f"{label}: {', '.join(value)}", indent=indent)
                continue
            page.say(f"{label}:", indent=indent)
            for each in value:
                _lines(page, _named(each, labels), labels, indent + 4)
        else:
            page.say(f"{label}: {_shown(value)}", indent=indent)


def _named(change: Any, labels: Mapping[str, str]) -> Mapping[str, Any]:
    """One change of a field, with the field's Danish name."""
    if not isinstance(change, Mapping):
        return {"": change}
    return {name: labels.get(value, value) if name == "field" else value for name, value in change.items()}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return str(value)


def _at(text: str) -> str:
    return text.replace("T", " ")[:16]


_WORDS: Final = {
    "at": "Hvornår",
    "by": "Af",
    "origin": "Hvorfra",
    "changes": "Ændringer",
    "not_chosen": "Ikke valgt",
    "field": "Felt",
    "old": "Før",
    "new": "Nu",
    "value": "Værdi",
    "collection": "Hvad",
    "record_id": "Nummer",
    "annulled_at": "Annulleret",
    "annulled_reason": "Hvorfor annulleret",
    "review": "Gennemgå",
    "state": "Stand",
    "recorded_at": "Skrevet",
    "kind": "Type",
    "text": "Tekst",
    "previous": "Tidligere tekst",
    "saved_at": "Gemt",
    "fields": "Felter",
    "what": "Hvad",
    "about": "Om",
    "says": "Indhold",
    "reason": "Hvorfor",
    "role": "Rolle",
}
