"""I dag: the day's list, what needs action, the week's figures, what I must know now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from fieldtui.base.i18n import N_, _, decimal
from fieldtui.domain.agenda import Agenda
from fieldtui.domain.deadlines import Deadline
from fieldtui.domain.envelope import Stored
from fieldtui.domain.forecast import Forecast
from fieldtui.domain.records import Appointment, Attendance, Citizen, Note, Task
from fieldtui.tui.presenters.dates import clock, days_left, local, near, short, span, title
from fieldtui.tui.presenters.lines import Line, Piece, Row, bar, line, sparkline
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import sync_glyph

KINDS: Final[Mapping[str, str]] = {
    "jobsamtale": N_("Jobsamtale"),
    "opfoelgning": N_("Opfølgning"),
    "virksomhedsbesoeg": N_("Virk.besøg"),
    "brobygning": N_("Brobygning"),
    "mentor": N_("Mentor"),
    "team": N_("Teammøde"),
    "netvaerk": N_("Netværk"),
    "andet": N_("Andet"),
}
_OUTCOMES: Final[Mapping[Attendance, tuple[str, str]]] = {
    Attendance.ATTENDED: (N_("√ Mødt"), "success"),
    Attendance.NO_SHOW: (N_("× Udebl."), "error"),
    Attendance.CANCELLED_CITIZEN: (N_("○ Afbud"), "dim"),
    Attendance.CANCELLED_CITIZEN_LATE: (N_("○ Sent afb."), "warning"),
    Attendance.CANCELLED_STAFF: (N_("○ Aflyst"), "dim"),
}
_SOON_DAYS: Final = 3
_ALONE: Final = 2
"""So many citizens without a next appointment have a line each; more have one together."""
_NOW_CELLS: Final = 36
"""Room for text in the panel “Nu” where it is narrowest."""
_LABEL_CELLS: Final = 9


def kind(appointment: Appointment) -> str:
    """What sort of meeting, in one word."""
    return _(KINDS.get(appointment.kind, appointment.kind))


def who(appointment: Appointment, names: Names) -> str:
    """The citizen, or what a meeting without one is called."""
    otherwise = names.text(appointment.title or "") or kind(appointment)
    return names.show(appointment.citizen_id, otherwise)


def state(appointment: Appointment, now: datetime) -> Piece:
    """`√ Mødt`, `► NU`, `□ mangler`, `–`."""
    if appointment.status in _OUTCOMES:
        word, tone = _OUTCOMES[appointment.status]
        return Piece(_(word), tone)  # type: ignore[arg-type]
    if appointment.starts_at <= now < appointment.ends_at:
        return Piece(_("► NU"), "primary")
    if appointment.ends_at <= now:
        return Piece(_("□ mangler"), "warning")
    return Piece("–", "dim")


def heading(agenda: Agenda) -> str:
    """`Mandag 23-11-2026 · uge 48 · 6 aftaler`."""
    count = len(agenda.appointments)
    words = _("1 aftale") if count == 1 else _("{count} aftaler").format(count=count)
    return f"{title(agenda.date)} · {words}"


def appointment_rows(appointments: Sequence[Stored[Appointment]], names: Names, now: datetime) -> list[Row]:
    """The day's list: time, who, what, where, state, and whether the office has it."""
    return [
        Row(
            stored.id,
            (
                clock(stored.record.starts_at),
                who(stored.record, names),
                kind(stored.record),
                names.text(stored.record.place or ""),
                state(stored.record, now),
                sync_glyph(stored.sync_state),
            ),
        )
        for stored in sorted(appointments, key=lambda stored: stored.record.starts_at)
    ]


def cursor_start(appointments: Sequence[Stored[Appointment]], now: datetime) -> str | None:
    """The appointment that is going on, else the next one, else the last."""
    ordered = sorted(appointments, key=lambda stored: stored.record.starts_at)
    for stored in ordered:
        if stored.record.ends_at > now and stored.record.status is Attendance.PLANNED:
            return stored.id
    return ordered[-1].id if ordered else None


def _urgency(days: int) -> tuple[str, Piece]:
    if days <= _SOON_DAYS:
        return "▲", Piece(f"▲ {days_left(days)}", "error")
    return "!", Piece(f"! {days_left(days)}", "warning")


def _deadline_row(deadline: Deadline, names: Names, on: date) -> Row:
    _mark, urgency = _urgency(deadline.days_left(on))
    what = deadline.what if deadline.confirmed else f"{deadline.what} ?"
    return Row(due_key(deadline), (urgency, what, names.show(deadline.citizen_id), short(deadline.due_on)))


def due_key(deadline: Deadline) -> str:
    """The key of a deadline's row: one line for each, also where a citizen has several."""
    parts = (deadline.kind, deadline.citizen_id, deadline.record_id or "", deadline.rule_id, str(deadline.rule_version))
    return "due:" + ":".join(parts)


def forecast_rows(ahead: Forecast, names: Names) -> list[Row]:
    """What becomes late, by the day it does."""
    dated = [(each.due_on, _deadline_row(each, names, ahead.first)) for each in ahead.deadlines]
    dated += [(task.record.due_on or ahead.last, _task_row(task, names, ahead.first)) for task in ahead.tasks]
    return [row for _due, row in sorted(dated, key=lambda each: each[0])]


def forecast_title(ahead: Forecast) -> str:
    """`14 dage frem · 3 bliver for sent`."""
    days, count = (ahead.last - ahead.first).days + 1, len(ahead.deadlines) + len(ahead.tasks)
    return _("{days} dage frem · {count} bliver for sent").format(days=days, count=count)


def _task_row(task: Stored[Task], names: Names, on: date) -> Row:
    due = task.record.due_on
    urgency = _urgency((due - on).days)[1] if due else Piece(_("· Opgave"), "dim")
    return Row(
        f"task:{task.id}",
        (
            urgency,
            f"□ {names.text(task.record.title)} {sync_glyph(task.sync_state).text}".rstrip(),
            names.show(task.record.citizen_id, _("Teamet")),
            short(due) if due else "",
        ),
    )


def _without_next(deadlines: Sequence[Deadline], on: date) -> Row:
    """One line for many citizens for whom nothing is agreed; the list of citizens shows who."""
    first = deadlines[0].due_on
    text = _("{count} borgere uden næste aftale").format(count=len(deadlines))
    return Row("next:", (_urgency((first - on).days)[1], text, "", short(first)))


def action_hint(agenda: Agenda) -> str:
    """What stands below the list: how to open a line, and what `?` means where a deadline of the day has one."""
    if all(each.confirmed for each in agenda.deadlines):
        return _("Enter gør det · y 14 dage frem · Tab")
    return _("? = kommunen har ikke bekræftet reglen · Enter gør det")


def action_rows(
    agenda: Agenda,
    drafts: Sequence[tuple[str, str, str | None, datetime]],
    names: Names,
    collisions: Sequence[tuple[date, Row]] = (),
) -> list[Row]:
    """What needs action: texts begun and not finished, then collisions, deadlines and tasks by their day.

    Deadlines older than the import are one line.

    Args:
        agenda: The day.
        drafts: (key, kind, citizen id, saved at) of unfinished texts.
        names: What to call people.
        collisions: Lines about meetings in each other's way, with their days.
    """
    rows = []
    for key, _kind, citizen_id, saved_at in drafts:
        since = _when(saved_at, agenda.date)
        rows.append(
            Row(
                f"draft:{key}",
                (Piece(_("· Kladde"), "primary"), _("Referat ikke færdigt"), names.show(citizen_id), since),
            )
        )
    alone = [deadline for deadline in agenda.deadlines if deadline.kind == "next"]
    together = len(alone) > _ALONE
    shown = [deadline for deadline in agenda.deadlines if not together or deadline.kind != "next"]
    dated = [*collisions, *((deadline.due_on, _deadline_row(deadline, names, agenda.date)) for deadline in shown)]
    if together:
        dated.append((alone[0].due_on, _without_next(alone, agenda.date)))
    dated += [(task.record.due_on or date.max, _task_row(task, names, agenda.date)) for task in agenda.tasks]
    rows += [row for _due, row in sorted(dated, key=lambda each: each[0])]
    if agenda.past_at_import:
        text = _("importerede frister, {count}").format(count=agenda.past_at_import)
        rows.append(
            Row(
                "imported",
                (Piece(_("· Import"), "dim"), Piece(text, "dim"), "", ""),
            )
        )
    return rows


def desk_rows(offers: int, parked: int, notices: Sequence[str]) -> list[Row]:
    """What colleagues and the office wait for an answer to, or tell: one row each kind, before everything else."""
    rows = [Row("desk:", (Piece(_("! Kontoret"), "warning"), text, "", "")) for text in notices]
    if offers:
        one, many = _("1 borger er tilbudt dig"), _("{count} borgere er tilbudt dig")
        text = one if offers == 1 else many.format(count=offers)
        rows.append(Row("desk:", (Piece(_("! Overdrages"), "warning"), text, "", "")))
    if parked:
        one, many = _("1 parkeret ændring"), _("{count} parkerede ændringer")
        text = one if parked == 1 else many.format(count=parked)
        rows.append(Row("desk:", (Piece(_("! Parkeret"), "warning"), text, "", "")))
    return rows


def rule_rows(agenda: Agenda) -> list[Row]:
    """One calm row where rules have run out with none after them: what they asked for is missing in the list below."""
    if not agenda.expired:
        return []
    one, many = _("1 regel er udløbet uden en ny"), _("{count} regler er udløbet uden nye")
    text = one if len(agenda.expired) == 1 else many.format(count=len(agenda.expired))
    return [Row("rules:", (Piece(_("· Regler"), "dim"), text, "", ""))]


def about_rules(agenda: Agenda) -> str:
    """Which rules have run out, and who can mend it."""
    names = ", ".join(sorted({_(each.label) for each in agenda.expired}))
    return _("Udløbet, uden at der er en ny regel: {names}. De giver ingen frister, før kontoret udgiver en.").format(
        names=names
    )


def _when(instant: datetime, on: date) -> str:
    day = local(instant).date()
    return clock(instant) if day == on else near(day, on)


def week_lines(
    *,
    contacts: int,
    target: int | None,
    done: int,
    planned: int,
    in_work: int,
    weekly_hours: float,
    width: int,
    before: Sequence[int] = (),
) -> list[Line]:
    """The week's figures (IPS).

    Args:
        contacts: Employer contacts this week where one met.
        target: The norm, where the programme has one.
        done: Job interviews held this week.
        planned: Held and still to come.
        in_work: Citizens with ordinary hours.
        weekly_hours: Sum of their weekly hours.
        width: Cells of the label column.
        before: Such contacts in each of the last weeks, the oldest first; this week is the last.
    """
    label = "{:<" + str(width) + "}"
    goal = target or 0
    of = _("{done} af {of}")
    contact_bar = (*bar(contacts, goal), Piece("  " if goal else ""))
    first = of.format(done=contacts, of=goal) if goal else str(contacts)
    hours = decimal(weekly_hours)
    work = _("1 borger") if in_work == 1 else _("{count} borgere").format(count=in_work)
    return [
        line(label.format(_("Virksomheder, mødt")), *contact_bar, first, Piece(f"  {sparkline(before, goal)}", "dim")),
        line(
            label.format(_("Jobsamtaler")),
            *bar(done, planned),
            "  " if planned else "",
            of.format(done=done, of=planned),
        ),
        line(label.format(_("I job (ordinære t.)")), work, " · ", _("{hours} t/uge").format(hours=hours)),
    ]


def now_title(appointment: Appointment, names: Names, now: datetime) -> str:
    """`Nu · Fatima A.` or `10:30 · Fatima A.`."""
    running = appointment.starts_at <= now < appointment.ends_at
    return f"{_('Nu') if running else clock(appointment.starts_at)} · {who(appointment, names)}"


def now_lines(
    appointment: Appointment,
    citizen: Citizen | None,
    notes: Sequence[Stored[Note]],
    tasks: Sequence[Stored[Task]],
    names: Names,
) -> list[Line]:
    """What I need to know for this appointment; while discreet, only when and where."""
    place = names.text(appointment.place or "")
    first = [Piece(span(appointment.starts_at, appointment.ends_at), "bold")]
    if place:
        first.append(Piece(f" · {place}"))
    lines: list[Line] = [tuple(first)]
    if names.discreet or citizen is None:
        return lines
    lines.append(line(""))
    said: list[tuple[str, str]] = []
    if citizen.job_goal:
        said.append((_("Jobmål"), citizen.job_goal))
    latest = max(notes, key=lambda stored: stored.record.written_at, default=None)
    if latest is not None:
        text = " ".join(latest.record.text.split())
        said.append((_("Sidst"), f"{short(local(latest.record.written_at).date())} “{text}”"))
    open_tasks = [task for task in tasks if task.record.done_at is None]
    for number, task in enumerate(open_tasks[:3]):
        said.append((_("Aftalt") if number == 0 else "", f"□ {task.record.title}"))
    if citizen.considerations:
        said.append((_("Hensyn"), " ".join(citizen.considerations.split())))
    if citizen.practical_needs:
        said.append((_("Behov"), ", ".join(citizen.practical_needs)))
    if citizen.contact_preference:
        said.append((_("Kontakt"), citizen.contact_preference))
    label_width = max([_LABEL_CELLS, *(len(label) for label, _text in said)])
    for label, text in said:
        lines += _labelled(label, text, label_width)
    return lines


def _labelled(label: str, text: str, label_width: int) -> list[Line]:
    """A label, and its text in lines short enough for the panel, three at most."""
    rows = _folded(text, _NOW_CELLS - label_width - 1, 3)
    return [
        line(Piece(f"{label if number == 0 else '':<{label_width}} ", "primary"), Piece(row))
        for number, row in enumerate(rows)
    ]


def _folded(text: str, width: int, most: int) -> list[str]:
    rows: list[str] = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > width:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    if len(rows) > most:
        rows = rows[:most]
        rows[-1] = rows[-1][: width - 1] + "…"
    return rows
