"""Match: who may be looking, what is suggested and why. Signs and words say what colours repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from fieldtui.base.i18n import _, decimal
from fieldtui.domain.matching import MOST, Sign
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.matching import Running, Seeker, Suggestion
from fieldtui.tui.presenters.dates import short
from fieldtui.tui.presenters.lines import Line, Piece, Row, Tone, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import shorten

_ENDING_DAYS: Final = 14
_TONES: Final[dict[Sign, Tone]] = {"+": "success", "-": "warning", " ": ""}


def blocks(score: int) -> str:
    """`■■■□□`."""
    return "■" * score + "□" * (MOST - score)


def seekers_title(rows: Sequence[Seeker]) -> str:
    """How many there are, and how many of them have no job for pay."""
    free = sum(row.weekly_hours == 0 for row in rows)
    return _("Borgere · {count} · uden job {free}").format(count=len(rows), free=free)


def seeker_row(row: Seeker, names: Names) -> Row:
    """Name, what is wanted, hours wanted, best suggestion."""
    goal = names.text(shorten(row.job_goal, 60)) or _("intet jobmål")
    now = _(" ({hours} t nu)").format(hours=decimal(row.weekly_hours)) if row.weekly_hours else ""
    low, high = row.hours or (0.0, 0.0)
    hours = "" if row.hours is None else f"{decimal(high)} t" if low == high else f"{decimal(low)}–{decimal(high)} t"
    best = Piece(blocks(row.best), "success") if row.best else Piece("–", "dim")
    return Row(
        row.citizen_id,
        (
            Piece(names.show(row.citizen_id, row.short_name), "bold"),
            Piece(goal + now, "" if row.job_goal else "dim"),
            hours,
            best,
        ),
    )


def suggestion_row(suggestion: Suggestion) -> Row:
    """Which opening at which company, how well it fits, and what to know at once."""
    found = suggestion.match
    remark = ""
    if found.declined:
        remark = _("ikke relevant")
    elif found.proposed:
        remark = _("i gang")
    elif found.resting:
        remark = _("hviler")
    score = Piece(blocks(found.score), "success" if found.score else "dim")
    title = f"{suggestion.company.name} · {suggestion.opening.title}"
    return Row(found.opening_id, (Piece(title, "dim" if found.declined else ""), score, Piece(remark, "dim")))


def reason_lines(suggestion: Suggestion, names: Names) -> list[Line]:
    """Every reason for and against, then what is never used."""
    made = [
        line(
            Piece(f"{reason.sign} ", _TONES[reason.sign]),
            names.text(reason.text) if _private(reason.code) else reason.text,
        )
        for reason in suggestion.match.reasons
    ]
    made.append(line(Piece(_("Helbred bruges aldrig. Du bestemmer."), "dim")))
    return made


def _private(code: str) -> bool:
    """True for what quotes something the citizen has said."""
    return code in {"goal", "considerations", "practical", "declined"}


def running_row(row: Running, names: Names, rules: RuleBook, today: date) -> Row:
    """Who, where, what, hours, last day; `!` where it ends within two weeks."""
    place = row.placement.record
    hours = f"{decimal(place.weekly_hours)} t" if place.weekly_hours else ""
    end = Piece("–", "dim")
    if place.ends_on is not None:
        near = (place.ends_on - today).days <= _ENDING_DAYS
        end = Piece(("!" if near else "") + short(place.ends_on), "warning" if near else "")
    kind = rules.label("placement_kind", place.kind)
    return Row(row.placement.id, (Piece(names.show(row.citizen_id), "bold"), row.company, kind, hours, end))
