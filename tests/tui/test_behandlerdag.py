"""A treatment worker's I dag: joint meetings, referrals with their clocks, outreach days, and of citizens only what consent opens."""

from __future__ import annotations

from datetime import timedelta

from textual.widgets import Input

from fieldtui.base.clock import isoformat
from fieldtui.base.ids import SeededIds
from fieldtui.central import administration
from fieldtui.tui.app import FieldtuiApp
from tests.sync.office import MONDAY, Office
from tests.tui.support import SIZES, grid, press, settle, shows


def citizen(office: Office, name: str, *, says_yes: bool) -> tuple[str, str]:
    """A citizen with a referral and a joint meeting tomorrow, given to the treatment worker; citizen's and referral's id."""
    citizen_id = office.citizen("MH", given_name=name, family_name="Prøve", cpr="6101900001")
    asked = (MONDAY - timedelta(days=12)).date().isoformat()
    referral = office.put("referral", citizen_id=citizen_id, basis="SEL101", requested_on=asked, referred_on=asked)
    for kind, hours in (("brobygning", 25), ("jobsamtale", 27)):
        office.put(
            "appointment", citizen_id=citizen_id, consultant_id=office.mh.id, kind=kind, place=f"Sted for {kind}",
            starts_at=isoformat(MONDAY + timedelta(hours=hours)),
        )  # fmt: skip
    if says_yes:
        office.put(
            "consent", citizen_id=citizen_id, recipient="Behandlingscenter Øst", given_on=asked, expires_on="2026-12-31"
        )
    office.assign(citizen_id, "BH", "treatment")
    return citizen_id, referral


async def test_a_treatment_worker_has_an_i_dag_of_their_own(office: Office) -> None:
    administration.add_consultant(office.database, "BH", "Bo Havnsø", "treatment", unit="Behandlingscenter Øst")
    _mine, referral = citizen(office, "Fatima", says_yes=True)
    citizen(office, "Jens", says_yes=False)
    device = office.device("BH")
    for size in SIZES:
        app = FieldtuiApp(device.workspace.folder, clock=device.clock, ids=SeededIds("bh"), workspace=device.workspace)
        async with app.run_test(size=size, notifications=True) as pilot:
            await settle(pilot)
            text = await shows(app, pilot, "dag 12 af 14")
            assert all(len(line) <= size[0] for line in text.splitlines())
            assert [word for word in text.splitlines()[0].split() if word.isdigit()] == ["1", "6", "7"]
            for words in ("Fælles møder · 1", "Fatima P.", "I morgen", "Sted for brobygning", "Venter på behandling · 1",
                          "▲ 2 dage tilbage", "√ samtykke 31-12", "Udadvendte dage · 0"):  # fmt: skip
                assert words in text, (size, words)
            assert "Jens" not in text, "who did not say yes is not there"
            assert "Sted for jobsamtale" not in text
            if size != (100, 30):
                continue
            await press(pilot, "plus", "3", "2")
            assert "Fælles møder" in grid(app), "no appointments are made here"
            await press(pilot, "n")
            await shows(app, pilot, "Ny aktivitet")
            app.screen.query_one("#entry-place", Input).value = "Værestedet Ankeret"
            await press(pilot, "ctrl+s")
            await shows(app, pilot, "Udadvendte dage · 1")
            await press(pilot, "z")
            await shows(app, pilot, "Udadvendte dage · 0")
            await press(pilot, "right")
            await shows(app, pilot, "er modtaget")
    device.sync()
    assert office.body(referral)["received_on"] == "2026-11-23"
