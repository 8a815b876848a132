"""Scenarios of the tests: small, and changed by text as a person would change them."""

from fees.planning.scenario.parts import Scenario
from fees.planning.scenario.reading import read_scenario

FIXED = """rule = { type = "fixed_by_band", tax_basis_points = 1000, table_yen = { designated_1m = 9_259_260, designated = 7_407_408, large = 4_629_630, small = 2_777_778, town = 925_926 } }"""

SMALL = f"""title = "試験"
fiscal_year = 2026
seed = 5
draws = 100
baseline = "fixed"

[[scheme]]
id = "fixed"
title = "定額"
{FIXED}

[[scheme]]
id = "metered"
title = "従量"
keeps_revenue = true
rule = {{ type = "metered", tax_basis_points = 1000, per_issuance_yen = 0 }}
"""


def scenario_of(text: str = SMALL) -> Scenario:
    """The scenario of a text that is in order."""
    found = read_scenario(text.encode())
    assert isinstance(found, Scenario), found
    return found


def with_top(line: str) -> str:
    """The small scenario with one more line at its head."""
    return f"{line}\n{SMALL}"


def with_end(text: str) -> str:
    """The small scenario with more tables at its end."""
    return f"{SMALL}\n{text}"
