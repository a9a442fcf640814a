"""CPR, CVR and P numbers. No number of the real series stands in this file; such numbers are built in code."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldtui.domain.identifiers import Cpr, CprKind, InvalidCpr, age_on, mask_cpr, parse_cpr, parse_cvr, parse_p_number

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
ON = date(2026, 11, 24)


def century(seventh: int, short: int) -> int:
    """The table of cpr.dk, written out independently."""
    if seventh in {0, 1, 2, 3}:
        return 1900
    if seventh in {4, 9}:
        return 2000 if short <= 36 else 1900
    return 2000 if short <= 57 else 1800


@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 28), st.integers(0, 9999), st.booleans())
def test_birth_date_century_and_kind_follow_from_the_digits(
    short: int, month: int, day: int, serial: int, replacement: bool
) -> None:
    digits = f"{day + 60 * replacement:02d}{month:02d}{short:02d}{serial:04d}"
    cpr = parse_cpr(digits)
    assert cpr.birth_date == date(century(serial // 1000, short) + short, month, day)
    assert cpr.kind is (CprKind.REPLACEMENT if replacement else CprKind.REAL)
    assert cpr.mod11_ok == (sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11 == 0)
    assert cpr.digits == digits
    assert cpr.formatted == f"{digits[:6]}-{digits[6:]}"


@given(st.integers(1, 28), st.integers(0, 9999))
def test_neither_repr_nor_str_shows_the_last_four_digits(day: int, serial: int) -> None:
    digits = f"{day + 60:02d}0190{serial:04d}"
    cpr = parse_cpr(digits)
    for shown in (repr(cpr), str(cpr), f"{cpr}", cpr.masked):
        assert "••••" in shown
        assert digits not in shown.replace("-", "")


@pytest.mark.parametrize("text", ["610190-0001", "610190 0001", "610190–0001", "610190−0001", "610190‐0001", " 6101900001 ", "６１０１９０−０００１", "610190\u00a00001"])  # fmt: skip
def test_every_common_spelling_is_read(text: str) -> None:
    assert parse_cpr(text).digits == "6101900001"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("610190", "length"), ("61019000011", "length"), ("", "characters"), ("610190.0001", "characters"),
        ("61O190-0001", "characters"), ("٦١٠١٩٠٠٠٠١", "characters"), ("910290-0001", "date"), ("611390-0001", "date"),
        ("600190-0001", "date"), ("000190-0001", "date"), ("990190-0001", "date"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_number_is_refused_by_kind(text: str, code: str) -> None:
    with pytest.raises(InvalidCpr) as caught:
        parse_cpr(text)
    assert caught.value.code == code
    assert text == "" or text not in str(caught.value)


def test_29_february_exists_only_in_leap_years() -> None:
    assert parse_cpr("890200-4234").birth_date == date(2000, 2, 29)
    with pytest.raises(InvalidCpr):
        parse_cpr("890200-1234")


def failing(stem: str) -> Cpr:
    return next(cpr for cpr in (parse_cpr(f"{stem}{serial:04d}") for serial in range(20)) if not cpr.mod11_ok)


def fitting(stem: str) -> Cpr:
    return next(cpr for cpr in (parse_cpr(f"{stem}{serial:04d}") for serial in range(400)) if cpr.mod11_ok)


def test_a_check_digit_that_does_not_fit_warns_and_never_blocks() -> None:
    new_year_1980, summer = "0101" + "80", "1506" + "75"
    assert failing(new_year_1980).warnings(ON) == ("mod11",)
    assert failing(summer).warnings(ON) == ("mod11_unlikely",)
    assert fitting(summer).warnings(ON) == ()
    assert failing("610180").warnings(ON) == ()


def test_an_unlikely_age_warns_by_the_day_that_is_given() -> None:
    child = parse_cpr("611215-4000")
    assert child.birth_date == date(2015, 12, 1)
    assert "age" in child.warnings(date(2030, 11, 30))
    assert "age" not in child.warnings(date(2030, 12, 1))
    old = parse_cpr("610100-0000")
    assert "age" in old.warnings(ON)


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 36500))
def test_age_counts_birthdays(birth: date, later: int) -> None:
    on = date.fromordinal(min(birth.toordinal() + later, date(2119, 12, 31).toordinal()))
    anniversaries = 0
    for year in range(birth.year + 1, on.year + 1):
        try:
            birthday = birth.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
        anniversaries += birthday <= on
    assert age_on(birth, on) == anniversaries


def test_a_mask_hides_four_digits() -> None:
    assert mask_cpr("6101900001") == "610190-••••"


@pytest.mark.parametrize("text", ["13585628", "DK13585628", "13 58 56 28", "13-58-56-28", "１３５８５６２８"])
def test_a_cvr_number_is_read_in_every_spelling(text: str) -> None:
    assert parse_cvr(text) == "13585628"


@given(st.integers(10_000_000, 99_999_999))
def test_a_cvr_number_is_taken_exactly_where_its_check_digit_fits(number: int) -> None:
    fits = sum(w * int(d) for w, d in zip((2, 7, 6, 5, 4, 3, 2, 1), str(number), strict=True)) % 11 == 0
    if fits:
        assert parse_cvr(str(number)) == str(number)
    else:
        with pytest.raises(ValueError, match="cvr"):
            parse_cvr(str(number))


@given(st.integers(0, 9_999_999_999))
def test_a_p_number_needs_ten_digits_and_no_check_digit(number: int) -> None:
    assert parse_p_number(f"{number:010d}") == f"{number:010d}"


@pytest.mark.parametrize("text", ["", "123", "12345678901", "12345678X0", "٠١٢٣٤٥٦٧٨٩"])
def test_anything_else_is_no_p_number(text: str) -> None:
    with pytest.raises(ValueError, match="p_number"):
        parse_p_number(text)
