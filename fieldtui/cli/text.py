"""Records as lines for a person; scripts use `--json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from fieldtui.base.clock import COPENHAGEN
from fieldtui.base.i18n import _
from fieldtui.domain.calendar import written
from fieldtui.domain.envelope import Stored
from fieldtui.domain.identifiers import mask_cpr
from fieldtui.domain.protection import HIDDEN, PROTECTED_FIELDS, is_protected
from fieldtui.domain.records import Citizen, Record, fields_of
from fieldtui.domain.rulebook import RuleBook
from fieldtui.services.history import Version

_LINE: Final = 90
_NUMBERS: Final = frozenset({"cpr", "former_cpr"})
_STATES: Final = {"pending": "↑", "conflict": "▲", "rejected": "!", "parked": "!"}
_FIRST_FIELDS: Final = (
    "starts_at", "on", "written_at", "starts_on", "requested_on", "given_on", "due_on", "given_name", "family_name", "name",
    "title", "kind", "area", "direction", "basis", "recipient", "mode", "status", "state", "place", "text",
)  # fmt: skip


def when(instant: datetime) -> str:
    """An instant as people write it in Copenhagen: `24-11-2026 10:00`."""
    return instant.astimezone(COPENHAGEN).strftime("%d-%m-%Y %H:%M")


def shown(value: Any) -> str:
    """One value as people write it."""
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return written(value)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def _each(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple | list) else (str(value),)


def summary(stored: Stored[Any], rules: RuleBook) -> str:
    """One line: id, where it stands, and what it is about."""
    model: type[Record] = type(stored.record)
    known = fields_of(model)
    parts = []
    for name in _FIRST_FIELDS:
        if name in known and (value := getattr(stored.record, known[name].attribute)) not in (None, "", ()):
            codes = known[name].codes
            text = rules.label(codes, str(value)) if codes else shown(value)
            parts.append(" ".join(text.split()))
    line = " · ".join(parts)
    mark = "×" if stored.annulled_at is not None else _STATES.get(stored.sync_state.value, " ")
    return f"{stored.id} {mark} {line if len(line) <= _LINE else line[: _LINE - 1] + '…'}"


def card(stored: Stored[Any], rules: RuleBook, revealed: frozenset[str] = frozenset()) -> Iterator[str]:
    """All fields of a record, labelled; the CPR number masked, a protected address hidden.

    Args:
        stored: The record.
        rules: Names the codes.
        revealed: Fields that were asked for with a reason.
    """
    record: Record = stored.record
    yield f"{_(record.label)} {stored.id}"
    protected = isinstance(record, Citizen) and is_protected(record)
    for info in fields_of(type(record)).values():
        value = getattr(record, info.attribute)
        if value in (None, "", ()):
            continue
        if info.name in _NUMBERS and "cpr" not in revealed:
            text = ", ".join(map(mask_cpr, _each(value)))
        elif protected and info.name in PROTECTED_FIELDS and info.name not in revealed:
            text = _(HIDDEN)
        else:
            text = rules.label(info.codes, str(value)) if info.codes else shown(value)
        yield f"  {_(info.label)}: {text}"
    for name, value in record.unknown.items():
        yield f"  {name}: {shown(value)}"
    if stored.annulled_at is not None:
        yield "  " + _("Annulleret {at}: {reason}").format(
            at=when(stored.annulled_at), reason=stored.annulled_reason or "–"
        )


def version(version: Version, stored: Stored[Any], initials: Mapping[str, str], rules: RuleBook) -> Iterator[str]:
    """One step in a record's life: when, who, what, and each field from what it was to what it became.

    Args:
        version: The step.
        stored: The record, for what of it is protected.
        initials: Of the staff, by id.
        rules: Names the codes.
    """
    who = initials.get(version.by, "?") if version.by else _("kontoret")
    yield f"{when(version.at)}  {who}  {version.label}"
    for change in version.changes:
        old, new = (_past(stored, change.field, value, rules) for value in (change.old, change.new))
        yield f"  {change.label}: {old} → {new}"
    for lost in version.unchosen:
        by = initials.get(lost.by, "?") if lost.by else _("kontoret")
        at = f" {when(lost.at)}" if lost.at else ""
        value = _past(stored, lost.field, lost.value, rules)
        yield "  " + _("{field}, ikke valgt: {value} ({who})").format(field=lost.label, value=value, who=f"{by}{at}")


def _past(stored: Stored[Any], name: str, value: Any, rules: RuleBook) -> str:
    """A value as it was, masked where it would be masked today."""
    if value in (None, "", [], {}):
        return "–"
    record: Record = stored.record
    if name in _NUMBERS:
        return ", ".join(map(mask_cpr, _each(value)))
    if isinstance(record, Citizen) and is_protected(record) and name in PROTECTED_FIELDS:
        return _(HIDDEN)
    if isinstance(value, dict):
        return str(value.get("reason", "–"))
    info = fields_of(type(record)).get(name)
    if info is not None and info.codes:
        return rules.label(info.codes, str(value))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    try:
        if name.endswith("_at"):
            return when(datetime.fromisoformat(str(value)))
        if name == "on" or name.endswith(("_on", "_until", "_from", "_to")):
            return written(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
    return shown(value)
