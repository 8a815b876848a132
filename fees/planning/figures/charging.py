"""Contributions of many bodies at once: the arithmetic of `fees.rules.contributions.annual_yen` on arrays, held equal to it by a property test.

Amounts by band and proration are the rules' own functions, asked once a band; only sums and products run over arrays. Raises nothing of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from fees.planning.country.lots import Whole
from fees.planning.country.participation import CannotHold
from fees.rules.contributions import BANDS, MONTHS, Band, ByBand, FixedByBand, Metered, Scheme, Tier, Tiered, TwoPart, prorated_yen
from fees.rules.taxes import BASIS

UNIT_YEN_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Charged:
    """A year's contributions in yen, one a body (or a draw): net, tax, gross."""

    net_yen: Whole
    tax_yen: Whole

    @property
    def gross_yen(self) -> Whole:
        """税込."""
        return self.net_yen + self.tax_yen


def band_numbers(bands: Sequence[Band]) -> Whole:
    """Bands as their places in `BANDS`."""
    return np.array([BANDS.index(band) for band in bands], np.int64)


def charged(scheme: Scheme, bands: Whole, issuances: Whole, months: int = MONTHS) -> Charged:
    """What bodies of these bands pay for these issuances; the two arrays are broadcast against each other."""
    counted = _counted(scheme, bands, issuances, months)
    net = counted
    if scheme.cap_yen is not None:
        net = np.minimum(net, _year(scheme, scheme.cap_yen, months)[bands])
    if scheme.floor_yen is not None:
        least = _year(scheme, scheme.floor_yen, months)[bands]
        net = np.where(counted < least, least, net)
    whole, rest = np.divmod(net, BASIS)  # the fraction is cut as ever, and no product grows beyond what an array holds
    return Charged(net, whole * scheme.tax_basis_points + rest * scheme.tax_basis_points // BASIS)


def _counted(scheme: Scheme, bands: Whole, issuances: Whole, months: int) -> Whole:
    match scheme:
        case FixedByBand():
            return _year(scheme, scheme.table_yen, months)[bands] + 0 * issuances
        case Metered():
            return _rates(scheme.per_issuance_yen)[bands] * issuances
        case TwoPart():
            return _year(scheme, scheme.basic_yen, months)[bands] + _rates(scheme.per_issuance_yen)[bands] * issuances
        case Tiered():
            return _tiered(scheme.steps, issuances) + 0 * bands


def _year(scheme: Scheme, amount_yen: int | ByBand, months: int) -> Whole:
    return np.array([prorated_yen(scheme, amount_yen.of(band) if isinstance(amount_yen, ByBand) else amount_yen, months) for band in BANDS], np.int64)


def _rates(rate: int | ByBand) -> Whole:
    return np.array([rate.of(band) if isinstance(rate, ByBand) else rate for band in BANDS], np.int64)


def _tiered(steps: tuple[Tier, ...], issuances: Whole) -> Whole:
    total = np.zeros_like(issuances)
    for number, step in enumerate(steps):
        within = issuances if number + 1 == len(steps) else np.minimum(issuances, steps[number + 1].above)
        total = total + np.maximum(within - step.above, 0) * step.per_issuance_yen
    return total


def with_rate(scheme: Metered | TwoPart, unit_yen: int) -> Metered | TwoPart:
    """The scheme with another amount for each issuance, the same in all bands."""
    return msgspec.structs.replace(scheme, per_issuance_yen=unit_yen)


def keeping_rate_yen(scheme: Metered | TwoPart, bands: Whole, issuances: Whole, wanted_net_yen: int) -> int:
    """The least whole yen an issuance with which these bodies pay at least `wanted_net_yen` together under the scheme. Raises `CannotHold` where no rate does."""
    low, high = 0, 1
    while _paid_yen(with_rate(scheme, high), bands, issuances) < wanted_net_yen:
        low, high = high, high * 2
        if high > UNIT_YEN_MAX:
            raise CannotHold("どの単価でも、センターの収入を保てません（上限額が低すぎるか、交付数が少なすぎます）。")
    if _paid_yen(with_rate(scheme, 0), bands, issuances) >= wanted_net_yen:
        return 0
    while low + 1 < high:
        middle = (low + high) // 2
        if _paid_yen(with_rate(scheme, middle), bands, issuances) < wanted_net_yen:
            low = middle
        else:
            high = middle
    return high


def _paid_yen(scheme: Scheme, bands: Whole, issuances: Whole) -> int:
    return int(charged(scheme, bands, issuances).net_yen.sum())
