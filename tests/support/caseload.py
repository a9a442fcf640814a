"""A small caseload on a Monday morning, in a vault of its own; `tests.support.training` has the large one, synced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fieldtui.base.clock import COPENHAGEN, FixedClock, isoformat
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import add_citizen, make_workspace

NOW = datetime(2026, 11, 23, 9, 4, tzinfo=COPENHAGEN)
"""A Monday in week 48, four minutes into the second appointment."""


@dataclass(frozen=True, slots=True)
class Caseload:
    """A workspace with a few citizens and a day's appointments."""

    workspace: Workspace
    clock: FixedClock
    citizens: dict[str, str]
    appointments: dict[str, str]
    companies: dict[str, str]


def a_caseload(folder: Path) -> Caseload:
    """Five citizens, six appointments of the day, a company, notes, a task, a referral in its fourteen days."""
    clock = FixedClock(NOW - timedelta(days=3))
    workspace = make_workspace(folder, clock=clock)
    casework = workspace.casework
    people = {
        "fatima": ("Fatima", "Aslan", {"job_goal": "Køkken eller café, 6–8 t/uge", "considerations": "Pause efter 2 timer", "phone": "12345621"}),
        "ali": ("Ali", "Demir", {"job_goal": "Lager"}),
        "maja": ("Maja", "Sørensen", {"job_goal": "Boghandel, deltid"}),
        "oejvind": ("Øjvind", "Lund", {"job_goal": "IT-support"}),
        "jens": ("Jens", "Krogh", {}),
    }  # fmt: skip
    citizens = {
        key: add_citizen(workspace, given, family, enrolled_on="2026-11-09", **more)
        for key, (given, family, more) in people.items()
    }
    company = casework.create("company", {"name": "Café Solsort", "trade": "Café", "city": "Amager"}).record_ids[0]
    casework.write_note(citizens["fatima"], "Vil gerne starte småt, helst formiddag.")
    casework.create(
        "task", {"citizen_id": citizens["fatima"], "title": "Rundvisning Café Solsort", "due_on": "2026-11-25"}
    )
    casework.request_treatment(citizens["maja"], "SEL101", (NOW - timedelta(days=12)).date())
    day = [
        ("jens", "jens", 8, 15, "opfoelgning", "Telefon"),
        ("fatima", "fatima", 9, 0, "jobsamtale", "Kvartershuset"),
        ("ali", "ali", 12, 0, "jobsamtale", "Gåtur"),
        ("maja", "maja", 13, 15, "brobygning", "Psyk.center"),
    ]
    appointments = {}
    for key, who, hour, minute, kind, place in day:
        values = {
            "citizen_id": citizens[who],
            "kind": kind,
            "starts_at": isoformat(NOW.replace(hour=hour, minute=minute)),
            "duration_minutes": 30 if key == "jens" else 45,
            "place": place,
        }
        appointments[key] = casework.book(values).record_ids[0]
    clock.advance(timedelta(days=3))
    return Caseload(workspace, clock, citizens, appointments, {"solsort": company})
