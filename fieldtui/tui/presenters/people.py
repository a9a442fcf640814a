"""Forløb: who is on the case, the programme, its points, and progress over time, in rows and lines."""

from __future__ import annotations

from typing import Final

from fieldtui.base.i18n import _
from fieldtui.domain.involved import PARTS
from fieldtui.domain.measures import ARROWS, Course, plot
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.casepeople import CasePicture
from fieldtui.tui.presenters.dates import full, short
from fieldtui.tui.presenters.lines import Line, Piece, Row, Tone, line
from fieldtui.tui.presenters.names import Names

PROGRAMME: Final = "programme"
POINT: Final = "point/"
AREA: Final = "area/"
_WIDTH: Final = 16
_TONES: Final[dict[str, Tone]] = {"progress": "success", "unchanged": "dim", "setback": "warning"}


def case_rows(picture: CasePicture, rules: RuleBook, names: Names, most: int) -> list[Row]:
    """The programme, what is to be tried and written down, then each area over time."""
    programme = picture.programme or _("ingen indsats valgt")
    rows = [Row(PROGRAMME, (Piece(_("Indsats"), "primary"), names.text(programme), "", ""))]
    for point in picture.points:
        kind = _("skrives ned") if point.output else _("prøves")
        mark = "[x]" if point.done else "[ ]"
        rows.append(
            Row(POINT + point.name, (Piece(f"{mark} {_(point.name)}", "dim" if point.done else ""), kind, "", ""))
        )
    rows += [_course_row(course, rules, names, most) for course in picture.courses]
    return rows


def _course_row(course: Course, rules: RuleBook, names: Names, most: int) -> Row:
    score = course.scores[-1]
    step = f"{ARROWS[course.latest]} {score}/{most}" if score is not None else ARROWS[course.latest]
    cells = (
        Piece(names.text(rules.label("progression_area", course.area)), "primary"),
        names.text(plot(course, _WIDTH, most)),
        Piece(names.text(step), _TONES[course.latest]),
        Piece(short(course.days[-1]), "dim"),
    )
    return Row(AREA + course.area, cells)


def people_lines(picture: CasePicture, names: Names) -> list[Line]:
    """Everyone on the case, the coordinating person first, then what is worth a look."""
    if names.discreet:
        return [line("•••")]
    lines: list[Line] = []
    for each in picture.involved:
        until = "  " + _("til {day}").format(day=full(each.until)) if each.until else ""
        lines.append(line(Piece(f"{_(PARTS[each.part]):<13}", "primary"), each.name, Piece(until, "dim")))
    lines += [line(Piece(_("Står også for kortet: {name}").format(name=name), "dim")) for _card, name in picture.merged]
    lines += [line(Piece("! ", "warning"), remark) for remark in picture.remarks]
    return lines or [line(Piece(_("Ingen er registreret på sagen endnu."), "dim"))]


def card_lines(
    picture: CasePicture | None, progress: list[Line], rules: RuleBook, names: Names, most: int
) -> list[Line]:
    """The card's status: what overlaps or does not fit first, then what it says already, who is on the case, and what moved last.

    Args:
        picture: People, programme and progress; `None` adds nothing.
        progress: What the status says already.
        rules: Names the codes.
        names: Discreet while F6 is on.
        most: The scale's highest step.
    """
    if names.discreet or picture is None:
        return progress
    lines = [line(Piece("! ", "warning"), remark) for remark in picture.remarks[:1]]
    lines += progress
    if picture.involved:
        others = [each.name for each in picture.involved[1:]]
        with_others = _(" med {names}").format(names=", ".join(others)) if others else ""
        lines.append(line(Piece(_("På sagen") + "  ", "primary"), picture.involved[0].name, Piece(with_others, "dim")))
    for course in picture.courses[:2]:
        label = rules.label("progression_area", course.area)
        drawn = f"{plot(course, _WIDTH, most)} {ARROWS[course.latest]}"
        lines.append(line(Piece(f"{label}  ", "primary"), Piece(drawn, _TONES[course.latest])))
    return lines
