"""What a play works out hundreds of times alike: pure functions of the signature library, each worked out once.

Every request is still signed, and every signature and digest still verified, by the code that ships; only how a name
of a covered component is parsed and how a string is written are not found out anew for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from http_message_signatures import digests, signatures
from http_message_signatures._components import _parse_component_ids
from http_sf import bare_item
from http_sf.compat import Item
from http_sf.string import ser_string


@contextmanager
def remembered() -> Iterator[None]:
    """While it lasts, what the library has worked out once is not worked out again."""
    with pytest.MonkeyPatch.context() as patch:
        serialisers: dict[Any, Any] = bare_item._ser_map
        patch.setitem(serialisers, str, lru_cache(4_096)(ser_string))
        for module in (signatures, digests):
            patch.setattr(module, "_parse_component_ids", _components)
        yield


def _components(names: Sequence[str]) -> list[Item]:
    """Fresh items, because who gets them may mark them."""
    if not isinstance(names, tuple):
        return _parse_component_ids(names)
    return [_item(value, parameters) for value, parameters in _parsed(names)]


@lru_cache(256)
def _parsed(names: tuple[str, ...]) -> tuple[tuple[Any, dict[str, Any]], ...]:
    return tuple((item.value, dict(item.params)) for item in _parse_component_ids(names))


def _item(value: Any, parameters: dict[str, Any]) -> Item:
    item = Item(value)
    item.params.update(parameters)
    return item
