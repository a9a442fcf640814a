"""Historik: what was changed, from what to what, by whom and when; and what two people could not both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldtui.base.i18n import _
from fieldtui.domain.envelope import Stored
from fieldtui.domain.records import COLLECTIONS
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.history import Version
from fieldtui.tui.presenters.conflicts import value_text
from fieldtui.tui.presenters.dates import clock, full, local
from fieldtui.tui.presenters.lines import Line, Piece, Row, line
from fieldtui.tui.presenters.names import Names
from fieldtui.tui.presenters.words import shorten, sync_mark

_MASKED: Final = frozenset({"phone", "cpr", "former_cpr", "address"})
"""A citizen's fields that a card shows only when they are asked for."""


def key(version: Version, number: int) -> str:
    """What a row of the list stands for: the record, and which of its steps."""
    return f"{version.record_id}/{number}"


def rows(
    versions: Sequence[Version],
    whole: Sequence[Stored[Any]],
    initials: Mapping[str, str],
    names: Names,
    rules: RuleBook,
    texts: Mapping[str, str],
) -> list[Row]:
    """When, who, what, from what to what, and whether the office has it; the newest first.

    Args:
        versions: Every step that is known.
        whole: Every record of the file; one without steps came as it is, and stands with the day it was written.
        initials: Of the staff, by id.
        names: What to call people.
        rules: Names the codes.
        texts: What each record is about, by id.
    """
    standing = {stored.id: stored for stored in whole}
    dated: list[tuple[float, Row]] = []
    for number, version in enumerate(versions):
        stored = standing.get(version.record_id)
        mark = sync_mark(stored.sync_state) if stored else Piece("")
        if not mark.text and stored is not None and stored.rev:
            mark = Piece(_("√ hos kontoret"), "dim")
        what = COLLECTIONS[version.collection].label if version.collection in COLLECTIONS else version.collection
        when = f"{full(local(version.at).date())} {clock(version.at)}"
        said = _brief(version, rules)
        if said == version.label and version.record_id in texts:
            said += f": {texts[version.record_id]}"
        brief = names.text(shorten(said, 200))
        cells: tuple[Piece | str, ...] = (when, _who(version.by, initials), _(what), brief, mark)
        dated.append((version.at.timestamp(), Row(key(version, number), cells)))
    told = {version.record_id for version in versions}
    for stored in whole:
        if stored.id in told:
            continue
        at = stored.recorded_at
        when = f"{full(local(at).date())} {clock(at)}" if at else _("importeret")
        text = Piece(names.text(shorten(texts.get(stored.id, ""), 200)) or _("som den kom fra kontoret"), "dim")
        cells = (when, _who(stored.author, initials), _(stored.record.label), text, Piece(_("√ hos kontoret"), "dim"))
        dated.append((at.timestamp() if at else 0.0, Row(stored.id, cells)))
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _at, row in dated]


def _who(by: str | None, initials: Mapping[str, str]) -> str:
    return initials.get(by, "?") if by else "–"


def _brief(version: Version, rules: RuleBook) -> str:
    if version.unchosen:
        return f"{version.label}: {', '.join(dict.fromkeys(each.label for each in version.unchosen))}"
    if version.created:
        return version.label
    shown = [
        f"{change.label}: {_value(version, change.field, change.old, rules)} → "
        f"{_value(version, change.field, change.new, rules)}"
        for change in version.changes
    ]
    return " · ".join(shown)


def _value(version: Version, name: str, value: Any, rules: RuleBook) -> str:
    if version.collection == "citizen" and name in _MASKED and value:
        return "••••"
    return value_text(version.collection, name, value, rules).replace("\n", " ")


def detail(
    versions: Sequence[Version], chosen: str | None, initials: Mapping[str, str], names: Names, rules: RuleBook
) -> list[Line]:
    """The step under the cursor, whole: each field from what it was to what it became, and what was not chosen.

    Of a record's creation only who and when: what it holds is shown as the record itself.
    """
    version = next((each for number, each in enumerate(versions) if key(each, number) == chosen), None)
    if version is None:
        return []
    if names.discreet:
        return [line("•••")]
    when = f"{full(local(version.at).date())} {clock(version.at)}"
    lines = [line(Piece(when, "bold"), f"  {_who(version.by, initials)} · {version.label}")]
    for change in () if version.created else version.changes:
        old, new = (_value(version, change.field, value, rules) for value in (change.old, change.new))
        lines.append(line(Piece(f"{change.label}: ", "primary"), Piece(old, "dim"), " → ", Piece(new, "bold")))
    for lost in version.unchosen:
        at = f" {full(local(lost.at).date())} {clock(lost.at)}" if lost.at else ""
        value = _value(version, lost.field, lost.value, rules)
        lines.append(
            line(
                Piece(f"{lost.label}: ", "primary"),
                Piece(value, "bold"),
                Piece("  " + _("ikke valgt · {who}").format(who=f"{_who(lost.by, initials)}{at}"), "warning"),
            )
        )
    return lines
