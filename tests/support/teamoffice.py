"""An office with a whole made-up team on a Monday morning, and a leader with a device of their own."""

from __future__ import annotations

from datetime import timedelta

from fieldtui.base.clock import isoformat
from fieldtui.central import administration
from fieldtui.demo.team import make_team
from tests.support.training import MORNING
from tests.sync.office import Device, Office

EARLIER = timedelta(days=9)
"""How long before Monday the team's citizens came, so that deadlines could pass here."""


def fill(office: Office, *, citizens: int = 4) -> None:
    """MH, TB and SK with citizens and work around Monday morning, MH and TB with an interview over its limit; LE leads them.

    The office's clock must stand at `MORNING - EARLIER`; it is Monday afterwards.
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
    office.clock.advance(EARLIER)


def leader(office: Office) -> Device:
    """The leader's own device; its workspace asks over the test's network."""
    device = office.device("LE")
    device.workspace.__dict__["syncing"] = device.syncing
    return device
