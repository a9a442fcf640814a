"""The report screen: figures with targets and trends, one of them drawn, and whom it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from fieldtui.base.i18n import N_, _, decimal
from fieldtui.domain.behind import Counted
from fieldtui.domain.fidelity import Review, rating_said, score_said
from fieldtui.domain.figures import Figure, Target, aimed, compared, in_unit, is_share, percent, written
from fieldtui.domain.rule import FidelityItem
from fieldtui.domain.trends import By, Trend, spark
from fieldtui.services.reporting import Board
from fieldtui.tui.presenters.dates import full
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names

FEWEST_STEPS: Final = 4
"""Steps with a number before anything is called a trend."""
_LESS_IS_BETTER: Final = frozenset({"K6_late", "K7_median_days"})
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
SPANS: Final[tuple[tuple[By, int, str], ...]] = (
    ("week", 13, N_("13 uger")),
    ("month", 12, N_("12 måneder")),
    ("quarter", 8, N_("8 kvartaler")),
)
"""Steps, how many, and what they are called."""


def rows(board: Board) -> list[Row]:
    """A row for each figure: what, now, target, change, trend."""
    by_id = {trend.id: trend for trend in board.trends}
    return [_row(figure, by_id.get(figure.id)) for figure in board.figures]


def _row(figure: Figure, trend: Trend | None) -> Row:
    numbers = trend.numbers if trend is not None else ()
    return Row(
        figure.id,
        (Piece(figure.label, "bold"), now(figure), _aim(figure), change(figure, _whole(trend)), spark(numbers), ""),
    )


def _whole(trend: Trend | None) -> list[float | None]:
    """The numbers without a last step that is not over: a week of one day is no fall."""
    if trend is None:
        return []
    return list(trend.numbers if trend.points[-1][0].whole else trend.numbers[:-1])


def now(figure: Figure) -> str:
    """The value in few cells: `84 % (285/340)`, `12`; a breakdown's sum."""
    if isinstance(figure.value, Mapping):
        return str(figure.numerator) if figure.numerator is not None else "–"
    if figure.value is None:
        return "–"
    if is_share(figure):
        return f"{percent(figure)} % ({figure.numerator}/{figure.denominator})"
    return decimal(figure.value)


def _aim(figure: Figure) -> Piece:
    target = figure.target
    if target is None:
        return Piece("–", "dim")
    mark = {True: "√ ", False: "! ", None: ""}[target.met]
    unsure = "" if target.confirmed else " ?"
    return Piece(
        mark + _limits(figure, target) + unsure, "success" if target.met else "warning" if target.met is False else ""
    )


def _limits(figure: Figure, target: Target) -> str:
    least, most = (
        None if each is None else in_unit(figure, each).replace(" pct.", " %") for each in (target.least, target.most)
    )
    if least is not None and most is not None:
        return f"{least}–{most}"
    return f"≥ {least}" if least is not None else f"≤ {most}"


def change(figure: Figure, numbers: Sequence[float | None]) -> Piece:
    """The last whole step against the one before it: `▲ +3`, `▼ –4 (godt)`, `■ uændret`; `–` where one has no number."""
    if len(numbers) < 2 or numbers[-1] is None or numbers[-2] is None:
        return Piece("–", "dim")
    step = numbers[-1] - numbers[-2]
    size = decimal(abs(100 * step if is_share(figure) else step)) + (" %p" if is_share(figure) else "")
    if size in {"0", "0 %p"}:
        return Piece(_("■ uændret"), "dim")
    good = " " + _("(godt)") if step < 0 and figure.id in _LESS_IS_BETTER else ""
    return Piece(f"▲ +{size}" if step > 0 else f"▼ –{size}{good}")


def heading(board: Board, span: str) -> Line:
    """Whose figures, and of which days."""
    whose = _("teamet") if board.team else _("mig")
    days = f"{full(board.period.first)} – {full(board.period.last)}"
    return line(Piece(" " + _("Rapport · {whose}").format(whose=whose), "bold"), f"   {days} · {_(span)}")


def drawn(trend: Trend | None, width: int, height: int) -> list[Line]:
    """One trend in block characters, its largest number at the top of the axis.

    Args:
        trend: What to draw.
        width: Cells there are.
        height: Lines there are, with the line of names under the axis.
    """
    numbers = trend.numbers if trend is not None else ()
    known = [number for number in numbers if number is not None]
    if trend is None or len(known) < FEWEST_STEPS:
        return [
            line(
                Piece(
                    _("For få trin til en tendens ({known} af {needed}).").format(
                        known=len(known), needed=FEWEST_STEPS
                    ),
                    "dim",
                )
            )
        ]
    share = is_share(trend.points[0][1])
    top = max(known) or 1.0
    mark = f"{round(100 * top)} %" if share else decimal(top)
    room = max(len(mark), 4)
    wide = max(1, min(4, (width - room - 2) // len(numbers)))
    tall = max(1, height - 2)
    lines = []
    for level in range(tall, 0, -1):
        label = mark if level == tall else ""
        cells = "".join(_cell(number, top, level, tall) * max(1, wide - 1) + " " * (wide > 1) for number in numbers)
        lines.append(line(f"{label:>{room}}┤", Piece(cells, "primary")))
    lines.append(line(f"{'0':>{room}}└" + "─" * (wide * len(numbers))))
    first, last = trend.points[0][0].name, trend.points[-1][0].name
    gap = max(1, wide * len(numbers) - len(first) - len(last))
    lines.append(line(Piece(f"{'':>{room}} {first}{' ' * gap}{last}", "dim")))
    return lines


def _cell(number: float | None, top: float, level: int, tall: int) -> str:
    """One step's block on one line, counted from the axis."""
    if number is None:
        return "·" if level == 1 else " "
    filled = round(number / top * tall * 8) - 8 * (level - 1)
    return "█" if filled >= 8 else _BLOCKS[filled - 1] if filled > 0 else "▁" if level == 1 else " "


def told(figure: Figure | None, board: Board, words: Mapping[str, str]) -> list[Line]:
    """What a figure is made of, what is wanted of it, and what others have."""
    if figure is None:
        return []
    lines = [line(Piece(written(figure, words), "bold")), line(Piece(figure.formula, "dim"))]
    if figure.target is not None:
        lines.append(line(aimed(figure)))
    lines += [line(compared(figure, each)) for each in figure.benchmarks]
    if board.review is not None:
        lines.append(line(Piece("IPS-25  ", "primary"), board.review.headline))
    if board.load is not None and board.load.norm is not None:
        lines += [
            line(Piece(_("Norm") + "  ", "primary"), _("{citizens} borgere, normen er {norm}.").format(
                citizens=each.citizens, norm=board.load.norm.given.value
            ) + (" " + _("Flere end normen.") if each.over else ""))
            for each in board.load.shares
        ]  # fmt: skip
    return lines


def behind_rows(found: Sequence[Counted], names: Names) -> list[Row]:
    """Each of those a figure looked at: counted or not, who, when."""
    return [
        Row(
            str(place),
            (
                Piece("√" if each.counted else "–", "success" if each.counted else "dim"),
                names.show(each.citizen_id),
                _on(each.on),
            ),
        )
        for place, each in enumerate(found)
    ]


def _on(day: date | None) -> str:
    return full(day) if day is not None else ""


def behind_title(figure: Figure, found: Sequence[Counted]) -> str:
    """The figure, and how many of those shown were counted."""
    return _("{label} · {counted} af {all}").format(
        label=figure.label, counted=sum(each.counted for each in found), all=len(found)
    )


def item_rows(shown: Review) -> list[Row]:
    """Each item of the scale with its score."""
    return [
        Row(
            str(each.item.number),
            (
                str(each.item.number),
                Piece(
                    _(each.item.label) + ("" if each.item.confirmed else " ?"), "bold" if each.score is not None else ""
                ),
                Piece(score_said(each), "" if each.score is not None else "dim"),
            ),
        )
        for each in shown.items
    ]


def item_lines(shown: Review, key: str | None) -> list[Line]:
    """What one item stands on: what was counted, who rated it and why."""
    found = next((each for each in shown.items if str(each.item.number) == key), None)
    if found is None:
        return []
    said = [found.evidence or _("Registreringerne siger intet om det.")]
    if found.rating is not None:
        said.append(rating_said(found.rating))
    if found.item.note:
        said.append(found.item.note)
    return [line(text) for text in said]


def anchor_lines(item: FidelityItem) -> list[Line]:
    """What each score means, the highest first."""
    return [line(Piece(f"{5 - place}  ", "primary"), text) for place, text in enumerate(item.anchors)]
