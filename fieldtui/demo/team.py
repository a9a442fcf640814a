"""A made-up team: consultants, citizens and their work, all following from a seed and a moment."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN, isoformat
from fieldtui.base.ids import SeededIds
from fieldtui.demo import vocabulary as words


@dataclass(frozen=True, slots=True)
class Trainee:
    """A made-up member of staff."""

    initials: str
    name: str


TEAM: Final = (Trainee("MH", "Mette Havn"), Trainee("TB", "Tom Brygge"), Trainee("SK", "Sara Kanal"))
LEADER: Final = Trainee("LE", "Lone Engsvang")
THERAPIST: Final = Trainee("BH", "Bo Havnsø")
"""Who leads the team, and who treats those of its citizens who said yes to it."""
_CODE_LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
_LONGEST_ENROLLED: Final = 900
"""Days since the first day of the citizen who came first."""


@dataclass(frozen=True, slots=True)
class Made:
    """One record, ready to be put into the central system."""

    collection: str
    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Participant:
    """A made-up citizen with what the rest of the team's records need to know of them."""

    id: str
    consultant_id: str
    initials: str
    enrolled_on: date
    goal: str


@dataclass(slots=True)
class Workshop:
    """What every maker needs: dice, ids, the moment, and who there is so far."""

    dice: random.Random
    ids: SeededIds
    now: datetime
    consultants: Mapping[str, str]
    """Consultant ids by initials."""
    made: list[Made] = field(default_factory=list)
    citizens: list[Participant] = field(default_factory=list)
    companies: list[tuple[str, str]] = field(default_factory=list)
    """Ids and names."""

    @property
    def today(self) -> date:
        """The day in Copenhagen."""
        return self.now.astimezone(COPENHAGEN).date()

    def put(self, collection: str, **body: Any) -> str:
        """Keep a record; dates and times become JSON, empty values are left out."""
        record_id = self.ids.new()
        shown = {name: _json(value) for name, value in body.items() if value is not None}
        self.made.append(Made(collection, record_id, shown))
        return record_id

    def day(self, first: int, last: int) -> date:
        """A day between so many days from today."""
        return self.today + timedelta(days=self.dice.randint(first, last))

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A wall-clock time in Copenhagen; office hours never meet a change of clocks."""
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=COPENHAGEN)


@dataclass(frozen=True, slots=True)
class TrainingTeam:
    """The whole set-up, ready to be put into a central system."""

    records: tuple[Made, ...]
    assigned: tuple[tuple[str, str], ...]
    """Citizen id and the initials of the consultant."""


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return isoformat(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def make_team(seed: int, now: datetime, consultants: Mapping[str, str], *, citizens: int = 25) -> TrainingTeam:
    """Make the team.

    The same seed, consultants and quarter of an hour give the same records with the same ids.

    Args:
        seed: Any number.
        now: The moment the training begins; appointments lie around it.
        consultants: Consultant ids by initials, as the central system gave them.
        citizens: How many each consultant has.
    """
    from fieldtui.demo.casework import make_casework
    from fieldtui.demo.companies import make_companies

    moment = now.astimezone(COPENHAGEN)
    shop = Workshop(
        dice=random.Random(f"fieldtui-training-{seed}-{moment.date().isoformat()}"),
        ids=SeededIds(
            f"training-{seed}-{moment.date().isoformat()}",
            start_ms=int(datetime(moment.year, moment.month, moment.day, tzinfo=COPENHAGEN).timestamp()) * 1000,
        ),
        now=moment,
        consultants=consultants,
    )
    make_companies(shop)
    _make_citizens(shop, citizens)
    make_casework(shop)
    return TrainingTeam(tuple(shop.made), tuple((citizen.id, citizen.initials) for citizen in shop.citizens))


def _make_citizens(shop: Workshop, each: int) -> None:
    names = [(given, family) for given in words.GIVEN_NAMES for family in words.FAMILY_NAMES]
    chosen = shop.dice.sample(names, len(shop.consultants) * each)
    for number, (given, family) in enumerate(chosen):
        initials = list(shop.consultants)[number % len(shop.consultants)]
        # The second citizen of the first two consultants is protected: a list shows a code, a screen a mark.
        protected = number in {len(shop.consultants), len(shop.consultants) + 1}
        enrolled = shop.day(-_LONGEST_ENROLLED, -20) if number % 5 else shop.day(-25, -2)
        _make_citizen(shop, initials, (given, family), enrolled, protected=protected)


def _make_citizen(shop: Workshop, initials: str, name: tuple[str, str], enrolled: date, *, protected: bool) -> None:
    dice = shop.dice
    street = dice.choice(words.STREETS)
    goal = dice.choice(words.JOB_GOALS)
    citizen_id = shop.put(
        "citizen",
        given_name=name[0],
        family_name=name[1] if dice.random() > 0.02 else None,
        cpr=_cpr(dice) if dice.random() > 0.04 else None,
        phone=f"12 3{dice.randint(0, 9)} {dice.randint(10, 99)} {dice.randint(10, 99)}",
        address=f"{street} {dice.randint(1, 120)}, {dice.randint(1, 5)}. tv.",
        postal_code="2450",
        city="København SV",
        address_protected=protected,
        district=dice.choice(words.DISTRICTS),
        enrolled_on=enrolled,
        unemployed_since=enrolled - timedelta(days=dice.randint(60, 2500)),
        visitation_category=dice.choice(("aktivitetsparat", "aktivitetsparat", "jobparat")),
        benefit="kontanthjaelp",
        programme="ips-sydhavnen",
        job_goal=goal,
        considerations=dice.choice(words.CONSIDERATIONS),
        contact_preference=dice.choice(words.CONTACTS),
        practical_needs=("tolk",) if dice.random() < 0.08 else None,
    )
    shop.citizens.append(Participant(citizen_id, shop.consultants[initials], initials, enrolled, goal))


def _cpr(dice: random.Random) -> str:
    """A replacement number (day of birth + 60), which no person in the register has."""
    day, month, year = dice.randint(1, 28), dice.randint(1, 12), dice.randint(62, 95)
    return f"{day + 60:02d}{month:02d}{year:02d}{dice.randint(0, 3)}{dice.randint(0, 999):03d}"
