"""The golden conversation holds: its signatures are genuine, and our own central system answers as was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from fieldtui.central.database import Database
from fieldtui.central.serve import BackgroundServer
from fieldtui.wire.keys import load_public_key
from fieldtui.wire.signatures import HttpMessage, verify_request, verify_response
from tests.golden.ours import obey
from tests.golden.playing import Player, conversation, device_key, fixture
from tests.golden.script import script
from tests.support.central import clock, database, postgres

__all__ = ["clock", "database", "postgres"]


@pytest.fixture
def player(database: Database) -> Iterator[Player]:
    """A player before our own central system, which is empty."""
    with BackgroundServer(database) as server:
        yield Player(server.public_url, database.clock, lambda order: obey(database, order))


def test_our_own_central_system_answers_as_was_recorded(player: Player) -> None:
    wrong: dict[str, list[str]] = {}
    recorded = conversation()
    player.play(recorded, wrong.__setitem__)
    assert {name: problems for name, problems in wrong.items() if problems} == {}
    assert len(wrong) == len(recorded)


def test_a_central_system_that_answers_otherwise_is_found_out(player: Player) -> None:
    wrong: list[str] = []
    recorded = conversation()
    step = next(each for each in recorded if each["name"] == "MH-1 merges and tries again")
    step["expect"]["body"]["results"][0]["rev"] = 17
    player.play(recorded, lambda name, problems: wrong.extend(f"{name}: {each}" for each in problems))
    assert wrong == ["MH-1 merges and tries again: .body.results[0].rev is 3, not 17"]


def test_what_was_recorded_is_what_the_script_says() -> None:
    """Whoever changes the script records it again: `python -m tests.golden.recording`."""
    played = [{key: step[key] for key in step if key not in {"expect", "sent", "answered"}} for step in conversation()]
    assert played == script(fixture())


def _always(key: EllipticCurvePublicKey) -> Callable[[str], EllipticCurvePublicKey]:
    return lambda _key_id: key


def test_the_recorded_signatures_are_genuine() -> None:
    keys = {name: device_key(fixture(), name).public_key() for name in fixture()["devices"]}
    server = ""
    proven = 0
    for step in conversation():
        if "sent" not in step or "many" in step or step.get("signed", {}).get("tamper"):
            continue
        sent, answered = step["sent"], step["answered"]
        request = HttpMessage(sent["method"], sent["url"], sent["headers"], sent["body"].encode())
        created = re.search(r";created=([0-9]+)", sent["headers"]["signature-input"])
        assert created is not None
        now = datetime.fromtimestamp(int(created[1]), UTC)
        assert verify_request(request, resolve=_always(keys[step["as"]]), now=now).created == now
        server = server or str(json.loads(answered["body"])["server_key"])
        answer = HttpMessage(
            sent["method"], sent["url"], answered["headers"], answered["body"].encode(), answered["status"]
        )
        answered_at = verify_response(answer, request, key=load_public_key(server), now=now, max_age=None)
        assert abs(answered_at - now).total_seconds() < 4_000
        proven += 1
    assert proven > 20
