"""The training's own central system: a real one, on loopback, over its own PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fieldtui.base.clock import Clock
from fieldtui.base.i18n import _
from fieldtui.base.ids import IdSource, SeededIds
from fieldtui.central import administration
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.enrolling import EnrolCode, enrol_code
from fieldtui.central.serve import BackgroundServer
from fieldtui.demo.folder import Training
from fieldtui.demo.team import LEADER, TEAM, THERAPIST, Made, make_team
from fieldtui.demo.vocabulary import PROVIDERS

ORGANISATION: Final = "Kvartershuset (øvelse)"


class TrainingCentral:
    """A central system that runs for as long as the training does."""

    def __init__(self, database: Database, server: BackgroundServer) -> None:
        self._database = database
        self._server = server

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return int(self._server.url.rpartition(":")[2])

    def enrol_code(self, initials: str) -> EnrolCode:
        """A code for a consultant's device that needs no comparing of words."""
        return enrol_code(self._database, initials, pre_approved=True, base_url=self._server.url)


@contextmanager
def running(
    folder: Path, training: Training, *, clock: Clock, ids: IdSource, tell: Callable[[str], None]
) -> Iterator[TrainingCentral]:
    """Run the training's central system, filled with its made-up team; stopped again whatever happens.

    Args:
        folder: The training folder.
        training: What it is made with; where it is not ready yet, the team is made first.
        clock: The time.
        ids: Ids of what the central system makes from now on.
        tell: Is told what happens, a sentence at a time.
    """
    tell(_("Starter øvelsens eget centrale system …"))
    with EmbeddedPostgres(folder / "central", durable=False) as postgres:
        migrate(postgres.url)
        if not training.ready:
            tell(_("Opdigter et team: {consultants} konsulenter med {citizens} borgere hver …").format(
                consultants=len(TEAM), citizens=training.citizens
            ))  # fmt: skip
            _fill(postgres.url, training, clock)
        database = Database(postgres.url, clock=clock, ids=ids)
        try:
            with BackgroundServer(database, port=training.port) as server:
                yield TrainingCentral(database, server)
        finally:
            database.close()


def _fill(url: str, training: Training, clock: Clock) -> None:
    database = Database(url, clock=clock, ids=SeededIds(f"training-central-{training.seed}"))
    try:
        administration.bootstrap_organisation(database, ORGANISATION)
        people = [administration.add_consultant(database, each.initials, each.name) for each in TEAM]
        consultants = {person.initials: person.id for person in people}
        team = make_team(training.seed, clock.now(), consultants, citizens=training.citizens)
        administration.put_records(database, [(each.collection, each.id, dict(each.body)) for each in team.records])
        for citizen_id, initials in team.assigned:
            administration.assign(database, citizen_id, initials)
        administration.add_consultant(database, LEADER.initials, LEADER.name, "leader")
        administration.add_consultant(database, THERAPIST.initials, THERAPIST.name, "treatment", unit=PROVIDERS[0])
        _treat(database, team.records)
    finally:
        database.close()


def _treat(database: Database, records: Iterable[Made]) -> None:
    """Give the therapist the citizens who said yes to it."""
    for citizen_id in dict.fromkeys(str(each.body["citizen_id"]) for each in records if each.collection == "consent"):
        administration.assign(database, citizen_id, THERAPIST.initials, "treatment")
