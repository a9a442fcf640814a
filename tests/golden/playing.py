"""Plays the recorded conversation: signs anew with the fixture's keys, sends, proves the answers, compares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key

from fieldtui.base.clock import Clock
from fieldtui.wire.keys import load_public_key, public_key_text
from fieldtui.wire.signatures import HttpMessage, SignatureRefused, verify_response
from tests.golden.normal import Names, missing, normal
from tests.support.central import Device

FOLDER: Final = Path(__file__).parent
Office = Callable[[dict[str, Any]], dict[str, Any]]
"""Does what the office does at the central system: takes one order, gives what came of it."""

_WHEN: Final = re.compile(r"\{now([+-][0-9]+)?\}")


def fixture() -> dict[str, Any]:
    """The people, the citizens and the devices' keys that the conversation is about."""
    found: dict[str, Any] = json.loads((FOLDER / "fixture.json").read_text("utf-8"))
    return found


def conversation() -> list[dict[str, Any]]:
    """The recorded steps."""
    found: list[dict[str, Any]] = json.loads((FOLDER / "conversation.json").read_text("utf-8"))
    return found


def device_key(said: dict[str, Any], name: str) -> EllipticCurvePrivateKey:
    """A device's key; the fixture has its private number (P-256), in hexadecimal."""
    return derive_private_key(int(said["devices"][name], 16), SECP256R1())


@dataclass
class Player:
    """One playing of the conversation."""

    url: str
    clock: Clock
    office: Office
    said: dict[str, Any] = field(default_factory=fixture)
    devices: dict[str, Device] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    _last: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {each["id"] for each in self.said["citizens"]} | set(self.said["ids"].values())
        self._names = Names(known)
        self._people = {each["initials"] for each in self.said["people"]}
        for name in self.said["devices"]:
            self.devices[name] = Device(self.url, self.clock, device_key(self.said, name))

    def play(self, steps: list[dict[str, Any]], told: Callable[[str, list[str]], None]) -> list[dict[str, Any]]:
        """Take every step; the steps as they were now.

        Args:
            steps: As recorded.
            told: Told of each step what was wrong with it.
        """
        return [self._step(step, told) for step in steps]

    def _step(self, step: dict[str, Any], told: Callable[[str, list[str]], None]) -> dict[str, Any]:
        if "office" in step:
            order = step["office"]
            if order["do"] == "revoke":
                order = order | {"device_id": self.devices[order["device"]].device_id}
            self.codes |= self.office(order).get("codes", {})
            told(step["name"], [])
            return step
        request, answer, proven = self._exchange(step)
        expected = step.get("expect")
        if expected is not None:
            problems = missing(expected, answer["normal"])
            told(step["name"], problems if proven else [*problems, "the answer is not signed by the pinned key"])
        kept = {key: value for key, value in step.items() if key not in {"sent", "answered", "expect"}}
        given = {key: value for key, value in answer.items() if key != "normal"}
        return kept | {"expect": answer["normal"], "sent": request, "answered": given}

    def _exchange(self, step: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], bool]:
        name = step["as"]
        device = self.devices[name]
        path = step["path"].replace("{cursor}", self.cursors.get(name, ""))
        body = self._body(step)
        how: dict[str, Any] = dict(step.get("signed", {}))
        if "ahead_seconds" in how:
            how["created"] = self.clock.now() + timedelta(seconds=how.pop("ahead_seconds"))
        if how.pop("again", False):
            how["seq"] = device.seq
        if path == "/v1/enrol":
            how |= {"key_id": "enrol", "seq": 1}
        device.headers["fieldtui-protocol"] = str(step.get("protocol", 1))
        device.headers.pop("accept-encoding", None)
        pinned, device.server_key = device.server_key, ""  # proven below, and told, not raised
        status, headers, raw = device.request(step["method"], path, body, **how)
        device.server_key = pinned
        document = _read(raw, headers.get("content-type", ""))
        self._learn(name, path, status, document)
        shown = {"status": status, "body": normal(document, self._names, self._people)}
        shown_body = f"(the operation {step['many']} times)" if "many" in step else body.decode("utf-8")
        sent = {"method": step["method"], "url": self.url + path, "headers": device.sent, "body": shown_body}
        answered = {"status": status, "headers": headers, "body": raw.decode("utf-8"), "normal": shown}
        return sent, answered, self._proven(step["method"], path, device, body, status, headers, raw)

    def _body(self, step: dict[str, Any]) -> bytes:
        if step["method"] == "GET":
            return b""
        if "many" in step:
            return json.dumps({"ops": step["body"]["ops"] * int(step["many"])}).encode()
        text = json.dumps(step["body"], ensure_ascii=False)
        name = step["as"]
        text = text.replace("{code}", self.codes.get(name, "")).replace(
            "{key}", public_key_text(self.devices[name].key)
        )
        return _WHEN.sub(self._instant, text).encode()

    def _instant(self, found: re.Match[str]) -> str:
        return (self.clock.now() + timedelta(seconds=int(found[1] or 0))).astimezone(UTC).isoformat(timespec="seconds")

    def _learn(self, name: str, path: str, status: int, document: Any) -> None:
        device = self.devices[name]
        if path == "/v1/enrol" and status == 200:
            device.device_id, device.key_id = document["device_id"], document["key_id"]
            device.server_key = document["server_key"]
        if isinstance(document, list) and status == 200:
            self.cursors[name] = document[-1]["next"]

    def _proven(
        self, method: str, path: str, device: Device, body: bytes, status: int, headers: dict[str, str], raw: bytes
    ) -> bool:
        asked = HttpMessage(method, self.url + path, device.sent, body)
        answer = HttpMessage(method, self.url + path, headers, raw, status)
        try:
            verify_response(answer, asked, key=load_public_key(device.server_key), now=self.clock.now())
        except (SignatureRefused, ValueError):
            return False
        return True


def _read(raw: bytes, kind: str) -> Any:
    if kind.startswith("application/x-ndjson"):
        return [json.loads(line) for line in raw.splitlines()]
    return json.loads(raw)
