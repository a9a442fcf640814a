"""A small caseload on a Monday morning, in a vault of its own; `tests.support.training` has the large one, synced."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from fieldtui.base.clock import COPENHAGEN, FixedClock, isoformat
from fieldtui.base.ids import SeededIds
from fieldtui.services.workspace import Workspace
from tests.support.workspaces import Kept, add_citizen, make_workspace

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
    """Five citizens, four appointments of the day, a company, a note, a task, a referral in its fourteen days.

    It is made once in a test process, and every test has a copy; only one, for they are all the same vault.
    """
    kept, ids, load = _once()
    clock = copy.copy(load.clock)  # a test moves its own
    workspace = kept.copied(folder, clock=clock, ids=copy.deepcopy(ids))
    return Caseload(workspace, clock, dict(load.citizens), dict(load.appointments), dict(load.companies))


@cache
def _once() -> tuple[Kept, SeededIds, Caseload]:
    """The caseload that was made, and all that a copy of it goes on from."""
    ids = SeededIds("caseload")
    made: list[Caseload] = []

    def make(folder: Path) -> Workspace:
        made.append(_made(folder, ids))
        return made[0].workspace

    kept = Kept(make)
    return kept, ids, made[0]


def _made(folder: Path, ids: SeededIds) -> Caseload:
    clock = FixedClock(NOW - timedelta(days=3))
    workspace = make_workspace(folder, clock=clock, ids=ids)
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
