"""The made-up employers around the team, and what the team has done there."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fieldtui.demo import vocabulary as words
from fieldtui.demo.team import Workshop

_WEEKS: Final = 6


def make_companies(shop: Workshop) -> None:
    """Companies with contact persons, visits and openings; partners; and work that belongs to no citizen."""
    for name, trade in words.COMPANIES:
        _make_company(shop, name, trade)
    for name, kind in words.PARTNERS:
        shop.put("partner", name=name, kind=kind, phone=_phone(shop), valid_from=shop.day(-900, -400))
    _make_contacts(shop)
    for week in range(_WEEKS):
        day = shop.today - timedelta(days=7 * week + shop.today.weekday())
        shop.put("activity", kind="team_meeting", on=day, minutes=60, place="Kvartershuset")
        shop.put(
            "activity",
            kind="outreach",
            on=day + timedelta(days=2),
            minutes=180,
            place="Mozarts Plads",
            text="Talte med folk ved vognen.",
        )
    # Written down again by a colleague who had no network: somebody to merge it with.
    shop.put("company", name=words.TWIN, trade="Café", relation="ny")


def _make_company(shop: Workshop, name: str, trade: str) -> None:
    dice = shop.dice
    company_id = shop.put(
        "company",
        name=name,
        p_number=f"99{dice.randint(0, 99_999_999):08d}",
        trade=trade,
        address=f"{dice.choice(words.STREETS)} {dice.randint(1, 90)}",
        postal_code="2450",
        city="København SV",
        phone=_phone(shop),
        relation=dice.choice(("ny", "lun", "varm", "aftale")),
    )
    shop.companies.append((company_id, name))
    shop.put(
        "company_contact",
        company_id=company_id,
        name=f"{dice.choice(words.GIVEN_NAMES)} {dice.choice(words.FAMILY_NAMES)}",
        role=dice.choice(words.CONTACT_ROLES),
        phone=_phone(shop),
    )
    if dice.random() < 0.4:
        shop.put(
            "opening",
            company_id=company_id,
            title=dice.choice(words.OPENINGS),
            weekly_hours=dice.choice((4.0, 6.0, 8.0, 12.0)),
            considerations=("rolig start", "mentor"),
            open_from=shop.day(-20, 5),
        )


def _make_contacts(shop: Workshop) -> None:
    """Four to seven contacts a consultant and week, back from today."""
    dice = shop.dice
    for consultant_id in shop.consultants.values():
        for week in range(_WEEKS):
            for _ in range(dice.randint(4, 7)):
                mode = dice.choice(("visit", "visit", "phone", "mail"))
                shop.put(
                    "employer_contact",
                    company_id=dice.choice(shop.companies)[0],
                    on=shop.today - timedelta(days=7 * week + dice.randint(0, 4)),
                    mode=mode,
                    face_to_face=mode == "visit",
                    text=dice.choice(words.CONTACT_TEXTS),
                    by=consultant_id,
                )


def _phone(shop: Workshop) -> str:
    """A number of a kind that no Danish subscriber has: they never begin with 1."""
    return f"14 {shop.dice.randint(10, 99)} {shop.dice.randint(10, 99)} {shop.dice.randint(10, 99)}"
