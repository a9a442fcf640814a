"""Rule sets of an organisation: published, listed, shown, and put together with those that fieldtui came with."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from fieldtui.base.canonical import canonical_json
from fieldtui.base.clock import isoformat
from fieldtui.base.errors import BadUsage
from fieldtui.base.i18n import _
from fieldtui.base.log import event
from fieldtui.base.text import clean
from fieldtui.central.database import Database
from fieldtui.central.schema import organisation, ruleset
from fieldtui.domain.rulebook import RuleBook, builtin
from fieldtui.domain.rulesets import RuleSet, combined, document_of

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")


@dataclass(frozen=True, slots=True)
class Published:
    """One version of one set, as the office sees it."""

    name: str
    version: int
    sha256: str
    published_at: str
    """ISO 8601."""
    rules: tuple[str, ...]
    """`id version`, each with the day it counts from."""
    changed: bool = True
    """False where the newest version says the same already."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


def publish(
    db: Database, text: str, file: str, name: str, *, begins: date | None = None, organisation_name: str | None = None
) -> Published:
    """Publish a rule file as the next version of a set; devices have it after their next sync.

    Args:
        db: The central database.
        text: TOML.
        file: The file's name, for messages.
        name: The set's name.
        begins: The day from which rules count that do not say so themselves.
        organisation_name: The organisation, where there are several.

    Raises:
        BadFile: The file says something no rule can say, or something else of a rule that is known; nothing was changed.
        BadUsage: The name cannot be used.
    """
    return publish_document(db, document_of(text, file, begins=begins), name, organisation_name=organisation_name)


def publish_document(
    db: Database, document: Mapping[str, Any], name: str, *, organisation_name: str | None = None
) -> Published:
    """Publish the values of a rule file as the next version of a set.

    Args:
        db: The central database.
        document: What `document_of` made of a file.
        name: The set's name.
        organisation_name: The organisation, where there are several.

    Raises:
        BadFile: It says something else of a rule that is known; nothing was changed.
        BadUsage: The name cannot be used.
    """
    _check_name(name)
    sha256 = _fingerprint(document)
    with db.transaction() as connection:
        org = db.organisation(connection, organisation_name)
        # The organisation's row orders publications, as it orders changes.
        connection.execute(select(organisation.c.org_id).where(organisation.c.org_id == org.id).with_for_update())
        before = _sets(connection, org.id)
        own = [each for each in before if each.name == name]
        if own and _fingerprint(own[-1].document) == sha256:
            return show_in(connection, org.id, name, own[-1].version, changed=False)
        made = RuleSet(name, own[-1].version + 1 if own else 1, document)
        combined(builtin(), [*before, made])
        connection.execute(
            insert(ruleset).values(
                org_id=org.id, name=name, version=made.version, text=canonical_json(document).decode(), sha256=sha256,
                published_at=db.now(),
            )
        )  # fmt: skip
        connection.execute(
            update(organisation)
            .where(organisation.c.org_id == org.id)
            .values(rules_version=organisation.c.rules_version + 1)
        )
        event("central.rules.published", version=made.version, rules=len(made.book().rules))
        return show_in(connection, org.id, name, made.version)


def listed(db: Database, *, organisation_name: str | None = None) -> tuple[Published, ...]:
    """Every version of every set, by name."""
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation_name).id
        return tuple(show_in(connection, org_id, each.name, each.version) for each in _sets(connection, org_id))


def shown(
    db: Database, name: str, version: int | None = None, *, organisation_name: str | None = None
) -> tuple[Published, dict[str, Any]]:
    """One version of a set, the newest where none is named, with its document.

    Raises:
        BadUsage: There is no such set.
    """
    with db.transaction() as connection:
        org_id = db.organisation(connection, organisation_name).id
        found = [each for each in _sets(connection, org_id) if each.name == name and version in {None, each.version}]
        if not found:
            raise BadUsage(_("Der er intet regelsæt, der hedder {name}.").format(name=clean(name, limit=64)))
        return show_in(connection, org_id, name, found[-1].version), dict(found[-1].document)


def show_in(connection: Connection, org_id: str, name: str, version: int, *, changed: bool = True) -> Published:
    """One version of a set, inside a transaction of the caller's."""
    row = connection.execute(
        select(ruleset).where(ruleset.c.org_id == org_id, ruleset.c.name == name, ruleset.c.version == version)
    ).one()
    book = RuleSet(name, version, json.loads(row.text)).book()
    rules = tuple(f"{rule.id} {rule.version} · {rule.valid_from}" for rule in book.rules)
    return Published(name, version, row.sha256, isoformat(row.published_at), rules, changed)


def newest(connection: Connection, org_id: str) -> dict[str, int]:
    """The newest version of each set."""
    return {each.name: each.version for each in _sets(connection, org_id)}


def book_of(connection: Connection, org_id: str) -> RuleBook:
    """The rules of an organisation: fieldtui's own, and what was published on top."""
    return combined(builtin(), _sets(connection, org_id))


def with_next(connection: Connection, org_id: str, name: str, document: Mapping[str, Any]) -> tuple[RuleBook, RuleBook]:
    """The rules of an organisation, and as they would be with one more version of a set; nothing is written.

    Raises:
        BadFile: The document says something else of a rule that is known.
        BadUsage: The name cannot be used.
    """
    _check_name(name)
    before = _sets(connection, org_id)
    last = max((each.version for each in before if each.name == name), default=0)
    made = RuleSet(name, last + 1, document)
    after = sorted([*before, made], key=lambda each: (each.name, each.version))
    return combined(builtin(), before), combined(builtin(), after)


def _check_name(name: str) -> None:
    if not _NAME.match(name):
        raise BadUsage(_("Et regelsæts navn er små bogstaver, tal, - og _: fx kommunen-2027."))


def _sets(connection: Connection, org_id: str) -> list[RuleSet]:
    rows = connection.execute(
        select(ruleset).where(ruleset.c.org_id == org_id).order_by(ruleset.c.name, ruleset.c.version)
    )
    return [RuleSet(row.name, row.version, json.loads(row.text)) for row in rows]


def _fingerprint(document: Any) -> str:
    return hashlib.sha256(canonical_json(document)).hexdigest()
