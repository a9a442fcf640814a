"""Synk: two people's edits of one record, side by side, and what comes out of the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _
from fieldtui.domain.merge import ANNULLED
from fieldtui.domain.records import COLLECTIONS, Attendance, Merge, Record, fields_of
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.conflicts import ConflictRow
from fieldtui.tui.presenters import words
from fieldtui.tui.presenters.dates import clock, full, local, near, with_day
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.today import KINDS

_WORDS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("appointment", "kind"): KINDS,
    ("appointment", "form"): words.FORMS,
    ("referral", "basis"): words.BASES,
    ("consent", "form"): words.CONSENT_FORMS,
    ("job_lead", "state"): words.STEPS,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen for one difference."""

    take: Literal["mine", "theirs", "value"]
    value: Mapping[str, Any] | None = None
    """By field; only with `value`."""


def value_text(collection: str, name: str, value: Any, rules: RuleBook) -> str:
    """A field's value as people read it."""
    if name == ANNULLED:
        return (
            _("annulleret: {reason}").format(reason=value.get("reason", "–"))
            if isinstance(value, dict)
            else _("beholdt")
        )
    if value in (None, "", [], ()):
        return "–"
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    text = str(value)
    info = fields_of(COLLECTIONS[collection]).get(name) if collection in COLLECTIONS else None
    if info and info.codes:
        return rules.label(info.codes, text)
    if known := _WORDS.get((collection, name)):
        return words.word(known, text)
    if collection == "appointment" and name == "status" and text in set(Attendance):
        return _attendance(Attendance(text))
    if name == "duration_minutes":
        return _("{minutes} min").format(minutes=text)
    return _moment(name, text)


def _attendance(status: Attendance) -> str:
    return {
        Attendance.PLANNED: _("planlagt"),
        Attendance.ATTENDED: _("mødt"),
        Attendance.NO_SHOW: _("udeblevet"),
        Attendance.CANCELLED_CITIZEN: _("afbud"),
        Attendance.CANCELLED_CITIZEN_LATE: _("sent afbud"),
        Attendance.CANCELLED_STAFF: _("aflyst af os"),
    }[status]


def _moment(name: str, text: str) -> str:
    """Days and instants the Danish way; anything else as it is."""
    try:
        if name.endswith("_at"):
            at = datetime.fromisoformat(text).astimezone(COPENHAGEN)
            return f"{with_day(at.date())} {clock(at)}"
        if name.endswith(("_on", "_until", "_to", "_from")) or name == "on":
            return full(date.fromisoformat(text))
    except ValueError:
        return text
    return text


def side(row: ConflictRow, values: Mapping[str, Any], rules: RuleBook) -> str:
    """All fields of a difference on one side."""
    return " · ".join(
        dict(row.companies).get(str(values.get(name))) or value_text(row.collection, name, values.get(name), rules)
        for name in row.fields
    )


def record_title(row: ConflictRow, names: Names) -> str:
    """Whom and what a difference is about."""
    model = COLLECTIONS.get(row.collection)
    label = _(model.label) if model else row.collection
    who = names.show(row.citizen_id, names.text(row.title) or _("Teamet"))
    title = names.text(row.title) if row.citizen_id else ""
    on = with_day(row.day) if row.day and row.collection != "citizen" else ""
    return " · ".join([who, " ".join(part for part in (label, on, title) if part)])


def list_rows(rows: Sequence[ConflictRow], names: Names) -> list[Row]:
    """One line a record, with how many differences it has."""
    found: dict[str, list[ConflictRow]] = {}
    for row in rows:
        found.setdefault(row.record_id, []).append(row)
    made = []
    for record_id, group in found.items():
        count = _("1 felt") if len(group) == 1 else _("{count} felter").format(count=len(group))
        made.append(Row(record_id, (Piece("▲", "warning"), record_title(group[0], names), count)))
    return made


def chosen_text(row: ConflictRow, choice: Choice | None, rules: RuleBook) -> Piece:
    """The last column: what has been chosen."""
    if choice is None:
        likely = {"mine": _("? nok ←"), "theirs": _("? nok →")}
        return Piece(likely.get(row.proposed or "", _("? vælg ←/→")), "warning")
    if choice.take == "mine":
        return Piece(_("√ Min"), "success")
    if choice.take == "theirs":
        return Piece(_("√ Kontorets"), "success")
    return Piece(_("√ ") + side(row, choice.value or {}, rules), "success")


def field_rows(rows: Sequence[ConflictRow], choices: Mapping[str, Choice], names: Names, rules: RuleBook) -> list[Row]:
    """Field, before, mine, the office's, choice."""
    return [
        Row(
            row.id,
            (
                Piece(row.label, "bold"),
                names.text(side(row, row.base, rules)),
                names.text(side(row, row.mine, rules)),
                names.text(side(row, row.theirs, rules)),
                chosen_text(row, choices.get(row.id), rules),
            ),
        )
        for row in rows
    ]


def whose(row: ConflictRow, initials: Mapping[str, str], today: date) -> tuple[str, str]:
    """The headings of the two sides: when, and by whom."""
    mine = _("← Min")
    if row.mine_at:
        mine += f" ({_when(row.mine_at, today)})"
    theirs = _("→ Kontorets")
    parts = [initials.get(row.theirs_by, "?")] if row.theirs_by else []
    parts += [_when(row.theirs_at, today)] if row.theirs_at else []
    if parts:
        theirs += f", {' '.join(parts)}"
    return mine, theirs


def _when(at: datetime, today: date) -> str:
    on = local(at).date()
    return clock(at) if on == today else f"{near(on, today)} {clock(at)}"


def both(row: ConflictRow) -> Choice | None:
    """Both sides together: sets are joined, texts stand below each other; `None` where that means nothing."""
    if row.collection not in COLLECTIONS or len(row.fields) != 1:
        return None
    name = row.fields[0]
    info = fields_of(COLLECTIONS[row.collection]).get(name)
    mine, theirs = row.mine.get(name), row.theirs.get(name)
    if info is None:
        return None
    if info.merge is Merge.SET:
        return Choice("value", {name: sorted({*(mine or ()), *(theirs or ())})})
    if isinstance(mine, str) and isinstance(theirs, str) and _is_free_text(COLLECTIONS[row.collection], name):
        return Choice("value", {name: f"{theirs}\n{mine}" if info.multiline else f"{theirs}; {mine}"})
    return None


_NARROW: Final = 14
"""Cells that a side's column has at least."""


def is_long(row: ConflictRow, rules: RuleBook) -> bool:
    """True where the columns may cut one of the sides off."""
    return any(len(side(row, values, rules)) > _NARROW for values in (row.mine, row.theirs))


def whole(row: ConflictRow, rules: RuleBook) -> Line:
    """Both sides of one difference, whole."""
    mine, theirs = (side(row, values, rules).replace("\n", " ") for values in (row.mine, row.theirs))
    return line(Piece("← ", "primary"), mine, "   ", Piece("→ ", "primary"), theirs)


def _is_free_text(model: type[Record], name: str) -> bool:
    """True for texts without a form: no code, no reference, no number, no day."""
    info = fields_of(model)[name]
    return info.multiline or name in {
        "place",
        "title",
        "job_goal",
        "considerations",
        "contact_preference",
        "provider",
        "scope",
    }


def preview(rows: Sequence[ConflictRow], choices: Mapping[str, Choice], rules: RuleBook) -> Line:
    """What the record will say, as one sentence."""
    pieces: list[Piece] = []
    for row in rows:
        choice = choices.get(row.id)
        if pieces:
            pieces.append(Piece("  ·  "))
        pieces.append(Piece(f"{row.label}: ", "primary"))
        if choice is None:
            pieces.append(Piece("??", "warning"))
        else:
            values = (
                row.mine if choice.take == "mine" else row.theirs if choice.take == "theirs" else choice.value or {}
            )
            pieces.append(Piece(side(row, values, rules), "bold"))
    return tuple(pieces) or line("")
