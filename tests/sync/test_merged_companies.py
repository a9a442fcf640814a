"""Two laptops without network bring the same two companies together: they agree, lose
nothing, and can take it back; what was said to be two is two for everybody."""

from __future__ import annotations

from tests.sync.office import MONDAY, Device, Office


def companies(device: Device) -> dict[str, tuple[str, ...]]:
    return {row.id: row.other_names for row in device.workspace.lookup.companies(MONDAY.date())}


def test_merges_in_opposite_directions_converge_and_are_taken_back_by_either(office: Office) -> None:
    solsort = office.put("company", name="Café Solsort", cvr="13748136")
    twin = office.put("company", name="Solsort ApS", phone="14 11 22 33")
    opening = office.put("opening", company_id=twin, title="Opvask")
    lager, other = office.put("company", name="Lager-X"), office.put("company", name="Lager X ApS")
    first, second = office.device("MH"), office.device("TB")
    first.workspace.casework.not_duplicate(lager, other)
    first.workspace.casework.merge_companies(solsort, twin)
    second.workspace.casework.merge_companies(twin, solsort)
    # Whoever has not heard of it goes on as before: a contact with the one that went into the other is taken.
    second.workspace.casework.log_employer_contact(solsort, "visit", MONDAY.date())
    office.settle(first, second)
    stands, goes = sorted((solsort, twin))
    assert companies(first) == companies(second)
    assert set(companies(first)) == {stands, lager, other}
    assert first.workspace.lookup.duplicates() == second.workspace.lookup.duplicates() == ()
    for device in (first, second):
        card = device.workspace.lookup.company(goes)
        assert card.company.id == stands
        assert [each.id for each in card.openings] == [opening]
        assert len(card.employer_contacts) == 1
        assert device.workspace.conflicts.list() == ()
    assert first.workspace.lookup.company(stands).before_calling != ()

    second.workspace.casework.unmerge_company(goes)
    office.settle(first, second)
    assert set(companies(first)) == set(companies(second)) == {solsort, twin, lager, other}
    assert office.body(opening)["company_id"] == twin
