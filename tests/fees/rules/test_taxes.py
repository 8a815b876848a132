"""Consumption tax by date, and rounded once per invoice and rate."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.rules.taxes import TaxLine, TaxOfRate, changes_within, rate_on, rounded, tax_in, tax_on, taxes_of


@pytest.mark.parametrize(
    ("day", "basis_points"),
    [
        (date(1989, 3, 31), 0),
        (date(1989, 4, 1), 300),
        (date(1997, 4, 1), 500),
        (date(2014, 3, 31), 500),
        (date(2014, 4, 1), 800),
        (date(2019, 9, 30), 800),
        (date(2019, 10, 1), 1_000),
        (date(2026, 11, 23), 1_000),
    ],
)
def test_the_rate_is_that_of_the_day(day: date, basis_points: int) -> None:
    assert rate_on(day) == basis_points


def test_a_change_of_rate_within_a_period_is_found() -> None:
    assert changes_within(date(2019, 4, 1), None) == (date(2019, 10, 1),)
    assert changes_within(date(2019, 10, 1), None) == changes_within(date(2019, 4, 1), date(2019, 10, 1)) == ()


def test_tax_is_rounded_once_for_the_rate_and_not_line_by_line() -> None:
    lines = [TaxLine(109, 1_000)] * 10
    assert sum(tax_on(line.amount_yen, 1_000) for line in lines) == 100
    assert taxes_of(lines) == (TaxOfRate(1_000, 1_090, 109, 1_199),)


def test_an_invoice_says_each_rate_for_itself_and_what_is_exempt_last() -> None:
    lines = (TaxLine(117, 1_000, included=True), TaxLine(300, None), TaxLine(115, 800, included=True), TaxLine(117, 1_000, included=True))
    assert taxes_of(lines) == (TaxOfRate(1_000, 213, 21, 234), TaxOfRate(800, 107, 8, 115), TaxOfRate(None, 300, 0, 300))


@pytest.mark.parametrize(("rounding", "tax_yen"), [("down", 10), ("half_up", 11), ("up", 11)])
def test_the_contract_may_round_otherwise(rounding: str, tax_yen: int) -> None:
    assert tax_on(105, 1_000, rounding) == tax_yen  # type: ignore[arg-type]


def test_a_credit_cancels_what_it_reverses() -> None:
    assert tax_on(-109, 1_000) == -tax_on(109, 1_000) == -10
    assert tax_in(-117, 1_000) == -tax_in(117, 1_000) == -10


@given(st.lists(st.tuples(st.integers(-10_000, 10**9), st.booleans()), min_size=1), st.sampled_from([800, 1_000]))
def test_net_and_tax_make_gross_and_the_tax_is_the_exact_one_cut_to_whole_yen(amounts: list[tuple[int, bool]], rate: int) -> None:
    (told,) = taxes_of(TaxLine(yen, rate, included) for yen, included in amounts)
    exact = sum((Fraction(yen * rate, 10_000 + rate if included else 10_000) for yen, included in amounts), Fraction(0))
    assert told.net_yen + told.tax_yen == told.gross_yen
    assert told.tax_yen == rounded(exact)
    assert 0 <= abs(exact) - abs(told.tax_yen) < 1
