"""What a device says of itself with a request: what it has not sent yet, and its version. Shown to a leader, used for nothing else."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from fieldtui.wire.fields import parse_instant

_MOST: Final = 1_000_000
_LONGEST: Final = 40


def said_in(url: str) -> dict[str, Any]:
    """Columns of the table `device` as the query of a signed request gives them; what cannot be read is left out."""
    found: dict[str, Any] = {}
    try:
        query = parse_qs(urlsplit(url).query, max_num_fields=20)
    except ValueError:
        return found  # more fields than any device sends
    waiting = query.get("waiting", [""])[0]
    if waiting.isascii() and waiting.isdigit() and len(waiting) < _LONGEST and int(waiting) <= _MOST:
        found = {"waiting": int(waiting), "waiting_since": _instant(query.get("waiting_since", [""])[0])}
    app = query.get("app", [""])[0]
    if app and app.isprintable() and len(app) <= _LONGEST:
        found["app_version"] = app
    return found


def _instant(text: str) -> str | None:
    try:
        parse_instant(text)
    except ValueError:
        return None
    return text if len(text) <= _LONGEST else None
