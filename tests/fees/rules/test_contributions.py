"""運営負担金: the published table and its months, and the other schemes."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.rules.contributions import (
    BANDS,
    PUBLISHED,
    Body,
    BodyKind,
    ByBand,
    FixedByBand,
    Metered,
    Scheme,
    Tier,
    Tiered,
    TwoPart,
    annual_yen,
    band_of,
    months_from,
    population_day,
)

BODIES = {
    "designated_1m": Body("140007", "designated", 1_000_000),
    "designated": Body("221007", "designated", 999_999),
    "large": Body("131041", "ward", 150_000),
    "small": Body("132110", "city", 149_999),
    "town": Body("990019", "town", 30_000),
}

BY_HAND = {
    # Net and gross yen by months of the agreement, reckoned on paper from the published rule: a twelfth of the year, its fraction cut, times the months,
    # up to the next 100 yen; 8 % on top, its fraction cut. The twelfths: 771,605; 617,284; 385,802 (.5 cut); 231,481 (.5 cut); 77,160 (.5 cut).
    "designated_1m": (
        (771_700, 833_436),
        (1_543_300, 1_666_764),
        (2_314_900, 2_500_092),
        (3_086_500, 3_333_420),
        (3_858_100, 4_166_748),
        (4_629_700, 5_000_076),
        (5_401_300, 5_833_404),
        (6_172_900, 6_666_732),
        (6_944_500, 7_500_060),
        (7_716_100, 8_333_388),
        (8_487_700, 9_166_716),
        (9_259_260, 10_000_000),
    ),
    "designated": (
        (617_300, 666_684),
        (1_234_600, 1_333_368),
        (1_851_900, 2_000_052),
        (2_469_200, 2_666_736),
        (3_086_500, 3_333_420),
        (3_703_800, 4_000_104),
        (4_321_000, 4_666_680),
        (4_938_300, 5_333_364),
        (5_555_600, 6_000_048),
        (6_172_900, 6_666_732),
        (6_790_200, 7_333_416),
        (7_407_408, 8_000_000),
    ),
    "large": (
        (385_900, 416_772),
        (771_700, 833_436),
        (1_157_500, 1_250_100),
        (1_543_300, 1_666_764),
        (1_929_100, 2_083_428),
        (2_314_900, 2_500_092),
        (2_700_700, 2_916_756),
        (3_086_500, 3_333_420),
        (3_472_300, 3_750_084),
        (3_858_100, 4_166_748),
        (4_243_900, 4_583_412),
        (4_629_630, 5_000_000),
    ),
    "small": (
        (231_500, 250_020),
        (463_000, 500_040),
        (694_500, 750_060),
        (926_000, 1_000_080),
        (1_157_500, 1_250_100),
        (1_388_900, 1_500_012),
        (1_620_400, 1_750_032),
        (1_851_900, 2_000_052),
        (2_083_400, 2_250_072),
        (2_314_900, 2_500_092),
        (2_546_300, 2_750_004),
        (2_777_778, 3_000_000),
    ),
    "town": (
        (77_200, 83_376),
        (154_400, 166_752),
        (231_500, 250_020),
        (308_700, 333_396),
        (385_800, 416_664),
        (463_000, 500_040),
        (540_200, 583_416),
        (617_300, 666_684),
        (694_500, 750_060),
        (771_600, 833_328),
        (848_800, 916_704),
        (925_926, 1_000_000),
    ),
}


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("month", range(1, 13))
def test_every_band_beginning_in_every_month_pays_what_the_published_rule_gives_by_hand(band: str, month: int) -> None:
    start = date(2016 if month < 4 else 2015, month, 15)
    months = {4: 12, 5: 11, 6: 10, 7: 9, 8: 8, 9: 7, 10: 6, 11: 5, 12: 4, 1: 3, 2: 2, 3: 1}[month]
    assert months_from(start) == months
    paid = annual_yen(PUBLISHED, BODIES[band], issuances=12_345, months=months_from(start))
    net_yen, gross_yen = BY_HAND[band][months - 1]
    assert (paid.net_yen, paid.gross_yen) == (net_yen, gross_yen)
    assert paid.tax_yen == gross_yen - net_yen


def test_the_published_example_a_large_designated_city_from_september_2015() -> None:
    paid = annual_yen(PUBLISHED, BODIES["designated_1m"], 0, months_from(date(2015, 9, 1)))
    assert (paid.net_yen, paid.tax_yen, paid.gross_yen) == (5_401_300, 432_104, 5_833_404)
    assert [reason.ja for reason in paid.because] == [
        "政令指定都市（人口100万人以上）の年額9,259,260円（税抜）",
        "12で割り円未満切捨て771,605円×7か月＝5,401,235円、100円未満切上げ5,401,300円",
        "消費税8%（円未満切捨て）432,104円、税込5,833,404円",
    ]


@pytest.mark.parametrize(
    ("kind", "population", "band"),
    [
        ("designated", 1_000_000, "designated_1m"),
        ("designated", 999_999, "designated"),
        ("city", 150_000, "large"),
        ("city", 149_999, "small"),
        ("ward", 150_000, "large"),
        ("ward", 149_999, "small"),
        ("town", 150_001, "town"),
        ("city", 1_100_000, "large"),
    ],
)
def test_the_band_follows_kind_and_population(kind: BodyKind, population: int, band: str) -> None:
    assert band_of(Body("990019", kind, population)) == band


def test_the_population_is_that_of_january_of_the_fiscal_year_before() -> None:
    assert population_day(2015) == date(2015, 1, 1)  # fiscal 2014 is April 2014 to March 2015
    assert population_day(2026) == date(2026, 1, 1)


EVERY = ByBand(designated_1m=50, designated=60, large=70, small=80, town=90)
BASIC = ByBand(designated_1m=1_200, designated=1_200, large=1_200, small=1_200, town=1_205)
TIERS = (Tier(above=0, per_issuance_yen=100), Tier(above=1_000, per_issuance_yen=60), Tier(above=5_000, per_issuance_yen=20))


@pytest.mark.parametrize(
    ("scheme", "issuances", "months", "net_yen"),
    [
        (Metered(per_issuance_yen=55, tax_basis_points=1_000), 2_000, 12, 110_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000), 2_000, 1, 110_000),
        (Metered(per_issuance_yen=EVERY, tax_basis_points=1_000), 3, 12, 270),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000), 0, 12, 0),
        (TwoPart(basic_yen=BASIC, per_issuance_yen=7, tax_basis_points=1_000), 10, 12, 1_275),
        (TwoPart(basic_yen=BASIC, per_issuance_yen=7, tax_basis_points=1_000), 10, 7, 770),
        (TwoPart(basic_yen=BASIC, per_issuance_yen=7, tax_basis_points=1_000, round_up_to_yen=1), 10, 7, 770),
        (TwoPart(basic_yen=BASIC, per_issuance_yen=7, tax_basis_points=1_000, proration="whole_year"), 10, 7, 1_275),
        (Tiered(steps=TIERS, tax_basis_points=1_000), 0, 12, 0),
        (Tiered(steps=TIERS, tax_basis_points=1_000), 1_000, 12, 100_000),
        (Tiered(steps=TIERS, tax_basis_points=1_000), 1_001, 12, 100_060),
        (Tiered(steps=TIERS, tax_basis_points=1_000), 6_000, 12, 100_000 + 240_000 + 20_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000, floor_yen=120_000), 2_000, 12, 120_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000, floor_yen=120_000), 2_000, 6, 110_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000, floor_yen=120_000), 100, 6, 60_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000, cap_yen=100_000), 2_000, 12, 100_000),
        (Metered(per_issuance_yen=55, tax_basis_points=1_000, cap_yen=EVERY), 2_000, 12, 90),
        (FixedByBand(table_yen=BASIC, tax_basis_points=1_000, cap_yen=1_100), 0, 12, 1_100),
    ],
)
def test_a_town_pays_by_the_scheme(scheme: Scheme, issuances: int, months: int, net_yen: int) -> None:
    paid = annual_yen(scheme, BODIES["town"], issuances, months)
    assert (paid.net_yen, paid.tax_yen, paid.gross_yen) == (net_yen, net_yen // 10, net_yen + net_yen // 10)


@given(st.integers(0, 20_000), st.integers(1, 11), st.sampled_from(list(BODIES.values())))
def test_a_month_more_never_costs_less_and_no_part_of_a_year_more_than_a_hundred_yen_beyond_its_twelfths(
    issuances: int, months: int, body: Body
) -> None:
    part, more = annual_yen(PUBLISHED, body, issuances, months), annual_yen(PUBLISHED, body, issuances, months + 1)
    year_yen = annual_yen(PUBLISHED, body, issuances).net_yen
    assert part.net_yen < more.net_yen
    assert part.net_yen % 100 == 0
    assert year_yen * months // 12 - months < part.net_yen < year_yen * months // 12 + 100


@pytest.mark.parametrize(("months", "issuances"), [(0, 1), (13, 1), (12, -1)])
def test_numbers_that_no_year_has_are_refused(months: int, issuances: int) -> None:
    with pytest.raises(ValueError, match=str(issuances)):
        annual_yen(PUBLISHED, BODIES["town"], issuances, months)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "free_for_all", "tax_basis_points": 1000}',
        '{"type": "metered", "per_issuance_yen": 10.5, "tax_basis_points": 1000}',
        '{"type": "metered", "per_issuance_yen": -1, "tax_basis_points": 1000}',
        '{"type": "metered", "per_issuance_yen": 10}',
        '{"type": "metered", "per_issuance_yen": 10, "tax_basis_points": 1000, "cap_yen": 1, "floor_yen": 2}',
        '{"type": "fixed_by_band", "table_yen": {"designated_1m": 1, "designated": 1, "large": 1, "small": 1}, "tax_basis_points": 1000}',
        '{"type": "tiered", "steps": [], "tax_basis_points": 1000}',
        '{"type": "tiered", "steps": [{"above": 1, "per_issuance_yen": 5}], "tax_basis_points": 1000}',
        '{"type": "tiered", "steps": [{"above": 0, "per_issuance_yen": 5}, {"above": 0, "per_issuance_yen": 4}], "tax_basis_points": 1000}',
        '{"type": "tiered", "steps": [{"above": 0, "per_issuance_yen": 5}], "cap_yen": 1, "floor_yen": 2, "tax_basis_points": 1000}',
    ],
)
def test_a_scheme_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Scheme)


def test_a_scheme_is_data_and_reads_back_as_it_was_written() -> None:
    for scheme in (PUBLISHED, Tiered(steps=TIERS, tax_basis_points=1_000), Metered(per_issuance_yen=EVERY, tax_basis_points=800, floor_yen=BASIC)):
        assert msgspec.json.decode(msgspec.json.encode(scheme), type=Scheme) == scheme
