"""The names of the commands, and where each of them is built; imports nothing, so that a name costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FAMILIES: Final[Mapping[str, str]] = {
    "demo": "fieldtui.demo.command",
    "init": "fieldtui.cli.beginning",
    "enrol": "fieldtui.cli.beginning",
    "connection": "fieldtui.cli.connection",
    "sync": "fieldtui.cli.syncing",
    "status": "fieldtui.cli.syncing",
    "outbox": "fieldtui.cli.outbox",
    "conflicts": "fieldtui.cli.conflicts",
    "handover": "fieldtui.cli.handing",
    "parked": "fieldtui.cli.handing",
    "team": "fieldtui.cli.team",
    "today": "fieldtui.cli.agenda",
    "add": "fieldtui.cli.adding",
    "appointment": "fieldtui.cli.meetings",
    "note": "fieldtui.cli.notes",
    "company": "fieldtui.cli.companies",
    "match": "fieldtui.cli.matching",
    "list": "fieldtui.cli.records",
    "show": "fieldtui.cli.records",
    "put": "fieldtui.cli.putting",
    "citizen": "fieldtui.cli.people",
    "programme": "fieldtui.cli.people",
    "progress": "fieldtui.cli.people",
    "consent": "fieldtui.cli.bridging",
    "share": "fieldtui.cli.bridging",
    "anonymous": "fieldtui.cli.bridging",
    "search": "fieldtui.cli.records",
    "export": "fieldtui.cli.exporting",
    "report": "fieldtui.cli.reporting",
    "vault": "fieldtui.cli.vault",
    "log": "fieldtui.cli.access_log",
    "doctor": "fieldtui.cli.doctor",
}
"""Which module brings which command: only the one that is asked for is imported."""
