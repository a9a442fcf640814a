"""The organisation's offline key: what it seals, what it orders, which key follows it, and the file it rests in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fieldtui.base.errors import BadFile, BadUsage, WrongPassphrase
from fieldtui.central.keyfile import read_private, read_public, write_private, write_public
from fieldtui.wire.organisation import (
    OrganisationKey,
    OrganisationKeyRefused,
    WipeOrder,
    new_organisation_key,
    require_order,
    seal,
    successor_of,
)

KEY, OTHER = new_organisation_key(), new_organisation_key()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PHRASE = "en sætning der ligger i en kuvert"
CHEAP = (19_456, 2, 1)


def an_order(**change: Any) -> WipeOrder:
    signed = KEY.order("d1", nonce="0f" * 16, issued_at=NOW, expires_at=NOW + timedelta(days=3), push_first=False)
    return signed.model_copy(update=change)


@given(st.binary(max_size=2_000), st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=4))
def test_only_the_keys_holder_opens_what_was_sealed_and_only_as_what_it_was(
    plain: bytes, context: dict[str, Any]
) -> None:
    sealed = seal(KEY.public, plain, context)
    assert KEY.open(sealed, context) == plain
    for opener, data, about in (
        (OTHER, sealed, context),
        (KEY, sealed, {**context, "x-": 1}),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), context),
        (KEY, bytes([sealed[0] ^ 1]) + sealed[1:], context),
        (KEY, sealed[:20], context),
    ):
        with pytest.raises(OrganisationKeyRefused):
            opener.open(data, about)


def test_an_order_holds_for_its_device_until_its_time_is_over() -> None:
    require_order(an_order(), KEY.public, device_id="d1", now=NOW)
    require_order(WipeOrder.model_validate_json(an_order().model_dump_json()), KEY.public, device_id="d1", now=NOW)
    for order, key, device, now, why in (
        (an_order(), OTHER.public, "d1", NOW, "key"),
        (an_order(by=OTHER.public.kid), OTHER.public, "d1", NOW, "signature"),
        (an_order(), KEY.public, "d2", NOW, "device"),
        (an_order(), KEY.public, "d1", NOW + timedelta(days=3, seconds=1), "expired"),
    ):
        with pytest.raises(OrganisationKeyRefused, match=why):
            require_order(order, key, device_id=device, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"device_id": "d2"},
        {"nonce": "1f" * 16},
        {"issued_at": "2026-11-22T12:00:01+00:00"},
        {"expires_at": "2036-11-22T12:00:00+00:00"},
        {"push_first": True},
        {"signature": ""},
        {"signature": "AAAA"},
        {"signature": "ikke base64"},
    ],
)
def test_nothing_in_an_order_can_be_changed(change: dict[str, Any]) -> None:
    with pytest.raises(OrganisationKeyRefused, match="signature"):
        require_order(an_order(**change), KEY.public, device_id=change.get("device_id", "d1"), now=NOW)


def test_a_chain_of_keys_is_followed_in_any_order_and_round_no_circle() -> None:
    keys = [new_organisation_key() for _ in range(4)]
    chain = [keys[0].public, *(before.endorse(after.public) for before, after in pairwise(keys))]
    newest = successor_of(keys[0].public, tuple(reversed(chain)))
    assert newest is not None
    assert newest.kid == keys[3].public.kid
    found = successor_of(keys[2].public, tuple(chain))
    assert found is not None
    assert found.kid == keys[3].public.kid
    assert successor_of(OTHER.public, tuple(chain)) is None
    gap = (chain[0], chain[1], chain[3])
    found = successor_of(keys[0].public, gap)
    assert found is not None
    assert found.kid == keys[1].public.kid  # as far as the word of one key for the next goes
    circle = (keys[1].endorse(keys[0].public), keys[0].endorse(keys[1].public))
    assert successor_of(keys[0].public, circle) is not None
    assert successor_of(keys[0].public, ()) is None


def test_an_endorsement_is_for_one_key_by_one_key() -> None:
    endorsed = KEY.endorse(OTHER.public)
    assert endorsed.endorsed_by(KEY.public)
    assert not endorsed.endorsed_by(OTHER.public)
    third = new_organisation_key().public.model_copy(update={"endorsement": endorsed.endorsement})
    assert not third.endorsed_by(KEY.public)
    assert endorsed.kid == OTHER.public.kid  # the word for a key is no part of it
    assert endorsed.words == OTHER.public.words


@pytest.mark.parametrize(
    "change", [{"recovery": "AAAA"}, {"signing": "AAAA"}, {"recovery": "å"}, {"version": 2}, {"format": "x"}]
)
def test_a_public_key_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrganisationKey.model_validate({**KEY.public.model_dump(), **change})


# --- the file -------------------------------------------------------------------------------------


def test_the_private_file_opens_with_its_passphrase_only_and_is_never_written_over(tmp_path: Path) -> None:
    path, public = tmp_path / "org.key", tmp_path / "org.pub"
    write_private(path, KEY, PHRASE, cost=CHEAP)
    write_public(public, KEY.public)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_private(path, PHRASE).public == read_public(public) == KEY.public
    assert KEY.public.signing.encode() in path.read_bytes()  # which key it is shows without the passphrase
    with pytest.raises(WrongPassphrase):
        read_private(path, PHRASE + "!")
    with pytest.raises(BadUsage):
        write_private(path, OTHER, PHRASE, cost=CHEAP)
    with pytest.raises(BadUsage):
        write_public(public, OTHER.public)
    assert read_public(public) == KEY.public
    with pytest.raises(BadUsage):
        write_private(tmp_path / "new", KEY, "for kort", cost=CHEAP)
    assert not (tmp_path / "new").exists()


def test_a_private_file_that_was_changed_is_refused_before_much_work_is_done(tmp_path: Path) -> None:
    path = tmp_path / "org.key"
    write_private(path, KEY, PHRASE, cost=CHEAP)
    whole = json.loads(path.read_text())
    for change, error in (
        ({"public": OTHER.public.model_dump(exclude_none=True)}, WrongPassphrase),
        ({"kdf": {**whole["kdf"], "m": 2**31}}, BadFile),
        ({"kdf": {**whole["kdf"], "t": 1}}, BadFile),
        ({"version": 2}, BadFile),
        ({"more": 1}, BadFile),
        ({"nonce": "AAAA"}, (BadFile, WrongPassphrase)),
    ):
        path.write_text(json.dumps(whole | change))
        with pytest.raises(error):
            read_private(path, PHRASE)
    for text in ("", "{}", "[" * 5_000, "x" * 40_000):
        path.write_text(text)
        with pytest.raises(BadFile):
            read_private(path, PHRASE)
        with pytest.raises(BadFile):
            read_public(path)
