"""Companies that were perhaps written down twice: told by number, by name and by place; a person decides.

Pure: records in, suspicions out. One CVR number has many workplaces, each with its own P number and address, so the
same CVR alone is no suspicion where either of them tells two workplaces apart (CVR-loven § 6).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fieldtui.base.i18n import N_, _
from fieldtui.base.text import fold
from fieldtui.domain.records import Company

Ground = Literal["p_number", "cvr", "name", "address", "phone"]

_WORDS: Final[Mapping[Ground, str]] = {
    "p_number": N_("samme P-nummer"),
    "cvr": N_("samme CVR-nummer"),
    "name": N_("navnene ligner hinanden"),
    "address": N_("samme adresse"),
    "phone": N_("samme telefon"),
}

ALIKE: Final = 0.72
"""Names that are at least so alike are looked at where the place or the telephone is the same too."""
VERY_ALIKE: Final = 0.86
"""Names that are so alike are looked at as long as nothing tells the two apart."""
_ALMOST: Final = 0.99
"""Different names that have all pairs of letters in common are not the same name."""

_FORMS: Final = re.compile(r"\b(?:a/s|i/s|k/s|p/s|aps|ivs|amba|fmba|smba|v/)(?=\W|$)")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two companies that may be one."""

    one: str
    other: str
    """Ids; `one` is the smaller."""
    grounds: tuple[Ground, ...]
    """What they share, the strongest first."""
    likeness: float
    """Of the names, 0 to 1."""


def ground_words(suspicion: Suspicion) -> tuple[str, ...]:
    """What tells that two may be one, in words, in the language in force."""
    return tuple(_(_WORDS[ground]) for ground in suspicion.grounds)


def suspicions(companies: Mapping[str, Company], apart: frozenset[frozenset[str]]) -> tuple[Suspicion, ...]:
    """Every pair worth a look: same P number first, then same CVR number, then by how alike the names are.

    Args:
        companies: Those that stand for themselves, by id.
        apart: Pairs of which somebody has said that they are two (`merging.told_apart`).
    """
    found: list[Suspicion] = []
    for one, other, likeness in _candidates(companies):
        if frozenset((one, other)) in apart:
            continue
        grounds = _grounds(companies[one], companies[other], likeness)
        if grounds:
            found.append(Suspicion(one, other, grounds, round(likeness, 2)))
    order = ("p_number", "cvr")
    return tuple(
        sorted(
            found,
            key=lambda each: (
                min((order.index(ground) for ground in each.grounds if ground in order), default=len(order)),
                -each.likeness,
                each.one,
                each.other,
            ),
        )
    )


def name_key(name: str) -> str:
    """A company's name as it is compared: folded, without its legal form, its words in alphabetical order."""
    return " ".join(sorted(_WORD.findall(_FORMS.sub(" ", fold(name)))))


def _candidates(companies: Mapping[str, Company]) -> Iterator[tuple[str, str, float]]:
    """Pairs that share a number or much of a name, with how alike the names are; each once, the smaller id first.

    Names are compared by the pairs of letters that they share (Sørensen and Dice, 0 to 1). An index of those pairs finds
    the ones that come near, so that thousands of companies are held against each other without comparing all with all.
    """
    keys = {each: name_key(company.name) for each, company in companies.items()}
    grams = {each: _bigrams(key) for each, key in keys.items()}
    by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_gram: dict[str, list[str]] = defaultdict(list)
    for each in sorted(companies):
        company, mine = companies[each], grams[each]
        shared: Counter[str] = Counter()
        for gram in mine:
            shared.update(by_gram[gram])
            by_gram[gram].append(each)
        near = {
            before: likeness
            for before, count in shared.items()
            if (likeness := 2 * count / (len(mine) + len(grams[before]))) >= ALIKE
        }
        for kind, number in (("p", company.p_number), ("cvr", company.cvr)):
            if number:
                for before in by_number[kind, number]:
                    near.setdefault(before, 2 * shared[before] / ((len(mine) + len(grams[before])) or 1))
                by_number[kind, number].append(each)
        for before in sorted(near):
            yield before, each, 1.0 if keys[before] == keys[each] else min(near[before], _ALMOST)


def _grounds(one: Company, other: Company, likeness: float) -> tuple[Ground, ...]:
    """What two companies share; nothing where something tells them apart, or where it is too little."""
    if one.p_number and one.p_number == other.p_number:
        return ("p_number", *(("name",) if likeness >= ALIKE else ()))
    same_cvr = bool(one.cvr) and one.cvr == other.cvr
    if (one.p_number and other.p_number) or (one.cvr and other.cvr and not same_cvr):
        return ()
    address = _same(one.address, other.address, alike=True)
    postal = _same(one.postal_code, other.postal_code)
    if address is False or postal is False:
        return ()
    near: list[Ground] = ["address"] if address else []
    if one.phone and one.phone == other.phone:
        near.append("phone")
    if same_cvr:
        return ("cvr", *(("name",) if likeness >= ALIKE else ()), *near)
    if likeness >= VERY_ALIKE or (likeness >= ALIKE and near):
        return ("name", *near)
    return ()


def _same(one: str | None, other: str | None, *, alike: bool = False) -> bool | None:
    """Whether two texts say the same; `None` where one of them says nothing."""
    left, right = (" ".join(_WORD.findall(fold(text or ""))) for text in (one, other))
    if not left or not right:
        return None
    # The floor or the door stands in one of them only: `Amagerbrogade 12` and `Amagerbrogade 12, st. tv.`
    return left == right or (alike and (left.startswith(right + " ") or right.startswith(left + " ")))


def _bigrams(key: str) -> frozenset[str]:
    """The pairs of letters of a name; one that has no letters is a pair of its own, alike only with another such."""
    padded = f" {key} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))
