"""The office's part of the conversation at our own central system; an example of an `--office` command.

python -m tests.golden.ours --database-url postgresql://…   < order.json   > outcome.json
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from fieldtui.base.clock import SystemClock
from fieldtui.base.ids import SystemIds
from fieldtui.central import administration
from fieldtui.central.database import Database, migrate


def obey(database: Database, order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order of the conversation."""
    if order["do"] == "set up":
        said = order["fixture"]
        administration.bootstrap_organisation(database, said["organisation"])
        for person in said["people"]:
            administration.add_consultant(database, person["initials"], person["name"], person["role"])
        for citizen in said["citizens"]:
            administration.put_record(database, "citizen", citizen["id"], citizen["body"])
            administration.assign(database, citizen["id"], citizen["consultant"])
        return {}
    if order["do"] == "codes":
        return {
            "codes": {
                device: administration.enrol_code(
                    database, device.partition("-")[0], True, "https://central.invalid"
                ).code
                for device in order["devices"]
            }
        }
    if order["do"] == "hand over":
        administration.assign(database, order["citizen"], order["to"])
        return {}
    if order["do"] == "revoke":
        administration.revoke(database, order["device_id"])
        return {}
    raise ValueError(order["do"])


def main() -> int:
    """One order from stdin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", required=True)
    asked = parser.parse_args()
    migrate(asked.database_url)
    database = Database(asked.database_url, clock=SystemClock(), ids=SystemIds())
    try:
        json.dump(obey(database, json.load(sys.stdin)), sys.stdout)
    finally:
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
