"""From one typed line to a stored record: what quick-add knows, and what a finished draft does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.quickadd import Known, QuickDraft, parse
from fieldtui.domain.records import Appointment, Attendance
from fieldtui.services.done import Done

if TYPE_CHECKING:
    from fieldtui.services.workspace import Workspace

_MOST_PLACES = 40


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names a line may use."""

    people: tuple[Known, ...]
    companies: tuple[Known, ...]
    places: tuple[str, ...]


def vocabulary(workspace: Workspace) -> Vocabulary:
    """My citizens, the team's companies, and the places meetings were held at.

    A place with a room, such as `Kvartershuset, lokale 4`, is known without it too.
    """
    today = workspace.clock.now().date()
    people = tuple(Known(row.id, row.full_name) for row in workspace.lookup.citizens(today))
    companies = tuple(
        Known(row.id, name) for row in workspace.lookup.companies(today) for name in (row.name, *row.other_names)
    )
    used = dict.fromkeys(
        stored.record.place for stored in reversed(workspace.lookup.list("appointment")) if stored.record.place
    )
    places = tuple(used)[:_MOST_PLACES]
    houses = (place.partition(",")[0].strip() for place in places)
    return Vocabulary(people, companies, tuple(dict.fromkeys((*places, *(house for house in houses if house)))))


def read(workspace: Workspace, words: Vocabulary, text: str) -> QuickDraft:
    """What a line means, as far as it can be told."""
    return parse(text, workspace.clock.now(), words.people, words.companies, words.places)


def carry_out(workspace: Workspace, draft: QuickDraft) -> Done:
    """Store what a complete draft says.

    Raises:
        BadUsage: The draft still asks something, or there is no appointment to register.
        InvalidRecords, NotEnrolled, ReadOnlyLease, DiskFull: As the use cases it calls.
    """
    if not draft.complete or draft.target is None:
        raise BadUsage(draft.questions[0].text if draft.questions else _("Linjen siger ikke, hvad der skal gøres."))
    casework, values = workspace.casework, draft.values()
    match draft.target:
        case "appointment":
            return casework.book(values)
        case "task":
            return casework.create("task", values)
        case "note":
            return casework.write_note(values["citizen_id"], values["text"], kind=values["kind"])
        case "bridging_note":
            return casework.write_bridging_note(values["citizen_id"], values["text"])
        case "employer_contact":
            return casework.log_employer_contact(
                values["company_id"],
                values["mode"],
                date.fromisoformat(values["on"]) if "on" in values else workspace.clock.now().date(),
                text=values.get("text"),
                face_to_face=values.get("face_to_face"),
                citizen_id=draft.who.id if draft.who else None,
            )
        case "attendance":
            return _register(workspace, values)


def _register(workspace: Workspace, values: dict[str, Any]) -> Done:
    """Register the one appointment the citizen had on the day."""
    day = date.fromisoformat(values["on"]) if "on" in values else workspace.clock.now().date()
    found: list[Stored[Appointment]] = [
        stored
        for stored in workspace.lookup.list("appointment", citizen_id=values["citizen_id"], since=day, until=day)
        if stored.record.status is Attendance.PLANNED
    ]
    if not found:
        raise BadUsage(_("Der er ingen aftale den dag, som mangler registrering."))
    if len(found) > 1:
        raise BadUsage(_("Der er flere aftaler den dag. Registrér på selve aftalen."))
    return workspace.casework.register(found[0].id, Attendance(values["status"]), values.get("status_reason"))
