"""The caseload at a glance: one row a citizen, what needs action first, and the week's figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _
from fieldtui.base.text import sort_key
from fieldtui.domain.calendar import monday_of
from fieldtui.domain.case import Case
from fieldtui.domain.deadlines import Deadline, deadlines, is_discharged, is_silent
from fieldtui.domain.employers import WEEKS, Week, by_week
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.records import Attendance, Citizen, Company, Placement
from fieldtui.domain.shortnames import short_names
from fieldtui.services.context import Context
from fieldtui.store import Store
from fieldtui.store.rows import scope_states

Role = Literal["primary", "substitute", "treatment"]

JOBS: Final = frozenset({"ordinaert_job", "smaajob", "fleksjob"})
"""Kinds of placement that are work for pay."""
_STUDIES: Final = "uddannelse"
_CONTACT_NOTES: Final = frozenset({"referat", "telefon", "uanmeldt"})
_SOON_DAYS: Final = 3
_RUNNING_OUT_DAYS: Final = 7
_ENDING: Final = frozenset({"consent", "praktik_end"})
"""Deadlines that are shown from their rule's own warning on."""
_SILENCE_DAYS: Final = 14
_HORIZON_DAYS: Final = 14
_TARGET_CONTACTS: Final = 6
_FAR: Final = 10_000


@dataclass(frozen=True, slots=True)
class CitizenRow:
    """One citizen in the list."""

    id: str
    short_name: str
    """First name and initial, or as much more as tells it from the others in the list."""
    full_name: str
    status: str
    """`I job`, `I praktik`, `Uddannelse`, `Pause`, `Opstart` or `Aktiv`, in the language in force."""
    job: str
    """Where the citizen works now, else the citizen's own goal; may be empty."""
    last_seen: date | None
    """Last attended meeting or noted contact."""
    next_at: datetime | None
    """Next planned meeting."""
    weekly_hours: float
    """Hours a week in companies now."""
    marks: tuple[str, ...]
    """`▲` a deadline within 3 days or over, `!` one within 7 days, a consent or praktik that ends, or no contact for too
    long, `·` a draft."""
    protected: bool
    role: Role
    """What I am to the citizen."""
    call_code: str | None
    sync_state: SyncState
    """Of the citizen and everything in the citizen's scope: the worst of them."""
    due_on: date | None
    """The nearest open deadline."""
    district: str
    """Label of the district; may be empty."""


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """This ISO week in numbers, for one consultant."""

    employer_contacts: int
    """My own contacts with employers in the week."""
    target: int
    """How many face to face the programme asks for."""
    jobsamtaler_done: int
    jobsamtaler_planned: int
    """All jobsamtaler of the week that were held or still stand, the done ones included."""
    in_work: int
    """Citizens with a job for pay on the day."""
    weekly_hours: float
    """Their hours a week together."""
    weeks: tuple[Week, ...] = ()
    """My contacts with employers in each of the last weeks, the oldest first; the last is this week."""

    @property
    def face_to_face(self) -> int:
        """This week's contacts where one met: what the target counts."""
        return self.weeks[-1].face_to_face if self.weeks else 0


class CaseList:
    """Rows and figures over all cases on this device."""

    _context: Context
    _store: Store

    def citizens(self, on: date) -> tuple[CitizenRow, ...]:
        """Everyone enrolled on a day: the nearest deadline first, then the longest silence, then by name.

        Raises:
            DiskFull, Busy: It could not be written to the access log, so it is not shown.
        """
        drafts = {draft.subject_id for draft in self._store.drafts.all()}
        roles, states = self._roles(), self.citizen_states()
        enrolled = [case for case in self._context.cases() if not is_discharged(case.citizen.record, on)]
        self._context.looking.listed("citizen", len(enrolled))
        names = short_names({case.id: case.citizen.record for case in enrolled})
        rows = [
            (self._order(row, days), row)
            for case in enrolled
            for row, days in [self._row(case, on, roles, drafts, names[case.id], states)]
        ]
        return tuple(row for _order, row in sorted(rows, key=lambda pair: pair[0]))

    def weekly_figures(self, on: date) -> WeekFigures:
        """The ISO week that holds a day, in numbers."""
        monday = monday_of(on)
        sunday = monday + timedelta(days=6)
        me = self._store.consultant_id
        contacts = self._store.all("employer_contact", since=monday - timedelta(weeks=WEEKS - 1), until=sunday)
        mine = [stored.record for stored in contacts if stored.record.by == me]
        week = self._store.all("appointment", since=monday, until=sunday)
        talks = [stored.record.status for stored in week if stored.record.kind == "jobsamtale"]
        done = talks.count(Attendance.ATTENDED)
        working = [
            [placement.record.weekly_hours or 0.0 for placement in _current(case.placements, on, JOBS)]
            for case in self._context.cases()
            if not is_discharged(case.citizen.record, on)
        ]
        return WeekFigures(
            employer_contacts=sum(monday <= each.on for each in mine),
            target=int(self._context.rules.value("employer_contacts.per_week", on, _TARGET_CONTACTS)),
            jobsamtaler_done=done,
            jobsamtaler_planned=done + talks.count(Attendance.PLANNED),
            in_work=sum(bool(hours) for hours in working),
            weekly_hours=sum((sum(hours) for hours in working), 0.0),
            weeks=by_week(mine, sunday),
        )

    def citizen_states(self) -> dict[str, SyncState]:
        """By citizen id, how the worst record of the citizen's scope stands; those wholly synced are missing."""
        with self._store.reading() as connection:
            states = scope_states(connection)
        return {scope.removeprefix("citizen:"): state for scope, state in states.items() if scope != "team"}

    # --- pieces -------------------------------------------------------------------------------

    def _roles(self) -> dict[str, Role]:
        with self._store.reading() as connection:
            return dict(connection.execute("SELECT citizen_id, role FROM assignment"))

    def _row(
        self,
        case: Case,
        on: date,
        roles: dict[str, Role],
        drafts: set[str | None],
        name: str,
        states: dict[str, SyncState],
    ) -> tuple[CitizenRow, int]:
        """A row, and in how many days its nearest deadline is."""
        citizen = case.citizen.record
        alive = [each for each in deadlines(case, self._context.rules, on) if not each.past_at_import]
        near = [each for each in alive if each.days_left(on) <= max(_HORIZON_DAYS, each.warn_days)]
        last_seen = _last_seen(case)
        row = CitizenRow(
            id=case.id,
            short_name=name,
            full_name=citizen.full_name,
            status=_status(case, on, last_seen),
            job=self._job(case, on),
            last_seen=last_seen,
            next_at=self._next_at(case),
            weekly_hours=sum((placement.record.weekly_hours or 0.0 for placement in _in_company(case, on)), 0.0),
            marks=self._marks(case, near, on, last_seen, drafts),
            protected=citizen.address_protected,
            role=roles.get(case.id, "primary"),
            call_code=citizen.call_code,
            sync_state=states.get(case.id, SyncState.SYNCED),
            due_on=near[0].due_on if near else None,
            district=self._context.rules.label("district", citizen.district) if citizen.district else "",
        )
        return row, near[0].days_left(on) if near else _FAR

    @staticmethod
    def _order(row: CitizenRow, days_left: int) -> tuple[object, ...]:
        return days_left, "!" not in row.marks, row.last_seen or date.min, sort_key(row.full_name), row.id

    def _marks(
        self, case: Case, near: list[Deadline], on: date, last_seen: date | None, drafts: set[str | None]
    ) -> tuple[str, ...]:
        found = []
        if any(each.days_left(on) <= _SOON_DAYS for each in near):
            found.append("▲")
        running_out = any(each.days_left(on) <= _RUNNING_OUT_DAYS or each.kind in _ENDING for each in near)
        if running_out or self._is_quiet(case, on, last_seen):
            found.append("!")
        if drafts & {case.id, *(stored.id for stored in case.appointments)}:
            found.append("·")
        return tuple(found)

    def _is_quiet(self, case: Case, on: date, last_seen: date | None) -> bool:
        """No contact for longer than the rule `contact.silence_days` allows."""
        citizen = case.citizen.record
        since = last_seen or citizen.enrolled_on
        if since is None or is_silent(citizen, on):
            return False
        return (on - since).days > int(self._context.rules.value("contact.silence_days", on, _SILENCE_DAYS))

    def _job(self, case: Case, on: date) -> str:
        """Where the citizen is now, else what the citizen wants."""
        for placement in _current(case.placements, on):
            company_id = placement.record.company_id
            stands = self._context.companies()
            company = self._store.get(stands.get(company_id, company_id)) if company_id else None
            kind = self._context.rules.label("placement_kind", placement.record.kind)
            if company is not None and isinstance(company.record, Company):
                return f"{company.record.name} ({kind.lower()})"
            return kind
        return case.citizen.record.job_goal or ""

    def _next_at(self, case: Case) -> datetime | None:
        now = self._context.clock.now()
        coming = (
            stored.record.starts_at
            for stored in case.appointments
            if stored.record.status is Attendance.PLANNED and stored.record.ends_at > now
        )
        return min(coming, default=None)


def _current(
    placements: Iterable[Stored[Placement]], on: date, kinds: frozenset[str] | None = None
) -> list[Stored[Placement]]:
    """The placements that run on a day, the latest begun first."""
    found = [
        stored
        for stored in placements
        if stored.record.starts_on <= on
        and (stored.record.ends_on is None or on <= stored.record.ends_on)
        and (kinds is None or stored.record.kind in kinds)
    ]
    return sorted(found, key=lambda stored: (stored.record.starts_on, stored.id), reverse=True)


def _in_company(case: Case, on: date) -> list[Stored[Placement]]:
    return [stored for stored in _current(case.placements, on) if stored.record.kind != _STUDIES]


def _last_seen(case: Case) -> date | None:
    """The last attended meeting or noted contact."""
    met = [stored.record.starts_at for stored in case.appointments if stored.record.status is Attendance.ATTENDED]
    noted = [stored.record.written_at for stored in case.notes if stored.record.kind in _CONTACT_NOTES]
    latest = max([*met, *noted], default=None)
    return latest.astimezone(COPENHAGEN).date() if latest else None


def _status(case: Case, on: date, last_seen: date | None) -> str:
    citizen: Citizen = case.citizen.record
    kinds = {stored.record.kind for stored in _current(case.placements, on)}
    if is_silent(citizen, on):
        return _("Pause")
    if kinds & JOBS:
        return _("I job")
    if _STUDIES in kinds:
        return _("Uddannelse")
    if kinds:
        return _("I praktik")
    return _("Opstart") if last_seen is None else _("Aktiv")
