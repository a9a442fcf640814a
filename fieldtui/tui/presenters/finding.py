"""Find alt: what the typed words find among people, companies, records and actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.tui.presenters.lines import Piece, Row

_MOST: Final = 6
"""Lines of one group."""
_PREFIXES: Final = {"@": "citizen", "v:": "company", ">": "action"}
GROUPS: Final = {
    "citizen": N_("Borgere"),
    "company": N_("Virksomheder"),
    "record": N_("Aftaler og notater"),
    "action": N_("Handlinger"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be found."""

    kind: str
    """`citizen`, `company`, `record` or `action`."""
    key: str
    """What choosing it opens: an id, or the key of an action."""
    name: str
    remark: str = ""
    also: str = ""
    """Further words it is found by, such as the Danish name of an action while English is shown."""
    right: str = ""


def split_prefix(text: str) -> tuple[str | None, str]:
    """The group a prefix asks for, and the words after it."""
    text = text.strip()
    for prefix, kind in _PREFIXES.items():
        if text.startswith(prefix):
            return kind, text[len(prefix) :].strip()
    return None, text


def matches(targets: Iterable[Target], words: Sequence[str]) -> list[Target]:
    """Those that hold every word; a name that begins with the first word stands first."""
    found: list[tuple[bool, int, Target]] = []
    for target in targets:
        hay = fold(f"{target.name} {target.remark} {target.also}")
        if all(word in hay for word in words):
            begins = bool(words) and any(part.startswith(words[0]) for part in fold(target.name).split())
            found.append((not begins, len(found), target))
    return [target for _rank, _number, target in sorted(found, key=lambda item: item[:2])]


def rows(targets: Iterable[Target], text: str) -> list[Row]:
    """The list under the field: groups with a heading each, people first."""
    wanted, rest = split_prefix(text)
    words = fold(rest).split()
    every = list(targets)
    shown: list[Row] = []
    for kind, title in GROUPS.items():
        if wanted is not None and kind != wanted:
            continue
        found = matches((target for target in every if target.kind == kind), words)
        most = _MOST * 2 if wanted else _MOST
        if not found or (not words and wanted is None and kind != "citizen"):
            continue
        shown.append(Row("", (Piece(_(title), "primary"), "", "")))
        shown += [
            Row(f"{kind}:{target.key}", (f"  {target.name}", Piece(target.remark), Piece(target.right, "dim")))
            for target in found[:most]
        ]
    return shown
