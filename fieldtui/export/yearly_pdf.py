"""The year's follow-up report on paper, in the words and tables of the budget memos (BC24, BI14).

Danish throughout: whoever makes it does so inside `speaking("da")`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from fieldtui.domain.fidelity import score_said
from fieldtui.domain.figures import Figure, compared, in_unit, is_share, percent, written
from fieldtui.domain.rule import Rule
from fieldtui.domain.trends import Trend
from fieldtui.domain.yearly import Yearly
from fieldtui.export.report_pdf import ReportPage, signed

_PLOTTED: Final = ("K1b", "K6", "K4", "K3", "K2", "K8_contacts", "K10", "K7")
"""Which trends are drawn, in this order, as far as there is something to draw."""
_MOST_PLOTS: Final = 6
_TALL: Final = 46
"""Millimetres of a plot."""
_LEVELS: Final[Mapping[str, str]] = {"legal": "lov", "local": "lokal norm", "method": "metode"}
_AIMS: Final[Mapping[str, str]] = {
    "K1a": "At {limit} af de borgere, der indgår i indsatsen, afgår til beskæftigelse og uddannelse",
    "K2": "At {limit} af de borgere, der har været en del af indsatsen, har været i virksomhedspraktik eller har opnået progression",
    "K8_face_to_face": "At konsulenterne mødes med arbejdsgivere {limit} gange i perioden",
    "K10": "At der er opsøgende indsats {limit} dage om ugen",
    "K11": "At den enkelte konsulent har {limit} borgere",
}


def to_pdf(report: Yearly, *, made_at: datetime, made_by: str) -> bytes:
    """The report as a PDF.

    Args:
        report: The year.
        made_at: Stands at the foot and as the file's own date.
        made_by: Who asked for it.
    """
    page = ReportPage(f"Opfølgning {report.period.last.year} · {report.whose} · {signed(made_at, made_by)}")
    page.set_title(f"Opfølgning {report.period.last.year}")
    page.set_creation_date(made_at)
    page.add_page()
    _front(page, report)
    _goals(page, report)
    _results(page, report)
    _plots(page, report)
    _load(page, report)
    _fidelity(page, report)
    _rules(page, report)
    return bytes(page.output())


def _front(page: ReportPage, report: Yearly) -> None:
    profile = report.programme
    name = profile.label if profile is not None else "alle indsatser"
    page.say(f"Opfølgning på indsatsen {report.period.last.year}", size=18, bold=True)
    page.say(f"{report.whose} · {name}{'' if report.asked_for else ' (mål); alle borgere er talt med'}", size=11)
    first, last = f"{report.period.first:%d-%m-%Y}", f"{report.period.last:%d-%m-%Y}"
    page.say(f"Perioden {first} til {last}, begge dage med.", grey=True)
    if report.hidden:
        page.say("Tal om én til fire personer er skjult, så ingen kan genkendes.", grey=True)
    else:
        page.say("Internt: små tal er ikke skjult. Må ikke forlade teamet.", bold=True)
    page.heading("Resultater kort")
    for sentence in _in_short(report):
        page.say(sentence)
        page.ln(0.6)


def _in_short(report: Yearly) -> Iterator[str]:
    by_id = {figure.id: figure for figure in report.figures}
    if report.participants is not None and report.enrolled is not None:
        yield (
            f"I perioden var i alt {report.participants} borgere indskrevet i indsatsen; "
            f"på periodens sidste dag var {report.enrolled} indskrevet."
        )
    for name, sentence in (
        ("K1a", "{of} af {whole} borgere afgik i perioden til job eller uddannelse, svarende til {percent} pct. (afgang)."),
        ("K1b", "{of} af {whole} var på periodens sidste dag i arbejde eller uddannelse, svarende til {percent} pct. (øjebliksbillede)."),
        ("K2", "{of} af {whole} har været i virksomhedspraktik eller på anden måde opnået progression, svarende til {percent} pct."),
        ("K7", "{of} af {whole} henvendelser om behandling førte til, at behandlingen begyndte, svarende til {percent} pct."),
        ("K6", "Fremmødet til jobsamtaler var {percent} pct. ({of} af {whole})."),
    ):  # fmt: skip
        figure = by_id.get(name)
        if figure is not None and figure.denominator and figure.value is not None:
            yield sentence.format(of=figure.numerator, whole=figure.denominator, percent=percent(figure))
        elif figure is not None and figure.hidden:
            yield f"{figure.label}: tallet er for lille til at blive vist."


def _goals(page: ReportPage, report: Yearly) -> None:
    page.heading("Forventet effekt og opfølgning")
    page.say("Tabel 1 - Målsætning for effekter og opfølgning", bold=True)
    page.ln(1)
    rows = []
    for figure in report.figures:
        target = figure.target
        if target is None or figure.id not in _AIMS:
            continue
        status = {True: "Målet er nået.", False: "Målet er ikke nået.", None: ""}[target.met]
        mark = "" if target.confirmed else " (ikke bekræftet)"
        rows.append(
            (
                _group(report), figure.label, f"{_AIMS[figure.id].format(limit=_limit(figure))}. Kilde: {target.source}{mark}.",
                f"{written(figure, report.words)}. {status}",
            )
        )  # fmt: skip
    if rows:
        page.grid(("Målgruppe", "Indsats og tal", "Målsætning", "Opfølgning"), rows, (34, 34, 62, 48))
    else:
        page.say("Programmet har ingen målsætning i reglerne.")
    compared_with = [(figure, other) for figure in report.figures for other in figure.benchmarks]
    if compared_with:
        page.ln(2)
        page.say("Sammenligningstal", bold=True)
    for figure, other in compared_with:
        page.say(f"{figure.label}: {written(figure, report.words)}. {compared(figure, other)}")


def _limit(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    least, most = (None if each is None else in_unit(figure, each) for each in (target.least, target.most))
    if least is not None and most is not None:
        return f"{least}–{most}"
    return f"mindst {least}" if least is not None else f"højst {most}"


def _group(report: Yearly) -> str:
    profile = report.programme
    if profile is None:
        return "Alle borgere"
    names = [f"{each}e" if each.endswith("parat") else each for each in profile.visitation_categories]
    if not names:
        return "Borgere"
    who = ", ".join(names).capitalize()
    if profile.min_age is not None and profile.max_age is not None:
        return f"{who} borgere ({profile.min_age}-{profile.max_age})"
    return f"{who} borgere (+{profile.min_age})" if profile.min_age is not None else f"{who} borgere"


def _results(page: ReportPage, report: Yearly) -> None:
    page.heading("Resultater")
    page.say("Tabel 2 - Oversigt over tal, og hvad de er lavet af", bold=True)
    page.ln(1)
    rows = []
    for figure in report.figures:
        unsure = _unsure(figure, report)
        rows.append(
            (
                f"{figure.label} ({figure.id})", written(figure, report.words), _part(figure.numerator, figure), _part(figure.denominator, figure),
                str(figure.excluded) if figure.excluded else "", figure.formula + unsure,
            )
        )  # fmt: skip
    page.grid(("Tal", "Resultat", "Tæller", "Nævner", "Udeladt", "Sådan er det talt"), rows, (38, 36, 13, 14, 15, 62))


def _part(number: int | None, figure: Figure) -> str:
    return "skjult" if figure.hidden and figure.ratio else "" if number is None else str(number)


def _unsure(figure: Figure, report: Yearly) -> str:
    """The rules a figure stands on that nobody has confirmed."""
    known = {rule.id: rule for rule in report.rules}
    names = [name for name in figure.rule_ids if name in known and not known[name].confirmed]
    return f" Regel: {', '.join(names)} (ikke bekræftet)." if names else ""


def _plots(page: ReportPage, report: Yearly) -> None:
    drawn = [each for each in sorted(report.trends, key=_order) if each.id in _PLOTTED and _worth_drawing(each)]
    if not drawn:
        return
    page.heading("Udvikling kvartal for kvartal", room=_TALL + 20)
    width = (page.epw - 8) / 2
    for number, trend in enumerate(drawn[:_MOST_PLOTS]):
        if number % 2 == 0 and page.will_page_break(_TALL + 4):
            page.add_page()
        top = page.get_y()
        names = [step.name.replace("-K", " K") for step, _figure in trend.points]
        share = is_share(trend.points[0][1])
        page.bars(
            trend.label,
            names,
            trend.numbers,
            (page.l_margin + (number % 2) * (width + 8), top, width, _TALL),
            share=share,
        )
        page.set_xy(page.l_margin, top + (_TALL + 2 if number % 2 or number == len(drawn[:_MOST_PLOTS]) - 1 else 0))
    page.say(
        "En streg betyder, at der ikke er et tal for kvartalet, eller at det er for lille til at blive vist.",
        size=8,
        grey=True,
    )


def _order(trend: Trend) -> int:
    return _PLOTTED.index(trend.id) if trend.id in _PLOTTED else len(_PLOTTED)


def _worth_drawing(trend: Trend) -> bool:
    return sum(number is not None for number in trend.numbers) >= 2


def _load(page: ReportPage, report: Yearly) -> None:
    if report.hidden:
        return
    page.heading("Borgere pr. konsulent")
    rows = [
        (each.consultant, str(each.citizens), "Ja" if each.over else "Nej", str(each.both_tracks), str(each.overdue))
        for each in report.load.shares
    ]
    page.grid(
        ("Konsulent", "Borgere", "Over normen", "I begge spor", "Overskredne frister"), rows, (30, 30, 30, 30, 40)
    )


def _fidelity(page: ReportPage, report: Yearly) -> None:
    page.heading("Fidelitet, IPS-25")
    page.say(
        report.review.headline
        + ("" if report.review.total is not None else ". Et samlet tal vises først, når alle punkter er vurderet.")
    )
    page.ln(1)
    heading, widths = ("Punkt", "Hvad", "Score", "Bygger på"), (14, 60, 34, 70)
    kept = 3 if report.hidden else 4
    rows = [
        (
            str(each.item.number), each.item.label + ("" if each.item.confirmed else " (ikke bekræftet)"),
            _score(each.score) if report.hidden else score_said(each), "" if report.hidden else each.evidence,
        )
        for each in report.review.items
        if each.score is not None or not report.hidden
    ]  # fmt: skip
    if rows:
        page.grid(heading[:kept], [row[:kept] for row in rows], widths[:kept])


def _score(score: int | None) -> str:
    return "ikke vurderet" if score is None else str(score)


def _rules(page: ReportPage, report: Yearly) -> None:
    page.heading("Regler, tallene bygger på")
    rows = [
        (
            rule.id, str(rule.version), rule.label, _LEVELS.get(rule.level, rule.level), rule.source,
            f"{rule.confirmed_on:%d-%m-%Y}" if rule.confirmed_on else "ikke bekræftet",
        )
        for rule in report.rules
    ]  # fmt: skip
    page.grid(("Regel", "Version", "Hvad", "Niveau", "Kilde", "Bekræftet"), rows, (38, 15, 42, 18, 44, 22))
    if any(_is_open(rule) for rule in report.rules):
        page.say(
            "Ikke bekræftet: kommunen har ikke sagt god for tallet. Det er brugt, som det står i kilden.",
            size=8,
            grey=True,
        )


def _is_open(rule: Rule) -> bool:
    return not rule.confirmed
