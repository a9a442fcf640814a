"""A pulled page, read whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from fieldtui.base.errors import ServerFault
from fieldtui.store.inbox import Page
from fieldtui.wire.messages import PAGE_LINE, PAGE_LINES, PageEnd, PageStart

_KINDS: Final = frozenset({"page", "record", "join", "leave", "end"})
_BEGINNINGS: Final = tuple(f'{{"kind":"{kind}",'.encode() for kind in sorted(_KINDS))
MOST_PAGES: Final = 2_000
"""Pages of one pull; a caseload is a handful. Whoever answers must not be able to fill the machine."""
MOST_HELD_BYTES: Final = 128 * 1_048_576
"""Decoded bytes of pages that are held back until the brake has looked at them all."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Instead of a page: the central system does not know the cursor."""

    kept_seq: int | None
    """After a restore from a backup: up to which change it still has what this device knows."""


def parse_page(body: bytes) -> Page:
    """The page in an answer's decoded body.

    Lines of a kind that this version does not know are passed over: a newer central system may say more.

    Raises:
        ServerFault: A line that is none of this protocol, or a page without its first or last line, or with
            too many.
    """
    try:
        texts = [line for line in body.split(b"\n") if line.strip()]
        if len(texts) > PAGE_LINES:
            raise ServerFault("page")
        lines = [PAGE_LINE.validate_json(line) for line in texts if not _is_of_another_kind(line)]
    except ValidationError:
        raise ServerFault("page") from None
    if len(lines) < 2:
        raise ServerFault("page")
    start, end = lines[0], lines[-1]
    if not isinstance(start, PageStart) or not isinstance(end, PageEnd):
        raise ServerFault("page")
    middle = []
    for line in lines[1:-1]:
        if isinstance(line, PageStart | PageEnd):
            raise ServerFault("page")
        middle.append(line)
    return Page(start=start, lines=tuple(middle), next=end.next, more=end.more)


def _is_of_another_kind(line: bytes) -> bool:
    """True where a whole line names a kind that is not of this version. Cheap for those that are."""
    if line.startswith(_BEGINNINGS):
        return False
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    kind = said.get("kind") if isinstance(said, dict) else None
    return isinstance(kind, str) and kind not in _KINDS


def check_progress(page: Page, asked: AbstractSet[str | None], held_bytes: int) -> None:
    """Stop a pull that goes round in circles or never ends.

    Args:
        page: The page that came last.
        asked: The cursors of this pull so far.
        held_bytes: Decoded bytes of pages that were not applied yet.

    Raises:
        ServerFault: Nothing that was held back may be applied.
    """
    if (page.more and page.next in asked) or held_bytes > MOST_HELD_BYTES or len(asked) > MOST_PAGES:
        raise ServerFault("endless")
