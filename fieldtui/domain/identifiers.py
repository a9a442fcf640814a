"""CPR, CVR and P numbers: what is impossible is refused, what is odd is a warning.

Sources: cpr.dk "Personnummeret i CPR" (structure, centuries), cpr.dk on numbers without valid mod 11
(issued since 1 October 2007; systems must accept them), CPR-kontoret on replacement numbers (first
digit + 6), Erhvervsstyrelsen on CVR's mod 11 and on P numbers (no checksum may be demanded).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from stdnum.dk import cvr as _stdnum_cvr
from stdnum.exceptions import ValidationError as _StdnumError


class CprKind(StrEnum):
    """Whether a number was given by the CPR register or made by an authority for its own use."""

    REAL = "real"
    REPLACEMENT = "replacement"
    """Erstatningspersonnummer: the day of birth + 60."""


CprWarning = Literal["mod11", "mod11_unlikely", "age"]

_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_MOD11_FREE_YEARS: Final = frozenset(
    {1960, 1962, 1964, 1965, 1966, 1967, 1969, 1970, 1974, 1975, 1978, *range(1980, 1993), 1994, 1995}
)
_YOUNGEST, _OLDEST = 15, 100


@dataclass(frozen=True, slots=True, repr=False)
class Cpr:
    """A parsed civil registration number. Its `repr` and `str` are masked."""

    digits: str
    """Ten digits without separator."""
    kind: CprKind
    birth_date: date
    mod11_ok: bool

    def __repr__(self) -> str:
        return f"Cpr({self.masked})"

    __str__ = __repr__

    @property
    def masked(self) -> str:
        """The number as it is shown until it is revealed: `010190-••••`."""
        return mask_cpr(self.digits)

    @property
    def formatted(self) -> str:
        """The whole number as people write it. Showing it is a logged act."""
        return f"{self.digits[:6]}-{self.digits[6:]}"

    def warnings(self, on: date) -> tuple[CprWarning, ...]:
        """What is lawful but worth a second look on the given day. Never blocks.

        `mod11`: the check digit does not fit, as is lawful for births on 1 January of certain years;
        `mod11_unlikely`: it does not fit and the birthday is not one of those; `age`: not 15 to 100.
        """
        found: list[CprWarning] = []
        if not self.mod11_ok and self.kind is CprKind.REAL:
            known = (self.birth_date.month, self.birth_date.day) == (1, 1) and self.birth_date.year in _MOD11_FREE_YEARS
            found.append("mod11" if known else "mod11_unlikely")
        age = age_on(self.birth_date, on)
        if not _YOUNGEST <= age <= _OLDEST:
            found.append("age")
        return tuple(found)


class InvalidCpr(ValueError):
    """Not a CPR number at all. `code` is `length`, `characters` or `date`."""

    def __init__(self, code: Literal["length", "characters", "date"]) -> None:
        super().__init__(code)
        self.code = code


def parse_cpr(text: str) -> Cpr:
    """Read a CPR number in any common spelling (blank, hyphen, dash, full-width digits).

    Raises:
        InvalidCpr: Wrong length, other characters, or a date that does not exist.
    """
    compact = "".join(
        c for c in unicodedata.normalize("NFKC", text) if c not in " -\u2010\u2011\u2012\u2013\u2212\u00a0"
    )
    if not compact.isascii() or not compact.isdigit():
        raise InvalidCpr("characters")
    if len(compact) != 10:
        raise InvalidCpr("length")
    day = int(compact[:2])
    kind = CprKind.REPLACEMENT if day > 60 else CprKind.REAL
    try:
        birth = date(_year(compact), int(compact[2:4]), day - 60 if kind is CprKind.REPLACEMENT else day)
    except ValueError:
        raise InvalidCpr("date") from None
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, compact, strict=True)) % 11
    return Cpr(compact, kind, birth, remainder == 0)


def _year(digits: str) -> int:
    """The century follows from the seventh digit and the year (cpr.dk)."""
    short, seventh = int(digits[4:6]), int(digits[6])
    if seventh <= 3:
        return 1900 + short
    if seventh in {4, 9}:
        return (2000 if short <= 36 else 1900) + short
    return (2000 if short <= 57 else 1800) + short


def mask_cpr(digits: str) -> str:
    """Ten digits with the last four hidden."""
    return f"{digits[:6]}-••••"


def age_on(birth: date, on: date) -> int:
    """Whole years lived on a day; 29 February counts from 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def parse_cvr(text: str) -> str:
    """Read a CVR number: eight digits whose weighted sum is divisible by 11.

    Raises:
        ValueError: With code `cvr`.
    """
    try:
        return str(_stdnum_cvr.validate(unicodedata.normalize("NFKC", text)))
    except _StdnumError:
        raise ValueError("cvr") from None


def parse_p_number(text: str) -> str:
    """Read a P number: ten digits. No checksum exists that may be demanded.

    Raises:
        ValueError: With code `p_number`.
    """
    compact = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    if not (compact.isascii() and compact.isdigit() and len(compact) == 10):
        raise ValueError("p_number")
    return compact
