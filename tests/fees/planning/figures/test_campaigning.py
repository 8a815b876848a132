"""A campaign reckoned by hand: ranges of one number, a town of round figures."""

import pytest

from fees.planning.country.participation import CannotHold
from fees.planning.figures.campaigning import Campaign, campaigning
from fees.planning.figures.chance import Spread
from fees.planning.figures.comparing import outcomes
from fees.planning.scenario.parts import Scenario
from tests.fees.planning.figures.town import BODIES, OUT, OWN, POOR, TAKING, YEAR, grid
from tests.fees.planning.scenarios import scenario_of, with_end

CERTAIN = """
[campaign.levers]
fee = { low = 2_000, likely = 2_000, high = 2_000 }
fee_full_cut_yen = 190
publicity = { low = 1_000, likely = 1_000, high = 1_000 }
hall_kiosk = { low = 5_000, likely = 5_000, high = 5_000 }
kept = { low = 5_000, likely = 5_000, high = 5_000 }
"""
YEAR_LONG = f'title = "a"\nmunicipality = "{OWN}"\nkinds = ["juminhyo"]\nsince = 2026-04-01\nuntil = 2027-04-01\nyears_after = 1\n'


def campaign(more: str, levers: str = CERTAIN, head: str = YEAR_LONG, scheme: str = "fixed") -> Campaign:
    scenario = scenario_of(with_end(f"[[campaign]]\n{head}{more}\n{levers}").replace('baseline = "fixed"', f'baseline = "{scheme}"'))
    return _of(scenario)


def _of(scenario: Scenario) -> Campaign:
    baseline = next(one for one in outcomes(scenario, grid()) if one.id == scenario.baseline)
    return campaigning(scenario, scenario.campaign[0], BODIES, TAKING, YEAR, grid(), baseline)


def certain(number: int) -> Spread:
    return Spread(number, number, number)


def test_a_fee_cut_alone_loses_fees_on_all_papers_and_pays_commission_on_those_that_went_over() -> None:
    found = campaign("cut_yen = 290")
    # 40,000 of 60,000 papers are asked for at the counter; a fifth goes over: 28,000 at kiosks for 10 yen instead of 20,000 for 200, and 8,000 no longer pay 300.
    first, after = found.years
    assert found.prices_yen == (("juminhyo", 200, 10),)
    assert (first.issues, first.share_basis_points) == (certain(28_000), certain(4_666))
    assert first.lost_fees_yen == certain(20_000 * 200 + 8_000 * 300 - 28_000 * 10)
    assert first.commission_yen == certain(8_000 * 117)
    assert first.counter_spared_yen == certain(8_000 * 500)
    assert first.cash_yen == certain(-(4_000_000 + 2_400_000 - 280_000) - 936_000)
    assert first.net_yen == certain(-(4_000_000 + 2_400_000 - 280_000) - 936_000 + 4_000_000)
    # The year after, half of the effect is left, at the usual fee: 4,000 papers bring 200 instead of 300.
    assert (after.issues, after.lost_fees_yen) == (certain(24_000), certain(4_000 * 100))
    assert found.cash_yen == certain(first.cash_yen.middle + after.cash_yen.middle)
    assert found.gain_percent == 0


def test_a_smaller_cut_moves_as_much_fewer() -> None:
    assert campaign("cut_yen = 195").years[0].issues == certain(24_000)  # 200 to 105: half the cut the effect is stated for


def test_levers_work_one_after_another_on_what_is_left_at_the_counter() -> None:
    found = campaign("cut_yen = 290\npublicity_yen = 1\nhall_kiosk_yearly_yen = 1")
    # 40,000 x (1 - 0.8 x 0.9 x 0.5) = 25,600 go over, 40,000 x 0.8 x 0.9 x 0.5 = 14,400 of them to the hall, where no commission is due.
    assert found.years[0].issues == certain(45_600)
    assert found.years[0].commission_yen == certain((25_600 - 14_400) * 117)
    assert [(lever.name, lever.during_basis_points.middle) for lever in found.levers] == [
        ("手数料の引下げ", 4_666),
        ("広報・窓口での案内", 4_000),
        ("庁内キオスク端末", 6_666),
    ]
    # Afterwards half of fee and publicity, and the whole of the kiosk, are left: 40,000 x (1 - 0.9 x 0.95 x 0.5) = 22,900.
    assert found.years[1].issues == certain(42_900)


def test_what_is_not_pulled_has_no_effect_and_costs_nothing() -> None:
    found = campaign("")
    assert found.levers == ()
    assert found.during_basis_points == certain(found.share_before_basis_points) == certain(3_333)
    assert found.cash_yen == found.net_yen == certain(0)
    assert found.gain_percent == 100


def test_publicity_is_paid_once_and_a_kiosk_in_the_hall_every_year() -> None:
    years = campaign("publicity_yen = 700\nhall_kiosk_initial_yen = 5_000\nhall_kiosk_yearly_yen = 30").years
    assert [year.own_costs_yen for year in years] == [5_730, 30]


def test_a_grant_covers_its_part_of_the_lost_fees_and_never_more_than_its_cap() -> None:
    half = campaign("cut_yen = 290\n[campaign.grant]\nbasis_points = 5_000\ncap_yen = 99_000_000")
    assert half.years[0].grant_yen == certain((20_000 * 200 + 8_000 * 300 - 28_000 * 10) // 2)
    capped = campaign("cut_yen = 290\n[campaign.grant]\nbasis_points = 10_000\ncap_yen = 6_200_000")
    assert [year.grant_yen.middle for year in capped.years] == [6_120_000, 80_000]
    assert capped.grant_yen == certain(6_200_000)


def test_a_campaign_of_part_of_a_year_counts_its_days_and_no_more() -> None:
    head = YEAR_LONG.replace("2026-04-01", "2026-07-01").replace("2027-04-01", "2026-10-01").replace("years_after = 1", "years_after = 0")
    found = campaign("cut_yen = 290", head=head)
    before, during, after = 91, 92, 182
    moved = 28_000 * during // 365 - 20_000 * during // 365 + 24_000 * after // 365 - 20_000 * after // 365
    assert before + during + after == 365
    assert found.years[0].issues == certain(20_000 + moved)
    assert [year.fiscal_year for year in found.years] == [2026]


def test_under_a_metered_scheme_more_papers_cost_more_contribution() -> None:
    metered = """rule = { type = "metered", tax_basis_points = 1000, per_issuance_yen = 50 }"""
    text = with_end(f"[[campaign]]\n{YEAR_LONG}cut_yen = 290\n{CERTAIN}").replace("keeps_revenue = true\n", "")
    text = text.replace('rule = { type = "metered", tax_basis_points = 1000, per_issuance_yen = 0 }', metered).replace(
        'baseline = "fixed"', 'baseline = "metered"'
    )
    assert _of(scenario_of(text)).years[0].contribution_yen == certain(8_000 * 55)
    assert campaign("cut_yen = 290").years[0].contribution_yen == certain(0)


def test_a_campaign_of_all_is_the_sum_over_all_who_offer_the_kind() -> None:
    head = YEAR_LONG.replace(f'"{OWN}"', '"all"')
    found = campaign("cut_yen = 290", head=head)
    assert (found.bodies, found.name) == (2, "全参加団体")
    assert found.years[0].issues == certain(28_000 + 10_000 + 44_000 // 5)
    koseki = campaign("cut_yen = 290", head=head.replace("juminhyo", "koseki"))
    assert koseki.bodies == 1


def test_a_share_never_exceeds_the_whole() -> None:
    every = CERTAIN.replace("2_000", "10_000").replace("1_000", "10_000").replace("5_000", "10_000")
    found = campaign("cut_yen = 290\npublicity_yen = 1\nhall_kiosk_yearly_yen = 1", levers=every)
    assert found.during_basis_points == certain(10_000)


def test_wide_ranges_give_ranges_and_the_same_seed_the_same_ones() -> None:
    one, again = campaign("cut_yen = 290", levers=""), campaign("cut_yen = 290", levers="")
    assert one.years[0].net_yen.low < one.years[0].net_yen.middle < one.years[0].net_yen.high
    assert one == again


def test_the_share_before_may_be_given_where_a_town_knows_it() -> None:
    assert campaign("share_basis_points = 3_270").share_before_basis_points == 3_270


def test_a_campaign_needs_a_town_that_takes_part_and_offers_the_kind() -> None:
    with pytest.raises(CannotHold, match="参加団体ではありません"):
        campaign("", head=YEAR_LONG.replace(OWN, OUT))
    with pytest.raises(CannotHold, match="交付していません"):
        campaign("", head=YEAR_LONG.replace(OWN, POOR).replace("juminhyo", "koseki"))
