"""Virksomheder: one line a company, and one company's card. What the whole team sees names no citizen of others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from fieldtui.base.i18n import _
from fieldtui.base.text import sort_key
from fieldtui.domain.employers import Week, is_closed
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import Company
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.lookup import CompanyCard, CompanyRow
from fieldtui.tui.presenters.dates import full, near, short, with_day
from fieldtui.tui.presenters.filters import Facts
from fieldtui.tui.presenters.lines import Line, Piece, Row, line, sparkline
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import MODES, STEPS, shorten, sync_glyph, sync_mark, word


def orders() -> tuple[str, str, str]:
    """What the list can be sorted by."""
    return (_("næste skridt"), _("navn"), _("sidste kontakt"))


def facts(row: CompanyRow) -> Facts:
    """What a company can be found by."""
    return Facts(
        text=" ".join((row.name, *row.other_names, row.trade, row.place, row.relation, row.last_by or "")),
        in_job=row.citizens > 0,
        next_on=row.next_step,
        due_on=row.next_step,
        last_on=row.last_contact,
        cvr=row.cvr,
        p_numbers=row.p_numbers,
    )


def ordered(rows: tuple[CompanyRow, ...], order: int) -> list[CompanyRow]:
    """The rows in one of `orders`; those that rest or have nothing to do come last."""
    keys: tuple[Callable[[CompanyRow], tuple[object, ...]], ...] = (
        lambda row: (row.next_step or date.max, sort_key(row.name)),
        lambda row: (sort_key(row.name),),
        lambda row: (row.last_contact or date.min, sort_key(row.name)),
    )
    return sorted(rows, key=keys[order])


def table_row(row: CompanyRow, today: date) -> Row:
    """Name, trade, place, last contact with initials, relation, my citizens there, next step."""
    last = f"{near(row.last_contact, today)} {row.last_by or ''}".rstrip() if row.last_contact else ""
    step = Piece("–", "dim")
    if row.rest_until and row.rest_until > today:
        step = Piece(_("hviler til {day}").format(day=short(row.rest_until)), "dim")
    elif row.next_step:
        late = row.next_step < today
        step = Piece(("▲ " if late else "") + near(row.next_step, today), "error" if late else "")
    return Row(
        row.id,
        (
            Piece(row.name, "bold"),
            row.trade,
            row.place,
            last or Piece("–", "dim"),
            row.relation or Piece("–", "dim"),
            str(row.citizens) if row.citizens else Piece("–", "dim"),
            step,
            sync_glyph(row.sync_state),
        ),
    )


def week_line(weeks: Sequence[Week], target: int) -> str:
    """`denne uge 4 af 6 ansigt til ansigt ▂▁▄▆█▂▄▅`: the week against the target, and the weeks up to it."""
    done = weeks[-1].face_to_face if weeks else 0
    text = _("denne uge {done} af {target} ansigt til ansigt").format(done=done, target=target)
    return f"{text} {sparkline([week.face_to_face for week in weeks], target)}".rstrip()


def heading(stored: Stored[Company], rules: RuleBook) -> Line:
    """Name, trade, place and numbers, and how it stands towards the office."""
    record = stored.record
    place = " ".join(part for part in (record.postal_code, record.city) if part)
    where = ", ".join(part for part in (record.address, place) if part)
    numbers = [_("CVR {number}").format(number=record.cvr) if record.cvr else ""]
    numbers.append(_("P {number}").format(number=record.p_number) if record.p_number else "")
    relation = rules.label("relation", record.relation) if record.relation else ""
    parts = [record.trade or "", where, *numbers, relation]
    told = "  " + " · ".join(part for part in parts if part)
    return line(" ", Piece(record.name, "bold"), told, *_marked(stored))


def _marked(stored: Stored[Any]) -> tuple[Piece, ...]:
    """How a record stands towards the office, behind a blank; nothing where it has been taken."""
    mark = sync_mark(stored.sync_state)
    return (Piece("  "), mark) if mark.text else ()


def contact_lines(card: CompanyCard) -> list[Line]:
    """Who to talk to, and how."""
    record = card.company.record
    lines = []
    for stored in card.contacts:
        person = stored.record
        parts = (person.role, person.phone, person.email)
        said = "  " + " · ".join(part for part in parts if part)
        lines.append(line(Piece(person.name, "bold"), said, *_marked(stored)))
    if record.phone or record.email:
        own = " · ".join(part for part in (record.phone, record.email) if part)
        lines.append(line(Piece(_("Virksomheden") + "  ", "primary"), own))
    lines += [line(Piece(f"▲ {sentence}", "warning")) for sentence in card.before_calling]
    for other in card.merged:
        text = _("Også kendt som {name}").format(name=other.record.name)
        lines.append(line(Piece(text, "dim"), *_marked(other)))
    for pair in card.suspects:
        other = pair.other if pair.one.id == card.company.id else pair.one
        text = _("Måske den samme som {name} · d").format(name=other.record.name)
        lines.append(line(Piece("! " + text, "warning")))
    return lines or [line(Piece(_("Ingen kontaktperson endnu."), "dim"))]


def refused_lines(card: CompanyCard, problems: Mapping[str, str]) -> list[Line]:
    """Why the office did not take something of this card.

    Args:
        card: The company.
        problems: Reasons as sentences, by record id.
    """
    every = (card.company, *card.contacts, *card.openings, *card.employer_contacts, *card.placements, *card.job_leads)
    return [line(Piece(problems[stored.id], "error")) for stored in every if stored.id in problems]


def need_lines(card: CompanyCard, today: date) -> list[Line]:
    """What the company looks for, closed openings last, and what the team has noted."""
    lines = []
    for stored in sorted(card.openings, key=lambda each: is_closed(each.record, today)):
        opening = stored.record
        if is_closed(opening, today):
            closed = _("lukket {day}").format(day=short(opening.open_until)) if opening.open_until else ""
            lines.append(line(Piece(f"× {opening.title} · {closed}", "dim"), *_marked(stored)))
            continue
        hours = f"{opening.weekly_hours:g} t".replace(".", ",") if opening.weekly_hours else ""
        until = _("til {day}").format(day=short(opening.open_until)) if opening.open_until else ""
        begins = opening.open_from if opening.open_from and opening.open_from > today else None
        since = _("fra {day}").format(day=short(begins)) if begins else ""
        wanted = ", ".join((*opening.considerations, *opening.practical))
        parts = (opening.title, hours, wanted, since, until)
        lines.append(line("□ " + " · ".join(part for part in parts if part), *_marked(stored)))
    lines += [line(text) for text in (card.company.record.notes or "").split("\n") if text]
    return lines or [line(Piece(_("Intet noteret endnu. n skriver en åbning."), "dim"))]


def event_rows(card: CompanyCard, initials: Mapping[str, str], names: Names, today: date) -> list[Row]:
    """Every contact of the team, the newest first."""
    rows = []
    for stored in card.employer_contacts:
        contact = stored.record
        mode = word(MODES, contact.mode) + (" ●" if contact.face_to_face else "")
        by = initials.get(contact.by or "", "")
        rows.append(
            Row(
                stored.id,
                (
                    Piece(near(contact.on, today), "bold"),
                    mode,
                    names.text(shorten(contact.text or "", 200)),
                    by,
                    sync_glyph(stored.sync_state),
                ),
            )
        )
    return rows


def citizen_rows(card: CompanyCard, names: Names, rules: RuleBook, today: date) -> list[Row]:
    """My citizens here: places now and before, and leads."""
    rows = []
    for stored in card.placements:
        place = stored.record
        over = place.ends_on is not None and place.ends_on < today
        when = f"{short(place.starts_on)}–{short(place.ends_on) if place.ends_on else ''}"
        kind = rules.label("placement_kind", place.kind)
        state = sync_glyph(stored.sync_state)
        rows.append(
            Row(
                stored.record.citizen_id,
                (names.show(place.citizen_id), kind, Piece(when, "dim" if over else ""), state),
            )
        )
    for lead in card.job_leads:
        step = word(STEPS, lead.record.state)
        when = with_day(lead.record.next_step_on) if lead.record.next_step_on else short(lead.record.on)
        state = sync_glyph(lead.sync_state)
        rows.append(Row(lead.record.citizen_id, (names.show(lead.record.citizen_id), step, when, state)))
    return rows


def team_line(card: CompanyCard, initials: Mapping[str, str]) -> Line:
    """The last contact of the team, so that nobody calls twice."""
    if not card.employer_contacts:
        return line(Piece(_("Teamet har ikke haft kontakt endnu."), "dim"))
    last = card.employer_contacts[0].record
    who = sorted({initials.get(stored.record.by or "", "?") for stored in card.employer_contacts})
    text = _("Sidste kontakt fra teamet: {day} ({initials}).").format(
        day=full(last.on), initials=initials.get(last.by or "", "?")
    )
    return line(text + " " + _("Kender virksomheden: {who}.").format(who=", ".join(who)))


def text_lines(text: str) -> list[Line]:
    """A text for reading."""
    return [line(each) for each in text.split("\n")]
