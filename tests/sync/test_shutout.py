"""Revoked, sealed, let in again, wiped: what a device does about its own end, and what nobody can make it do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from fieldtui.base.errors import ApprovalPending, BadUsage, Revoked, Unreachable, Wiped
from fieldtui.base.explain import explain
from fieldtui.central import administration, enrolling
from fieldtui.central.embedded import EmbeddedPostgres
from fieldtui.central.lockout import place_order, restore
from fieldtui.central.organisationkeys import set_organisation_key
from fieldtui.central.recovering import opened, put_recovered, read_file
from fieldtui.central.schema import device as device_table
from fieldtui.central.schema import organisation_key, parked, wipe_order
from fieldtui.central.team import picture
from fieldtui.services import unlocking
from fieldtui.services.enrolment import Enrolment
from fieldtui.services.erasing import push_then_erase
from fieldtui.store import MetaKey
from fieldtui.tui.presenters.team import device_rows
from fieldtui.vault import VaultState, vault_state
from fieldtui.wire.organisation import OrganisationKey, PrivateOrganisationKey, WipeOrder, new_organisation_key
from fieldtui.wire.sealed import Pending, Sealed
from tests.security.rogue import Rogue
from tests.support.vaults import phrase
from tests.sync.office import Device, Office, open_office

NONCE = "ab" * 16


@pytest.fixture(scope="module")
def key() -> PrivateOrganisationKey:
    return new_organisation_key()


@pytest.fixture(scope="module")
def guarded(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, key: PrivateOrganisationKey
) -> Iterator[Office]:
    """An office whose organisation has a key; tests that change the key take one of their own."""
    with open_office(postgres, tmp_path_factory.mktemp("guarded")) as office:
        set_organisation_key(office.database, key.public)
        yield office


def device_id(device: Device) -> str:
    found = device.workspace.store.meta(MetaKey.DEVICE_ID)
    assert found is not None
    return found


def order(
    key: PrivateOrganisationKey,
    device: Device,
    *,
    push_first: bool = False,
    lasts: timedelta = timedelta(days=30),
    to: str = "",
) -> WipeOrder:
    now = device.clock.now()
    return key.order(to or device_id(device), nonce=NONCE, issued_at=now, expires_at=now + lasts, push_first=push_first)


def revoked(device: Device) -> Revoked:
    with pytest.raises(Revoked) as told:
        device.sync()
    return told.value


def unlock(device: Device) -> None:
    """Lock and unlock over the device's own network."""
    folder, ids = device.workspace.folder, device.workspace.store.ids
    device.workspace.close()
    device.workspace = unlocking.unlock(folder, phrase(), clock=device.clock, ids=ids, via=device.network)
    device.__post_init__()


def pinned(device: Device) -> OrganisationKey | None:
    return device.workspace.shutout.key


def home(device: Device) -> Path:
    return device.workspace.folder / "vault"


def with_work(office: Office) -> tuple[Device, str, str]:
    """A device with a citizen of its own, one change and one draft that were not sent."""
    citizen = office.citizen(job_goal="Lager")
    device = office.device()
    device.edit(citizen, job_goal="Køkken")
    device.workspace.store.drafts.save(f"note:{citizen}", "note", citizen, "Begyndt på et notat")
    return device, citizen, device_id(device)


# --- the key --------------------------------------------------------------------------------------


def test_enrolment_pins_the_organisations_key_and_it_is_obeyed(guarded: Office, key: PrivateOrganisationKey) -> None:
    shutout = guarded.device().workspace.shutout
    assert shutout.key == key.public
    assert shutout.obeys


def test_a_key_that_comes_later_is_pinned_but_obeyed_only_once_a_person_compared_its_words(
    office: Office, key: PrivateOrganisationKey
) -> None:
    device = office.device()
    assert pinned(device) is None
    set_organisation_key(office.database, key.public)
    device.sync()
    shutout = device.workspace.shutout
    assert shutout.key == key.public
    assert not shutout.obeys
    with pytest.raises(BadUsage):
        shutout.confirm_key(("sol",) * 6)
    place_order(office.database, order(key, device))
    revoked(device)
    assert home(device).joinpath("vault.json").exists()
    restore(office.database, device_id(device))
    unlock(device)
    other = new_organisation_key()  # until somebody compared it, a key is no more than what was said last
    set_organisation_key(office.database, other.public, unendorsed=True)
    device.sync()
    assert pinned(device) == other.public
    set_organisation_key(office.database, key.public, unendorsed=True)
    device.sync()
    assert pinned(device) == key.public
    assert not device.workspace.shutout.obeys
    device.workspace.shutout.confirm_key(key.public.words)
    place_order(office.database, order(key, device))
    with pytest.raises(Wiped):
        device.sync()


def test_a_device_follows_a_key_that_the_old_one_vouches_for_and_no_other(
    office: Office, key: PrivateOrganisationKey
) -> None:
    guarded = office
    set_organisation_key(office.database, key.public)
    device, asleep = guarded.device(), guarded.device()
    middle, last = new_organisation_key(), new_organisation_key()
    with pytest.raises(BadUsage):
        set_organisation_key(guarded.database, middle.public)
    set_organisation_key(guarded.database, key.endorse(middle.public))
    device.sync()
    followed = device.workspace.shutout.key
    assert followed is not None
    assert followed.kid == middle.public.kid
    set_organisation_key(guarded.database, middle.endorse(last.public))
    for each in (device, asleep):  # the one that slept follows both steps at once
        each.sync()
        found = each.workspace.shutout.key
        assert found is not None
        assert found.kid == last.public.kid
        assert each.workspace.shutout.obeys
    rogue = new_organisation_key()
    set_organisation_key(guarded.database, rogue.public, unendorsed=True)
    device.sync()
    found = device.workspace.shutout.key
    assert found is not None
    assert found.kid == last.public.kid
    assert device.workspace.shutout.refused_key == rogue.public.kid
    assert [row.detail for row in device.workspace.log_entries() if row.action == "organisation_key.refused"] == [
        rogue.public.kid
    ]


def test_an_order_by_a_new_key_reaches_a_device_that_never_heard_of_it(
    office: Office, key: PrivateOrganisationKey
) -> None:
    set_organisation_key(office.database, key.public)
    device, successor = office.device(), new_organisation_key()
    set_organisation_key(office.database, key.endorse(successor.public))
    place_order(office.database, order(successor, device))
    with pytest.raises(Wiped):
        device.sync()


# --- revoked --------------------------------------------------------------------------------------


def test_a_revoked_device_seals_what_it_had_not_sent_and_the_office_takes_it_in(
    guarded: Office, key: PrivateOrganisationKey, tmp_path: Path
) -> None:
    device, citizen, number = with_work(guarded)
    company = guarded.put("company", name="Bageren")
    device.sync(manual=True)
    device.edit(citizen, job_goal="Skov")
    device.edit(company, notes="Ring efter klokken ti")
    administration.revoke(guarded.database, number)
    told = revoked(device)
    path = Path(told.sealed)
    assert str(path) in explain(told)
    assert path.parent == home(device)
    raw = path.read_bytes()
    for secret in ("Skov", "Begyndt", "Fatima", citizen):
        assert secret.encode() not in raw
    assert path.stat().st_mode & 0o077 == 0

    sealed = read_file(path)
    assert isinstance(sealed, Sealed)
    pending = opened(sealed, key, path)
    assert [(change.state, change.op.id) for change in pending.changes] == [("waiting", citizen), ("waiting", company)]
    assert [draft.text for draft in pending.drafts] == ["Begyndt på et notat"]
    taken = put_recovered(guarded.database, pending)
    assert (len(taken.parked), len(taken.applied)) == (1, 1)
    assert guarded.body(company)["notes"] == "Ring efter klokken ti"
    assert guarded.body(citizen)["job_goal"] == "Køkken"  # until a person has looked at it
    with guarded.database.transaction() as connection:
        mine = parked.c.device_id == number
        (waiting,) = connection.execute(select(parked.c.op, parked.c.state).where(mine)).all()
    assert (waiting.op["body"]["job_goal"], waiting.state) == ("Skov", "waiting")
    again = put_recovered(guarded.database, pending)
    assert (again.parked, again.applied, len(again.known)) == ([], [], 2)


def test_a_conflict_and_a_rejected_change_are_sealed_too(guarded: Office, key: PrivateOrganisationKey) -> None:
    citizen = guarded.citizen(job_goal="Lager")
    device, other = guarded.device(), guarded.device()
    other.edit(citizen, job_goal="Køkken")
    other.sync()
    device.edit(citizen, job_goal="Skov", district="Nord")
    device.sync()
    assert device.workspace.status().conflicts == 1
    device.edit(citizen, phone="12345678")
    with device.workspace.store.transaction() as connection:
        connection.execute("UPDATE outbox SET state = 'rejected', reason = 'validation:phone'")
    administration.revoke(guarded.database, device_id(device))
    path = Path(revoked(device).sealed)
    sealed = read_file(path)
    assert isinstance(sealed, Sealed)
    found = {change.state: change for change in opened(sealed, key, path).changes}
    assert set(found) == {"rejected", "conflict"}
    assert found["rejected"].reason == "validation:phone"
    body = found["conflict"].op.body
    assert body is not None
    assert (body["job_goal"], body["district"]) == ("Skov", "Nord")


def test_a_sealed_file_opens_for_nobody_else_and_not_once_it_is_changed(
    guarded: Office, key: PrivateOrganisationKey
) -> None:
    device, _citizen, number = with_work(guarded)
    administration.revoke(guarded.database, number)
    path = Path(revoked(device).sealed)
    sealed = read_file(path)
    assert isinstance(sealed, Sealed)
    for other, held in (
        (new_organisation_key(), sealed),
        (key, sealed.model_copy(update={"device_id": "en anden"})),
        (key, sealed.model_copy(update={"ct": sealed.ct[:-8] + "AAAAAAA="})),
        (new_organisation_key(), sealed.model_copy(update={"kid": new_organisation_key().public.kid})),
    ):
        with pytest.raises(Exception, match="BadFile"):
            opened(held, other, path)


def test_a_wrongly_revoked_device_opens_again_with_everything_once_the_office_says_so(guarded: Office) -> None:
    device, citizen, number = with_work(guarded)
    administration.revoke(guarded.database, number)
    path = Path(revoked(device).sealed)
    with pytest.raises(Revoked) as told:
        unlock(device)
    assert told.value.sealed == str(path)
    restore(guarded.database, number)
    device.network.lose_request = lambda _request: True
    with pytest.raises(Revoked):  # nobody answers: it stays shut
        unlock(device)
    device.network.lose_request = lambda _request: False
    unlock(device)
    assert not path.exists()
    assert device.workspace.store.drafts.all()[0].text == "Begyndt på et notat"
    assert device.sync().pushed == 1
    assert guarded.body(citizen)["job_goal"] == "Køkken"
    assert [row.action for row in device.workspace.log_entries() if row.action in {"revoked", "restored"}] == [
        "revoked",
        "restored",
    ]


def test_what_the_office_took_in_meanwhile_is_not_taken_twice_when_the_device_comes_back(
    guarded: Office, key: PrivateOrganisationKey
) -> None:
    device, citizen, number = with_work(guarded)
    administration.revoke(guarded.database, number)
    path = Path(revoked(device).sealed)
    sealed = read_file(path)
    assert isinstance(sealed, Sealed)
    put_recovered(guarded.database, opened(sealed, key, path))
    restore(guarded.database, number)
    unlock(device)
    report = device.sync()
    assert report.finished
    assert device.workspace.status().parked == 1
    assert guarded.body(citizen)["job_goal"] == "Lager"


def test_without_an_organisation_key_a_revoked_device_locks_and_keeps_and_says_so(office: Office) -> None:
    device, citizen, number = with_work(office)
    administration.revoke(office.database, number)
    told = revoked(device)
    assert told.sealed == ""
    assert "gemt" in explain(told)
    assert not list(home(device).glob("sealed-*"))
    restore(office.database, number)
    unlock(device)
    assert device.sync().pushed == 1
    assert office.body(citizen)["job_goal"] == "Køkken"


def test_only_a_signed_answer_shuts_a_device_out(guarded: Office) -> None:
    device, _citizen, _number = with_work(guarded)
    body = json.dumps({"type": "urn:fieldtui:problem:revoked", "title": "", "status": 403}).encode()
    device.network.change = lambda _request, _status, _headers, _body: (
        403,
        {"content-type": "application/problem+json"},
        body,
    )
    with pytest.raises(Unreachable):
        device.sync()
    assert not device.workspace.shutout.locked


# --- wiped ----------------------------------------------------------------------------------------


def test_a_wipe_order_destroys_headers_database_and_lists(guarded: Office, key: PrivateOrganisationKey) -> None:
    device, _citizen, number = with_work(guarded)
    today = device.clock.now().date()
    made = device.workspace.exports.appointments(today, today, profile="own", fmt="json")
    (device.workspace.folder / "backups").mkdir()
    (device.workspace.folder / "backups" / "old.fvb").write_bytes(b"x")
    assert place_order(guarded.database, order(key, device))
    with pytest.raises(Wiped) as told:
        device.sync()
    assert "slette" in explain(told.value)
    left = {path.name for path in home(device).iterdir()}
    assert not left & {
        "vault.json",
        "vault.json.bak",
        "vault.db",
        "vault.db-wal",
        "vault.db-shm",
        "contact.json",
        "erasing",
    }
    assert not Path(made.file).exists()
    assert list((device.workspace.folder / "backups").iterdir()) == []
    assert unlocking.vault_state(device.workspace.folder) is unlocking.VaultState.MISSING
    device.workspace.close()
    (row,) = [each for each in administration.devices(guarded.database) if each.id == number]
    assert row.wipe_delivered_at is not None
    assert row.revoked_at is not None


def test_an_order_that_sends_first_loses_nothing(guarded: Office, key: PrivateOrganisationKey) -> None:
    device, citizen, number = with_work(guarded)
    place_order(guarded.database, order(key, device, push_first=True))
    device.network.lose_request = lambda request: request.method == "POST"
    with pytest.raises(Unreachable):  # not before everything is there
        device.sync()
    assert (home(device) / "vault.json").exists()
    device.network.lose_request = lambda _request: False
    with pytest.raises(Wiped):
        device.sync()
    assert guarded.body(citizen)["job_goal"] == "Køkken"
    assert not (home(device) / "vault.json").exists()
    (path,) = home(device).glob("sealed-*.json")  # the draft, which cannot be sent
    sealed = read_file(path)
    assert isinstance(sealed, Sealed)
    pending = opened(sealed, key, path)
    assert isinstance(pending, Pending)
    assert (pending.changes, [draft.text for draft in pending.drafts]) == ((), ["Begyndt på et notat"])
    administration.revoke(guarded.database, number)
    with pytest.raises(BadUsage):
        place_order(guarded.database, order(key, device, push_first=True, to=number))


def test_an_order_is_finished_at_the_next_unlock_where_the_process_was_killed(
    guarded: Office, key: PrivateOrganisationKey
) -> None:
    device, _citizen, _number = with_work(guarded)
    device.workspace.store.set_meta(MetaKey.WIPE_ORDER, order(key, device).model_dump_json())
    with pytest.raises(Wiped):
        unlock(device)
    assert unlocking.vault_state(device.workspace.folder) is unlocking.VaultState.MISSING


def test_what_an_erasure_left_that_was_cut_short_is_removed_and_a_mark_alone_removes_nothing(guarded: Office) -> None:
    device, _citizen, _number = with_work(guarded)
    device.workspace.close()
    (home(device) / "erasing").touch()
    assert unlocking.vault_state(device.workspace.folder) is unlocking.VaultState.PRESENT
    for name in ("vault.json", "vault.json.bak"):
        (home(device) / name).unlink()
    assert unlocking.vault_state(device.workspace.folder) is unlocking.VaultState.MISSING
    assert not (home(device) / "vault.db").exists()


def test_a_central_system_without_the_offline_key_cannot_make_a_device_wipe(
    guarded: Office, key: PrivateOrganisationKey
) -> None:
    device, other = guarded.device(sync=False), guarded.device(sync=False)
    attacker = new_organisation_key()
    swapped = {"organisation_keys": [attacker.public.model_dump(mode="json")]}
    lies: dict[str, tuple[WipeOrder | None, dict[str, Any]]] = {
        "nothing": (None, {}),
        "another key's": (order(attacker, device), {}),
        "another key's, and the key with it": (order(attacker, device), swapped),
        "another device's": (order(key, other), {}),
        "another device's, with the name changed": (
            order(key, other).model_copy(update={"device_id": device_id(device)}),
            {},
        ),
        "one past its time": (order(key, device, lasts=timedelta(days=-1)), {}),
        "one past its time, by a clock that was put back": (order(key, device, lasts=timedelta(days=1)), {}),
    }
    device.clock.advance(timedelta(days=2))
    rogue = Rogue(guarded, device)
    for name, (given, more) in lies.items():
        said: dict[str, Any] = {"type": "urn:fieldtui:problem:wipe", "title": "", "status": 403, **more}
        if given is not None:
            said["wipe_order"] = given.model_dump(mode="json")
        rogue.pages = lambda _lines, said=said: json.dumps(said).encode()
        rogue.status = 403
        rogue.headers = {"content-type": "application/problem+json"}
        before = sum(row.action == "wipe.refused" for row in device.workspace.log_entries())
        told = revoked(device)  # it may shut the device out; what is on it stays
        assert not isinstance(told, Wiped), name
        assert (home(device) / "vault.json").exists(), name
        refused = sum(row.action == "wipe.refused" for row in device.workspace.log_entries()) - before
        assert refused == (given is not None), name
    rogue.leave_alone()
    unlock(device)
    assert device.sync().finished


def test_an_order_means_nothing_to_the_same_machine_enrolled_anew(guarded: Office, key: PrivateOrganisationKey) -> None:
    device = guarded.device()
    old = order(key, device)
    place_order(guarded.database, old)
    with pytest.raises(Wiped):
        device.sync()
    again = guarded.device()
    with guarded.database.transaction() as connection:  # a central system that plays the old order to the new device
        mine = wipe_order.c.device_id == old.device_id
        connection.execute(update(wipe_order).where(mine).values(device_id=device_id(again)))
        connection.execute(
            update(device_table)
            .where(device_table.c.device_id == device_id(again))
            .values(revoked_at=guarded.clock.now())
        )
    assert not isinstance(revoked(again), Wiped)


def test_the_central_system_takes_no_order_that_its_organisation_did_not_sign(
    office: Office, key: PrivateOrganisationKey
) -> None:
    guarded = office
    set_organisation_key(office.database, key.public)
    device = guarded.device()
    for bad in (
        order(new_organisation_key(), device),
        order(key, device, lasts=timedelta(days=-1)),
        order(key, device).model_copy(update={"push_first": True}),
    ):
        with pytest.raises(BadUsage):
            place_order(guarded.database, bad)
    assert device.sync().finished
    with guarded.database.transaction() as connection:
        connection.execute(organisation_key.delete())
    with pytest.raises(BadUsage):
        place_order(guarded.database, order(key, device))


# --- codes ----------------------------------------------------------------------------------------


def test_a_second_use_of_a_code_is_refused_and_the_leader_sees_it(office: Office) -> None:
    code = enrolling.enrol_code(office.database, "MH", True, office.server.url)
    first, second = office.device(), office.device()

    def use(device: Device) -> None:
        for name in (MetaKey.CONSULTANT, MetaKey.DEVICE_KEY):
            device.workspace.store.set_meta(name, None)
        Enrolment(device.workspace.context, via=device.network).enrol(
            code.url, code.code, device_name="x", on_words=lambda _words: None
        )

    use(first)
    rows = {row.id: row for row in administration.devices(office.database)}
    assert rows[device_id(first)].code_used_again_at is None
    with pytest.raises(BadUsage):
        use(second)
    rows = {row.id: row for row in administration.devices(office.database)}
    alarmed = [row.id for row in rows.values() if row.code_used_again_at is not None]
    assert alarmed == [device_id(first)]
    assert datetime.fromisoformat(rows[device_id(first)].code_used_again_at or "") <= office.clock.now()


def test_a_leader_is_alarmed_by_a_code_that_two_machines_used_before_and_after_approval(office: Office) -> None:
    code = enrolling.enrol_code(office.database, "MH", False, office.server.url)
    first, second = office.device(), office.device()

    def use(device: Device) -> None:
        for name in (MetaKey.CONSULTANT, MetaKey.DEVICE_KEY):
            device.workspace.store.set_meta(name, None)
        Enrolment(device.workspace.context, via=device.network).enrol(
            code.url, code.code, device_name="x", on_words=lambda _words: None, wait_seconds=0
        )

    with pytest.raises(ApprovalPending):
        use(first)
    assert enrolling.waiting(office.database, code.code).reused_at is None
    with pytest.raises(BadUsage):
        use(second)
    assert enrolling.waiting(office.database, code.code).reused_at is not None
    with office.database.transaction() as connection:
        org_id = office.database.organisation(connection).id
    seen = picture(office.database, org_id)
    rows = device_rows(seen, office.clock.now())
    assert any("ALARM" in str(cell) for row in rows for cell in row.cells)
    number = enrolling.approve(office.database, code.code)
    (made,) = [each for each in picture(office.database, org_id).devices if each.id == number]
    assert made.code_used_again_at is not None


def test_an_erasure_that_sends_first_leaves_the_office_everything_or_erases_nothing(office: Office) -> None:
    citizen = office.citizen()
    device = office.device()
    folder = device.workspace.folder
    note = device.workspace.casework.write_note(citizen, "sidste notat").record_ids[0]
    device.workspace.drafts.save("note:x", "note", citizen, "kladde")
    with pytest.raises(BadUsage):
        push_then_erase(device.workspace)
    assert device.workspace.lookup.get(note).id == note, "a draft cannot be sent: nothing is erased"
    device.workspace.drafts.discard("note:x")
    push_then_erase(device.workspace)
    assert office.body(note)["text"] == "sidste notat"
    assert vault_state(folder) is VaultState.MISSING
    assert list(folder.rglob("*.db")) == []
