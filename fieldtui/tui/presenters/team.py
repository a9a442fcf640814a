"""The team as its leader reads it: rows and sentences. Citizens are call codes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import N_, _
from fieldtui.domain.rulebook import RuleBook
from fieldtui.domain.setbacks import set_back_words
from fieldtui.services import teamview
from fieldtui.services.teamview import Colleague, Turn
from fieldtui.tui.presenters.dates import clock, local, near, with_day
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.wire.team import TeamDeadline, TeamDevice, TeamEnrolment, TeamMeeting, TeamPicture

_QUIET_AFTER: Final = timedelta(days=1)
"""After so long without contact a device is worth a mark."""
_STATES: Final = {
    "planned": ("", ""),
    "attended": (N_("√ mødt"), "success"),
    "no_show": (N_("× udeblevet"), "error"),
    "cancelled_citizen": (N_("– afbud"), "dim"),
    "cancelled_citizen_late": (N_("– sent afbud"), "dim"),
    "cancelled_staff": (N_("– aflyst"), "dim"),
}
_KINDS: Final = {
    "jobsamtale": N_("Jobsamtale"),
    "opfoelgning": N_("Opfølgning"),
    "virksomhedsbesoeg": N_("Virk.besøg"),
    "mentor": N_("Mentor"),
    "team": N_("Teammøde"),
    "netvaerk": N_("Netværk"),
    "andet": N_("Møde"),
}
_KINDS_OF_DEADLINES: Final = {
    "treatment": N_("Behandlingsgaranti"),
    "consent": N_("Samtykke udløbet"),
    "praktik_end": N_("Praktik slutter"),
    "activation": N_("Tilbud begynder"),
}


def heading(picture: TeamPicture, seen_at: datetime, now: datetime) -> str:
    """`Team · mandag 23-11 · set 07:45`."""
    when = clock(seen_at)
    if local(seen_at).date() != local(now).date():
        when = f"{near(local(seen_at).date(), local(now).date())} {when}"
    count = sum(person.role == "consultant" for person in picture.people)
    return _("Team · {day} · {count} konsulenter · set {when}").format(
        day=with_day(date.fromisoformat(picture.day)), count=count, when=when
    )


def colleague_rows(found: Sequence[Colleague], codes: Mapping[str, str], now: datetime) -> list[Row]:
    """Who is where: initials, name, citizens, meetings, now or next, overdue."""
    return [
        Row(
            each.person.id,
            (
                Piece(each.person.initials, "bold"),
                each.person.name,
                _citizens(each),
                str(sum(not teamview.is_off(meeting) for meeting in each.meetings)) if each.meetings else "–",
                _where(each, codes, now),
                _overdue(each),
            ),
        )
        for each in found
    ]


def _overdue(each: Colleague) -> Piece:
    if each.overdue:
        return Piece(f"▲ {len(each.overdue)}", "error")
    return Piece("√", "success") if each.citizens or each.standing_in else Piece("")


def _citizens(each: Colleague) -> str:
    if each.person.role != "consultant":
        return ""
    more = f"+{len(each.standing_in)}" if each.standing_in else ""
    return f"{len(each.citizens)}{more}"


def _where(each: Colleague, codes: Mapping[str, str], now: datetime) -> Piece:
    if each.covered_by:
        return Piece(_("væk · dækkes af {who}").format(who=", ".join(each.covered_by)), "warning")
    meeting = teamview.present(each.meetings, now)
    if meeting is None:
        return Piece(_("færdig for i dag") if each.meetings else "–", "dim")
    running = teamview.starts(meeting) <= now
    place = meeting.place or _kind(meeting)
    code = f" {codes.get(meeting.citizen, '–')}" if meeting.citizen else ""
    return Piece(
        f"{'►' if running else ' '} {clock(teamview.starts(meeting))}{code} {place}", "bold" if running else ""
    )


def _kind(meeting: TeamMeeting) -> str:
    return _(_KINDS.get(meeting.kind or "", N_("Samtale")))


def meeting_rows(meetings: Sequence[TeamMeeting], codes: Mapping[str, str], now: datetime) -> list[Row]:
    """Somebody's day: time, whom, where, what became of it."""
    return [
        Row(
            each.id,
            (
                f"{'►' if teamview.starts(each) <= now < teamview.ends(each) else ' '}{clock(teamview.starts(each))}",
                codes.get(each.citizen or "", "–"),
                each.place or _kind(each),
                _state(each, now),
            ),
        )
        for each in meetings
    ]


def _state(meeting: TeamMeeting, now: datetime) -> Piece:
    words, tone = _STATES.get(meeting.status, (meeting.status, ""))
    if meeting.status == "planned" and teamview.ends(meeting) < now and meeting.citizen is not None:
        return Piece(_("? mangler"), "warning")
    return Piece(_(words) if words else "", tone)  # type: ignore[arg-type]


def overdue_rows(overdue: Sequence[TeamDeadline], codes: Mapping[str, str], rules: RuleBook, on: date) -> list[Row]:
    """What was not kept: how long over, whom, what, after which rule."""
    return [
        Row(
            f"{each.citizen}:{each.rule}:{each.due_on}:{number}",
            (
                Piece(_("▲ {days} d. over").format(days=teamview.days_over(each, on)), "error"),
                codes.get(each.citizen, "–"),
                label_of(each, rules) + ("" if each.confirmed else " ?"),
                Piece(f"{each.rule} v{each.version}", "dim"),
            ),
        )
        for number, each in enumerate(overdue)
    ]


def label_of(deadline: TeamDeadline, rules: RuleBook) -> str:
    """What a deadline is called; the rule's id where this device does not know the rule."""
    if deadline.kind in _KINDS_OF_DEADLINES:
        return _(_KINDS_OF_DEADLINES[deadline.kind])
    if deadline.kind == "jobsamtale":
        return _("Jobsamtale")
    rule = rules.get(deadline.rule, deadline.version)
    return _(rule.label) if rule is not None else deadline.rule


def device_rows(picture: TeamPicture, now: datetime) -> list[Row]:
    """Who waits to be let in, then every device: whose, name, last contact, what waits, version."""
    initials = {person.id: person.initials for person in picture.people}
    rows = [_enrolment_row(each, initials) for each in picture.enrolments]
    return rows + [_device_row(each, initials, now) for each in picture.devices]


def _enrolment_row(each: TeamEnrolment, initials: Mapping[str, str]) -> Row:
    name = initials.get(each.consultant, "–")
    return Row(
        f"enrolment:{each.reference}",
        (
            Piece(name, "bold"),
            each.device_name,
            Piece(_("? venter på dig"), "warning")
            if each.code_used_again_at is None
            else Piece(_("× ALARM: kode brugt af to"), "error"),
            Piece(_("g godkender"), "primary"),
            "",
        ),
    )


def _device_row(each: TeamDevice, initials: Mapping[str, str], now: datetime) -> Row:
    return Row(
        f"device:{each.id}",
        (
            Piece(initials.get(each.consultant, "–"), "bold"),
            each.name,
            seen(each, now),
            waits(each, now),
            each.app_version,
        ),
    )


def seen(device: TeamDevice, now: datetime) -> Piece:
    """State of a device: lost, shut out, or when it was last in contact."""
    if device.lost_at is not None:
        return Piece(_("× mistet, spærret") if device.revoked_at else _("× mistet, IKKE spærret"), "error")
    if device.wipe_delivered_at is not None:
        return Piece(_("× sletteordre hentet"), "dim")
    if device.revoked_at is not None:
        return Piece(_("× spærret"), "dim")
    if device.code_used_again_at is not None:
        return Piece(_("× ALARM: kode brugt af to"), "error")
    if device.set_back is not None:
        return Piece(f"! {set_back_words(device.set_back)}", "warning")
    if device.last_seen_at is None:
        return Piece(_("! aldrig set"), "warning")
    at = datetime.fromisoformat(device.last_seen_at).astimezone(COPENHAGEN)
    day = near(at.date(), local(now).date())
    text = _("set {when}").format(when=clock(at) if at.date() == local(now).date() else f"{day} {clock(at)}")
    return Piece(f"! {text}", "warning") if now - at > _QUIET_AFTER else Piece(f"√ {text}", "success")


def waits(device: TeamDevice, now: datetime) -> Piece:
    """What it had not sent at its last contact, and how old the oldest of it was."""
    if not device.waiting:
        return Piece("" if device.waiting is None else _("alt sendt"), "dim")
    text = f"↑{device.waiting}"
    if device.waiting_since is not None:
        age = now - datetime.fromisoformat(device.waiting_since)
        text = _("{count} fra {day}").format(
            count=text, day=near(local(datetime.fromisoformat(device.waiting_since)).date(), local(now).date())
        )
        return Piece(text, "warning" if age > _QUIET_AFTER else "")
    return Piece(text)


# --- dialogs ------------------------------------------------------------------------------------


def cover_rows(
    picture: TeamPicture, turns: Sequence[Turn], covers: Mapping[str, str], initials: Mapping[str, str]
) -> list[Row]:
    """Whom to cover: today's meetings first, then the others; who takes each, and whether they are free then."""
    rows = []
    for turn in turns:
        who = covers.get(turn.citizen.id)
        meeting = turn.meeting
        taken = teamview.clash(picture, meeting, who) if who is not None else None
        remark = Piece("")
        if taken is not None:
            remark = Piece(_("▲ optaget {time}").format(time=clock(teamview.starts(taken))), "warning")
        elif who is None and meeting is not None:
            remark = Piece(_("! ingen kommer"), "error")
        rows.append(
            Row(
                turn.citizen.id,
                (
                    clock(teamview.starts(meeting)) if meeting else "",
                    turn.citizen.code,
                    (meeting.place or _kind(meeting)) if meeting else Piece(_("ingen aftale i dag"), "dim"),
                    Piece(f"→ {initials[who]}", "bold") if who is not None else Piece(_("→ ingen"), "dim"),
                    remark,
                ),
            )
        )
    return rows


def cover_summary(turns: Sequence[Turn], covers: Mapping[str, str], initials: Mapping[str, str]) -> Line:
    """`MH 12 · SK 13 · ingen 0`, and how many of today's meetings nobody takes."""
    pieces = []
    for who, name in initials.items():
        count = sum(covers.get(turn.citizen.id) == who for turn in turns)
        pieces.append(f"{name} {count}")
    nobody = [turn for turn in turns if turn.citizen.id not in covers]
    pieces.append(_("ingen {count}").format(count=len(nobody)))
    left = sum(turn.meeting is not None for turn in nobody)
    text = " · ".join(pieces)
    if left:
        more = _("1 af dagens aftaler har ingen") if left == 1 else _("{count} af dagens aftaler har ingen")
        return line(f"{text}   ", Piece("! " + more.format(count=left), "error"))
    return line(text)
