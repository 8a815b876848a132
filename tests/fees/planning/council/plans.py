"""Two plans with everything in them, made once for all tests that read them."""

from functools import cache

from fees.planning.plan import Plan, plan
from registers.municipalities import municipalities
from tests.fees.planning.scenarios import scenario_of, with_end

EVERYTHING = """
[[newcomer]]
municipality = "013048"
start = 2026-10-01

[[campaign]]
title = "10円キャンペーン"
municipality = "212113"
since = 2026-07-01
until = 2027-04-01
cut_yen = 290
publicity_yen = 1_000_000
hall_kiosk_yearly_yen = 600_000
"""


@cache
def nationwide() -> Plan:
    """Nobody's own: the answer is the whole country's."""
    return plan(scenario_of(with_end(EVERYTHING)))


@cache
def ours() -> Plan:
    """A city's own, with populations that were brought."""
    text = with_end(EVERYTHING).replace("draws = 100", 'draws = 100\nours = "212113"')
    people = {code: count * 21 // 20 for code, count in zip((one.code for one in municipalities()), _sizes(), strict=True)}
    return plan(scenario_of(text), people)


@cache
def newcomers_own() -> Plan:
    """The plan of a town that has not joined."""
    return plan(scenario_of(with_end(EVERYTHING).replace("draws = 100", 'draws = 100\nours = "013048"')))


def _sizes() -> list[int]:
    return [one.body.population for one in nationwide().country.bodies]
