"""Tables in an open vault: records, outbox, conflicts, history, search, access log and drafts."""

from __future__ import annotations

import fieldtui.vault  # noqa: F401  registers SQLCipher before anything imports sqlite-utils
from fieldtui.store.changes import Annul, Change, Put, WriteResult
from fieldtui.store.meta import MetaKey
from fieldtui.store.searching import SearchHit
from fieldtui.store.store import Store

__all__ = ["Annul", "Change", "MetaKey", "Put", "SearchHit", "Store", "WriteResult"]
