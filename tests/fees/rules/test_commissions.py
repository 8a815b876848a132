"""委託手数料 by operator, channel, municipality and date; with and without tax."""

from datetime import date

import pytest

from fees.rules.commissions import Commission, CommissionRule, NoCommission, commission, commissions_of
from fees.rules.dated import Conflict, RulesRefused
from fees.rules.taxes import TaxOfRate, taxes_of
from tests.fees.office import CITY, COMMISSIONS, OTHER_CITY, SEVEN

OLDER = CommissionRule(rule="itaku-2017", operator=SEVEN, commission_yen=115, since=date(2017, 4, 1), until=date(2019, 10, 1))


@pytest.mark.parametrize(
    ("operator", "day", "expected"),
    [
        (SEVEN, "2017-03-31", NoCommission()),
        (SEVEN, "2019-09-30", Commission(115, "itaku-2017", "included", 800)),
        (SEVEN, "2019-10-01", Commission(117, "itaku-2026", "included", 1_000)),
        ("nobody", "2026-11-23", NoCommission()),
    ],
)
def test_the_commission_is_by_operator_and_date(operator: str, day: str, expected: Commission | NoCommission) -> None:
    assert commission(commissions_of((OLDER, *COMMISSIONS)), operator, "store", CITY, date.fromisoformat(day)) == expected


def test_a_contract_of_one_channel_says_nothing_about_another() -> None:
    post = CommissionRule(rule="post", operator=SEVEN, channel="post_office", commission_yen=150, since=date(2020, 4, 1))
    commissions = commissions_of((*COMMISSIONS, post))
    assert commission(commissions, SEVEN, "post_office", CITY, date(2026, 11, 23)) == Commission(150, "post", "included", 1_000)
    assert commission(commissions, SEVEN, "town_hall", CITY, date(2026, 11, 23)) == NoCommission()


def test_a_municipality_s_own_contract_goes_before_the_operator_s_general_one_while_it_runs() -> None:
    own = CommissionRule(rule="own", operator=SEVEN, municipality=CITY, commission_yen=100, since=date(2025, 4, 1), until=date(2026, 4, 1))
    commissions = commissions_of((*COMMISSIONS, own))
    found = [commission(commissions, SEVEN, "store", city, day) for city in (CITY, OTHER_CITY) for day in (date(2026, 3, 31), date(2026, 4, 1))]
    assert [each.rule for each in found if isinstance(each, Commission)] == ["own", "itaku-2026", "itaku-2026", "itaku-2026"]


def test_tax_that_is_not_in_the_amount_comes_on_the_invoice_once() -> None:
    net = CommissionRule(rule="net", operator=SEVEN, commission_yen=107, since=date(2019, 10, 1), tax="excluded")
    found = commission(commissions_of((net,)), SEVEN, "store", CITY, date(2026, 11, 23))
    assert isinstance(found, Commission)
    assert taxes_of([found.line(3), found.line(2)]) == (TaxOfRate(1_000, 535, 53, 588),)
    included = commission(commissions_of(COMMISSIONS), SEVEN, "store", CITY, date(2026, 11, 23))
    assert isinstance(included, Commission)
    assert taxes_of([included.line(5)]) == (TaxOfRate(1_000, 532, 53, 585),)


def test_overlapping_commissions_are_refused_and_named() -> None:
    again = CommissionRule(rule="itaku-2027", operator=SEVEN, commission_yen=120, since=date(2027, 4, 1))
    with pytest.raises(RulesRefused) as refused:
        commissions_of((*COMMISSIONS, again))
    assert refused.value.conflicts == (Conflict("overlap", ("itaku-2026", "itaku-2027")),)
