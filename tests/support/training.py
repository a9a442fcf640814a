"""A workspace as a consultant has it on an ordinary morning: the made-up team, some work not sent, one conflict."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fieldtui.base.clock import COPENHAGEN, FixedClock, isoformat
from fieldtui.demo.team import make_team
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import scope_of
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.store.inbox import Inbox
from fieldtui.wire.messages import RecordLine
from tests.support.workspaces import MH, TB, make_workspace

MORNING = datetime(2026, 11, 23, 9, 4, tzinfo=COPENHAGEN)
"""A Monday in week 48."""


def arrive(
    workspace: Workspace,
    collection: str,
    record_id: str,
    body: dict[str, Any],
    *,
    rev: int = 1,
    author: str | None = None,
) -> None:
    """Let a record come from the central system, as a sync brings it."""
    record = parse_record(collection, body, strict_names=False)
    when = isoformat(workspace.clock.now())
    Inbox(workspace.store).apply_record(
        RecordLine(
            collection=collection,
            id=record_id,
            scope=scope_of(record, record_id),
            rev=rev,
            seq=rev,
            body=body,
            author=author,
            recorded_at=when,
            received_at=when,
        )
    )


def a_morning(folder: Path, *, seed: int = 7) -> tuple[Workspace, FixedClock]:
    """MH's part of the training team, synced, with a few changes that wait, a draft and a conflict."""
    clock = FixedClock(MORNING)
    workspace = make_workspace(folder, clock=clock)
    team = make_team(seed, MORNING, {"MH": MH.id, "TB": TB.id})
    mine = {citizen_id for citizen_id, initials in team.assigned if initials == "MH"}
    with workspace.store.transaction():
        for made in team.records:
            owner = made.id if made.collection == "citizen" else made.body.get("citizen_id")
            if owner is None or owner in mine:
                arrive(workspace, made.collection, made.id, dict(made.body))
        workspace.store.set_meta(MetaKey.LAST_SYNC_AT, MORNING.replace(hour=8, minute=52).isoformat())
    _work(workspace, sorted(mine))
    return workspace, clock


def _work(workspace: Workspace, mine: list[str]) -> None:
    """What MH did since the last sync."""
    casework, lookup = workspace.casework, workspace.lookup
    done = [
        s
        for s in lookup.appointments(MORNING.date(), MORNING.date())
        if s.record.citizen_id and s.record.ends_at < MORNING
    ]
    if done and done[0].record.citizen_id:
        casework.write_note(
            done[0].record.citizen_id, "Mødte til tiden. Vi rettede CV'et sammen.", appointment_id=done[0].id
        )
    company = lookup.companies(MORNING.date())[0]
    casework.log_employer_contact(
        company.id, "visit", MORNING.date(), text="Kom forbi onsdag kl. 10.", citizen_id=mine[0]
    )
    workspace.drafts.save(f"note:{mine[1]}:::", "note", mine[1], "Vil gerne starte småt, helst om formiddagen.")
    coming = [
        s for s in lookup.week(MORNING.date()) if s.record.citizen_id and s.record.starts_at > MORNING.replace(hour=23)
    ]
    disputed = coming[0]
    record = disputed.record
    casework.update(disputed.id, {"starts_at": isoformat(record.starts_at.replace(minute=45)), "place": "Café Solsort"})
    theirs = {
        **record.body(),
        "starts_at": isoformat(record.starts_at.replace(minute=30)),
        "place": "Kvartershuset, lokale 2",
    }
    arrive(workspace, "appointment", disputed.id, theirs, rev=2, author=TB.id)
