"""Consumption tax (消費税及び地方消費税): its rate by date, and the tax of an invoice, rounded once per rate.

Decides how much tax a sum carries. Never knows what the sum is for. Rates are integer basis points (10 % is 1,000), sums are yen, and nothing passes through a float.

交付手数料 is exempt (非課税: 消費税法 別表第二, fees of a municipality for what a law has it do); 委託手数料 and 運営負担金 are taxed at the standard rate of the day of the service.
The fraction of a yen is cut unless the contract says otherwise, once for each rate of an invoice and not for each of its lines (消費税法施行令 第70条の10).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

import msgspec

BASIS = 10_000
"""Basis points in one whole."""

BasisPoints = Annotated[int, msgspec.Meta(ge=0, le=BASIS)]
Rounding = Literal["down", "up", "half_up"]

RATES: tuple[tuple[date, int], ...] = (
    (date(1989, 4, 1), 300),
    (date(1997, 4, 1), 500),
    (date(2014, 4, 1), 800),
    (date(2019, 10, 1), 1_000),
)
"""The standard rate from each day on, national and local part together, in basis points."""


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One line of an invoice: its amount, whether the tax is in it already (税込) or comes on top (税抜), and its rate; `basis_points` None: exempt (非課税)."""

    amount_yen: int
    basis_points: int | None
    included: bool = False


@dataclass(frozen=True, slots=True)
class TaxOfRate:
    """What an invoice says for one rate (None: exempt): 税抜, 消費税額, 税込, all in yen; the first two make the third."""

    basis_points: int | None
    net_yen: int
    tax_yen: int
    gross_yen: int


def rate_on(day: date) -> int:
    """The standard rate of a day in basis points; 0 before there was a consumption tax."""
    return next((rate for since, rate in reversed(RATES) if since <= day), 0)


def changes_within(since: date, until: date | None) -> tuple[date, ...]:
    """The days after `since` and before `until` (None: open) on which the rate changes: a net amount fixed over them has two gross amounts."""
    return tuple(day for day, _ in RATES if since < day and (until is None or day < until))


def rounded(amount: Fraction, rounding: Rounding = "down") -> int:
    """Whole yen of an exact amount; a negative amount (a credit) is rounded as its positive twin, so that an invoice and its reversal cancel."""
    size, sign = abs(amount), -1 if amount < 0 else 1
    match rounding:
        case "down":
            return sign * (size.numerator // size.denominator)
        case "up":
            return sign * -(-size.numerator // size.denominator)
        case "half_up":
            return sign * ((2 * size.numerator + size.denominator) // (2 * size.denominator))


def tax_on(net_yen: int, basis_points: int, rounding: Rounding = "down") -> int:
    """The tax on a sum without tax."""
    return rounded(Fraction(net_yen * basis_points, BASIS), rounding)


def tax_in(gross_yen: int, basis_points: int, rounding: Rounding = "down") -> int:
    """The tax in a sum that includes it."""
    return rounded(Fraction(gross_yen * basis_points, BASIS + basis_points), rounding)


def taxes_of(lines: Iterable[TaxLine], rounding: Rounding = "down") -> tuple[TaxOfRate, ...]:
    """The tax of one invoice by rate, highest rate first and what is exempt last. Lines with and without tax of one rate are added exactly and rounded once."""
    by_rate: dict[int | None, list[TaxLine]] = {}
    for line in lines:
        by_rate.setdefault(line.basis_points, []).append(line)
    return tuple(_tax_of_rate(rate, by_rate[rate], rounding) for rate in sorted(by_rate, key=lambda rate: -1 if rate is None else rate, reverse=True))


def _tax_of_rate(rate: int | None, lines: list[TaxLine], rounding: Rounding) -> TaxOfRate:
    on_top_yen = sum(line.amount_yen for line in lines if not line.included)
    included_yen = sum(line.amount_yen for line in lines if line.included)
    if rate is None:
        return TaxOfRate(None, on_top_yen + included_yen, 0, on_top_yen + included_yen)
    tax_yen = rounded(Fraction(on_top_yen * rate, BASIS) + Fraction(included_yen * rate, BASIS + rate), rounding)
    if not on_top_yen:
        return TaxOfRate(rate, included_yen - tax_yen, tax_yen, included_yen)
    net_yen = on_top_yen + included_yen - tax_in(included_yen, rate, rounding)
    return TaxOfRate(rate, net_yen, tax_yen, net_yen + tax_yen)
