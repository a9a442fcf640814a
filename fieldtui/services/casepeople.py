"""Who is on a citizen's case and what is worth a look in it, for the card and for `show`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldtui.base.errors import NotFound
from fieldtui.base.i18n import _
from fieldtui.base.text import clean
from fieldtui.domain.case import Case
from fieldtui.domain.eligibility import misfits
from fieldtui.domain.involved import Involved, Tie, involved, overlaps
from fieldtui.domain.measures import Course, courses
from fieldtui.domain.milestones import Point, checklist
from fieldtui.domain.outcomes import is_enrolled
from fieldtui.domain.transfer import transfer_text
from fieldtui.services.context import Context
from fieldtui.services.looking import said
from fieldtui.store import MetaKey, Store


@dataclass(frozen=True, slots=True)
class CasePicture:
    """What a citizen's file says of people, programme and progress on a day."""

    programme: str
    """Label of the profile; empty where the citizen has none."""
    involved: tuple[Involved, ...]
    """The coordinating person first."""
    remarks: tuple[str, ...]
    """What overlaps, and what does not fit the programme's target group; nothing of it is refused."""
    points: tuple[Point, ...]
    """The points of a course; none where the programme is no course."""
    courses: tuple[Course, ...]
    """Progress by area."""
    merged: tuple[tuple[str, str], ...]
    """Other cards of the same person: id and full name."""

    def as_json(self) -> dict[str, Any]:
        """The fields that `show` adds to a citizen (docs/cli.md)."""
        return {
            "involved": [each.as_json() for each in self.involved],
            "remarks": list(self.remarks),
            "course": [{"name": each.name, "output": each.output, "done": each.done} for each in self.points],
            "progress": [
                {
                    "area": each.area,
                    "days": [day.isoformat() for day in each.days],
                    "scores": list(each.scores),
                    "directions": list(each.directions),
                }
                for each in self.courses
            ],
        }


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """How many of one's own citizens are in a programme, against its norm."""

    programme: str
    """Id; empty where no programme is the usual one."""
    label: str
    citizens: int
    norm: int | None
    """Citizens for one consultant; a soft word, never a limit."""
    confirmed: bool | None
    """Whether the municipality confirmed the norm; `None` without one."""

    def written(self) -> str:
        """`IPS Sydhavnen 24/25 ?`: the mark says that nobody confirmed the norm."""
        share = f"{self.citizens}/{self.norm}" if self.norm is not None else str(self.citizens)
        return f"{self.label} {share}" + (" ?" if self.confirmed is False else "")

    def as_json(self) -> dict[str, Any]:
        """The shape of docs/cli.md."""
        return {
            "programme": self.programme or None,
            "citizens": self.citizens,
            "norm": self.norm,
            "confirmed": self.confirmed,
        }


class CasePeople:
    """Pictures of cases; that somebody looked is what the access log says."""

    _context: Context
    _store: Store

    def picture(self, case: Case, on: date) -> CasePicture:
        """People, programme and progress of a file that is open.

        Args:
            case: The file.
            on: The day.
        """
        rules, citizen = self._context.rules, case.citizen.record
        profile = rules.profile(citizen.programme)
        partners = {stored.id: stored.record.name for stored in self._store.all("partner", annulled=True)}
        people = involved(case, self._tie(case.id), on, staff=self._staff_name, partners=partners)
        fits = misfits(citizen, profile, rules, on) if profile is not None else ()
        return CasePicture(
            programme=rules.label("programme", citizen.programme) if citizen.programme else "",
            involved=people,
            remarks=(*overlaps(case, rules, on), *fits),
            points=checklist(citizen, rules),
            courses=courses(case.progressions),
            merged=tuple((each.id, each.record.full_name) for each in case.merged),
        )

    def picture_of(self, citizen_id: str, on: date) -> CasePicture | None:
        """As `picture`, by id; `None` where the citizen is not on this device. It is written to the access log, once for a while.

        Raises:
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        case = self._store.case(citizen_id)
        if case is None:
            return None
        self._context.looking.within(case.id, "citizen")
        return self.picture(case, on)

    def by_programme(self, on: date) -> dict[str, int]:
        """How many of one's own citizens are enrolled in each programme on a day; numbers only.

        Who has no programme counts in the usual one; citizens one stands in for are a colleague's.
        """
        usual = self._context.rules.profile(None)
        with self._store.reading() as connection:
            borrowed = {
                row[0] for row in connection.execute("SELECT citizen_id FROM assignment WHERE role != 'primary'")
            }
        found = Counter(
            case.citizen.record.programme or (usual.id if usual is not None else "")
            for case in self._context.cases()
            if case.id not in borrowed and is_enrolled(case.citizen.record, on)
        )
        return dict(found)

    def caseload(self, on: date) -> tuple[CaseloadRow, ...]:
        """One's own citizens in each programme on a day against its norm; those without citizens are left out. Numbers only."""
        rules, counted = self._context.rules, self.by_programme(on)
        found = []
        for programme in sorted(counted, key=lambda each: (-counted[each], each)):
            norm = rules.on("caseload.norm", on, programme=programme or None)
            most = norm.given.value if norm is not None else None
            label = rules.label("programme", programme) if programme else _("ingen indsats")
            confirmed = norm.confirmed if norm is not None else None
            found.append(
                CaseloadRow(programme, label, counted[programme], int(most) if most is not None else None, confirmed)
            )
        return tuple(found)

    def transfer_text(self, citizen_id: str, reason: str | None = None) -> str:
        """What another municipality needs to take a citizen over, as text to look through and hand on; it is written to the access log.

        Neither CPR number, address, treatment nor notes stand in it.

        Raises:
            NotFound: No such citizen.
            DiskFull, Busy: It could not be logged, so it is not shown.
        """
        case = self._store.case(citizen_id)
        if case is None:
            raise NotFound(clean(citizen_id, limit=80))
        self._store.audit("copy", case.id, reason=said(reason), detail="transfer")
        me = self._context.me
        return transfer_text(case, self._context.rules, self._context.today, coordinator=me.name)

    def _tie(self, citizen_id: str) -> Tie:
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT role, until, primary_id FROM assignment WHERE citizen_id = ?", (citizen_id,)
            ).fetchone()
        me = self._store.consultant_id or ""
        if row is None:
            return Tie("primary", me)
        role, until, primary = row
        said = json.loads(self._store.meta(MetaKey.SUBSTITUTES) or "{}").get(citizen_id, ())
        others = tuple((str(who), date.fromisoformat(last) if last else None) for who, last in said)
        return Tie(role, me, primary, date.fromisoformat(until) if until else None, others)

    def _staff_name(self, consultant_id: str) -> str:
        known = {person.id: person.name for person in self._context.people}
        return known.get(consultant_id, "?")
