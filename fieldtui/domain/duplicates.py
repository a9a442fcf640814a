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
    keys = {each: name_key(company.name) for each, company in companies.items()}
    grams = {each: _bigrams(key) for each, key in keys.items()}
    found: list[Suspicion] = []
    for one, other in _candidates(companies, grams):
        if frozenset((one, other)) in apart:
            continue
        likeness = 1.0 if keys[one] == keys[other] else _dice(grams[one], grams[other])
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


def _candidates(companies: Mapping[str, Company], grams: Mapping[str, Counter[str]]) -> Iterator[tuple[str, str]]:
    """Pairs that share a number, or enough of a name to be compared; each once, the smaller id first."""
    pairs: set[tuple[str, str]] = set()
    by_number: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_gram: dict[str, list[str]] = defaultdict(list)
    for each in sorted(companies):
        company = companies[each]
        for kind, number in (("p", company.p_number), ("cvr", company.cvr)):
            if number:
                pairs |= {(before, each) for before in by_number[kind, number]}
                by_number[kind, number].append(each)
        shared: Counter[str] = Counter()
        for gram in grams[each]:
            shared.update(by_gram[gram])
            by_gram[gram].append(each)
        least = len(grams[each]) / 3  # fewer of the larger name's pairs of letters in common is below `ALIKE`
        pairs |= {(before, each) for before, count in shared.items() if count >= least}
        if not grams[each]:
            pairs |= {(before, each) for before in sorted(companies) if before < each and not grams[before]}
    yield from sorted(pairs)


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


def _bigrams(key: str) -> Counter[str]:
    padded = f" {key} "
    return Counter(padded[at : at + 2] for at in range(len(padded) - 1)) if key else Counter()


def _dice(one: Counter[str], other: Counter[str]) -> float:
    """Sørensen–Dice likeness of two texts by their pairs of letters, 0 to 1."""
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 0.0
