"""Contributions of many at once are those of each by itself, and the rate that keeps the revenue is the least."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fees.planning.country.participation import CannotHold
from fees.planning.figures.charging import band_numbers, charged, keeping_rate_yen, with_rate
from fees.rules.contributions import PUBLISHED, Body, ByBand, FixedByBand, Metered, Scheme, Tier, Tiered, TwoPart, annual_yen, band_of

YEN = st.integers(0, 80_000_000)
UNIT = st.integers(0, 5_000)
BY_BAND = st.builds(ByBand, designated_1m=YEN, designated=YEN, large=YEN, small=YEN, town=YEN)
UNIT_BY_BAND = st.builds(ByBand, designated_1m=UNIT, designated=UNIT, large=UNIT, small=UNIT, town=UNIT)
BODIES = st.lists(
    st.builds(Body, code=st.just("000000"), kind=st.sampled_from(["designated", "city", "ward", "town"]), population=st.integers(0, 4_000_000)),
    min_size=1,
    max_size=6,
)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    cap = draw(st.none() | st.integers(20_000_000, 90_000_000) | st.just(ByBand(designated_1m=9, designated=8, large=7, small=6, town=5)))
    floor = draw(st.none() | st.integers(0, 20_000_000)) if not isinstance(cap, ByBand) else draw(st.sampled_from([None, 5]))
    common = {
        "tax_basis_points": draw(st.sampled_from([0, 800, 1_000, 333])),
        "proration": draw(st.sampled_from(["by_month", "whole_year"])),
        "round_up_to_yen": draw(st.sampled_from([1, 100, 1_000])),
        "cap_yen": cap,
        "floor_yen": floor,
    }
    steps = sorted(draw(st.sets(st.integers(1, 900_000), max_size=3)))
    tiers = tuple(Tier(above=above, per_issuance_yen=draw(UNIT)) for above in (0, *steps))
    return draw(
        st.sampled_from([
            FixedByBand(table_yen=draw(BY_BAND), **common),
            Metered(per_issuance_yen=draw(UNIT | UNIT_BY_BAND), **common),
            TwoPart(basic_yen=draw(BY_BAND), per_issuance_yen=draw(UNIT | UNIT_BY_BAND), **common),
            Tiered(steps=tiers, **common),
        ])
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(schemes(), BODIES, st.lists(st.integers(0, 1_000_000), min_size=6, max_size=6), st.integers(1, 12))
def test_what_many_pay_is_what_each_would_be_billed(scheme: Scheme, bodies: list[Body], papers: list[int], months: int) -> None:
    issuances = np.array(papers[: len(bodies)], np.int64)
    year = charged(scheme, band_numbers([band_of(body) for body in bodies]), issuances, months)
    for place, body in enumerate(bodies):
        bill = annual_yen(scheme, body, int(issuances[place]), months)
        assert (int(year.net_yen[place]), int(year.tax_yen[place]), int(year.gross_yen[place])) == (bill.net_yen, bill.tax_yen, bill.gross_yen)


def test_bodies_and_draws_are_charged_against_each_other() -> None:
    bands = band_numbers(["town", "small"])[:, None]
    papers = np.array([[1, 2, 3], [10, 20, 30]], np.int64)
    found = charged(Metered(per_issuance_yen=7, tax_basis_points=1_000), bands, papers)
    assert found.net_yen.tolist() == [[7, 14, 21], [70, 140, 210]]
    assert charged(PUBLISHED, bands, papers).net_yen.tolist() == [[925_926] * 3, [2_777_778] * 3]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["town", "small", "large"]), st.integers(0, 50_000)), min_size=1, max_size=8).filter(
        lambda bodies: sum(papers for _, papers in bodies) > 0
    ),
    st.integers(0, 10_000_000),
    st.none() | st.integers(0, 1_000_000),
)
def test_the_rate_that_keeps_the_revenue_is_the_least_that_does(bodies: list[tuple[str, int]], wanted: int, floor: int | None) -> None:
    bands = band_numbers([band for band, _ in bodies])  # type: ignore[misc]
    papers = np.array([count for _, count in bodies], np.int64)
    scheme = Metered(per_issuance_yen=0, tax_basis_points=1_000, floor_yen=floor)
    try:
        rate = keeping_rate_yen(scheme, bands, papers, wanted)
    except CannotHold:
        assert int(papers.sum()) * 1_000_000 < wanted * 2
        return
    assert int(charged(with_rate(scheme, rate), bands, papers).net_yen.sum()) >= wanted
    assert rate == 0 or int(charged(with_rate(scheme, rate - 1), bands, papers).net_yen.sum()) < wanted


def test_no_rate_keeps_a_revenue_that_a_cap_forbids() -> None:
    scheme = Metered(per_issuance_yen=0, tax_basis_points=1_000, cap_yen=1_000)
    with pytest.raises(CannotHold, match="上限額"):
        keeping_rate_yen(scheme, band_numbers(["town"]), np.array([500], np.int64), 1_001)


def test_tax_is_exact_where_the_product_would_not_fit_into_an_array() -> None:
    scheme = Metered(per_issuance_yen=1_000_000, tax_basis_points=9_999)
    papers = 1_234_567_891
    bill = annual_yen(scheme, Body("013048", "town", 3_000), papers)
    assert int(charged(scheme, band_numbers(["town"]), np.array([papers], np.int64)).tax_yen[0]) == bill.tax_yen
