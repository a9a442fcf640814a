"""A pulled page, read whole or not at all."""

from __future__ import annotations

from pydantic import ValidationError

from fieldtui.base.errors import ServerFault
from fieldtui.store.inbox import Page
from fieldtui.wire.messages import PAGE_LINE, PAGE_LINES, PageEnd, PageStart


def parse_page(body: bytes) -> Page:
    """The page in an answer's decoded body.

    Raises:
        ServerFault: A line that is none of this protocol, or a page without its first or last line, or with
            too many.
    """
    try:
        texts = [line for line in body.split(b"\n") if line.strip()]
        if len(texts) > PAGE_LINES:
            raise ServerFault("page")
        lines = [PAGE_LINE.validate_json(line) for line in texts]
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
