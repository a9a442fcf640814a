"""The figures K1–K11 and both tracks: pure functions of a team's records and a period (domain.md §1.6, decision 34).

Days are Copenhagen's. A record that was annulled counts nowhere. Nobody is judged here: a figure says what was registered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import add_months
from fieldtui.domain.contacts import CONTACT_NOTES
from fieldtui.domain.deadlines import day_of, limit_after
from fieldtui.domain.employers import under_survivors
from fieldtui.domain.envelope import Stored
from fieldtui.domain.figures import Figure, Period, breakdown, count, share
from fieldtui.domain.followalong import NEVER_BEGAN
from fieldtui.domain.records import (
    Activation,
    Activity,
    Appointment,
    Attendance,
    Citizen,
    Company,
    EmployerContact,
    JobLead,
    Note,
    Placement,
    Progression,
    Referral,
)
from fieldtui.domain.rulebook import RuleBook
from fieldtui.domain.samepeople import as_one

COUNTED: Final = (
    "citizen", "appointment", "placement", "progression", "referral", "activation", "employer_contact", "activity",
    "company",
)  # fmt: skip
"""The collections that figures are counted from. Notes are never read."""
SCORED: Final = (*COUNTED, "job_lead", "note")
"""The collections that fidelity is scored from; of a note only its kind and day, as a contact."""
WORK_OR_EDUCATION: Final = frozenset({"ordinaert_job", "smaajob", "fleksjob", "uddannelse"})
EXITS: Final = frozenset({"job", "uddannelse"})
_TREATMENT_RULES: Final = ("treatment.sel101", "treatment.sul141", "treatment.sul142", "treatment.sul82c")


@dataclass(frozen=True, slots=True)
class Records:
    """What the figures are counted from: a team's, one consultant's or one programme's records, none of them annulled."""

    citizens: Mapping[str, Citizen]
    """By id; every citizen who ever was enrolled."""
    consultants: Mapping[str, str]
    """Initials of each citizen's own consultant by citizen id."""
    appointments: tuple[Appointment, ...] = ()
    placements: tuple[Placement, ...] = ()
    progressions: tuple[Progression, ...] = ()
    referrals: tuple[Referral, ...] = ()
    activations: tuple[Activation, ...] = ()
    employer_contacts: tuple[EmployerContact, ...] = ()
    activities: tuple[Activity, ...] = ()
    job_leads: tuple[JobLead, ...] = ()
    contacts: Mapping[str, EmployerContact] = field(default_factory=dict)
    """The same contacts with employers by id; job leads refer to them."""
    companies: Mapping[str, Company] = field(default_factory=dict)
    """By id; contacts and places name the one that stands for a company, where two were merged."""

    noted: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """Days of notes that tell of a contact, by citizen id; only where fidelity is scored."""

    @classmethod
    def of(
        cls, stored: Iterable[Stored[Any]], consultants: Mapping[str, str], *, programme: str | None = None
    ) -> Records:
        """Sort records that stand by kind, those of other programmes left out.

        Args:
            stored: Records of any collections.
            consultants: Initials by citizen id.
            programme: Only citizens of this one; team records have none and stay.
        """
        live = as_one(under_survivors([each for each in stored if each.annulled_at is None]))
        citizens = {
            each.id: each.record
            for each in live
            if isinstance(each.record, Citizen) and programme in {None, each.record.programme}
        }

        def theirs(kind: type[Any]) -> tuple[Any, ...]:
            return tuple(
                each.record for each in live if isinstance(each.record, kind) and each.record.citizen_id in citizens
            )

        return cls(
            citizens=citizens,
            consultants=consultants,
            appointments=theirs(Appointment),
            placements=theirs(Placement),
            progressions=theirs(Progression),
            referrals=theirs(Referral),
            activations=theirs(Activation),
            employer_contacts=tuple(each.record for each in live if isinstance(each.record, EmployerContact)),
            activities=tuple(each.record for each in live if isinstance(each.record, Activity)),
            job_leads=theirs(JobLead),
            contacts={each.id: each.record for each in live if isinstance(each.record, EmployerContact)},
            companies={each.id: each.record for each in live if isinstance(each.record, Company)},
            noted=_noted(theirs(Note)),
        )

    def placements_of(self) -> dict[str, list[Placement]]:
        """Each citizen's placements, by start."""
        found: dict[str, list[Placement]] = {}
        for each in sorted(self.placements, key=lambda placement: placement.starts_on):
            found.setdefault(each.citizen_id, []).append(each)
        return found


def _noted(notes: Iterable[Note]) -> dict[str, tuple[date, ...]]:
    found: dict[str, tuple[date, ...]] = {}
    for each in notes:
        if each.kind in CONTACT_NOTES and each.addendum_to is None:
            day = each.written_at.astimezone(COPENHAGEN).date()
            found[each.citizen_id] = (*found.get(each.citizen_id, ()), day)
    return found


def is_enrolled(citizen: Citizen, on: date) -> bool:
    """True from the day of enrolment up to the day before discharge."""
    begun = citizen.enrolled_on is not None and citizen.enrolled_on <= on
    return begun and (citizen.discharged_on is None or citizen.discharged_on > on)


def is_participant(citizen: Citizen, period: Period) -> bool:
    """True for who was enrolled at any time of a period."""
    return citizen.enrolled_on is not None and period.overlaps(citizen.enrolled_on, citizen.discharged_on)


def runs(placement: Placement, on: date) -> bool:
    """True where a placement runs on a day, its first and last day included."""
    return placement.starts_on <= on and (placement.ends_on is None or placement.ends_on >= on)


def in_treatment(referral: Referral, on: date) -> bool:
    """True where treatment has begun and not ended on a day, its first and last day included."""
    begun = referral.started_on is not None and referral.started_on <= on
    return begun and (referral.ended_on is None or referral.ended_on >= on)


def outcomes(records: Records, period: Period, rules: RuleBook) -> tuple[Figure, ...]:
    """Every figure, in the order of their numbers."""
    makers: Sequence[Callable[[Records, Period], Iterator[Figure]]] = (
        _exits, _in_work, _praktik_or_progress, _placed_in_a_month, _interviews_in_time, _activation_in_time, _attendance,
        partial(_treatment, rules=rules), _company_work, _clarified, _outreach, _caseload, _both_tracks,
    )  # fmt: skip
    return tuple(figure for make in makers for figure in make(records, period))


# --- work, education, placements ----------------------------------------------------------------


def _exits(records: Records, period: Period) -> Iterator[Figure]:
    participants = [each for each in records.citizens.values() if is_participant(each, period)]
    gone = [each for each in participants if each.discharged_on in period and each.discharge_reason in EXITS]
    yield share(
        "K1a", _("Afgang til job og uddannelse"), len(gone), len(participants),
        _("Udskrevet i perioden med årsagen job eller uddannelse, af alle, der var indskrevet i perioden."),
        rules=("kpi.exit_target",),
    )  # fmt: skip


def _in_work(records: Records, period: Period) -> Iterator[Figure]:
    enrolled = enrolled_on_day(records, period.last)
    working = {
        each.citizen_id for each in records.placements if each.kind in WORK_OR_EDUCATION and runs(each, period.last)
    }
    yield share(
        "K1b", _("I arbejde eller uddannelse"), len(enrolled & working), len(enrolled),
        _("Indskrevne med ordinært job, småjob, fleksjob eller uddannelse på periodens sidste dag, af indskrevne den dag."),
    )  # fmt: skip


def _praktik_or_progress(records: Records, period: Period) -> Iterator[Figure]:
    participants = {key for key, each in records.citizens.items() if is_participant(each, period)}
    praktik = {
        each.citizen_id
        for each in records.placements
        if each.kind == "virksomhedspraktik" and period.overlaps(each.starts_on, each.ends_on)
    }
    progress = {each.citizen_id for each in records.progressions if each.direction == "progress" and each.on in period}
    yield share(
        "K2", _("Praktik eller fremgang"), len(participants & (praktik | progress)), len(participants),
        _("Havde virksomhedspraktik i perioden eller fik registreret fremgang i den, af alle, der var indskrevet i perioden."),
        rules=("kpi.progress_target",),
    )  # fmt: skip


def _placed_in_a_month(records: Records, period: Period) -> Iterator[Figure]:
    placements = records.placements_of()
    placed = due = waiting = 0
    for key, citizen in records.citizens.items():
        if citizen.enrolled_on is None or citizen.enrolled_on not in period:
            continue
        limit = add_months(citizen.enrolled_on, 1)
        first = placements.get(key, [None])[0]
        if first is not None and first.starts_on <= min(limit, period.last):
            placed, due = placed + 1, due + 1
        elif limit <= period.last:
            due += 1
        else:
            waiting += 1
    yield share(
        "K3", _("Plads inden for en måned"), placed, due,
        _("Første placering senest en kalendermåned efter indskrivningen, af dem, der blev indskrevet i perioden. "
          "De, hvis måned ikke er gået endnu, er ikke talt med."),
        excluded=waiting, rules=("placement.target",),
    )  # fmt: skip


# --- interviews and activation --------------------------------------------------------------------


def interviews(records: Records, period: Period) -> list[Appointment]:
    """The jobsamtaler whose day lies in a period, whatever became of them."""
    return [each for each in records.appointments if each.kind == "jobsamtale" and day_of(each) in period]


def _interviews_in_time(records: Records, period: Period) -> Iterator[Figure]:
    planned = interviews(records, period)
    due = [each for each in planned if each.due_on in period]
    held = [each for each in due if each.status is Attendance.ATTENDED and each.due_on and day_of(each) <= each.due_on]
    rules = {each.due_rule_id for each in due if each.due_rule_id}
    yield share(
        "K4", _("Jobsamtaler til tiden"), len(held), len(due),
        _("Holdt senest på fristen, af de jobsamtaler i perioden, hvis frist ligger i den; uanset hvad der blev af de andre."),
        excluded=len(planned) - len(due), rules=tuple(sorted(rules)) or ("jobsamtale.first",),
    )  # fmt: skip


def _activation_in_time(records: Records, period: Period) -> Iterator[Figure]:
    offers = [each for each in records.activations if each.due_on in period]
    due = [each for each in offers if each.status != NEVER_BEGAN]
    begun = [each for each in due if each.starts_on and each.due_on and each.starts_on <= each.due_on]
    yield share(
        "K5", _("Aktivering til tiden"), len(begun), len(due),
        _("Begyndt senest på fristen, af de tilbud, hvis frist ligger i perioden. Annullerede tilbud er ikke talt med."),
        excluded=len(offers) - len(due), rules=("offer.first",),
    )  # fmt: skip


def _attendance(records: Records, period: Period) -> Iterator[Figure]:
    became = Counter(each.status for each in interviews(records, period) if not each.unannounced)
    attended, missed = became[Attendance.ATTENDED], became[Attendance.NO_SHOW]
    yield share(
        "K6", _("Fremmøde til jobsamtaler"), attended, attended + missed,
        _("Mødt, af mødt og udeblevet. Afbud og det, vi selv aflyste, er ikke talt med."),
        excluded=became.total() - attended - missed,
    )  # fmt: skip
    yield count(
        "K6_late", _("Sene afbud"), became[Attendance.CANCELLED_CITIZEN_LATE],
        _("Jobsamtaler i perioden, som borgeren sagde fra til for sent."), rules=("afbud.late_hours",),
    )  # fmt: skip


# --- treatment --------------------------------------------------------------------------------------


def in_guarantee(referral: Referral, rules: RuleBook) -> bool:
    """True where treatment began within the days that the rule of its basis gave on the day of the request.

    The days are counted from the request for every basis. A request older than the rule is held against the rule's first version.
    """
    name = f"treatment.{referral.basis.lower()}"
    versions = sorted((each for each in rules.rules if each.id == name), key=lambda each: each.version)
    rule = rules.on(name, referral.requested_on) or next(iter(versions), None)
    if rule is None or referral.started_on is None:
        return False
    return referral.started_on <= limit_after(rule, referral.requested_on)


def _treatment(records: Records, period: Period, rules: RuleBook) -> Iterator[Figure]:
    asked = [each for each in records.referrals if each.requested_on in period]
    begun = [each for each in asked if each.started_on and each.started_on <= period.last]
    waits = sorted((each.started_on - each.requested_on).days for each in begun if each.started_on)
    yield share(
        "K7", _("Begyndt i behandling"), len(waits), len(asked),
        _("Begyndt senest på periodens sidste dag, af henvendelserne i perioden."), rules=_TREATMENT_RULES,
    )  # fmt: skip
    middle = median(waits) if waits else None
    yield Figure(
        "K7_median_days", _("Dage til behandling, median"), middle, None, None, len(asked) - len(waits),
        _("Medianen af dage fra henvendelsen til behandlingens start, for dem, der er begyndt."), n=len(waits),
    )  # fmt: skip
    yield share(
        "K7_within_14", _("Begyndt inden for 14 dage"), sum(in_guarantee(each, rules) for each in begun), len(waits),
        _("Højst 14 dage fra henvendelsen, af dem, der er begyndt."),
        excluded=len(asked) - len(waits), rules=_TREATMENT_RULES,
    )  # fmt: skip


def _both_tracks(records: Records, period: Period) -> Iterator[Figure]:
    placed = {each.citizen_id for each in records.placements if runs(each, period.last)}
    treated = {each.citizen_id for each in records.referrals if in_treatment(each, period.last)}
    yield count(
        "both_tracks", _("I behandling og i en virksomhed"), len(enrolled_on_day(records, period.last) & placed & treated),
        _("Indskrevne på periodens sidste dag, der er i behandling og har en placering den dag."),
    )  # fmt: skip


# --- companies, exits, outreach, caseload ------------------------------------------------------------


def _company_work(records: Records, period: Period) -> Iterator[Figure]:
    contacts = [each for each in records.employer_contacts if each.on in period and each.addendum_to is None]
    yield count(
        "K8_contacts", _("Virksomhedskontakter"), len(contacts), _("Kontakter i perioden, uanset form."), personal=False
    )
    yield count(
        "K8_face_to_face", _("Kontakter ansigt til ansigt"), sum(each.face_to_face for each in contacts),
        _("De af dem, hvor man mødtes."), rules=("employer_contacts.per_week",), personal=False,
    )  # fmt: skip
    yield count(
        "K8_companies", _("Forskellige virksomheder"), len({each.company_id for each in contacts}),
        _("Virksomheder, der var kontakt med i perioden."), personal=False,
    )  # fmt: skip
    started = Counter(each.kind for each in records.placements if each.starts_on in period)
    yield breakdown(
        "K8_placements", _("Placeringer begyndt"), started, _("Placeringer, der begyndte i perioden, efter type.")
    )


def _clarified(records: Records, period: Period) -> Iterator[Figure]:
    reasons = Counter(each.discharge_reason for each in records.citizens.values() if each.discharged_on in period)
    yield count("K9_fleksjob", _("Afklaret til fleksjob"), reasons["fleksjob"], _("Udskrevet i perioden til fleksjob."))
    yield count(
        "K9_foertidspension", _("Afklaret til førtidspension"), reasons["foertidspension"],
        _("Udskrevet i perioden til førtidspension."),
    )  # fmt: skip


def _outreach(records: Records, period: Period) -> Iterator[Figure]:
    days = sum(each.kind == "outreach" and each.on in period for each in records.activities)
    yield Figure(
        "K10", _("Opsøgende dage pr. uge"), days / period.iso_weeks, days, period.iso_weeks, 0,
        _("Opsøgende dage i perioden, delt med de uger, den berører."), ("outreach.days_per_week",), per=True, personal=False,
    )  # fmt: skip


def _caseload(records: Records, period: Period) -> Iterator[Figure]:
    held = Counter(records.consultants.get(key, "–") for key in enrolled_on_day(records, period.last))
    yield breakdown(
        "K11", _("Borgere pr. konsulent"), held, _("Indskrevne på periodens sidste dag, efter konsulent."),
        rules=("caseload.norm",),
    )  # fmt: skip


def enrolled_on_day(records: Records, on: date) -> set[str]:
    """Ids of the citizens who are enrolled on a day."""
    return {key for key, each in records.citizens.items() if is_enrolled(each, on)}


def year_to(last: date) -> Period:
    """The twelve months that end on a day: the period where none is named."""
    return Period(add_months(last + timedelta(days=1), -12), last)
