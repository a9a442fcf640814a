"""Short names that tell everybody in one list apart: a mix-up of two citizens hurts a real person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from fieldtui.domain.records import Citizen


def short_names(citizens: Mapping[str, Citizen]) -> dict[str, str]:
    """The short name of each, by id: first name and initial, with more of the surname where two would look alike.

    Where the whole surname does not tell them apart, or there is none, the call code is added.
    """
    names = {id_: citizen.short_name for id_, citizen in citizens.items()}
    for alike in _alike(names):
        names |= _longer({id_: citizens[id_] for id_ in alike})
    for alike in _alike(names):
        names |= {id_: f"{names[id_]} {citizens[id_].call_code or id_[-4:].upper()}" for id_ in alike}
    return names


def _alike(names: Mapping[str, str]) -> list[list[str]]:
    same: dict[str, list[str]] = defaultdict(list)
    for id_, name in names.items():
        same[name.casefold()].append(id_)
    return [ids for ids in same.values() if len(ids) > 1]


def _longer(citizens: Mapping[str, Citizen]) -> dict[str, str]:
    """As few letters of the last surname as tell these apart; all of it where nothing less does."""
    surnames = {
        id_: citizen.family_name.split()[-1] if citizen.family_name else "" for id_, citizen in citizens.items()
    }
    longest = max(map(len, surnames.values()))
    for letters in range(1, longest + 1):
        cut = {id_: surname[:letters] for id_, surname in surnames.items()}
        if len({text.casefold() for text in cut.values()}) == len({text.casefold() for text in surnames.values()}):
            break
    else:
        cut = surnames
    return {id_: _joined(citizen, cut[id_], surnames[id_]) for id_, citizen in citizens.items()}


def _joined(citizen: Citizen, cut: str, surname: str) -> str:
    first = citizen.given_name.split()[0]
    return f"{first} {cut}{'' if cut == surname else '.'}".strip()
