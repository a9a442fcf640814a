"""Fetching the rule sets that the central system says there are and this device does not have."""

from __future__ import annotations

import hashlib

from pydantic import ValidationError

from fieldtui.base.canonical import canonical_json
from fieldtui.base.errors import ServerFault
from fieldtui.store.rulesets import RuleSets
from fieldtui.store.store import Store
from fieldtui.sync.transport import Transport
from fieldtui.wire.rules import PublishedRules


def fetch_rules(store: Store, transport: Transport) -> int:
    """Fetch what is missing, one version a request; how many came. Nothing is asked where nothing is missing.

    Raises:
        Unreachable, TlsRefused, ServerFault, UpgradeNeeded, Revoked: As `Transport`; what came before is kept, the rest is
            fetched with the next sync.
    """
    sets = RuleSets(store)
    missing = sets.missing()
    for name, version in missing:
        answer = transport.get(f"/v1/rules/{name}/{version}")
        if answer.problem is not None:
            raise ServerFault(answer.problem.name)
        try:
            published = PublishedRules.model_validate_json(answer.body)
            proven = hashlib.sha256(canonical_json(published.document)).hexdigest() == published.sha256
        except (ValidationError, ValueError, RecursionError):
            raise ServerFault("rules") from None
        if not proven or (published.name, published.version) != (name, version):
            raise ServerFault("rules")
        sets.take(published)
    return len(missing)
