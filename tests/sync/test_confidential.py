"""Who is sent what: confidential notes go to the citizen's own consultant, disclosures to whom they were made."""

from __future__ import annotations

from datetime import timedelta

from fieldtui.central import administration
from fieldtui.services.notes import Share
from tests.sync.office import Device, Office

UNIT = "Center for Rusmiddelbehandling"


def texts(device: Device, collection: str = "note") -> set[str]:
    """The texts that lie in a vault, covered or not."""
    return {stored.record.text for stored in device.workspace.store.all(collection)}


def test_a_confidential_note_is_sent_to_the_citizens_own_consultant_and_its_author_and_to_nobody_else(
    office: Office,
) -> None:
    mine, stand_in = office.device("MH"), office.device("TB")
    citizen = office.citizen("MH")
    mine.sync()
    mine.workspace.casework.write_note(citizen, "Kun for Mette", confidential=True)
    mine.workspace.casework.write_note(citizen, "For alle på sagen")
    mine.sync()
    office.assign(citizen, "TB", "substitute", (office.clock.now() + timedelta(days=5)).date())
    stand_in.sync()
    assert texts(stand_in) == {"For alle på sagen"}
    stand_in.workspace.casework.write_note(citizen, "Kun for Mette og mig", confidential=True)
    stand_in.sync()
    mine.sync()
    assert texts(mine) == {"Kun for Mette", "For alle på sagen", "Kun for Mette og mig"}
    office.assign(citizen, "TB", "primary")
    stand_in.sync()
    assert texts(stand_in) == {"Kun for Mette", "For alle på sagen", "Kun for Mette og mig"}, "the file is theirs now"
    mine.sync()
    assert texts(mine) == set()


def test_a_share_that_waited_when_the_consent_was_withdrawn_reaches_the_office_and_never_the_recipient(
    office: Office,
) -> None:
    administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=UNIT)
    mine, clinic = office.device("MH"), office.device("BH")
    citizen = office.citizen("MH")
    mine.sync()
    casework = mine.workspace.casework
    [consent] = casework.give_consent(citizen, UNIT, given_on=office.clock.now().date()).record_ids
    casework.share(citizen, "Delt i tide", Share(UNIT))
    casework.share(citizen, "Til akutmodtagelsen", Share("Akutmodtagelsen", "lov", "SUL § 43, stk. 2"))
    casework.write_bridging_note(citizen, "Fælles koordinering")
    mine.sync()
    office.assign(citizen, "BH", "treatment")
    clinic.sync()
    assert texts(clinic, "bridging_note") == {"Delt i tide", "Fælles koordinering"}, (
        "what others were told is not theirs"
    )
    [late] = casework.share(citizen, "Nåede ikke ud", Share(UNIT)).record_ids
    assert "standset" in casework.withdraw_consent(consent, "pr. telefon").message
    mine.sync()
    assert office.body(late)["share_stopped_at"], "the note itself is the consultant's, and safe at the office"
    assert clinic.sync().purged > 0
    casework.give_consent(citizen, UNIT, given_on=office.clock.now().date())
    mine.sync()
    clinic.sync()
    assert texts(clinic, "bridging_note") == {"Delt i tide", "Fælles koordinering"}, (
        "a new yes does not send what was stopped"
    )


def test_a_share_made_while_a_colleagues_laptop_took_the_consent_back_is_never_sent_on(office: Office) -> None:
    administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit=UNIT)
    one, other, clinic = office.device("MH"), office.device("MH"), office.device("BH")
    citizen, today = office.citizen("MH"), office.clock.now().date()
    one.sync()
    [consent] = one.workspace.casework.give_consent(citizen, UNIT, given_on=today).record_ids
    one.sync()
    other.sync()
    office.assign(citizen, "BH", "treatment")
    [waiting] = one.workspace.casework.share(citizen, "Skrevet uden net", Share(UNIT)).record_ids
    other.workspace.casework.withdraw_consent(consent, "pr. telefon")
    other.sync()
    one.sync()
    assert office.body(waiting)["share_stopped_at"]
    one.sync()
    assert one.body(waiting).get("share_stopped_at"), "who wrote it sees that it was stopped"
    one.workspace.casework.give_consent(citizen, UNIT, given_on=today)
    one.sync()
    clinic.sync()
    assert texts(clinic, "bridging_note") == set()
