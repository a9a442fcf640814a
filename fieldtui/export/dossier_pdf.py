"""A dossier on paper; where the font lacks characters the last page says so, and the JSON has every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldtui.domain.records import COLLECTIONS, fields_of
from fieldtui.export.paper import Page

_ENVELOPE: Final = frozenset({"id", "collection", "rev", "sync_state", "review", "source", "citizen_id"})
_HEADINGS: Final = {
    "changes": "Hvad der har stået før",
    "waiting": "Ændringer, kontoret ikke har modtaget",
    "drafts": "Kladder",
    "handovers": "Overdragelser",
    "log": "Opslag i sagen",
}


def to_pdf(document: Mapping[str, Any]) -> bytes:
    """The document of `fieldtui.export.dossier.document_of` as a PDF."""
    page = Page(f"lavet {_at(document['made_at'])} af {document['made_by']}")
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


def _record(page: Page, entry: Mapping[str, Any], title: str) -> None:
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


def _lines(page: Page, entry: Mapping[str, Any], labels: Mapping[str, str], indent: int = 4) -> None:
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
