"""The data sets: S (25 citizens, 500 appointments, 200 company contacts, 2,000 notes of 600 bytes) and L (twenty times that).

The records are fieldtui's own; the peers carry the same JSON lines. Everything follows from a seed. No person exists: names
are drawn from lists, CPR numbers are replacement numbers (day of birth plus 60).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.ids import SeededIds
from fieldtui.domain.records import COLLECTIONS, scope_of

SIZES: Final = {"S": 1, "L": 20}
SEED: Final = "fieldtui-bench-sync-1"
NOTE_BYTES: Final = 600
CITIZENS, APPOINTMENTS, CONTACTS, NOTES, COMPANIES = 25, 500, 200, 2_000, 40


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_GIVEN: Final = (
    "Amina", "Birthe", "Carsten", "Dorte", "Emil", "Farida", "Gudrun", "Hassan", "Inger", "Jonas", "Karen", "Liban",
    "Mads", "Nadia", "Ole", "Preben", "Rikke", "Søren", "Tove", "Ulla", "Viggo", "Yasmin", "Ærø", "Øjvind", "Åse",
)  # fmt: skip
_FAMILY: Final = (
    "Abdi", "Berg", "Christoffersen", "Dahl", "Eskildsen", "Frandsen", "Gram", "Holm", "Iversen", "Juhl", "Krogh",
    "Lund", "Mikkelsen", "Nygaard", "Overgaard", "Pihl", "Ravn", "Sønderby", "Thygesen", "Vestergaard", "Ågård",
)  # fmt: skip
_ROADS: Final = ("Sydhavnsgade", "Borgbjergsvej", "Enghavevej", "Mozartsvej", "Bavnehøj Allé", "Sjælør Boulevard")
_PLACES: Final = ("Kontoret", "Biblioteket", "Jobcentret", "Hos borgeren", "Caféen på torvet", "Telefon")
_KINDS: Final = ("jobsamtale", "opfoelgning", "mentor", "virksomhedsbesoeg", "netvaerk")
_SMALL: Final = _list(
    "og i at det er en til på som af de med for der har ikke et om men hun han vi kan så efter fra ved skal vil nu også"
    " når eller over under uden inden mellem mens fordi dog endnu igen meget lidt mere mindre samme næste"
)
_FIRST: Final = _list(
    "arbejds hjemme borger bolig familie kommune læge økonomi kontakt møde praktik virksomheds uddannelses fritids"
    " netværks transport ydelses ferie vagt uge måneds dags morgen aften cykel køkken butiks lager rengørings"
)
_LAST: Final = _list(
    "plan møde samtale aftale forløb indsats støtte besøg gruppe tilbud ansøgning vurdering opfølgning person leder"
    " ordning tid sag behov mål status liste dag vane ønske erfaring"
)
_VERBS: Final = _list(
    "talte aftalte oplyste ønskede fortalte fulgte ringede mødte manglede modtog sendte startede afsluttede planlagde"
    " forsøgte forklarede kørte købte betalte glemte huskede håbede prøvede øvede valgte"
)
_MONDAY: Final = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a data set."""

    id: str
    collection: str
    scope: str
    body: dict[str, Any]

    def line(self) -> str:
        """One line of JSON: what the peers carry."""
        record = {"id": self.id, "collection": self.collection, "scope": self.scope, "body": self.body}
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def items(size: str) -> tuple[Item, ...]:
    """The records of a data set, as they were made: citizens first, notes last."""
    times = SIZES[size]
    ids = SeededIds(f"{SEED}-{size}", 1_790_000_000_000)
    rng = random.Random(f"{SEED}-{size}")
    made: list[Item] = []

    def add(collection: str, **body: Any) -> str:
        record_id = ids.new()
        record = COLLECTIONS[collection].model_validate(body)
        made.append(Item(record_id, collection, scope_of(record, record_id), record.body()))
        return record_id

    citizens = [add("citizen", **_citizen(rng)) for _ in range(CITIZENS * times)]
    companies = [add("company", name=f"{rng.choice(_FAMILY)} & Co. {n}") for n in range(COMPANIES * times)]
    for number in range(CONTACTS * times):
        add("company_contact", company_id=companies[number % len(companies)], **_contact(rng))
    for number in range(APPOINTMENTS * times):
        add("appointment", citizen_id=citizens[number % len(citizens)], **_appointment(rng, number))
    for number in range(NOTES * times):
        add("note", citizen_id=citizens[number % len(citizens)], **_note(rng))
    return tuple(made)


def _citizen(rng: random.Random) -> dict[str, Any]:
    birth = date(1950, 1, 1) + timedelta(days=rng.randrange(18_000))
    return {
        "given_name": rng.choice(_GIVEN),
        "family_name": rng.choice(_FAMILY),
        "cpr": f"{birth.day + 60:02}{birth:%m%y}{rng.randrange(1, 4_000):04}",
        "phone": f"{rng.randrange(20_000_000, 99_999_999)}",
        "address": f"{rng.choice(_ROADS)} {rng.randrange(1, 120)}",
        "postal_code": "2450",
        "city": "København SV",
        "enrolled_on": (_MONDAY - timedelta(days=rng.randrange(10, 400))).isoformat(),
        "job_goal": _words(rng, 60),
        "considerations": _words(rng, 90),
    }


def _contact(rng: random.Random) -> dict[str, Any]:
    name = f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"
    return {"name": name, "role": rng.choice(("leder", "mentor")), "phone": f"{rng.randrange(20_000_000, 99_999_999)}"}


def _appointment(rng: random.Random, number: int) -> dict[str, Any]:
    day = _MONDAY + timedelta(days=rng.randrange(-120, 60))
    starts = datetime(day.year, day.month, day.day, rng.randrange(8, 16), rng.choice((0, 15, 30)), tzinfo=COPENHAGEN)
    return {
        "kind": rng.choice(_KINDS),
        "starts_at": starts.isoformat(),
        "duration_minutes": rng.choice((30, 45, 60)),
        "place": rng.choice(_PLACES),
        "title": f"Samtale {number + 1}",
        "contact_options": _words(rng, 60),
    }


def _note(rng: random.Random) -> dict[str, Any]:
    at = datetime(2026, 11, 20, 9, 0, tzinfo=COPENHAGEN) - timedelta(minutes=15 * rng.randrange(12_000))
    return {"kind": "notat", "text": _words(rng, NOTE_BYTES), "written_at": at.isoformat()}


def _words(rng: random.Random, size: int) -> str:
    """Danish-looking sentences of exactly so many UTF-8 bytes."""
    text = "".join(_sentences(rng, size)).encode()[:size].decode(errors="ignore").rstrip()
    return text + "." * (size - len(text.encode()))


def _sentences(rng: random.Random, size: int) -> Iterator[str]:
    made = 0
    while made < size:
        words = [rng.choice(_GIVEN), rng.choice(_VERBS)]
        for _ in range(rng.randrange(5, 13)):
            common = rng.random() < 0.55
            words.append(rng.choice(_SMALL) if common else rng.choice(_FIRST) + rng.choice(_LAST))
        sentence = " ".join(words) + ". "
        made += len(sentence.encode())
        yield sentence
