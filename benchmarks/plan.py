"""A year's plan for all 1,741 municipalities under four schemes, with and without making the country first, and a whole plan with 1,000 draws; then the files of a council.

CPU of this process on one core, medians.

python -m benchmarks.plan
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from fees.planning.council.files import files_of
from fees.planning.plan import compare, country_of, plan
from fees.planning.scenario.parts import Scenario
from fees.planning.scenario.reading import read_scenario

ROUNDS = 5
T = TypeVar("T")

FIXED = "designated_1m = 9_259_260, designated = 7_407_408, large = 4_629_630, small = 2_777_778, town = 925_926"
HALF = "designated_1m = 4_629_630, designated = 3_703_704, large = 2_314_815, small = 1_388_889, town = 462_963"
SCENARIO = f"""title = "measured"
fiscal_year = 2026
seed = 1
draws = 1000
baseline = "fixed"
[[scheme]]
id = "fixed"
title = "fixed"
rule = {{ type = "fixed_by_band", tax_basis_points = 1000, table_yen = {{ {FIXED} }} }}
[[scheme]]
id = "metered"
title = "metered"
keeps_revenue = true
rule = {{ type = "metered", tax_basis_points = 1000, per_issuance_yen = 0 }}
[[scheme]]
id = "two_part"
title = "two-part"
keeps_revenue = true
rule = {{ type = "two_part", tax_basis_points = 1000, per_issuance_yen = 0, basic_yen = {{ {HALF} }} }}
[[scheme]]
id = "own"
title = "own"
rule = {{ type = "tiered", tax_basis_points = 1000, floor_yen = 200_000, steps = [{{ above = 0, per_issuance_yen = 120 }}, {{ above = 50_000, per_issuance_yen = 80 }}] }}
[[newcomer]]
municipality = "013048"
start = 2026-10-01
[[campaign]]
title = "all of them"
municipality = "all"
since = 2026-07-01
until = 2027-04-01
cut_yen = 290
publicity_yen = 1_000_000
hall_kiosk_yearly_yen = 600_000
"""


def main() -> None:
    """Print how long each part takes."""
    scenario = read_scenario(SCENARIO.encode())
    assert isinstance(scenario, Scenario), scenario
    country, made = _timed(lambda: country_of(scenario, None))
    _, compared = _timed(lambda: compare(scenario, country))
    whole, drawn = _timed(lambda: plan(scenario))
    _, written = _timed(lambda: files_of(whole))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"1,741 municipalities x 4 schemes: {compared * 1e3:.1f} ms of CPU, {(made + compared) * 1e3:.0f} ms with populations, participation and volumes\n"
    )
    sys.stdout.write(
        f"the whole plan, 1,000 draws, a newcomer and a campaign of all participants: {drawn:.2f} s; its five files {written:.2f} s; peak {peak} MB\n"
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and its median CPU in seconds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        found = work()
        taken.append(time.process_time() - begun)
    return found, statistics.median(taken)


if __name__ == "__main__":
    main()
