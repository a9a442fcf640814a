"""Placements and offers: what may stand beside what, how the hours grew, and the deadline an offer answers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fieldtui.base.errors import InvalidRecords, LineProblem
from fieldtui.base.i18n import _
from fieldtui.domain.deadlines import deadlines
from fieldtui.domain.hours import with_step
from fieldtui.domain.placing import activation_doubts, contradiction, doubts, lacks_purpose, partner_gone
from fieldtui.domain.problems import parse_record
from fieldtui.domain.records import Activation, Citizen, Partner, Placement, Record

if TYPE_CHECKING:
    from fieldtui.services.context import Context
    from fieldtui.services.editing import Batch

_WEIGHED = ("kind", "company_id", "starts_on", "ends_on", "weekly_hours", "hours_steps", "end_reason")


def placed(
    context: Context, record: Record, before: Mapping[str, Any] | None, record_id: str | None, batch: Batch
) -> Record:
    """The record as it may be stored: other weekly hours leave a step behind. Records of other kinds come back as they are.

    What an imported record came with is left alone until it is changed.

    Args:
        context: What the services stand on.
        record: As it is to stand.
        before: Its body as it stood; `None` for a new one.
        record_id: Its id; `None` for a new one.
        batch: Records of the same act, as they will stand.

    Raises:
        InvalidRecords: A praktik without its purpose, two places that cannot both be true, or a provider that is not there.
    """
    if isinstance(record, Activation):
        _require_partner(context, record, before)
    if not isinstance(record, Placement):
        return record
    old = parse_record("placement", dict(before), strict_names=False) if before is not None else None
    earlier = old if isinstance(old, Placement) else None
    if lacks_purpose(record, earlier):
        reason = _("Skriv formålet: en praktikaftale skal have et præcist formål (LAB § 59).")
        raise InvalidRecords((LineProblem(None, "purpose", reason),))
    if earlier is None or any(getattr(record, name) != getattr(earlier, name) for name in _WEIGHED):
        found = contradiction(record, _others(context, record, record_id, batch), context.rules)
        if found is not None:
            raise InvalidRecords((LineProblem(None, *found),))
    return with_step(record, earlier, context.today) if earlier is not None else record


def placing_warnings(context: Context, record_id: str, record: Record) -> Iterator[str]:
    """What is worth a second look about a placement or an offer that was stored."""
    if isinstance(record, Activation):
        yield from activation_doubts(record, context.rules, context.today)
    if isinstance(record, Placement):
        stored = context.store.get(record.citizen_id)
        if stored is not None and isinstance(stored.record, Citizen):
            others = _stored_others(context, record, record_id)
            yield from doubts(record, stored.record, others, context.rules)


def offer_deadline(context: Context, citizen_id: str) -> dict[str, Any]:
    """The deadline that a new offer answers to, with its rule: the citizen's open one; empty where there is none."""
    case = context.store.case(citizen_id)
    open_ones = deadlines(case, context.rules, context.today) if case is not None else ()
    found = next((each for each in open_ones if each.kind == "activation" and each.record_id is None), None)
    if found is None:
        return {}
    return {"due_on": found.due_on.isoformat(), "due_rule_id": found.rule_id, "due_rule_version": found.rule_version}


def _others(context: Context, record: Placement, record_id: str | None, batch: Batch) -> list[Placement]:
    waiting = {
        key: parse_record("placement", body, strict_names=False)
        for key, (collection, body) in batch.bodies.items()
        if collection == "placement" and key != record_id and body.get("citizen_id") == record.citizen_id
    }
    beside = [each for each in waiting.values() if isinstance(each, Placement)]
    return beside + _stored_others(context, record, record_id, except_for=frozenset(waiting))


def _stored_others(
    context: Context, record: Placement, record_id: str | None, *, except_for: frozenset[str] = frozenset()
) -> list[Placement]:
    found = context.store.all("placement", scope=f"citizen:{record.citizen_id}")
    return [each.record for each in found if each.id != record_id and each.id not in except_for]


def _require_partner(context: Context, activation: Activation, before: Mapping[str, Any] | None) -> None:
    if activation.partner_id is None or (before is not None and before.get("partner_id") == activation.partner_id):
        return
    stored = context.store.get(activation.partner_id)
    if stored is not None and isinstance(stored.record, Partner):
        reason = partner_gone(stored.record, activation, context.today)
        if reason is not None:
            raise InvalidRecords((LineProblem(None, "partner_id", reason),))
