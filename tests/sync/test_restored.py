"""A central system that was put back to an earlier moment: what a laptop wrote stays, and nobody is asked for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select

from fieldtui.base.errors import Unreachable
from fieldtui.central import administration
from fieldtui.central.incarnation import kept_seq, renew_incarnations
from fieldtui.central.schema import METADATA
from tests.sync.office import Office


def backed_up(office: Office) -> Callable[[], None]:
    """What the office has now; called, it is put in the place of what there is then, as a restore does it."""
    with office.database.transaction() as connection:
        rows = {
            table: [dict(row._mapping) for row in connection.execute(select(table))] for table in METADATA.sorted_tables
        }

    def restore() -> None:
        with office.database.transaction() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(delete(table))
            for table, found in rows.items():
                if found:
                    connection.execute(insert(table), found)
            renew_incarnations(connection, office.database.ids)

    return restore


def test_an_edit_that_another_laptops_came_upon_before_the_restore_is_not_taken_for_the_offices(office: Office) -> None:
    citizen = office.citizen()
    first, second = office.device(), office.device()
    restore = backed_up(office)
    second.edit(citizen, district="Nord")
    second.sync()
    first.edit(citizen, considerations="Allergi", district="Syd")
    first.network.lose_request = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):
        first.sync()
    (conflict,) = first.workspace.conflicts.list()
    first.workspace.conflicts.resolve(conflict.id, "mine")
    restore()
    administration.put_record(office.database, "citizen", citizen, {**office.body(citizen), "phone": "20304050"})
    first.network.lose_request = lambda _request: False
    office.settle(first)
    assert office.body(citizen)["considerations"] == "Allergi"


def test_a_backup_that_is_restored_twice_asks_nobody_about_what_they_never_wrote(office: Office) -> None:
    citizen = office.citizen(district="Syd")
    device = office.device()
    restore = backed_up(office)
    restore()
    device.sync()
    restore()
    administration.put_record(office.database, "citizen", citizen, {**office.body(citizen), "district": "Nord"})
    report = device.sync()
    assert (report.finished, report.conflicts) == (True, 0)
    assert device.body(citizen)["district"] == "Nord"


def test_what_is_kept_is_what_the_last_life_that_both_sides_know_had_when_either_left_it() -> None:
    left = {"a": 10, "b": 25}
    assert kept_seq(left, "b", [("a", 10)]) == 25
    assert kept_seq(left, "c", [("a", 7)]) == 7
    assert kept_seq(left, "c", [("a", 10), ("b", 30)]) == 25
    assert kept_seq(left, "c", [("d", 30)]) == 0
    assert kept_seq(left, "c") == 0
