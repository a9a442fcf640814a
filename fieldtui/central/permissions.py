"""Who may write what (decisions 29), and what may never be changed once it is written."""

from __future__ import annotations

from typing import Any, Final

from fieldtui.central.assignments import Access
from fieldtui.central.ledger import Standing
from fieldtui.domain.records import COLLECTIONS, Citizen, Merge, Record, fields_of
from fieldtui.wire.messages import ProblemName

AUTHOR_FIELDS: Final = {"note": "author", "bridging_note": "author", "employer_contact": "by"}
"""Where a body names its author; the server takes the name from the device and refuses another (decisions 16)."""
_PEOPLE_FIELDS: Final = frozenset({"consultant_id", "author", "by", "recipient_id", "shared_with_id"})
"""Not references to records that must be there: a recipient that is nobody opens nothing."""

Broken = tuple[ProblemName, str, str | None]


def broken_rule(
    access: Access, collection: str, scope: str, record: Record | None, standing: Standing | None
) -> Broken | None:
    """The rule that a write would break: problem, technical word, field; `None` where it may be.

    Args:
        access: Who writes.
        collection: What is written.
        scope: Where; one that this person sees, or that is being created.
        record: The new values; `None` where it is annulled.
        standing: As it stands; `None` where it is created.
    """
    if not _role_allows(access, collection, scope, record, standing):
        return ("scope-lost", "role", None)
    if not _merge_allowed(access, scope, record, standing):
        return ("validation", "merge_scope", "merged_into")
    if standing is None:
        return None
    author = standing.body.get(AUTHOR_FIELDS.get(collection, ""))
    # Annulling is the only way to take back a note; only its author may, and only its author may lift it again.
    taken_back = record is None or standing.annulled is not None
    if taken_back and collection in AUTHOR_FIELDS and author not in {None, access.person.id}:
        return ("validation", "not_author", None)
    if record is None:
        return None
    given = record.body()
    changed = changed_fields(COLLECTIONS[collection], given, standing.body)
    if AUTHOR_FIELDS.get(collection) not in given:
        changed.discard(AUTHOR_FIELDS.get(collection, ""))  # not said again is not changed
    for name, info in fields_of(COLLECTIONS[collection]).items():
        if info.merge is Merge.APPEND and name in changed:
            return ("validation", "append_only", name)
    return None


def _merge_allowed(access: Access, scope: str, record: Record | None, standing: Standing | None) -> bool:
    """True unless two citizens become one, or two again, who are not both this person's own: that is a question of hand-over."""
    if not isinstance(record, Citizen):
        return True
    before = standing.body.get("merged_into") if standing is not None else None
    if record.merged_into == before:
        return True
    mine = standing is None or access.role_for(scope) == "primary"
    return mine and (record.merged_into is None or access.role_for(f"citizen:{record.merged_into}") == "primary")


def changed_fields(model: type[Record], new: dict[str, Any], old: dict[str, Any]) -> set[str]:
    """Names of the fields whose values differ, whichever way each of the two was written down."""
    before = model.model_validate(old).body()
    return {name for name in new.keys() | before.keys() if new.get(name) != before.get(name)}


def references(record: Record | None) -> tuple[tuple[str, str], ...]:
    """The records that a record refers to: (field, id)."""
    if record is None:
        return ()
    found: list[tuple[str, str]] = []
    for name, info in fields_of(type(record)).items():
        if (name.endswith("_id") or name == "addendum_to") and name not in _PEOPLE_FIELDS and name != "due_rule_id":
            value = getattr(record, info.attribute)
            if value is not None:
                found.append((name, value))
    return tuple(found)


def taken_back(consent: Standing | None) -> bool:
    """True where a consent does not hold any more by the time something that was shared on it comes here: it is not sent on."""
    return consent is not None and (consent.annulled is not None or consent.body.get("withdrawn_at") is not None)


def _role_allows(access: Access, collection: str, scope: str, record: Record | None, standing: Standing | None) -> bool:
    role = access.person.role
    if role == "leader":
        return False
    if role == "treatment":
        return _treatment_allows(access, collection, scope, record, standing)
    if scope == "team" or (standing is None and collection == "citizen"):
        return True
    return access.role_for(scope) in {"primary", "substitute"}


def _treatment_allows(
    access: Access, collection: str, scope: str, record: Record | None, standing: Standing | None
) -> bool:
    """Bridging notes, a referral's progress, and activities; how the team's method is rated is not theirs to write."""
    if collection == "activity":
        before = standing.body.get("fidelity_item") if standing is not None else None
        return before is None and getattr(record, "fidelity_item", None) is None
    if access.role_for(scope) != "treatment":
        return False
    if collection == "bridging_note":
        return True
    if collection != "referral" or record is None or standing is None:
        return False
    progress = {name for name, info in fields_of(type(record)).items() if info.group == "progress"}
    return changed_fields(type(record), record.body(), standing.body) <= progress
