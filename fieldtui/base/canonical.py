"""One way to write JSON that is signed, fingerprinted or handed out as a token."""

from __future__ import annotations

import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """The same bytes for the same value: sorted keys, no blanks, ASCII.

    Raises:
        ValueError: NaN or an infinity; JSON has none.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")
