"""Populations for a plan that was given none: made, not measured. Each class has as many bodies as are known, between its bounds, and its total; who in a class is large is decided by lot.

A municipality's modelled population is nobody's population. Whoever wants figures for a municipality of this world brings the populations (`population_file`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from fees.planning.country.classes import CORE_CITIES, OVER_A_MILLION
from fees.planning.country.lots import in_order_of_lots
from fees.planning.country.published import MODELLED_COUNTS
from registers.municipalities import Municipality


class Stratum(NamedTuple):
    """Bodies whose populations are made together: bounds (both included), and all their people."""

    lowest: int
    highest: int
    people: int


FEW_ARE_LARGE = 8
"""The power of the rank by which sizes rise: the higher, the fewer bodies are large."""

DESIGNATED_1M = Stratum(1_000_000, 3_800_000, 20_600_000)
DESIGNATED = Stratum(690_000, 999_999, 7_200_000)
CORE = Stratum(180_000, 650_000, 22_800_000)
WARD = Stratum(60_000, 940_000, 9_700_000)
CITY_100K = Stratum(100_000, 560_000, 29_000_000)
CITY = Stratum(3_000, 99_999, 26_500_000)
TOWN_10K = Stratum(10_000, 52_000, 7_900_000)
TOWN_5K = Stratum(5_000, 9_999, 1_700_000)
TOWN = Stratum(400, 4_999, 770_000)


def modelled(listed: Sequence[Municipality], seed: int) -> dict[str, int]:
    """A population for every municipality of the list, by code."""
    populations: dict[str, int] = {}
    for stratum, codes in _strata(listed, seed):
        populations |= dict(zip(codes, made(stratum, len(codes)), strict=True))
    return populations


def made(stratum: Stratum, count: int) -> list[int]:
    """`count` populations, falling, within the stratum's bounds and with its total: a mixture of a straight line and a power of the rank, mixed so that the total comes out. Whole numbers only.

    Raises ValueError where no such mixture exists.
    """
    low, span, power = stratum.lowest, stratum.highest - stratum.lowest, FEW_ARE_LARGE
    steps = [2 * rank + 1 for rank in range(count)]
    unit = (2 * count) ** power
    straight = [step * (2 * count) ** (power - 1) for step in steps]
    bent = [step**power for step in steps]
    wanted = (stratum.people - low * count) * unit
    all_straight, all_bent = span * sum(straight), span * sum(bent)
    if not all_bent <= wanted <= all_straight:
        raise ValueError(f"no mixture of {count} bodies has {stratum.people}")
    part, whole = wanted - all_bent, all_straight - all_bent
    exact = [span * (part * line + (whole - part) * curve) for line, curve in zip(straight, bent, strict=True)]
    sizes = [low + value // (unit * whole) for value in exact]
    left = stratum.people - sum(sizes)
    for rank in sorted(range(count), key=lambda rank: -(exact[rank] % (unit * whole)))[:left]:
        sizes[rank] += 1
    return sizes[::-1]


def _strata(listed: Sequence[Municipality], seed: int) -> list[tuple[Stratum, list[str]]]:
    def drawn(codes: list[str], purpose: str) -> list[str]:
        return in_order_of_lots(codes, seed, f"population {purpose}")

    designated = [one.code for one in listed if one.form == "指定都市"]
    cities = drawn([one.code for one in listed if one.form == "市" and one.code not in CORE_CITIES], "city")
    towns = drawn([one.code for one in listed if one.form in ("町", "村")], "town")
    large, ten, five = MODELLED_COUNTS["city_100k"], MODELLED_COUNTS["town_10k"], MODELLED_COUNTS["town_5k"]
    return [
        (DESIGNATED_1M, drawn([code for code in designated if code in OVER_A_MILLION], "designated")),
        (DESIGNATED, drawn([code for code in designated if code not in OVER_A_MILLION], "designated")),
        (CORE, drawn([one.code for one in listed if one.code in CORE_CITIES], "core")),
        (WARD, drawn([one.code for one in listed if one.form == "特別区"], "ward")),
        (CITY_100K, cities[:large]),
        (CITY, cities[large:]),
        (TOWN_10K, towns[:ten]),
        (TOWN_5K, towns[ten : ten + five]),
        (TOWN, towns[ten + five :]),
    ]
