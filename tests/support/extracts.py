"""Caseload extracts made up from a seed, as untidy as real ones, and their figures counted straight from the rows.

The count is an oracle: it follows the definitions of `tests/data/team-2021-03/expected.json` word by word, reads the CSV with the
standard library alone and shares nothing with fieldtui, not even its calendar.
"""

from __future__ import annotations

import calendar
import csv
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

Line = dict[str, str]
Table = list[Line]

HEADERS: Final = {
    "borgere": "borger_ref;cpr;fornavn;efternavn;adresse;postnr;by;telefon;adressebeskyttet;indskrevet;udskrevet;"
    "udskrivningsaarsag;ledig_siden;visitationskategori;ydelse;konsulent;bydel;indsats",
    "virksomheder": "virksomhed_ref;cvr;p_nummer;navn;branche;adresse;postnr;by;kontaktperson;telefon;email",
    "forloeb": "forloeb_ref;borger_ref;virksomhed_ref;type;start;slut;timer_pr_uge;status",
    "aftaler": "aftale_ref;borger_ref;type;start;varighed_min;sted;status;lovpligtig;frist",
    "behandling": "henvisning_ref;borger_ref;grundlag;henvendelse;start;behandlingssted",
    "samtykker": "samtykke_ref;borger_ref;modtager;givet;udloeber;tilbagekaldt",
    "progression": "progression_ref;borger_ref;dato;omraade;retning",
    "aktivering": "aktivering_ref;borger_ref;leverandoer;frist;start;uger",
    "virksomhedskontakter": "kontakt_ref;virksomhed_ref;borger_ref;dato;form;konsulent",
    "opsoegende": "dag_ref;dato;medarbejder;minutter",
}
KINDS: Final = ("virksomhedspraktik", "loentilskud", "smaajob", "ordinaert_job", "fleksjob", "uddannelse")
OUTCOMES: Final = {"ordinaert_job", "smaajob", "fleksjob", "uddannelse"}
CONSULTANTS: Final = ("MH", "TB", "SK")
PROGRAMMES: Final = ("ips-sydhavnen", "ips-sydhavnen", "ips-sydhavnen", "fremskudt-2019", "flere-skal-med-unge", "")


@dataclass(frozen=True)
class Extract:
    """The files of an extract by name without suffix, and the period they were made about."""

    tables: dict[str, Table]
    first: date
    last: date

    def write(self, folder: Path) -> Path:
        """As a municipality's system writes it: semicolons, a BOM, CRLF."""
        folder.mkdir()
        for name, header in HEADERS.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, header.split(";"), delimiter=";", lineterminator="\r\n", restval="")
                writer.writeheader()
                writer.writerows(self.tables[name])
        return folder


def read(folder: Path) -> dict[str, Table]:
    """The rows as they stand in the files."""
    found = {}
    for name in HEADERS:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            found[name] = list(csv.DictReader(file, delimiter=";"))
    return found


# --- making one up ----------------------------------------------------------------------------------


def made_up(seed: int, citizens: int = 14) -> Extract:
    """An extract; the same for the same seed. Every sixth row or so is at an edge: of the period, a month, a leap year."""
    luck = random.Random(seed)
    last = luck.choice(
        [
            date(2021, 3, 31),
            date(2024, 2, 29),
            date(2020, 12, 31),
            date(2021, 1, 3),
            date(2023, 2, 28),
            date(2025, 6, 17),
        ]
    )
    first = luck.choice([last - timedelta(days=364), last - timedelta(days=89), last.replace(day=1), last])
    return _Maker(luck, first, last).extract(citizens)


class _Maker:
    def __init__(self, luck: random.Random, first: date, last: date) -> None:
        self.luck, self.first, self.last = luck, first, last
        self.tables: dict[str, Table] = {name: [] for name in HEADERS}

    def extract(self, citizens: int) -> Extract:
        for number in range(6):
            self.add("virksomheder", "V", navn=f"Virksomhed {number}", by="København SV", kontaktperson="Ali")
        for number in range(citizens):
            self.citizen(number)
        for _contact in range(citizens * 3):
            mine = self.luck.choice(["", *(each["borger_ref"] for each in self.tables["borgere"])])
            self.add(
                "virksomhedskontakter", "K", virksomhed_ref=f"V{self.luck.randrange(6)}", borger_ref=mine,
                dato=self.day(), form=self.luck.choice(["besøg", "telefon", "mail"]), konsulent=self.luck.choice(CONSULTANTS),
            )  # fmt: skip
        for _day in range(self.luck.randrange(12)):
            self.add("opsoegende", "O", dato=self.day(), medarbejder="SOF", minutter="180")
        return Extract(self.tables, self.first, self.last)

    def citizen(self, number: int) -> None:
        begun = self.some_day(-500)
        gone = self.some_day(0, begun) if self.luck.random() < 0.4 else None
        reasons = ("job", "uddannelse", "fleksjob", "førtidspension", "flyttet", "ønsker ikke", "")
        ref = self.add(
            "borgere", "B", fornavn=self.luck.choice(["Åse", "Mohammed", "Zoe\u0308", "Bo"]),
            efternavn=self.luck.choice(["Ågård", "", "O'Connor"]),
            cpr=self.luck.choice(["", f"{self.luck.randrange(61, 89)}{self.luck.randrange(1, 13):02}6{number % 10}{number:04}"]),
            adresse=self.luck.choice(["Borgbjergsvej 30", "", "uden fast bopæl"]), adressebeskyttet=self.luck.choice(["Ja", "Nej"]),
            telefon=self.luck.choice(["", "12345678", "+45 1234 5678", "12 34"]), indskrevet=_danish(begun),
            udskrevet=_danish(gone), udskrivningsaarsag=self.luck.choice(reasons) if gone else "",
            visitationskategori=self.luck.choice(["aktivitetsparat", "", "gruppe 9"]), ydelse="kontanthjælp",
            konsulent=self.luck.choice(CONSULTANTS), bydel=self.luck.choice(["Sydhavnen", "Bavnehøj", ""]),
            indsats=self.luck.choice(PROGRAMMES),
        )  # fmt: skip
        if self.luck.random() < 0.06:
            self.tables["borgere"][-1]["indskrevet"] = self.luck.choice(["31-02-2021", "", "i går"])
        for _each in range(self.luck.randrange(4)):
            self.placement(ref, begun)
        for _each in range(self.luck.randrange(6)):
            self.interview(ref)
        if self.luck.random() < 0.5:
            asked = self.some_day(-120)
            self.add("behandling", "H", borger_ref=ref, grundlag=self.luck.choice(["SEL101", "SUL141", "SUL142"]),
                     henvendelse=_danish(asked), start=_danish(self.later(asked, (0, 3, 13, 14, 15, 60))))  # fmt: skip
        for _each in range(self.luck.randrange(3)):
            self.add("progression", "P", borger_ref=ref, dato=self.day(), omraade=self.luck.choice(["helbred", "økonomi"]),
                     retning=self.luck.choice(["fremgang", "uændret", "tilbagegang"]))  # fmt: skip
        if self.luck.random() < 0.5:
            due = self.some_day(-30)
            self.add("aktivering", "T", borger_ref=ref, leverandoer=self.luck.choice(["Opzoomerne", "SydhavnsCompagniet", ""]),
                     frist=_danish(due), start=_danish(self.later(due, (-9, -1, 0, 1, 30))), uger="4")  # fmt: skip

    def placement(self, ref: str, begun: date) -> None:
        starts = self.luck.choice(
            [self.some_day(-200), begun, _month_later(begun), _month_later(begun) + timedelta(days=1)]
        )
        ends = self.luck.choice(
            [self.later(starts, (-3, 0, 20, 91, 400)), max(starts, self.last), max(starts, self.first)]
        )
        kind = self.luck.choice(KINDS)
        self.add("forloeb", "F", borger_ref=ref, virksomhed_ref="" if kind == "uddannelse" else f"V{self.luck.randrange(6)}",
                 type=kind, start=_danish(starts), slut=_danish(ends), timer_pr_uge=self.luck.choice(["", "3", "7,5", "37"]),
                 status=self.luck.choice(["normal", "normal", "normal", "annulleret"]))  # fmt: skip

    def interview(self, ref: str) -> None:
        on = self.some_day(-60)
        self.add(
            "aftaler", "A", borger_ref=ref, type=self.luck.choice(["jobsamtale", "jobsamtale", "jobsamtale", "opfoelgning", "mentor"]),
            start=f"{_danish(on)} {self.luck.choice(['00:00', '00:30', '09:15', '14:00', '23:59'])}", varighed_min="45",
            sted=self.luck.choice(["Kvartershuset", "telefon", ""]), lovpligtig=self.luck.choice(["Ja", "Nej", ""]),
            status=self.luck.choice(["fremmødt", "fremmødt", "udeblevet", "afbud", "afbud_sent", "aflyst", "planlagt"]),
            frist=_danish(self.later(on, (-20, -1, 0, 1, 20))),
        )  # fmt: skip

    def some_day(self, least: int, after: date | None = None) -> date:
        """A day about the period, often at one of its edges or at an edge of a month."""
        edges = [self.first, self.last, self.first - timedelta(days=1), self.last + timedelta(days=1), date(2020, 2, 29),
                 date(2024, 2, 29), date(2021, 1, 31), self.last - timedelta(days=28), _month_before(self.last)]  # fmt: skip
        span = (self.last - self.first).days + 20
        day = self.luck.choice(edges) if self.luck.random() < 0.25 else self.first + timedelta(
            days=self.luck.randrange(least, max(span, 1))
        )  # fmt: skip
        return max(day, after) if after else day

    def day(self) -> str:
        return _danish(self.some_day(-60))

    def later(self, day: date, steps: Sequence[int]) -> date | None:
        """Some days from a day, or never."""
        return None if self.luck.random() < 0.25 else day + timedelta(days=self.luck.choice(steps))

    def add(self, name: str, letter: str, **cells: str) -> str:
        ref = f"{letter}{len(self.tables[name])}"
        self.tables[name].append({HEADERS[name].split(";")[0]: ref, **cells})
        return ref


# --- counting it ------------------------------------------------------------------------------------


def counted(tables: dict[str, Table], first: date, last: date, programme: str | None = None) -> dict[str, Any]:
    """Every figure by its id: a pair for a share, else a number or counts by code."""
    return _Count(tables, first, last, programme).figures()


class _Count:
    def __init__(self, tables: dict[str, Table], first: date, last: date, programme: str | None) -> None:
        self.first, self.last = first, last
        self.tables = tables
        people = [each for each in tables["borgere"] if _possible(each, "indskrevet", optional=("udskrevet",))]
        self.taken = {each["borger_ref"] for each in people}
        self.people = {each["borger_ref"]: each for each in people if programme in {None, each["indsats"]}}
        self.placed = [
            each for each in self.theirs("forloeb")
            if each["status"] == "normal" and _possible(each, "start", optional=("slut",))
        ]  # fmt: skip

    def figures(self) -> dict[str, Any]:
        enrolled = {ref for ref, each in self.people.items() if self.is_enrolled(each)}
        took_part = {ref for ref, each in self.people.items() if self.took_part(each)}
        gone = [(ref, each) for ref, each in self.people.items() if self.inside(_day(each["udskrevet"]))]
        running = [each for each in self.placed if _runs(each, self.last, self.last)]
        contacts = [
            each for each in self.tables["virksomhedskontakter"]
            if self.inside(_day(each["dato"])) and each["borger_ref"] in {"", *self.taken}
        ]  # fmt: skip
        held = Counter(each["konsulent"] for ref, each in self.people.items() if ref in enrolled)
        weeks = {
            (self.first + timedelta(days=each)).isocalendar()[:2] for each in range((self.last - self.first).days + 1)
        }
        return {
            "K1a": (
                len({ref for ref, each in gone if each["udskrivningsaarsag"] in {"job", "uddannelse"}} & took_part),
                len(took_part),
            ),
            "K1b": (
                len(enrolled & {each["borger_ref"] for each in running if each["type"] in OUTCOMES}),
                len(enrolled),
            ),
            "K2": (len(took_part & self.praktik_or_progress()), len(took_part)),
            "K3": self.in_a_month(),
            "K4": self.interviews_in_time(),
            "K5": self.activation_in_time(),
            **self.attendance(),
            **self.treatment(),
            "K8_contacts": len(contacts),
            "K8_face_to_face": sum(each["form"] == "besøg" for each in contacts),
            "K8_companies": len({each["virksomhed_ref"] for each in contacts}),
            "K8_placements": dict(Counter(each["type"] for each in self.placed if self.inside(_day(each["start"])))),
            "K9_fleksjob": sum(each["udskrivningsaarsag"] == "fleksjob" for _ref, each in gone),
            "K9_foertidspension": sum(each["udskrivningsaarsag"] == "førtidspension" for _ref, each in gone),
            "K10": (sum(self.inside(_day(each["dato"])) for each in self.tables["opsoegende"]), len(weeks)),
            "K11": dict(held),
            "both_tracks": len(enrolled & {each["borger_ref"] for each in running} & self.in_treatment()),
        }

    def inside(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def theirs(self, name: str) -> Iterator[Line]:
        return (each for each in self.tables[name] if each["borger_ref"] in self.people)

    def is_enrolled(self, line: Line) -> bool:
        begun, gone = _day(line["indskrevet"]), _day(line["udskrevet"])
        return begun is not None and begun <= self.last and not (gone is not None and gone <= self.last)

    def took_part(self, line: Line) -> bool:
        begun, gone = _day(line["indskrevet"]), _day(line["udskrevet"])
        return begun is not None and begun <= self.last and not (gone is not None and gone < self.first)

    def praktik_or_progress(self) -> set[str]:
        praktik = {
            each["borger_ref"]
            for each in self.placed
            if each["type"] == "virksomhedspraktik" and _runs(each, self.first, self.last)
        }
        steps = (each for each in self.theirs("progression") if self.inside(_day(each["dato"])))
        return praktik | {each["borger_ref"] for each in steps if each["retning"] == "fremgang"}

    def in_a_month(self) -> tuple[int, int]:
        good = whole = 0
        for ref, line in self.people.items():
            begun = _day(line["indskrevet"])
            if begun is None or not self.inside(begun):
                continue
            limit = _month_later(begun)
            starts = [_day(each["start"]) for each in self.placed if each["borger_ref"] == ref]
            kept = any(each is not None and each <= limit and each <= self.last for each in starts)
            good += kept
            whole += kept or limit <= self.last
        return good, whole

    def interviews(self) -> list[Line]:
        ours = (each for each in self.theirs("aftaler") if each["type"] == "jobsamtale")
        return [each for each in ours if self.inside(_day(each["start"][:10]))]

    def interviews_in_time(self) -> tuple[int, int]:
        due = [(each, _day(each["frist"])) for each in self.interviews()]
        ours = [(each, limit) for each, limit in due if limit is not None and self.inside(limit)]
        held = [each for each, limit in ours if each["status"] == "fremmødt" and _must(each["start"][:10]) <= limit]
        return len(held), len(ours)

    def activation_in_time(self) -> tuple[int, int]:
        due = [(_day(each["frist"]), _day(each["start"])) for each in self.theirs("aktivering")]
        ours = [(limit, start) for limit, start in due if limit is not None and self.inside(limit)]
        return sum(start is not None and start <= limit for limit, start in ours), len(ours)

    def attendance(self) -> dict[str, Any]:
        became = Counter(each["status"] for each in self.interviews())
        came, missed = became["fremmødt"], became["udeblevet"]
        return {"K6": (came, came + missed), "K6_late": became["afbud_sent"]}

    def treatment(self) -> dict[str, Any]:
        asked = [(_day(each["henvendelse"]), _day(each["start"])) for each in self.theirs("behandling")]
        ours = [(day, start) for day, start in asked if day is not None and self.inside(day)]
        waits = [(start - day).days for day, start in ours if start is not None and start <= self.last]
        return {
            "K7": (len(waits), len(ours)),
            "K7_median_days": median(waits) if waits else None,
            "K7_within_14": (sum(each <= 14 for each in waits), len(waits)),
        }

    def in_treatment(self) -> set[str]:
        begun = ((each["borger_ref"], _day(each["start"])) for each in self.theirs("behandling"))
        return {ref for ref, day in begun if day is not None and day <= self.last}


def _runs(line: Line, first: date, last: date) -> bool:
    ends = _day(line["slut"])
    return _must(line["start"]) <= last and (ends is None or ends >= first)


def _possible(line: Line, begins: str, *, optional: Sequence[str]) -> bool:
    """False for a row that cannot be: no such day, or an end before its beginning. Such rows are reported and left out."""
    try:
        start, ends = _must(line[begins]), [_day(line[name]) for name in optional]
    except ValueError:
        return False
    return all(each is None or each >= start for each in ends)


def _day(text: str) -> date | None:
    return _must(text) if text else None


def _must(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%Y").date()


def _danish(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _month_later(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _month_before(day: date) -> date:
    year, month = (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


__all__ = ["CONSULTANTS", "PROGRAMMES", "Extract", "counted", "made_up", "read"]
