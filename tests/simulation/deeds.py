"""What people do at a laptop, through the use cases, chosen by the seed from what they have before them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Attendance
from tests.simulation.laptop import Laptop

SCALARS = ("job_goal", "considerations", "district")
TIED = (Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.CANCELLED_CITIZEN, Attendance.CANCELLED_STAFF)


class Deeds:
    """Everything one person may do at one laptop."""

    def __init__(self, laptop: Laptop, chance: random.Random, word: Callable[[], str]) -> None:
        self._laptop = laptop
        self._chance = chance
        self._word = word

    def any(self, only: Sequence[str] = ()) -> str | None:
        """Do something, or something of these; what it was, `None` where there was nothing to do it with."""
        if only:
            chosen: str | None = getattr(self, self._chance.choice(only))()
            return chosen
        if self._laptop.person.role == "treatment":
            choices = [self.bridge, self.bridge, self.progress]
            weights = [2, 1, 2]
        else:
            choices = [
                self.edit, self.need, self.move, self.register, self.task, self.edit_task, self.note, self.book,
                self.annul, self.undo, self.redo, self.resolve, self.company, self.edit_company, self.edit_note,
                self.consent, self.progress, self.several,
            ]  # fmt: skip
            weights = [16, 5, 5, 4, 3, 4, 3, 2, 3, 3, 1, 6, 1, 4, 1, 1, 2, 2]
        return self._chance.choices(choices, weights)[0]()

    # --- one each -------------------------------------------------------------------------------

    def edit(self) -> str | None:
        return self._edited("citizen", {self._chance.choice(SCALARS): self._word()})

    def several(self) -> str | None:
        return self._edited("citizen", {name: self._word() for name in self._chance.sample(SCALARS, 2)})

    def need(self) -> str | None:
        """Add a need, or take one away."""
        citizen = self._one("citizen")
        if citizen is None:
            return None
        needs = list(citizen.record.practical_needs)
        if needs and self._chance.random() < 0.4:
            needs.remove(self._chance.choice(needs))
        else:
            needs.append(self._word())
        self._case.update(citizen.id, {"practical_needs": needs})
        return "behov"

    def move(self) -> str | None:
        appointment = self._one("appointment")
        if appointment is None:
            return None
        later = appointment.record.starts_at + timedelta(minutes=5 * self._chance.randint(1, 90))
        self._case.update(appointment.id, {"starts_at": later.isoformat(timespec="minutes")})
        return "flyt"

    def register(self) -> str | None:
        values = {"status": self._chance.choice(TIED).value, "status_reason": self._word()}
        return self._edited("appointment", values)

    def task(self) -> str | None:
        citizen = self._one("citizen")
        return self._created("task", {"title": self._word(), "citizen_id": citizen.id if citizen else None})

    def edit_task(self) -> str | None:
        return self._edited("task", {"title": self._word()})

    def note(self) -> str | None:
        citizen = self._one("citizen")
        return self._created("note", {"citizen_id": citizen.id, "text": self._word()}) if citizen else None

    def edit_note(self) -> str | None:
        """A note cannot be changed, but it can be marked as filed."""
        mine = [note for note in self._laptop.of("note") if note.record.author == self._laptop.person.id]
        if not mine:
            return None
        at = self._laptop.clock.now().isoformat(timespec="minutes")
        self._case.update(self._chance.choice(mine).id, {"journalised_at": at})
        return "journaliseret"

    def book(self) -> str | None:
        citizen = self._one("citizen")
        if citizen is None:
            return None
        at = (self._laptop.clock.now() + timedelta(days=1)).isoformat(timespec="minutes")
        return self._created(
            "appointment", {"citizen_id": citizen.id, "kind": "opfoelgning", "starts_at": at, "place": self._word()}
        )

    def annul(self) -> str | None:
        found = self._one(self._chance.choice(("task", "appointment", "note", "company")))
        if found is None:
            return None
        self._case.annul(found.id, self._word())
        return f"annullér {found.collection}"

    def undo(self) -> str | None:
        return "fortryd" if self._laptop.workspace.undo.undo() else None

    def redo(self) -> str | None:
        return "gentag" if self._laptop.workspace.undo.redo() else None

    def resolve(self) -> str | None:
        rows = self._laptop.conflicts.list()
        if not rows:
            return None
        row = self._chance.choice(rows)
        take = self._chance.choice(("mine", "theirs", "mine"))
        self._laptop.conflicts.resolve(row.id, take)  # type: ignore[arg-type]
        return f"afgør {row.field}: {take}"

    def company(self) -> str | None:
        return self._created("company", {"name": self._word()})

    def edit_company(self) -> str | None:
        return self._edited("company", {"name": self._word()})

    def consent(self) -> str | None:
        """A citizen lets the treatment side see, or takes it back."""
        held = self._one("consent")
        now = self._laptop.clock.now()
        if held is not None and held.record.withdrawn_at is None:
            return self._edited("consent", {"withdrawn_at": now.isoformat(timespec="minutes"), "withdrawn_how": "brev"})
        return None

    def progress(self) -> str | None:
        """How far a referral has come: a treatment worker's and a consultant's."""
        day = self._laptop.clock.now().date() + timedelta(days=self._chance.randint(0, 40))
        return self._edited("referral", {"referred_on": day.isoformat()})

    def bridge(self) -> str | None:
        citizen = self._one("citizen")
        return self._created("bridging_note", {"citizen_id": citizen.id, "text": self._word()}) if citizen else None

    # --- inside ---------------------------------------------------------------------------------

    @property
    def _case(self) -> Any:
        return self._laptop.workspace.casework

    def _one(self, collection: str) -> Stored[Any] | None:
        found = self._laptop.of(collection)
        if found and self._chance.random() < 0.4:
            return found[0]  # several people at the same record are what this is about
        return self._chance.choice(found) if found else None

    def _edited(self, collection: str, values: dict[str, Any]) -> str | None:
        found = self._one(collection)
        if found is None:
            return None
        self._case.update(found.id, values)
        return f"ret {collection} {found.id[-4:]} {values}"

    def _created(self, collection: str, values: dict[str, Any]) -> str:
        given = {name: value for name, value in values.items() if value is not None}
        done = self._case.create(collection, given)
        return f"opret {collection} {done.record_ids[0][-4:]} {values}"
