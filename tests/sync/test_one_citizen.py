"""Two cards of one citizen across laptops: they converge, they move together, and nobody merges what is not theirs."""

from __future__ import annotations

from datetime import date

import pytest

from fieldtui.base.errors import BadUsage
from fieldtui.central.erasing import erase, retention, set_retention
from fieldtui.central.samecitizen import duplicates
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


def test_one_citizen_with_two_consultants_is_handed_over_before_two_cards_become_one_and_then_they_stay_together(
    office: Office,
) -> None:
    old, new = "6101900001", "6101900003"
    first = office.citizen("MH", given_name="Ali", family_name="Demir", cpr=old)
    second = office.citizen("TB", given_name="ali", family_name="Demir", cpr=new, enrolled_on="2026-01-02")
    office.citizen("TB", given_name="Ali", family_name="Demir", cpr="6201900001")
    [pair] = duplicates(office.database)
    assert (set(pair.consultants), pair.likeness.why) == ({"MH", "TB"}, "name")
    assert not any(secret in str(pair.as_json()) for secret in ("Demir", old, new))

    # No screen lets anybody do this: what a changed program would send is refused all the same, and stays visible.
    device, colleague = office.device("MH"), office.device("TB")
    store = device.workspace.store
    record = store.get(first)
    assert record is not None
    pointing = record.record.model_copy(update={"merged_into": second})
    store.write([Put(first, pointing, hold_seconds=0)], label="-", actor=device.person.id)
    assert device.sync().rejected == 1
    [waiting] = device.workspace.waiting.list()
    assert "Aftal en overdragelse" in waiting.why
    assert "merged_into" not in office.body(first)
    device.workspace.waiting.give_up(waiting.op_id)

    office.assign(second, "MH")
    device.sync()
    device.workspace.casework.merge_citizens(first, second, "nyt nummer")
    device.sync()
    assert duplicates(office.database) == ()

    office.assign(first, "TB")  # the other card goes along
    device.sync()
    colleague.sync()
    assert device.workspace.store.all("citizen") == ()
    assert stands(colleague) == {second: first}
    assert len(colleague.workspace.lookup.list("citizen")) == 2

    set_retention(office.database, 30)
    colleague.edit(second, discharged_on="2026-01-31")
    colleague.sync()
    assert retention(office.database).due == ()  # the card that stands for both is not over
    colleague.edit(first, discharged_on="2026-10-05")
    colleague.sync()
    assert retention(office.database).due == (first,)
    with pytest.raises(BadUsage) as refused:
        erase(office.database, first, "anmodning om sletning")
    assert "2 kort" in refused.value.message
    erase(office.database, first, "anmodning om sletning", all_cards=True)
    colleague.sync()
    assert not {first, second} & {each.id for each in colleague.workspace.store.all("citizen")}


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
