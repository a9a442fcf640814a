"""Two cards of one citizen across laptops: they converge, they move together, and nobody merges what is not theirs."""

from __future__ import annotations

from datetime import date

from fieldtui.central.samecitizen import duplicates
from fieldtui.domain.records import Citizen
from fieldtui.store import Put
from tests.sync.office import Device, Office


def stands(device: Device) -> dict[str, str]:
    """Who stands for whom, as a laptop sees it."""
    return dict(device.workspace.store.stand_ins())


def test_two_laptops_that_merge_in_opposite_directions_show_the_same_one_and_it_can_be_taken_back(
    office: Office,
) -> None:
    first, second = office.citizen("MH"), office.citizen("MH")
    one, other = office.device("MH"), office.device("MH")
    one.sync()
    other.sync()
    note = one.workspace.casework.create("note", {"citizen_id": second, "text": "Vil gerne arbejde"}).record_ids[0]
    one.workspace.casework.merge_citizens(first, second, "samme person")
    other.workspace.casework.merge_citizens(second, first, "samme person")
    for device in (one, other, one, other):
        device.sync()
    assert stands(one) == stands(other) == {max(first, second): min(first, second)}
    for device in (one, other):
        assert [each.id for each in device.workspace.lookup.open_citizen(second).notes] == [note]
    other.workspace.casework.unmerge_citizen(max(first, second), "alligevel to")
    for device in (other, one):
        device.sync()
    assert stands(one) == stands(other) == {}


def test_both_cards_go_to_the_colleague_who_takes_the_citizen_over(office: Office) -> None:
    keep, gone, mine = office.citizen("MH"), office.citizen("MH"), office.citizen("MH")
    device, colleague = office.device("MH"), office.device("TB")
    device.sync()
    device.workspace.casework.merge_citizens(keep, gone, "samme person")
    device.sync()
    office.assign(keep, "TB")
    device.sync()
    colleague.sync()
    assert [each.id for each in device.workspace.store.all("citizen")] == [mine]
    assert stands(colleague) == {gone: keep}
    assert [each.id for each in colleague.workspace.lookup.list("citizen")] == [keep]


def test_the_office_refuses_a_merge_with_a_colleagues_citizen_and_the_change_stays_visible(office: Office) -> None:
    mine, theirs = office.citizen("MH"), office.citizen("TB")
    device = office.device("MH")
    device.sync()
    store = device.workspace.store
    record = store.get(mine)
    assert record is not None
    assert isinstance(record.record, Citizen)
    # No screen lets anybody do this: what a changed program would send is refused all the same.
    pointing = record.record.model_copy(update={"merged_into": theirs})
    store.write([Put(mine, pointing, hold_seconds=0)], label="-", actor=device.person.id)
    report = device.sync()
    assert report.rejected == 1
    [waiting] = device.workspace.waiting.list()
    assert "Aftal en overdragelse" in waiting.why
    assert "merged_into" not in office.body(mine)


def test_the_office_finds_one_citizen_with_two_consultants_and_after_a_hand_over_they_become_one(
    office: Office,
) -> None:
    old, new = "6101900001", "0101900003"
    first = office.citizen("MH", given_name="Ali", family_name="Demir", cpr=old)
    second = office.citizen("TB", given_name="ali", family_name="Demir", cpr=new)
    office.citizen("TB", given_name="Ali", family_name="Demir", cpr="0201900001")
    [pair] = duplicates(office.database)
    assert (set(pair.consultants), pair.likeness.why) == ({"MH", "TB"}, "name")
    assert not any(secret in str(pair.as_json()) for secret in ("Demir", old, new))
    office.assign(second, "MH")
    device = office.device("MH")
    device.workspace.casework.merge_citizens(first, second, "nyt nummer")
    device.sync()
    assert duplicates(office.database) == ()


def test_the_consultant_sees_who_stands_in_and_until_when_and_after_that_nobody(office: Office) -> None:
    citizen = office.citizen("MH")
    device, standing_in = office.device("MH"), office.device("TB")
    office.assign(citizen, "TB", "substitute", date(2026, 11, 25))
    device.sync()
    standing_in.sync()

    def people(at: Device, day: date) -> list[str]:
        picture = at.workspace.lookup.picture_of(citizen, day)
        assert picture is not None
        return [each.written() for each in picture.involved]

    both = ["Koordinerer: Mette Holm", "Vikar: Tariq Bøgh, til 25-11-2026"]
    assert people(device, date(2026, 11, 25)) == people(standing_in, date(2026, 11, 25)) == both
    assert people(device, date(2026, 11, 26)) == both[:1]
