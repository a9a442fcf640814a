"""The figures: right for the memo's team to the last one, and the three consultants' devices together count what the office counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date

import pytest

from fieldtui.central.administration import import_folder
from fieldtui.central.reporting import team_caseload, team_fidelity, team_jobs, team_outcomes
from fieldtui.central.rulesets import publish_document
from fieldtui.domain.benchmarks import from_table
from fieldtui.domain.figures import Figure, Period, document
from tests.support.central import TEAM
from tests.sync.office import Office

YEAR = Period(date(2020, 4, 1), date(2021, 3, 31))
EXPECTED = json.loads((TEAM / "expected.json").read_text("utf-8"))
SUMMED = ("K1a", "K1b", "K2", "K3", "K4", "K5", "K6", "K7", "K7_within_14")
"""Shares whose counts add up over consultants; a median does not, and outreach is the team's."""
BENCHMARK = (
    "tal;navn;vaerdi;fra;til;kilde;laest\nK6;Alle over 30;71 pct.;01-01-2020;31-12-2020;jobindsats.dk;22-11-2026\n"
)
COUNTED = ("K6_late", "K8_contacts", "K8_face_to_face", "K9_fleksjob", "K9_foertidspension", "both_tracks")


@pytest.fixture
def team(office: Office) -> Office:
    """The memo's team, imported from its files."""
    import_folder(office.database, TEAM)
    return office


def by_id(figures: tuple[Figure, ...]) -> Mapping[str, Figure]:
    return {figure.id: figure for figure in figures}


def test_the_memo_s_figures_come_out_one_by_one_and_add_up_over_the_devices(team: Office) -> None:
    whole = by_id(team_outcomes(team.database, YEAR))
    for name in ("K1a", "K1b", "K2", "K3", "K4", "K5", "K6"):
        assert (whole[name].numerator, whole[name].denominator) == (
            EXPECTED[name]["numerator"], EXPECTED[name]["denominator"],
        ), name  # fmt: skip
    said = {name: whole[name].value for name in whole}
    assert said["K6_late"] == EXPECTED["K6"]["late_cancellations"]
    assert (whole["K7"].numerator, whole["K7"].denominator) == (EXPECTED["K7"]["started"], EXPECTED["K7"]["requests"])
    assert (said["K7_median_days"], whole["K7_within_14"].numerator) == (
        EXPECTED["K7"]["median_days"], EXPECTED["K7"]["within_14"],
    )  # fmt: skip
    assert [said[f"K8_{name}"] for name in ("contacts", "face_to_face", "companies", "placements")] == [
        EXPECTED["K8"][name] for name in ("contacts", "face_to_face", "companies", "placements_started")
    ]
    assert (said["K9_fleksjob"], said["K9_foertidspension"]) == tuple(EXPECTED["K9"].values())
    assert (whole["K10"].numerator, whole["K10"].denominator) == tuple(EXPECTED["K10"].values())
    assert (said["K11"], said["both_tracks"]) == (EXPECTED["K11"], EXPECTED["both_tracks"])
    assert document(tuple(whole.values()), YEAR, programme=None)["as_of"] == EXPECTED["as_of"]

    jobs = {each.id: (each.numerator, each.denominator) for each in team_jobs(team.database, YEAR)}
    assert set(jobs) == {"job_13", "job_26", "job_52"}
    assert all(of is not None and kept is not None and kept <= of for kept, of in jobs.values())
    assert jobs["job_13"][1]

    load = team_caseload(team.database, YEAR)
    assert {each.consultant: each.citizens for each in load.shares} == EXPECTED["K11"]
    whole_review = team_fidelity(team.database, YEAR)
    assert (whole_review.total, whole_review.items[0].score) == (None, 4)
    publish_document(team.database, from_table(BENCHMARK, "tal.csv"), "sammenligningstal")

    devices = [team.device(initials) for initials in ("MH", "TB", "SK")]
    assert devices[0].workspace.reporting.caseload(YEAR).shares[0].citizens == EXPECTED["K11"]["MH"]
    kept = [device.workspace.reporting.jobs(YEAR) for device in devices]
    for number, whole_job in enumerate(team_jobs(team.database, YEAR)):
        assert sum(part[number].numerator or 0 for part in kept) == whole_job.numerator
        assert sum(part[number].denominator or 0 for part in kept) == whole_job.denominator
    parts = [by_id(device.workspace.reporting.outcomes(YEAR)) for device in devices]
    assert parts[0]["K6"].benchmarks[0].source == "jobindsats.dk"
    for name in SUMMED:
        assert sum(part[name].numerator or 0 for part in parts) == whole[name].numerator, name
        assert sum(part[name].denominator or 0 for part in parts) == whole[name].denominator, name
        assert sum(part[name].excluded for part in parts) == whole[name].excluded, name
    for name in COUNTED:
        assert sum(part[name].numerator or 0 for part in parts) == whole[name].numerator, name
    for name in ("K8_placements", "K11"):
        held: Counter[str] = Counter()
        for part in parts:
            held.update(dict(part[name].value))  # type: ignore[arg-type]
        assert dict(held) == whole[name].value, name


def test_a_stand_in_s_figures_hold_only_their_own_citizens(office: Office) -> None:
    mine, hers = office.citizen("TB"), office.citizen("MH")
    office.assign(hers, "TB", role="substitute", until=date(2026, 12, 31))
    device = office.device("TB")
    assert {row.id for row in device.workspace.lookup.citizens(date(2026, 11, 23))} == {mine, hers}
    (caseload,) = (
        f for f in device.workspace.reporting.outcomes(Period(date(2026, 1, 1), date(2026, 11, 23))) if f.id == "K11"
    )
    assert caseload.value == {"TB": 1}


def test_that_figures_were_seen_is_logged_without_anybody_s_name(office: Office) -> None:
    office.citizen("MH")
    device = office.device("MH")
    device.workspace.reporting.outcomes(YEAR)
    assert [entry.detail for entry in device.workspace.log_entries() if entry.action == "list"][-1:] == ["report 1"]
