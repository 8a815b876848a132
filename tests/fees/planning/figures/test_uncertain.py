"""The comparison under drawn volumes."""

from fees.planning.figures.chance import Spread
from fees.planning.figures.comparing import outcomes
from fees.planning.figures.uncertain import Uncertain, uncertain
from tests.fees.planning.figures.town import BODIES, OWN, grid
from tests.fees.planning.scenarios import scenario_of, with_end, with_top

CERTAIN = "[volumes]\ngrowth_percent = { low = 150, likely = 150, high = 150 }\nsmall_towns_use_percent = { low = 100, likely = 100, high = 100 }"


def found(text: str) -> Uncertain:
    scenario = scenario_of(text)
    return uncertain(scenario, grid(), BODIES, outcomes(scenario, grid()))


def test_half_as_many_papers_more_are_half_as_much_revenue_more_where_papers_are_counted() -> None:
    plain, more = outcomes(scenario_of(), grid()), found(with_end(CERTAIN))
    papers = 52_000 * 3 // 2
    assert more.issuances == Spread(papers, papers, papers)
    assert more.schemes["fixed"].revenue_net_yen.middle == plain[0].revenue_net_yen
    assert more.schemes["metered"].revenue_net_yen.middle * 2 == plain[1].revenue_net_yen * 3
    assert more.keeping_unit_yen.middle == -(-plain[0].revenue_net_yen // papers)


def test_a_range_of_volumes_is_a_range_of_revenue_and_none_under_a_fixed_scheme() -> None:
    wide = found(with_end(""))
    assert wide.schemes["fixed"].revenue_net_yen.low == wide.schemes["fixed"].revenue_net_yen.high
    assert wide.schemes["metered"].revenue_net_yen.low < wide.schemes["metered"].revenue_net_yen.high
    assert wide == found(with_end(""))


def test_the_readers_own_municipality_has_its_own_range() -> None:
    assert found(with_end("")).schemes["metered"].ours_gross_yen is None
    own = found(with_top(f'ours = "{OWN}"')).schemes["metered"].ours_gross_yen
    assert own is not None and own.low < own.middle < own.high
