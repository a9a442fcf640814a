"""schemathesis over the whole OpenAPI document, with every check it has, and every request signed by an enrolled device.

python -m tests.security.fuzzing --examples 100
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests.auth
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central.administration import add_consultant, bootstrap_organisation
from fieldtui.central.app import create_app
from fieldtui.central.database import Database, migrate
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.serve import BackgroundServer
from fieldtui.wire.signatures import HttpMessage, sign_request
from tests.support.central import Central, Device

BEYOND_A_SCHEMA: Final = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""What may be answered to what the schema allows: it knows no calendar, no curve, and not whether a person is there."""

say = print
"""Whoever runs it reads it there."""


@dataclass(slots=True)
class Findings:
    """What was tried and what did not hold."""

    cases: int = 0
    operations: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Signed(requests.auth.AuthBase):
    """Signs what is sent as it is sent: by the leader's device where it is the leader's, else by a consultant's."""

    def __init__(self, consultant: Device, leader: Device) -> None:
        self._consultant = consultant
        self._leader = leader

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        device = self._leader if prepared.path_url.startswith("/v1/team") else self._consultant
        device.seq += 1
        body = prepared.body or b""
        body = body.encode() if isinstance(body, str) else body
        assert isinstance(body, bytes)  # nothing is streamed
        headers = {
            name.lower(): value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in prepared.headers.items()
        }
        headers = {"content-type": "application/json", **headers, "fieldtui-protocol": "1"}
        message = HttpMessage(str(prepared.method), str(prepared.url), headers, body)
        headers |= sign_request(
            message, key=device.key, key_id=device.key_id, device=device.device_id, seq=device.seq,
            created=device.clock.now(), nonce=secrets.token_urlsafe(12),
        )  # fmt: skip
        prepared.headers.update(headers)
        return prepared


def fuzz(central: Central, *, examples: int, coverage: bool) -> Findings:
    """Try every operation with what its schema allows and with what it does not.

    Args:
        central: What is tried.
        examples: How many random requests per operation and mode.
        coverage: Also every boundary that the schema names, and what is no request of the document at all.
    """
    document = json.loads(json.dumps(create_app(central.database, public_url=central.url).openapi()))
    config = SchemathesisConfig.from_dict(
        {
            "base-url": central.url,
            "continue-on-failure": True,
            "seed": 1,
            "generation": {"max-examples": examples, "mode": "all", "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": BEYOND_A_SCHEMA}},
            # Stateful tests follow links between operations; the document names none.
            "phases": {"coverage": {"enabled": coverage}, "stateful": {"enabled": False}},
        }
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.auth.set_from_requests(Signed(central.device("MH"), central.device("ADM")))
    findings = Findings()
    for happened in from_schema(schema).execute():
        _note(happened, findings)
    return findings


def _note(happened: events.EngineEvent, findings: Findings) -> None:
    if isinstance(happened, events.NonFatalError | events.FatalError):
        findings.failures.append(f"{happened}")
    if not isinstance(happened, events.ScenarioFinished):
        return
    recorder = happened.recorder
    findings.operations.add(recorder.label)
    for case_id, checks in recorder.checks.items():
        findings.cases += 1
        interaction: Any = recorder.interactions.get(case_id)
        response = interaction.response if interaction is not None else None
        if response is not None:
            findings.statuses[response.status_code] += 1
        for check in checks:
            findings.checks[check.name] += 1
            if check.failure_info is not None:
                case = recorder.cases[case_id].value
                findings.failures.append(
                    f"{recorder.label} {check.name}: {check.failure_info.failure.message}\n  {case.method} {case.query}"
                    f" {str(case.body)[:300]}\n  {response and (response.status_code, response.content[:300])}"
                )


def main() -> int:
    """Run it against a central system of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fieldtui-fuzz-"))
    try:
        with EmbeddedPostgres(folder / "postgres", durable=False) as postgres:
            migrate(postgres.url)
            database = Database(postgres.url, clock=SystemClock(), ids=SystemIds())
            bootstrap_organisation(database, "Kvartershuset")
            person = add_consultant(database, "MH", "Mette Holm")
            with BackgroundServer(database) as server:
                central = Central(database, server.public_url, {"MH": person.id})
                findings = fuzz(central, examples=asked.examples, coverage=True)
            database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{findings.cases} requests to {len(findings.operations)} operations, {sum(findings.checks.values())} checks")
    say("answers: " + ", ".join(f"{status} {times}" for status, times in sorted(findings.statuses.items())))
    say("checks: " + ", ".join(sorted(findings.checks)))
    say("\n".join(findings.failures) or "nothing found")
    return 1 if findings.failures else 0


if __name__ == "__main__":
    sys.exit(main())
