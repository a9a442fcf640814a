"""What the made-up consultants do with their citizens: meetings around today, notes, places, bridging."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.demo import vocabulary as words
from fieldtui.demo.team import Participant, Workshop

_DAY: Final = ((8, 15), (9, 0), (10, 30), (12, 0), (13, 15), (14, 30))
_KINDS: Final = ("jobsamtale", "jobsamtale", "opfoelgning", "opfoelgning", "mentor", "brobygning")
_OUTCOMES: Final = ("attended",) * 7 + ("no_show", "cancelled_citizen", "cancelled_staff")
_AREAS: Final = ("helbred", "bolig", "rusmidler", "oekonomi", "netvaerk", "arbejdsliv")
_MEETING: Final = 45
"""Minutes."""
_PAST_DAYS, _COMING_DAYS = 35, 18
_JOURNALISED_AFTER: Final = timedelta(days=4)


def make_casework(shop: Workshop) -> None:
    """Everything that concerns one citizen, for all of them."""
    for initials, consultant_id in shop.consultants.items():
        own = [citizen for citizen in shop.citizens if citizen.initials == initials]
        _make_calendar(shop, own, consultant_id)
        for number, citizen in enumerate(own):
            _make_notes(shop, citizen)
            _make_progress(shop, citizen)
            if number % 3 == 0:
                _make_placement(shop, citizen, number)
            if number % 4 == 1:
                _make_bridging(shop, citizen, number)
            if number % 5 == 2:
                _make_task(shop, citizen)


def _make_calendar(shop: Workshop, own: list[Participant], consultant_id: str) -> None:
    """Office hours on working days, and always a day's work today with a meeting that is going on now."""
    turn = list(own)
    shop.dice.shuffle(turn)
    for offset in range(-_PAST_DAYS, _COMING_DAYS + 1):
        day = shop.today + timedelta(days=offset)
        if offset and day.isoweekday() > 5:
            continue
        times = _todays_times(shop) if offset == 0 else [shop.at(day, hour, minute) for hour, minute in _DAY]
        for starts_at in times:
            if offset == 0 or shop.dice.random() < 0.75:
                turn.append(turn.pop(0))
                _make_appointment(shop, turn[0], consultant_id, starts_at)
        if day.isoweekday() == 3:
            shop.put(
                "appointment",
                consultant_id=consultant_id,
                kind="team",
                title="Teammøde",
                starts_at=shop.at(day, 15, 30),
                duration_minutes=45,
                place="Kvartershuset, lokale 1",
            )


def _todays_times(shop: Workshop) -> list[datetime]:
    """Six meetings an hour and a quarter apart around now, all of them today.

    One has begun at any hour of the day or night, so that attendance can be practised whenever somebody sits down to it.
    """
    quarter = shop.now.replace(minute=shop.now.minute // 15 * 15, second=0, microsecond=0).astimezone(UTC)
    midnight = shop.at(shop.today, 0).astimezone(UTC)
    third = min(max(quarter, midnight + timedelta(minutes=150)), shop.at(shop.today, 18).astimezone(UTC))
    return [(third + timedelta(minutes=75 * step)).astimezone(COPENHAGEN) for step in (-2, -1, 0, 1, 2, 3)]


def _make_appointment(shop: Workshop, citizen: Participant, consultant_id: str, starts_at: datetime) -> None:
    if starts_at.date() < citizen.enrolled_on:
        return
    dice = shop.dice
    kind = dice.choice(_KINDS)
    over = starts_at + timedelta(minutes=_MEETING) < shop.now
    # A few of the latest meetings wait for their outcome, as they do on a real morning.
    status = dice.choice(_OUTCOMES) if over and (starts_at.date() != shop.today or dice.random() < 0.5) else "planned"
    place = "Telefon" if dice.random() < 0.1 else dice.choice(words.PLACES)
    shop.put(
        "appointment",
        citizen_id=citizen.id,
        consultant_id=consultant_id,
        kind=kind,
        starts_at=starts_at,
        duration_minutes=_MEETING,
        place=dice.choice(words.PROVIDERS) if kind == "brobygning" else place,
        form="phone" if place == "Telefon" and kind != "brobygning" else "personal",
        statutory=kind == "jobsamtale",
        due_on=starts_at.date() + timedelta(days=dice.randint(0, 10))
        if kind == "jobsamtale" and not over and dice.random() < 0.3
        else None,
        status=status,
        status_at=starts_at + timedelta(minutes=_MEETING) if status != "planned" else None,
    )


def _make_notes(shop: Workshop, citizen: Participant) -> None:
    for _ in range(shop.dice.randint(2, 4)):
        day = _since_enrolled(shop, citizen, 60)
        shop.put(
            "note",
            citizen_id=citizen.id,
            kind="notat",
            text=shop.dice.choice(words.NOTES).format(
                company=shop.dice.choice(shop.companies)[1], goal=citizen.goal.lower()
            ),
            written_at=(written := shop.at(day, shop.dice.randint(9, 15), shop.dice.choice((0, 10, 25, 40)))),
            author=citizen.consultant_id,
            # What is older than a working week has been carried over; some of this week's waits, as it does.
            journalised_at=written + timedelta(hours=20) if shop.today - day > _JOURNALISED_AFTER else None,
        )


def _make_progress(shop: Workshop, citizen: Participant) -> None:
    for area in shop.dice.sample(_AREAS, 2):
        shop.put(
            "progression",
            citizen_id=citizen.id,
            on=_since_enrolled(shop, citizen, 90),
            area=area,
            direction=shop.dice.choice(("progress", "progress", "unchanged", "setback")),
        )


def _make_placement(shop: Workshop, citizen: Participant, number: int) -> None:
    """Some in a praktik that ends soon, some in work, some with a place behind them."""
    dice = shop.dice
    company_id, company = dice.choice(shop.companies)
    kind = ("virksomhedspraktik", "ordinaert_job", "smaajob")[number // 3 % 3]
    starts_on = max(citizen.enrolled_on, shop.day(-80, -15))
    praktik = kind == "virksomhedspraktik"
    shop.put(
        "placement",
        citizen_id=citizen.id,
        company_id=company_id,
        kind=kind,
        starts_on=starts_on,
        ends_on=max(starts_on, shop.day(2, 20)) if praktik else None,
        weekly_hours=float(dice.choice((4, 6, 8, 12, 15))),
        purpose=f"Afklare, om {citizen.goal.lower()} kan blive til løntimer." if praktik else None,
        mentor_name=f"{dice.choice(words.GIVEN_NAMES)} {dice.choice(words.FAMILY_NAMES)}" if praktik else None,
        mentor_hours=1.0 if praktik else None,
    )
    shop.put(
        "job_lead",
        citizen_id=citizen.id,
        company_id=company_id,
        on=max(citizen.enrolled_on, starts_on - timedelta(days=7)),
        state="placed",
        text=f"Startede i {company}.",
    )
    shop.put(
        "job_lead",
        citizen_id=citizen.id,
        company_id=dice.choice(shop.companies)[0],
        on=_since_enrolled(shop, citizen, 20),
        state=dice.choice(("proposed", "contacted", "meeting")),
        next_step_on=shop.day(0, 9) if dice.random() < 0.4 else None,
    )


def _make_bridging(shop: Workshop, citizen: Participant, number: int) -> None:
    """A request for treatment inside its fourteen days for every second one, and a consent to go with it."""
    dice = shop.dice
    running = number % 8 == 1
    requested = max(citizen.enrolled_on, shop.day(-12, -3)) if running else max(citizen.enrolled_on, shop.day(-70, -40))
    referral_id = shop.put(
        "referral",
        citizen_id=citizen.id,
        basis=dice.choice(("SEL101", "SUL141")),
        requested_on=requested,
        referred_on=requested + timedelta(days=1),
        received_on=None if running and dice.random() < 0.5 else requested + timedelta(days=2),
        started_on=None if running else requested + timedelta(days=dice.randint(5, 13)),
        provider=dice.choice(words.PROVIDERS),
    )
    shop.put(
        "bridging_note",
        citizen_id=citizen.id,
        referral_id=referral_id,
        text=dice.choice(words.BRIDGING_NOTES),
        written_at=shop.at(requested, 11, 20),
        author=citizen.consultant_id,
        legal_basis="samtykke",
    )
    shop.put(
        "consent",
        citizen_id=citizen.id,
        recipient=dice.choice(words.PROVIDERS),
        scope="Fremmøde og mødetider",
        form=dice.choice(("written", "oral")),
        given_on=requested,
        expires_on=shop.day(3, 25) if running else requested + timedelta(days=360),
    )


def _make_task(shop: Workshop, citizen: Participant) -> None:
    shop.put(
        "task",
        citizen_id=citizen.id,
        consultant_id=citizen.consultant_id,
        title=shop.dice.choice(words.TASKS).format(company=shop.dice.choice(shop.companies)[1]),
        due_on=shop.day(-1, 6),
    )


def _since_enrolled(shop: Workshop, citizen: Participant, days: int) -> date:
    """A day within the last so many days, and not before the citizen came."""
    return max(citizen.enrolled_on, shop.day(-days, -1))
