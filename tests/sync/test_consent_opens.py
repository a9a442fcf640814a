"""What a treatment worker sees: only files whose consent names them, and not a day longer, with or without a network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fieldtui.base.errors import BadUsage, InvalidRecords, NotFound
from fieldtui.central import administration
from tests.sync.office import Device, Office

UNIT = "Center for Rusmiddelbehandling"


def clinic(office: Office, unit: str | None = UNIT) -> Device:
    """A treatment worker's laptop."""
    administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=unit)
    return office.device("BH")


def consented(office: Office, **consent: Any) -> str:
    """A citizen of MH's, assigned to BH for treatment, with one consent."""
    citizen = office.citizen("MH", job_goal="Gartner", phone="12345678")
    office.put("note", citizen_id=citizen, text="Kun for konsulenten", written_at="2026-11-20T10:00+01:00")
    given = {"recipient": UNIT, "direction": "both", "given_on": "2026-11-01", **consent}
    office.put("consent", citizen_id=citizen, **given)
    office.assign(citizen, "BH", "treatment")
    return citizen


@pytest.mark.parametrize(
    ("recipient", "opens"),
    [
        (UNIT, True),
        ("  center for  RUSMIDDELBEHANDLING ", True),
        ("Bo Havnsø", True),
        ("Center", False),
        (f"{UNIT}, Østerbro", False),
        ("behandleren", False),
        ("BH", False),
    ],
)
def test_words_open_a_file_only_where_they_are_the_workers_name_or_unit(
    office: Office, recipient: str, opens: bool
) -> None:
    device = clinic(office)
    citizen = consented(office, recipient=recipient)
    device.sync()
    assert (device.workspace.store.get(citizen) is not None) == opens
    assert not device.workspace.lookup.list("note")


def test_an_id_opens_for_that_worker_or_for_the_partner_that_is_their_unit_and_for_nobody_else(office: Office) -> None:
    device = clinic(office)
    ours = office.put("partner", name=UNIT, kind="treatment_unit")
    others = office.put("partner", name="Ambulatorium Havnefronten", kind="treatment_unit")
    closed = office.put("partner", name=UNIT, kind="treatment_unit", valid_to="2026-10-31")
    by_person = consented(office, recipient="Bo", recipient_id=device.person.id)
    by_unit = consented(office, recipient="Centret", recipient_id=ours)
    elsewhere = consented(office, recipient=UNIT, recipient_id=others)
    gone = consented(office, recipient=UNIT, recipient_id=closed)
    nobody = consented(office, recipient=UNIT, recipient_id=office.id())
    device.sync()
    seen = {citizen: device.workspace.store.get(citizen) is not None for citizen in (by_person, by_unit)}
    assert all(seen.values())
    assert all(device.workspace.store.get(citizen) is None for citizen in (elsewhere, gone, nobody))


def test_to_whom_else_the_citizen_said_yes_is_not_the_workers_to_know(office: Office) -> None:
    device = clinic(office)
    citizen = consented(office)
    office.put("consent", citizen_id=citizen, recipient="Hjemmeplejen", given_on="2026-11-01")
    device.sync()
    assert [each.record.recipient for each in device.workspace.lookup.list("consent")] == [UNIT]


def test_without_a_unit_nothing_but_the_own_name_opens_and_a_unit_that_is_set_opens_at_the_next_request(
    office: Office,
) -> None:
    device = clinic(office, unit=None)
    citizen = consented(office)
    device.sync()
    assert device.workspace.store.get(citizen) is None
    administration.set_unit(office.database, "BH", UNIT)
    device.sync()
    assert device.workspace.store.get(citizen) is not None
    administration.set_unit(office.database, "BH", "Et andet sted")
    assert device.sync().purged > 0
    with pytest.raises(BadUsage):
        administration.set_unit(office.database, "MH", UNIT)


def test_a_consent_that_is_withdrawn_closes_at_the_next_request(office: Office) -> None:
    device, mine = clinic(office), office.device("MH")
    citizen = consented(office)
    mine.sync()
    device.sync()
    assert device.workspace.store.get(citizen) is not None
    (consent,) = mine.workspace.lookup.list("consent")
    mine.workspace.casework.withdraw_consent(consent.id, "pr. telefon")
    mine.sync()
    assert device.sync().purged > 0
    assert device.workspace.store.get(citizen) is None


def test_a_consent_that_runs_out_closes_the_file_without_a_network(office: Office) -> None:
    device = clinic(office)
    citizen = consented(office, expires_on="2026-11-25")
    device.sync()
    device.clock.advance(timedelta(days=2))
    assert device.workspace.store.get(citizen) is not None
    assert device.workspace.store.search("fatima")
    device.clock.advance(timedelta(days=1))
    assert device.workspace.store.get(citizen) is None
    assert device.workspace.store.search("fatima") == ()
    assert device.workspace.lookup.list("citizen") == ()
    assert device.workspace.store.cases() == ()
    assert device.workspace.status().citizens == 0
    with pytest.raises(NotFound):
        device.workspace.lookup.open_citizen(citizen)
    with pytest.raises(InvalidRecords):
        device.workspace.casework.create(
            "bridging_note", {"citizen_id": citizen, "text": "Kom ikke", "written_at": "2026-11-26T10:00"}
        )
    office.clock.advance(timedelta(days=3))
    assert device.sync().purged > 0


def test_a_substitutes_files_close_after_the_last_day_without_a_network(office: Office) -> None:
    device = office.device("TB")
    citizen, own = office.citizen("MH"), office.citizen("TB")
    office.assign(citizen, "TB", "substitute", (office.clock.now() + timedelta(days=1)).date())
    device.sync()
    device.edit(citizen, district="Nord")
    device.clock.advance(timedelta(days=1))
    assert device.workspace.store.get(citizen) is not None
    device.clock.advance(timedelta(days=1))
    assert device.workspace.store.get(citizen) is None
    assert device.workspace.store.get(own) is not None
    office.clock.advance(timedelta(days=2))
    report = device.sync()
    assert (report.rejected, report.purged) == (0, 1)
    parked = [row for row in device.workspace.syncing.waiting() if row.state == "parked"]
    assert parked == [], "it lies at the office now, for the citizen's own consultant"


def test_a_consent_that_names_no_worker_is_stored_with_a_warning(office: Office) -> None:
    administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=UNIT)
    citizen = office.citizen("MH")
    mine = office.device("MH")
    give = mine.workspace.casework.give_consent
    day = office.clock.now().date()
    assert give(citizen, UNIT.upper(), given_on=day).warnings == ()
    (warning,) = give(citizen, "Behandlingen", given_on=day).warnings
    assert "Ingen behandler" in warning
