"""What laptops and office say to each other about changes, listened to from outside of both."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from fieldtui.wire.encoding import decode_body
from tests.simulation.values import Broken

if TYPE_CHECKING:
    from tests.simulation.network import Answered, Letter

_LIMIT = 1 << 24


class Overheard:
    """Every change that reached the office, and what the office said to it."""

    def __init__(self) -> None:
        self._answers: dict[str, Any] = {}
        """By op id, the answer that is for good."""
        self._sent: dict[tuple[str, str, int, str], list[str]] = defaultdict(list)
        """By laptop, record, revision and content, the op ids under which it came."""
        self._wrong: list[str] = []

    def hear(self, name: str, letter: Letter, answer: Answered) -> None:
        """One request that the office served, whether or not its answer arrives."""
        if letter.method != "POST" or not letter.target.startswith("/v1/changes"):
            return
        ops = json.loads(_plain(letter.headers, letter.body)).get("ops", [])
        for op in ops:
            content = json.dumps([op.get("body"), op.get("annul")], sort_keys=True)
            seen = self._sent[name, op["id"], op["base_rev"], content]
            if op["op_id"] not in seen:
                seen.append(op["op_id"])
        status, headers, body = answer
        if status != 200:
            return
        for result in json.loads(_plain(headers, body))["results"]:
            before = self._answers.get(result["op_id"])
            if before is not None and before != result:
                self._wrong.append(f"2: {name} asked about the same op again and was told {result}, not {before}")
            if result["status"] in {"accepted", "parked"}:
                self._answers[result["op_id"]] = result

    def forget_answers(self) -> None:
        """The office was restored: what it said may have been lost with what it did."""
        self._answers.clear()

    def check(self, revisions: list[Any]) -> None:
        """The same op always gets the same answer, and one edit comes as one op, however often it is sent.

        Raises:
            Broken: Not so.
        """
        if self._wrong:
            raise Broken(self._wrong[0])
        taken = {each.op_id for each in revisions if each.op_id}
        for (name, record_id, base_rev, _content), op_ids in self._sent.items():
            if len(op_ids) > 1 and op_ids[0] in taken:
                raise Broken(
                    f"2: {name} sent one edit of {record_id[-4:]} (on revision {base_rev}) as {len(op_ids)} changes, although"
                    " the first was taken"
                )


def _plain(headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    encoding = next((value.decode() for name, value in headers if name.lower() == b"content-encoding"), None)
    return decode_body(body, encoding, limit=_LIMIT)
