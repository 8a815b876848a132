"""What a municipality pays for the service itself: 運営負担金 to the center, and its share of the shared cloud (BCL), by schemes that are data.

Decides a year's contribution of one body under one scheme. Never knows who pays whom, what was sold or what day it is; which scheme is in force when is `rule_book`'s.

The published rule (計算方法 of the fiscal years H27 and H28, domain facts 6.3): a net amount for each of five bands; whoever begins within the year pays a twelfth of it, its yen fraction cut,
for each month of the agreement, the product rounded up to 100 yen; consumption tax comes on top. A whole year is the table itself and is not rounded.
What a metered scheme charges is counted, not prorated. A cap or a floor is a year's, and is prorated like a basic amount where the year is not whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, get_args

import msgspec

from fees.rules.taxes import BasisPoints, tax_on

Band = Literal["designated_1m", "designated", "large", "small", "town"]
BodyKind = Literal["designated", "city", "ward", "town"]

BANDS: tuple[Band, ...] = get_args(Band)
"""The five bands, largest first."""

BAND_NAMES: Mapping[Band, tuple[str, str]] = {
    "designated_1m": ("政令指定都市（人口100万人以上）", "Designated city, 1,000,000 or more"),
    "designated": ("政令指定都市（人口100万人未満）", "Designated city, under 1,000,000"),
    "large": ("大規模市・特別区（人口15万人以上）", "City or special ward, 150,000 or more"),
    "small": ("小中規模市・特別区（人口15万人未満）", "City or special ward, under 150,000"),
    "town": ("町村", "Town or village"),
}

DESIGNATED_1M_FROM, LARGE_FROM = 1_000_000, 150_000
MONTHS = 12

YearYen = Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)]
UnitYen = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


@dataclass(frozen=True, slots=True)
class Body:
    """A municipality as a scheme sees it: `population` is that of the resident register (住民基本台帳) on `population_day` of the year."""

    code: str
    kind: BodyKind
    population: int


class ByBand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount in yen for each band; none may be missing."""

    designated_1m: YearYen
    designated: YearYen
    large: YearYen
    small: YearYen
    town: YearYen

    def of(self, band: Band) -> int:
        """The band's amount."""
        amount_yen: int = getattr(self, band)
        return amount_yen


class _Scheme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all schemes state: the tax on top, how a year that is not whole is counted, and between what a year's net amount is kept, for all or by band (None: no bound)."""

    tax_basis_points: BasisPoints
    proration: Literal["by_month", "whole_year"] = "by_month"
    round_up_to_yen: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 100
    cap_yen: YearYen | ByBand | None = None
    floor_yen: YearYen | ByBand | None = None

    def __post_init__(self) -> None:
        for band in BANDS:
            floor_yen, cap_yen = _by_band(self.floor_yen, band), _by_band(self.cap_yen, band)
            if floor_yen is not None and cap_yen is not None and floor_yen > cap_yen:
                raise ValueError(f"a floor of {floor_yen} yen above a cap of {cap_yen} yen")


class FixedByBand(_Scheme, frozen=True, tag="fixed_by_band"):
    """A net amount a year for each band (固定制)."""

    table_yen: ByBand


class Metered(_Scheme, frozen=True, tag="metered"):
    """A net amount for each issuance (従量制), the same for all or by band."""

    per_issuance_yen: UnitYen | ByBand


class TwoPart(_Scheme, frozen=True, tag="two_part"):
    """A basic amount a year and an amount for each issuance (二部料金制), both net."""

    basic_yen: ByBand
    per_issuance_yen: UnitYen | ByBand


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the issuance after number `above` of the year on, each costs `per_issuance_yen`, net."""

    above: Annotated[int, msgspec.Meta(ge=0)]
    per_issuance_yen: UnitYen


class Tiered(_Scheme, frozen=True, tag="tiered"):
    """An amount for each issuance that changes with their number (段階制); each step counts only for the issuances within it. The first step begins at 0, each next one higher."""

    steps: Annotated[tuple[Tier, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        _Scheme.__post_init__(self)
        starts = [step.above for step in self.steps]
        if starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("the first step begins above 0 and each next one above a higher number")


Scheme = FixedByBand | Metered | TwoPart | Tiered


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a calculation, as a person can follow it, in Japanese and English."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A year's contribution of one body in yen: net (税抜), tax, gross (税込), and how it came to be."""

    net_yen: int
    tax_yen: int
    gross_yen: int
    because: tuple[Reason, ...]


def band_of(body: Body) -> Band:
    """The band that a body's kind and population put it in."""
    match body.kind:
        case "designated":
            return "designated_1m" if body.population >= DESIGNATED_1M_FROM else "designated"
        case "city" | "ward":
            return "large" if body.population >= LARGE_FROM else "small"
        case "town":
            return "town"


def population_day(fiscal_year: int) -> date:
    """The day whose population decides the band of a fiscal year (April to March): January 1 of the fiscal year before it, which is that of the calendar year it begins in."""
    return date(fiscal_year, 1, 1)


def months_from(start: date) -> int:
    """The months of the fiscal year that an agreement beginning on `start` runs for, the month of its beginning included: 12 for April, 7 for September, 1 for March."""
    return (3 - start.month) % MONTHS + 1


def prorated_yen(scheme: Scheme, year_yen: int, months: int) -> int:
    """What of a year's net amount falls on `months`: a twelfth, its fraction cut, for each, rounded up as the scheme says; a whole year is not touched."""
    if months == MONTHS or scheme.proration == "whole_year":
        return year_yen
    return -(-(year_yen // MONTHS * months) // scheme.round_up_to_yen) * scheme.round_up_to_yen


def annual_yen(scheme: Scheme, body: Body, issuances: int, months: int = MONTHS) -> Contribution:
    """What `body` pays under `scheme` for a fiscal year in which its agreement runs for the last `months` (1 to 12) and `issuances` are printed. Raises ValueError for other numbers."""
    if not 1 <= months <= MONTHS or issuances < 0 or body.population < 0:
        raise ValueError(f"{months} months, {issuances} issuances, population {body.population}")
    band = band_of(body)
    counted_yen, because = _counted(scheme, band, issuances, months)
    net_yen, bounds = _bounded(scheme, band, counted_yen, months)
    tax_yen = tax_on(net_yen, scheme.tax_basis_points)
    return Contribution(net_yen, tax_yen, net_yen + tax_yen, (*because, *bounds, _tax_reason(scheme, net_yen, tax_yen)))


def _counted(scheme: Scheme, band: Band, issuances: int, months: int) -> tuple[int, tuple[Reason, ...]]:
    match scheme:
        case FixedByBand():
            return _basic(scheme, scheme.table_yen, band, months)
        case Metered():
            return _metered(scheme.per_issuance_yen, band, issuances)
        case TwoPart():
            basic_yen, basic = _basic(scheme, scheme.basic_yen, band, months)
            metered_yen, metered = _metered(scheme.per_issuance_yen, band, issuances)
            return basic_yen + metered_yen, (*basic, *metered)
        case Tiered():
            return _tiered(scheme.steps, issuances)


def _basic(scheme: Scheme, table: ByBand, band: Band, months: int) -> tuple[int, tuple[Reason, ...]]:
    year_yen, (ja, en) = table.of(band), BAND_NAMES[band]
    year = Reason(f"{ja}の年額{year_yen:,}円（税抜）", f"{en}: {year_yen:,} yen a year, net")
    yen = prorated_yen(scheme, year_yen, months)
    if months == MONTHS or scheme.proration == "whole_year":
        return yen, (year,)
    month_yen, unit = year_yen // MONTHS, scheme.round_up_to_yen
    return yen, (
        year,
        Reason(
            f"12で割り円未満切捨て{month_yen:,}円×{months}か月＝{month_yen * months:,}円、{unit:,}円未満切上げ{yen:,}円",
            f"a twelfth, fraction cut, {month_yen:,} x {months} months = {month_yen * months:,}, up to the next {unit:,}: {yen:,} yen",
        ),
    )


def _metered(rate: int | ByBand, band: Band, issuances: int) -> tuple[int, tuple[Reason, ...]]:
    return _step_yen(rate.of(band) if isinstance(rate, ByBand) else rate, issuances)


def _tiered(steps: tuple[Tier, ...], issuances: int) -> tuple[int, tuple[Reason, ...]]:
    ends = (*(step.above for step in steps[1:]), issuances)
    parts = [
        _step_yen(step.per_issuance_yen, min(end, issuances) - step.above) for step, end in zip(steps, ends, strict=True) if step.above < issuances
    ]
    return sum(yen for yen, _ in parts), tuple(reason for _, because in parts for reason in because)


def _step_yen(unit_yen: int, issuances: int) -> tuple[int, tuple[Reason, ...]]:
    yen = unit_yen * issuances
    return yen, (Reason(f"1通{unit_yen:,}円×{issuances:,}通＝{yen:,}円", f"{unit_yen:,} yen x {issuances:,} issuances = {yen:,} yen"),)


def _bounded(scheme: Scheme, band: Band, yen: int, months: int) -> tuple[int, tuple[Reason, ...]]:
    floor_yen, cap_yen = _by_band(scheme.floor_yen, band), _by_band(scheme.cap_yen, band)
    if floor_yen is not None and yen < (least_yen := prorated_yen(scheme, floor_yen, months)):
        return least_yen, (Reason(f"下限額{least_yen:,}円", f"not less than {least_yen:,} yen"),)
    if cap_yen is not None and yen > (most_yen := prorated_yen(scheme, cap_yen, months)):
        return most_yen, (Reason(f"上限額{most_yen:,}円", f"not more than {most_yen:,} yen"),)
    return yen, ()


def _by_band(bound_yen: int | ByBand | None, band: Band) -> int | None:
    return bound_yen.of(band) if isinstance(bound_yen, ByBand) else bound_yen


def _tax_reason(scheme: Scheme, net_yen: int, tax_yen: int) -> Reason:
    percent = f"{scheme.tax_basis_points // 100}" + (f".{scheme.tax_basis_points % 100:02}" if scheme.tax_basis_points % 100 else "")
    return Reason(
        f"消費税{percent}%（円未満切捨て）{tax_yen:,}円、税込{net_yen + tax_yen:,}円",
        f"tax {percent} %, fraction cut, {tax_yen:,} yen: {net_yen + tax_yen:,} yen gross",
    )


PUBLISHED = FixedByBand(
    table_yen=ByBand(designated_1m=9_259_260, designated=7_407_408, large=4_629_630, small=2_777_778, town=925_926), tax_basis_points=800
)
"""The published table of H27 and H28 (2015 and 2016), net; with 8 % tax it is 10, 8, 5, 3 and 1 million yen (domain facts 6.3). What is charged now has not been published."""
