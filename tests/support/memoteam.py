"""The memo's team, read from its files by a reader of the tests' own: what figures about citizens need, nothing else."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fieldtui.base.clock import COPENHAGEN
from fieldtui.domain.outcomes import Records
from fieldtui.domain.records import Appointment, Citizen, Placement, Progression, Referral

TEAM = Path(__file__).parents[1] / "data" / "team-2021-03"


def _rows(name: str) -> list[dict[str, str]]:
    with (TEAM / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%Y").date() if text else None


def _id(ref: str) -> str:
    return str(uuid5(NAMESPACE_URL, ref))


@cache
def team() -> Records:
    """The memo's team, read by this test itself; only what the figures behind need."""
    people = _rows("borgere")
    status = {"fremmødt": "attended", "udeblevet": "no_show", "sent afbud": "cancelled_citizen_late"}
    kept: Mapping[str, Any] = {
        _id(row["borger_ref"]): Citizen.model_validate(
            {
                "given_name": "A", "enrolled_on": _day(row["indskrevet"]), "discharged_on": _day(row["udskrevet"]),
                "discharge_reason": row["udskrivningsaarsag"] or None,
            }
        )
        for row in people
    }  # fmt: skip
    return Records(
        kept,
        {_id(row["borger_ref"]): row["konsulent"] for row in people},
        appointments=tuple(
            Appointment.model_validate(
                {
                    "citizen_id": _id(row["borger_ref"]), "kind": row["type"],
                    "starts_at": datetime.strptime(row["start"], "%d-%m-%Y %H:%M").replace(tzinfo=COPENHAGEN),
                    "status": status.get(row["status"], "cancelled_staff"), "due_on": _day(row["frist"]),
                }
            )
            for row in _rows("aftaler") if row["type"] == "jobsamtale"
        ),
        placements=tuple(
            Placement.model_validate(
                {"citizen_id": _id(row["borger_ref"]), "kind": row["type"], "starts_on": _day(row["start"]), "ends_on": _day(row["slut"])}
            )
            for row in _rows("forloeb") if row["status"] == "normal"
        ),
        progressions=tuple(
            Progression.model_validate(
                {
                    "citizen_id": _id(row["borger_ref"]), "on": _day(row["dato"]), "area": row["omraade"],
                    "direction": "progress" if row["retning"] == "fremgang" else "unchanged",
                }
            )
            for row in _rows("progression")
        ),
        referrals=tuple(
            Referral.model_validate(
                {
                    "citizen_id": _id(row["borger_ref"]), "basis": row["grundlag"], "requested_on": _day(row["henvendelse"]),
                    "started_on": _day(row["start"]),
                }
            )
            for row in _rows("behandling")
        ),
    )  # fmt: skip
