"""S16: a vault whose passphrase is lost, opened with the office's help; and everybody who must not get in that way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldtui.base.errors import (
    AnswerRefused,
    NoOrganisationSlot,
    PassphraseTooWeak,
    Revoked,
    WrongPassphrase,
    WrongRecoveryCode,
)
from fieldtui.base.ids import SeededIds
from fieldtui.services import recovering, unlocking
from fieldtui.services.shutout import Shutout
from fieldtui.services.workspace import Workspace
from fieldtui.store import MetaKey
from fieldtui.vault import CHEAPEST, Secret
from fieldtui.vault.header import MAX_SLOTS, Header, OrganisationSlot, parse_header
from fieldtui.vault.organisationslot import ASKED
from fieldtui.wire.keys import new_device_key, private_key_text, public_key_text
from fieldtui.wire.organisation import OrganisationKeyRefused, PrivateOrganisationKey, new_organisation_key
from fieldtui.wire.slotrecovery import SlotRequest, answer_request, read_request
from tests.support.vaults import OTHER_PHRASE, a_clock, files_below, phrase
from tests.support.workspaces import add_citizen, enrol_in_place, make_workspace

NEEDLE = "Vil gerne tilbage til lageret i maj"


def header_of(folder: Path) -> Header:
    return parse_header((folder / "vault" / "vault.json").read_bytes())


def slots_of(folder: Path) -> list[OrganisationSlot]:
    return [slot for slot in header_of(folder).slots if isinstance(slot, OrganisationSlot)]


def trust(workspace: Workspace, key: PrivateOrganisationKey, how: str = "enrolled") -> None:
    """What an enrolment leaves of the organisation's key; the next unlock acts on it."""
    with workspace.store.transaction():
        workspace.store.set_meta(MetaKey.ORGANISATION_KEY, key.public.model_dump_json())
        workspace.store.set_meta(MetaKey.ORGANISATION_KEY_TRUST, how)


def unlocked(folder: Path, text: str | None = None) -> Workspace:
    secret = phrase() if text is None else phrase(text)
    return unlocking.unlock(folder, secret, clock=a_clock(), ids=SeededIds("again", 1_795_000_000_000))


def kept_in(workspace: Workspace) -> dict[str, Any]:
    """Everything of one's own that a way in must leave as it was."""
    with workspace.store.reading() as connection:
        tables = ("record", "outbox", "draft", "history", "conflict")
        rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in tables}
    return {**rows, "cursor": workspace.store.meta(MetaKey.CURSOR), "key": workspace.store.meta(MetaKey.DEVICE_KEY)}


@pytest.fixture(scope="module")
def office() -> PrivateOrganisationKey:
    return new_organisation_key()


@pytest.fixture
def lost(tmp_path: Path, office: PrivateOrganisationKey) -> tuple[Path, dict[str, Any]]:
    """A vault with unsent work and a draft, whose passphrase nobody knows any more; and what is in it."""
    with make_workspace(tmp_path) as workspace:
        trust(workspace, office)
        citizen = add_citizen(workspace)
        workspace.drafts.save("note:1", "note", citizen, NEEDLE)
        workspace.store.set_meta(MetaKey.CURSOR, "c-42")
        kept = kept_in(workspace)
        folder = workspace.folder
    unlocked(folder).close()
    return folder, kept


def answered(request: SlotRequest, office: PrivateOrganisationKey) -> bytes:
    return answer_request(request, office).data()


def recover(folder: Path, answer: bytes, new: str = OTHER_PHRASE) -> tuple[Workspace, str]:
    return recovering.recover_with_answer(
        folder, answer, phrase(new), clock=a_clock(), ids=SeededIds("rec", 1_795_000_000_000), kdf=CHEAPEST
    )


def test_the_offices_answer_opens_the_vault_with_everything_in_it_and_sets_new_secrets(
    lost: tuple[Path, dict[str, Any]], office: PrivateOrganisationKey
) -> None:
    folder, kept = lost
    request = read_request(recovering.ask_office(folder, clock=a_clock()).data())
    workspace, code = recover(folder, answered(request, office))
    with workspace:
        assert kept_in(workspace) == kept
        assert "recover.organisation" in [entry.action for entry in workspace.log_entries()]
        assert not unlocking.code_confirmed(workspace)
    with pytest.raises(WrongPassphrase):
        unlocked(folder)
    with unlocked(folder, OTHER_PHRASE) as again:
        assert "kontorets hjælp" in (recovering.recovery_notice(again) or "")
        recovering.notice_given(again)
        assert recovering.recovery_notice(again) is None
        assert kept_in(again) == kept
    workspace, _newer = recovering.recover(
        folder, code, phrase(), clock=a_clock(), ids=SeededIds("c", 1_795_000_000_000), kdf=CHEAPEST
    )
    workspace.close()
    assert [slot.kid for slot in slots_of(folder)] == [office.public.kid]


def test_an_answer_opens_once_and_only_the_newest_request(
    lost: tuple[Path, dict[str, Any]], office: PrivateOrganisationKey
) -> None:
    folder, _kept = lost
    older = answered(recovering.ask_office(folder, clock=a_clock()), office)
    newest = answered(recovering.ask_office(folder, clock=a_clock()), office)
    before = files_below(folder)
    with pytest.raises(AnswerRefused) as refused:
        recover(folder, older)
    assert (refused.value.why, files_below(folder)) == ("request", before)
    recover(folder, newest)[0].close()
    assert not (folder / "vault" / ASKED).exists()
    before = files_below(folder)
    with pytest.raises(AnswerRefused) as refused:
        recover(folder, newest)
    assert refused.value.why == "no-request"
    assert files_below(folder) == before


def test_foreign_and_changed_answers_change_nothing_and_the_right_one_opens_afterwards(
    lost: tuple[Path, dict[str, Any]], office: PrivateOrganisationKey, tmp_path: Path
) -> None:
    folder, _kept = lost
    with make_workspace(tmp_path / "other") as other:
        trust(other, office)
    unlocked(other.folder).close()
    request = recovering.ask_office(folder, clock=a_clock())
    foreign = recovering.ask_office(other.folder, clock=a_clock())
    right = answered(request, office)
    said = json.loads(right)
    # Somebody's own vault key, sealed to the right request: it answers, and opens nothing.
    planted = answer_request(foreign.model_copy(update={"answer_to": request.answer_to}), office)
    wrong = [
        answered(foreign, office),
        b"",
        b"{}",
        right[:-20],
        json.dumps({**said, "ct": said["ct"][:-8] + "AAAAAAA="}).encode(),
        json.dumps({**said, "suite": "X25519-SHA256-AES256GCM"}).encode(),
        json.dumps({**said, "more": 1}).encode(),
        planted.model_copy(update={"request": request.digest}).data(),
        b" " * 100_000,
    ]
    before = files_below(folder)
    for each in wrong:
        with pytest.raises(AnswerRefused):
            recover(folder, each)
        assert files_below(folder) == before
    with pytest.raises(PassphraseTooWeak):
        recover(folder, right, "kort")
    assert files_below(folder) == before
    recover(folder, right)[0].close()


def test_whoever_exchanges_a_request_on_its_way_changes_its_words(
    lost: tuple[Path, dict[str, Any]], office: PrivateOrganisationKey
) -> None:
    folder, _kept = lost
    request = recovering.ask_office(folder, clock=a_clock())
    thief = new_organisation_key().public.recovery
    exchanged = request.model_copy(update={"answer_to": thief})
    assert exchanged.words != request.words
    answer_request(exchanged, office)  # the control: without the words, the thief gets the vault's key
    with pytest.raises(OrganisationKeyRefused):
        answer_request(request.model_copy(update={"vault_id": "0" * 32}), office)
    with pytest.raises(OrganisationKeyRefused):
        answer_request(request, new_organisation_key())


def test_no_key_that_only_a_sync_told_of_gets_a_slot_until_its_words_are_confirmed(tmp_path: Path) -> None:
    rogue = new_organisation_key()
    with make_workspace(tmp_path) as workspace:
        folder = workspace.folder
        Shutout(workspace.context).hear_keys((rogue.public,))
    unlocked(folder).close()
    assert slots_of(folder) == []
    with pytest.raises(NoOrganisationSlot):
        recovering.ask_office(folder, clock=a_clock())
    with unlocked(folder) as workspace:
        workspace.shutout.confirm_key(rogue.public.words)  # the control: a person vouches for it
    assert [slot.kid for slot in slots_of(folder)] == [rogue.public.kid]


def test_a_successor_that_the_trusted_key_endorses_takes_its_place_and_no_other_does(
    tmp_path: Path, office: PrivateOrganisationKey
) -> None:
    with make_workspace(tmp_path) as workspace:
        folder = workspace.folder
        trust(workspace, office)
    rogue, successor = new_organisation_key().public, office.endorse(new_organisation_key().public)
    with unlocked(folder) as workspace:
        workspace.shutout.hear_keys((office.public, rogue))
        assert [slot.kid for slot in slots_of(folder)] == [office.public.kid]
        workspace.shutout.hear_keys((office.public, successor))
        assert [slot.kid for slot in slots_of(folder)] == [successor.kid]
        assert [entry.action for entry in workspace.log_entries()].count("organisation_slot") == 2


@pytest.mark.parametrize(
    "change",
    [
        {"ct": "AAAA"}, {"ct": "A" * 5_000}, {"kid": "../../x"}, {"kid": 7}, {"created": "i dag"}, {"more": "x"},
        {"id": "Org 1"}, {"ct": None},
    ],
)  # fmt: skip
def test_a_slot_outside_its_limits_is_a_damaged_header(
    change: dict[str, Any], lost: tuple[Path, dict[str, Any]]
) -> None:
    from fieldtui.base.canonical import canonical_json
    from fieldtui.base.errors import HeaderDamaged

    folder, _kept = lost
    said = json.loads((folder / "vault" / "vault.json").read_bytes())
    slot = next(slot for slot in said["slots"] if slot["type"] == "org-hpke")
    assert parse_header(canonical_json(said)).slots  # the control
    slot.update(change)
    with pytest.raises(HeaderDamaged):
        parse_header(canonical_json(said))


def test_a_slot_sealed_in_a_later_way_is_carried_on_and_not_used(lost: tuple[Path, dict[str, Any]]) -> None:
    from fieldtui.base.canonical import canonical_json

    folder, _kept = lost
    said = json.loads((folder / "vault" / "vault.json").read_bytes())
    later = {"id": "org-2", "type": "org-hpke", "suite": "MLKEM768_X25519", "ct": "x" * 2_000}
    said["slots"] = [slot for slot in said["slots"] if slot["type"] != "org-hpke"] + [later]
    header = parse_header(canonical_json(said))
    assert not any(isinstance(slot, OrganisationSlot) for slot in header.slots)
    assert json.loads(header.canonical())["slots"][-1] == later
    assert len(header.slots) < MAX_SLOTS


def test_a_wrong_code_is_not_helped_by_a_request(lost: tuple[Path, dict[str, Any]]) -> None:
    folder, _kept = lost
    recovering.ask_office(folder, clock=a_clock())
    with pytest.raises(WrongRecoveryCode):
        recovering.recover(
            folder, "FT1-00000", Secret.of(OTHER_PHRASE), clock=a_clock(), ids=SeededIds("x", 1_795_000_000_000)
        )


@pytest.mark.parametrize("way", ["code", "answer"])
def test_a_device_that_is_shut_out_keeps_its_old_code_instead_of_dying_with_a_new_one(
    way: str, tmp_path: Path, office: PrivateOrganisationKey
) -> None:
    workspace, code = unlocking.create(
        tmp_path / "data", phrase(), clock=a_clock(), ids=SeededIds("shut"), kdf=unlocking.CHEAPEST
    )
    folder = workspace.folder
    with workspace:
        enrol_in_place(workspace.store)
        for name, value in ((MetaKey.SERVER_URL, "http://127.0.0.1:9"), (MetaKey.KEY_ID, "o.d")):
            workspace.store.set_meta(name, value)
        workspace.store.set_meta(MetaKey.DEVICE_KEY, private_key_text(new_device_key()))
        workspace.store.set_meta(MetaKey.SERVER_KEY, public_key_text(new_device_key()))
        trust(workspace, office)
    unlocked(folder).close()
    with unlocked(folder) as workspace:
        workspace.store.set_meta(MetaKey.LOCKED_REASON, "revoked")
    answer = answered(recovering.ask_office(folder, clock=a_clock()), office)
    before = header_of(folder).slots

    def again() -> None:
        if way == "code":
            ids = SeededIds("c", 1_795_000_000_000)
            recovering.recover(folder, code, phrase(OTHER_PHRASE), clock=a_clock(), ids=ids, kdf=CHEAPEST)
        else:
            recover(folder, answer)

    for _try in range(2):  # the second time it is the code that would be dead
        with pytest.raises(Revoked):
            again()
    assert header_of(folder).slots == before
