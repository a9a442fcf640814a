"""Everything held about one citizen, as one document: for the citizen's own request (GDPR article 15).

The document is in Danish and made of plain values, so that JSON and PDF say the same. What a person must look at before it is
handed out is marked on the record; what the citizen's address protection covers is left out unless it is asked for.

A protected address is the citizen's own, and CPR-lovens § 28 does not keep it from them. But a dossier is carried home, posted
and read in kitchens, and the address is protected because of somebody who may stand there. So it is masked by default, and
given only with a reason that is logged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from fieldtui.base.clock import isoformat
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.envelope import Stored
from fieldtui.domain.protection import PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import Citizen
from fieldtui.wire.messages import Person

FORMAT: Final = "fieldtui-dossier"
VERSION: Final = 1
MASKED: Final = "BESKYTTET"
_SHORTEST: Final = 4
"""Characters of an address or digits of a number that are looked for in free text; a shorter one is in every sentence."""
_GONE: Final = "[beskyttet]"

OTHER_AUTHORITY: Final = "Skrevet af en anden myndighed: afklar med den, før det udleveres."
THIRD_PARTY: Final = "Nævner andre end borgeren: vurder, om det kan udleveres (forvaltningslovens § 15 b)."
CONFIDENTIAL: Final = "Fortroligt notat: teksten er ikke taget med. Åbn det med en grund, og tag stilling til, om det skal udleveres særskilt."
INTERNAL: Final = (
    "Kladde, der ikke er gemt i sagen: vurder, om den er et internt arbejdsdokument (forvaltningslovens § 12)."
)

_ABOUT: Final = (
    "Udskrift af alt, hvad denne maskine har om borgeren, til borgerens egen indsigt (databeskyttelsesforordningens artikel 15).",
    "Kontorets centrale system kan have mere, fx rettelser, som denne maskine aldrig har set. Bed om en udskrift dér også.",
    "Hvor noget er mærket “gennemgå”, skal en medarbejder tage stilling, før det udleveres.",
    "Læs al fritekst igennem: den kan nævne andre end borgeren.",
    "Oplysningerne bruges til den indsats, kommunen har oplyst borgeren om. Borgeren kan bede om at få urigtige oplysninger rettet og kan klage til Datatilsynet.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a device holds about one citizen."""

    citizen: Stored[Citizen]
    records: Mapping[str, Sequence[Stored[Any]]]
    """By collection, annulled ones too; the citizen's own record not among them."""
    changes: Sequence[Mapping[str, Any]] = ()
    """What records were before, the newest first: `record_id, collection, at, by, origin, changes, not_chosen`."""
    waiting: Sequence[Mapping[str, Any]] = ()
    """Changes the central system has not taken: `collection, record_id, state, recorded_at, fields`."""
    drafts: Sequence[Mapping[str, Any]] = ()
    """Unfinished texts: `kind, saved_at, text`, `previous` where there is one."""
    handovers: Sequence[Mapping[str, Any]] = ()
    """Offers to hand the citizen over, with their notes."""
    assignment: Mapping[str, Any] | None = None
    """What this device's consultant is to the citizen."""
    lookups: Sequence[Mapping[str, Any]] = ()
    """The access log about the citizen, without names."""
    naming: Collection[str] = ()
    """Ids of the records whose free text names another citizen."""


def document_of(
    held: Held, *, people: Iterable[Person], made_at: datetime, made_by: str, with_protected: bool = False
) -> dict[str, Any]:
    """The document.

    Args:
        held: What is held.
        people: Staff, for initials.
        made_at: Now.
        made_by: Initials of who gives it out.
        with_protected: Give a protected address, phone number, postal code and city too.
    """
    staff = {person.id: person for person in people}
    hides = is_protected(held.citizen.record) and not with_protected
    body = {
        "citizen": _entry(held.citizen, staff, held.naming),
        "records": {
            name: [_entry(each, staff, held.naming) for each in found]
            for name, found in held.records.items()
            if len(found)
        },
        "changes": [_with_initials(each, staff) for each in held.changes],
        "waiting": [dict(each) for each in held.waiting],
        "drafts": [{**each, "review": [INTERNAL]} for each in held.drafts],
        "handovers": [dict(each) for each in held.handovers],
        "assignment": dict(held.assignment) if held.assignment is not None else None,
        "log": [dict(each) for each in held.lookups],
    }
    if hides:
        body = _Mask(held).over(body)
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": isoformat(made_at),
        "made_by": made_by,
        "about": list(_ABOUT),
        "masked": list(PROTECTED_FIELDS) if hides else [],
        **body,
    }


def to_json(document: Mapping[str, Any]) -> bytes:
    """UTF-8, indented, one line break at the end."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def dossier_name(fmt: str, on: date, version: int) -> str:
    """`indsigt_2026-11-24_v1.json`: no name, no number of anybody."""
    return f"indsigt_{on.isoformat()}_v{version}.{fmt}"


def _entry(stored: Stored[Any], staff: Mapping[str, Person], naming: Collection[str]) -> dict[str, Any]:
    flat = stored.flat()
    for name in ("author", "consultant_id", "by"):
        if isinstance(flat.get(name), str):
            flat[name] = _initials(flat[name], staff)
    return {
        **flat,
        "annulled_reason": stored.annulled_reason,
        "source": {
            "how": "indlæst fra et udtræk" if stored.imported else "skrevet af en medarbejder",
            "by": _initials(stored.author, staff),
            "recorded_at": isoformat(stored.recorded_at) if stored.recorded_at else None,
            "received_at": isoformat(stored.received_at) if stored.received_at else None,
        },
        "review": _review(stored, staff, naming),
    }


def _review(stored: Stored[Any], staff: Mapping[str, Person], naming: Collection[str]) -> list[str]:
    """Why a person must look at a record before it is handed out."""
    found = []
    author = staff.get(stored.author or "")
    if stored.collection == "bridging_note" or (author is not None and author.role == "treatment"):
        found.append(OTHER_AUTHORITY)
    if getattr(stored.record, "mentor_name", None) or stored.id in naming:
        found.append(THIRD_PARTY)
    if is_confidential(stored.record):
        found.append(CONFIDENTIAL)
    return found


def _initials(person_id: str | None, staff: Mapping[str, Person]) -> str | None:
    if person_id is None:
        return None
    person = staff.get(person_id)
    return person.initials if person is not None else "?"


def _with_initials(change: Mapping[str, Any], staff: Mapping[str, Person]) -> dict[str, Any]:
    sides = [{**each, "by": _initials(each.get("by"), staff)} for each in change.get("not_chosen", ())]
    return {**change, "by": _initials(change.get("by"), staff), "not_chosen": sides}


class _Mask:
    """Takes what the address protection covers out of a document, wherever it stands."""

    def __init__(self, held: Held) -> None:
        values = {str(value) for value in _protected_values(held) if value}
        words = [re.escape(value).replace(r"\ ", r"\s+") for value in values if len(value) >= _SHORTEST]
        digits = [
            r"[\s.-]*".join(number) for value in values if len(number := re.sub(r"\D", "", value)) >= _SHORTEST * 2
        ]
        patterns = sorted({*words, *digits}, key=len, reverse=True)
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def over(self, value: Any) -> Any:
        """The value without them."""
        if isinstance(value, dict):
            if value.get("field") in PROTECTED_FIELDS:
                return {
                    name: _hidden(part) if name in {"old", "new", "value"} else part for name, part in value.items()
                }
            return {
                name: _hidden(part) if name in PROTECTED_FIELDS else self.over(part) for name, part in value.items()
            }
        if isinstance(value, list):
            return [self.over(part) for part in value]
        if isinstance(value, str) and self._pattern is not None:
            return self._pattern.sub(_GONE, value)
        return value


def _hidden(value: Any) -> Any:
    return MASKED if value not in {None, ""} else value


def _protected_values(held: Held) -> Iterable[Any]:
    """Address and phone number as they are and as they were; a postal code or a city alone tells of nobody."""
    looked_for = ("address", "phone")
    for card in (held.citizen, *held.records.get("citizen", ())):
        yield from (getattr(card.record, name) for name in looked_for)
    for change in held.changes:
        for each in (*change.get("changes", ()), *change.get("not_chosen", ())):
            if each.get("field") in looked_for:
                yield from (each.get("old"), each.get("new"), each.get("value"))
    for each in held.waiting:
        yield from (each["fields"].get(name) for name in looked_for)
