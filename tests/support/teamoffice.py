"""An office with a whole made-up team on a Monday morning, and a leader with a device of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg

from fieldtui.base.clock import isoformat
from fieldtui.central import administration
from fieldtui.central.database import migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.demo.team import make_team
from fieldtui.demo.vocabulary import PROVIDERS
from tests.support.central import TEMPLATE
from tests.support.training import MORNING
from tests.sync.office import Device, Office, TickingClock, open_office

EARLIER = timedelta(days=9)
"""How long before Monday the team's citizens came, so that deadlines could pass here."""


def fill(office: Office, *, citizens: int = 4, treated: bool = False) -> None:
    """MH, TB and SK with citizens and work around Monday morning, MH and TB with an interview over its limit; LE leads them.

    Where it is `treated`, BH treats the citizens who said yes to it. The office's clock must stand at `MORNING - EARLIER`; it is Monday afterwards.
    """
    sk = administration.add_consultant(office.database, "SK", "Sara Kanal")
    administration.add_consultant(office.database, "LE", "Lone Ebbesen", "leader")
    people = {"MH": office.mh.id, "TB": office.tb.id, "SK": sk.id}
    team = make_team(7, MORNING, people, citizens=citizens)
    administration.put_records(office.database, [(each.collection, each.id, dict(each.body)) for each in team.records])
    for citizen_id, initials in team.assigned:
        office.assign(citizen_id, initials)
    for initials, days in (("MH", 2), ("TB", 5)):
        late = next(citizen_id for citizen_id, whose in team.assigned if whose == initials)
        office.put(
            "appointment", citizen_id=late, consultant_id=people[initials], kind="jobsamtale", statutory=True,
            starts_at=isoformat(MORNING + timedelta(days=3)), due_on=(MORNING.date() - timedelta(days=days)).isoformat(),
        )  # fmt: skip
    if treated:
        administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=PROVIDERS[0])
        for citizen_id in {str(each.body["citizen_id"]) for each in team.records if each.collection == "consent"}:
            office.assign(citizen_id, "BH", "treatment")
    office.clock.advance(EARLIER)


@contextmanager
def an_office_of_roles(folder: Path) -> Iterator[dict[str, Device]]:
    """A whole office over a PostgreSQL of its own on Monday morning; the devices of MH, SK, TB, LE and BH by initials."""
    with EmbeddedPostgres(folder / "postgres", durable=False) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(server.url_of(TEMPLATE))
        with open_office(server, folder, TickingClock(MORNING - EARLIER)) as office:
            fill(office, citizens=25, treated=True)
            devices = {initials: office.device(initials) for initials in ("MH", "SK", "BH")}
            yield devices | {"TB": office.device("TB", sync=False), "LE": leader(office)}


def leader(office: Office) -> Device:
    """The leader's own device; its workspace asks over the test's network."""
    device = office.device("LE")
    device.workspace.__dict__["syncing"] = device.syncing
    return device
