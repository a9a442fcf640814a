"""Borgerkort: one citizen's file in lines. What is masked stays masked until it is asked for, and that is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from fieldtui.base.i18n import N_, _, decimal
from fieldtui.domain.case import Case
from fieldtui.domain.confidential import is_confidential
from fieldtui.domain.deadlines import Deadline
from fieldtui.domain.envelope import Stored, SyncState
from fieldtui.domain.identifiers import parse_cpr
from fieldtui.domain.protection import is_protected
from fieldtui.domain.records import Attendance, Citizen, Task
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.casepeople import CasePicture
from fieldtui.services.consents import ConsentState, state_of, strongest
from fieldtui.services.history import Version
from fieldtui.tui.presenters import efforts
from fieldtui.tui.presenters import today as day
from fieldtui.tui.presenters.dates import clock, days_left, full, local, near, short, span, with_day_full
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.meetings import note_lines, summons_lines
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.sharing import consent_terms, shared_lines
from fieldtui.tui.presenters.words import BASES, DIRECTIONS, STEPS, sync_glyph, sync_mark, word

TABS: Final = (N_("Overblik"), N_("Tidslinje"), N_("Aftaler"), N_("Notater"), N_("Brobygning"), N_("Historik"))
MASKED: Final = ("phone", "cpr", "address")
"""Fields that are shown only when they are asked for."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the card shows."""

    case: Case
    deadlines: tuple[Deadline, ...]
    companies: Mapping[str, str]
    """Names of companies and providers by id."""
    initials: Mapping[str, str]
    """Of the staff, by id."""
    problems: Mapping[str, str]
    """Why a change was refused or waits, by record id, in words."""
    standing: SyncState = SyncState.SYNCED
    """Of the citizen and everything in the file towards the office: the worst of it."""
    versions: tuple[Version, ...] = ()
    """What the file's records were before, the newest first."""
    revealed: Mapping[str, str] = field(default_factory=dict)
    """What has been asked for, by field."""
    picture: CasePicture | None = None
    """Who is on the case, what overlaps, and how it goes."""


def consent_piece(case: Case, rules: RuleBook, on: date) -> Piece:
    """The citizen's consent to share: glyph, word and day."""
    consent = strongest(case.consents, on)
    state = state_of(consent, rules, on)
    if consent is None or state is ConsentState.MISSING:
        return Piece(_("! Intet samtykke"), "warning")
    until = full(consent.record.expires_on) if consent.record.expires_on else "–"
    if state is ConsentState.VALID:
        return Piece(_("√ Samtykke til {day}").format(day=until), "success")
    if state is ConsentState.EXPIRES_SOON:
        return Piece(_("▲ Samtykke udløber {day}").format(day=until), "warning")
    if state is ConsentState.EXPIRED:
        return Piece(_("× Samtykke udløb {day}").format(day=until), "error")
    return Piece(_("× Samtykke trukket tilbage"), "error")


def header(card: Card, names: Names, rules: RuleBook, on: date) -> tuple[Line, Piece]:
    """Who it is, and the state of the consent, which stands at the right."""
    citizen = card.case.citizen.record
    pieces: list[Piece] = [Piece(" ")]
    if citizen.address_protected:
        pieces.append(Piece(_("BESKYTTET") + "  ", "error"))
    pieces.append(Piece(names.show(card.case.id, citizen.short_name), "bold"))
    rest = []
    if citizen.call_code:
        rest.append(citizen.call_code)
    if citizen.cpr and not names.discreet:
        rest.append(_("f. {year}").format(year=parse_cpr(citizen.cpr).birth_date.year))
    if citizen.enrolled_on:
        rest.append(_("indskrevet {day}").format(day=full(citizen.enrolled_on)))
    if citizen.visitation_category:
        rest.append(rules.label("visitation_category", citizen.visitation_category))
    if citizen.discharged_on and citizen.discharged_on < on:
        rest.append(_("udskrevet {day}").format(day=full(citizen.discharged_on)))
    pieces.append(Piece("  " + " · ".join(rest), "dim"))
    sync = sync_mark(card.standing)
    if sync.text:
        pieces += [Piece("  "), sync]
    return tuple(pieces), consent_piece(card.case, rules, on)


def tabs(card: Card) -> list[str]:
    """The names of the tabs with how much is behind each."""
    case = card.case
    bridging = len(case.referrals) + len(case.consents) + len(case.bridging_notes)
    counts = (0, 0, len(case.appointments), len(case.notes), bridging, 0)
    return [f"{_(name)} {count}" if count else _(name) for name, count in zip(TABS, counts, strict=True)]


# --- Overblik -------------------------------------------------------------------------------------


def important(card: Card, names: Names, rules: RuleBook) -> list[Row]:
    """Label and value of what one must know; masked values stand as dots."""
    citizen = card.case.citizen.record
    found: list[tuple[str, str, str]] = [
        ("job_goal", _("Jobmål"), citizen.job_goal or ""),
        ("weekly_hours_wanted", _("Ønsker"), _wanted(citizen)),
        ("considerations", _("Hensyn"), " ".join((citizen.considerations or "").split())),
        ("practical_needs", _("Behov"), ", ".join(citizen.practical_needs)),
        ("benefit", _("Ydelse"), rules.label("benefit", citizen.benefit) if citizen.benefit else ""),
        ("contact_preference", _("Kontakt"), citizen.contact_preference or ""),
        ("phone", _("Telefon"), _phone(card)),
        ("cpr", _("CPR"), _masked(card, "cpr", citizen.cpr, 0)),
        ("address", _("Adresse"), _address(card)),
    ]
    return [
        Row(name, (Piece(label, "primary"), names.text(value) or Piece("–", "dim")))
        for name, label, value in found
        if value or name in {"job_goal", *MASKED}
    ]


def _wanted(citizen: Citizen) -> str:
    """Hours a week, places and first day that the citizen wants: what Match looks for."""
    hours = citizen.weekly_hours_wanted
    parts = (
        _("{hours} t/uge").format(hours=decimal(hours)) if hours is not None else "",
        ", ".join(citizen.work_places),
        _("fra {day}").format(day=short(citizen.available_from)) if citizen.available_from else "",
    )
    return " · ".join(part for part in parts if part)


def _masked(card: Card, name: str, value: str | None, tail: int) -> str:
    if not value:
        return ""
    if name in card.revealed:
        return card.revealed[name]
    return "•••• " + (value[-tail:] if tail else "••••")


def _phone(card: Card) -> str:
    citizen = card.case.citizen.record
    if citizen.phone and is_protected(citizen) and "phone" not in card.revealed:
        return _("beskyttet, vises kun med en grund")
    return _masked(card, "phone", citizen.phone, 2)


def _address(card: Card) -> str:
    citizen = card.case.citizen.record
    if citizen.no_fixed_abode and not citizen.address:
        return _("uden fast bopæl")
    if not citizen.address:
        return ""
    if "address" in card.revealed:
        return ", ".join(part for part in (card.revealed["address"], citizen.postal_code, citizen.city) if part)
    return _("beskyttet, vises kun med en grund") if citizen.address_protected else "•••• ••••"


def tasks(card: Card, names: Names, on: date) -> list[Row]:
    """What was agreed: open ones by day, then those done lately."""

    def order(stored: Stored[Task]) -> tuple[bool, float, date]:
        done = stored.record.done_at
        return (done is not None, -done.timestamp() if done else 0.0, stored.record.due_on or date.max)

    rows = []
    for stored in sorted(card.case.tasks, key=order)[:12]:
        record = stored.record
        done = record.done_at is not None
        late = not done and record.due_on is not None and record.due_on < on
        due = short(record.due_on) if record.due_on else ""
        who = card.initials.get(record.consultant_id or "", "")
        title = f"{'√' if done else '□'} {names.text(record.title)}"
        rows.append(
            Row(
                stored.id,
                (
                    Piece(title, "dim" if done else ""),
                    Piece(("▲ " if late else "") + due, "error" if late else "dim"),
                    Piece(f"{who} {sync_glyph(stored.sync_state).text}".strip(), "dim"),
                ),
            )
        )
    return rows


def open_tasks(card: Card) -> int:
    """How many tasks are not done."""
    return sum(stored.record.done_at is None for stored in card.case.tasks)


def progress(card: Card, names: Names, rules: RuleBook, on: date) -> list[Line]:
    """Deadlines, attendance of the last three months, places and the latest steps."""
    if names.discreet:
        return [line("•••")]
    lines: list[Line] = []
    alive = [each for each in card.deadlines if not each.past_at_import]
    for each in alive[:3]:
        left = each.days_left(on)
        piece = Piece(f"▲ {days_left(left)}", "error") if left <= 3 else Piece(f"! {days_left(left)}", "warning")
        what = _(each.what) if each.confirmed else f"{_(each.what)} ?"
        lines.append(line(piece, f"  {what}  ", Piece(short(each.due_on), "dim")))
    if old := len(card.deadlines) - len(alive):
        lines.append(line(Piece(_("· importerede frister, {count}").format(count=old), "dim")))
    met, missed = _attendance(card.case, on)
    if met + missed:
        share = round(100 * met / (met + missed))
        text = _("{met} af {all}  {share} %").format(met=met, all=met + missed, share=share)
        lines.append(line(Piece(_("Fremmøde 3 mdr.") + "  ", "primary"), text))
    for stored in card.case.placements:
        record = stored.record
        if record.starts_on <= on and (record.ends_on is None or record.ends_on >= on):
            where = card.companies.get(record.company_id or "", "")
            lines.append(efforts.place_line(record, where, rules, on))
    lines += efforts.hours_lines(card.case, on)
    return lines or [line(Piece(_("Intet registreret endnu."), "dim"))]


def _attendance(case: Case, on: date) -> tuple[int, int]:
    recent = [
        stored.record
        for stored in case.appointments
        if 0 <= (on - local(stored.record.starts_at).date()).days <= 92 and not stored.record.unannounced
    ]
    met = sum(record.status is Attendance.ATTENDED for record in recent)
    return met, sum(record.status is Attendance.NO_SHOW for record in recent)


# --- what happened ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the file, for the timeline and the lists."""

    stored: Stored[Any]
    at: datetime
    what: str
    text: str
    whole_day: bool = False


def _instant(on: date) -> datetime:
    from fieldtui.base.clock import COPENHAGEN

    return datetime(on.year, on.month, on.day, 12, tzinfo=COPENHAGEN)


def events(card: Card, rules: RuleBook, now: datetime) -> list[Event]:
    """Everything in the file by time, the newest first."""
    case = card.case
    found: list[Event] = []
    for stored in case.appointments:
        state = day.state(stored.record, now)
        place = stored.record.place or ""
        text = f"{state.text}  {place}" if state.text != "–" else place
        found.append(Event(stored, stored.record.starts_at, day.kind(stored.record), text))
    found += [Event(n, n.record.written_at, _("Notat"), n.record.text) for n in case.notes]
    found += [Event(n, n.record.written_at, _("Brob.notat"), n.record.text) for n in case.bridging_notes]
    for lead in case.job_leads:
        company = card.companies.get(lead.record.company_id, _("en virksomhed"))
        text = f"{company} · {word(STEPS, lead.record.state)}"
        found.append(Event(lead, _instant(lead.record.on), _("Jobspor"), text, whole_day=True))
    for placement in case.placements:
        kind = rules.label("placement_kind", placement.record.kind)
        company = " · ".join(part for part in (card.companies.get(placement.record.company_id or "", ""), kind) if part)
        found.append(Event(placement, _instant(placement.record.starts_on), _("Plads"), company, whole_day=True))
    for offer in case.activations:
        begins = efforts.offered_on(offer.record, local(now).date())
        text = efforts.offer_text(offer.record, card.companies, rules)
        found.append(Event(offer, _instant(begins), _("Tilbud"), text, whole_day=True))
    for referral in case.referrals:
        text = word(BASES, referral.record.basis)
        found.append(Event(referral, _instant(referral.record.requested_on), _("Ønske"), text, whole_day=True))
    for consent in case.consents:
        found.append(
            Event(consent, _instant(consent.record.given_on), _("Samtykke"), consent.record.recipient, whole_day=True)
        )
    for step in case.progressions:
        text = f"{rules.label('progression_area', step.record.area)} · {word(DIRECTIONS, step.record.direction)}"
        found.append(Event(step, _instant(step.record.on), _("Progression"), text, whole_day=True))
    return sorted(found, key=lambda event: (event.at, event.stored.id), reverse=True)


def event_rows(card: Card, found: list[Event], names: Names, on: date, *, brief: bool = False) -> list[Row]:
    """When, what, the first words, and how it stands towards the office."""
    rows = []
    for event in found:
        when = near(local(event.at).date(), on)
        if not event.whole_day and not brief:
            when += f" {clock(event.at)}"
        text = Piece(names.text(" ".join(event.text.split())), "struck" if is_confidential(event.stored.record) else "")
        mark = sync_glyph(event.stored.sync_state) if brief else sync_mark(event.stored.sync_state)
        rows.append(Row(event.stored.id, (Piece(when, "bold"), event.what, text, mark)))
    return rows


def of_tab(found: list[Event], tab: int) -> list[Event]:
    """The events that belong under a tab."""
    collections = {
        2: {"appointment"},
        3: {"note"},
        4: {"referral", "consent", "bridging_note"},
    }.get(tab)
    return found if collections is None else [event for event in found if event.stored.collection in collections]


def everything(card: Card) -> tuple[Stored[Any], ...]:
    """Every record of the file that a list of the card can show."""
    case = card.case
    return (
        case.citizen, *case.appointments, *case.notes, *case.bridging_notes, *case.job_leads, *case.placements, *case.activations,
        *case.referrals, *case.consents, *case.progressions, *case.tasks,
    )  # fmt: skip


def details(card: Card, stored: Stored[Any], names: Names, rules: RuleBook, now: datetime) -> list[Line]:
    """Everything about one record, for reading."""
    if names.discreet:
        return [line("•••")]
    record = stored.record
    lines: list[Line] = []
    author = card.initials.get(getattr(record, "author", None) or getattr(record, "consultant_id", None) or "", "")
    if stored.collection == "appointment":
        day_line = f"{with_day_full(local(record.starts_at).date())} {span(record.starts_at, record.ends_at)}"
        parts = (day.kind(record), record.place or "", author)
        lines.append(line(Piece(day_line, "bold"), " · " + " · ".join(part for part in parts if part)))
        lines += summons_lines(stored, names, local(now).date())
    elif stored.collection in {"note", "bridging_note"}:
        extra = [author, _("tilføjelse") if record.addendum_to else ""]
        when = f"{with_day_full(local(record.written_at).date())} {clock(record.written_at)}"
        lines.append(line(Piece(when, "bold"), " · ".join(["", *(part for part in extra if part)])))
        lines += [line(text) for text in record.text.split("\n")]
        lines += [*shared_lines(record, rules), *note_lines(stored, local(now).date(), rules)]
    elif stored.collection == "referral":
        lines += _referral(record)
    elif stored.collection == "consent":
        until = full(record.expires_on) if record.expires_on else "–"
        lines.append(line(Piece(record.recipient, "bold"), " · ".join(["", *consent_terms(record)])))
        lines.append(line(_("Givet {given}, til {until}").format(given=full(record.given_on), until=until)))
        if record.withdrawn_at:
            lines.append(
                line(
                    Piece(
                        _("× Trukket tilbage {day}: {how}").format(
                            day=full(local(record.withdrawn_at).date()), how=record.withdrawn_how or "–"
                        ),
                        "error",
                    )
                )
            )
    else:
        event = next((each for each in events(card, rules, now) if each.stored.id == stored.id), None)
        lines.append(line(Piece(_(record.label), "bold"), f" · {event.text}" if event else ""))
        for name in ("title", "job_goal"):
            if said := getattr(record, name, None):
                lines.append(line(said))
        lines += [line(text) for text in (getattr(record, "text", None) or "").split("\n") if text]
        lines += efforts.effort_details(record, rules)
    if stored.id in card.problems:
        lines.append(line(Piece(card.problems[stored.id], "error")))
    return lines


def _referral(record: Any) -> list[Line]:
    steps = (
        (_("Bad om hjælp"), record.requested_on),
        (_("Henvist"), record.referred_on),
        (_("Modtaget"), record.received_on),
        (_("Startet"), record.started_on),
        (_("Afsluttet"), record.ended_on),
    )
    path = " → ".join(f"{name} {short(on)}" for name, on in steps if on)
    lines = [line(Piece(word(BASES, record.basis), "bold"), f" · {record.provider or '–'}"), line(path)]
    return lines + ([line(record.note)] if record.note else [])
