"""Style sheets that are read once in a test process: every app of a test reads the same few dozen, and Textual keeps
what it read only as long as the app.

What comes out is the same objects, as within one app, where Textual shares them between its screens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


@contextmanager
def read_once() -> Iterator[None]:
    """While it lasts, a style sheet with the same variables is not parsed again."""
    parse = Stylesheet._parse_rules
    known: dict[tuple[Any, ...], list[RuleSet]] = {}

    def parsed(sheet: Stylesheet, css: str, *where: Any, **more: Any) -> list[RuleSet]:
        key = (css, where, tuple(sorted(more.items())), frozenset(sheet._variables.items()))
        if key not in known:
            known[key] = parse(sheet, css, *where, **more)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed)
        yield
