"""All rules together: what cannot stand beside each other is refused with both named."""

from datetime import date

import msgspec
import pytest

from fees.rules.collection import STANDARD, RouteRule
from fees.rules.commissions import CommissionRule
from fees.rules.contributions import PUBLISHED, Metered
from fees.rules.dated import Conflict, RulesRefused
from fees.rules.rule_book import ContributionRule, Rule, contribution_on, rule_book_of
from tests.fees.office import CITY, COMMISSIONS, OTHER_CITY, SEVEN, TARIFF, rule

SOUND: tuple[Rule, ...] = (*TARIFF, *COMMISSIONS, *STANDARD)
H27 = ContributionRule(rule="futan-h27", payee="center", scheme=PUBLISHED, since=date(2015, 4, 1), until=date(2017, 4, 1))
NOW_METERED = ContributionRule(
    rule="futan-r8", payee="center", scheme=Metered(per_issuance_yen=60, tax_basis_points=1_000, floor_yen=300_000), since=date(2026, 4, 1)
)
HALL = CommissionRule(rule="hall", operator=SEVEN, channel="town_hall", commission_yen=10, since=date(2026, 4, 1))


def conflicts(*rules: Rule) -> tuple[Conflict, ...]:
    with pytest.raises(RulesRefused) as refused:
        rule_book_of((*SOUND, *rules), 1)
    return refused.value.conflicts


def test_a_book_holds_every_rule_and_its_revision() -> None:
    book = rule_book_of((*SOUND, H27, NOW_METERED), 7)
    assert book.revision == 7
    assert set(book.rules) == {*SOUND, H27, NOW_METERED}


def test_the_scheme_of_a_contribution_is_that_of_the_day_and_of_the_payee() -> None:
    cloud = ContributionRule(rule="bcl", payee="bcl", scheme=Metered(per_issuance_yen=5, tax_basis_points=1_000), since=date(2025, 4, 1))
    book = rule_book_of((*SOUND, H27, NOW_METERED, cloud), 1)
    assert contribution_on(book, "center", date(2016, 9, 1)) == H27
    assert contribution_on(book, "center", date(2020, 1, 1)) is None
    assert contribution_on(book, "center", date(2026, 4, 1)) == NOW_METERED
    assert contribution_on(book, "bcl", date(2026, 4, 1)) == cloud


@pytest.mark.parametrize(
    ("added", "conflict"),
    [
        (rule("base-2", "base", 350, "2026-04-01"), Conflict("overlap", ("juminhyo-base", "base-2"))),
        (CommissionRule(rule="c2", operator=SEVEN, commission_yen=1, since=date(2030, 1, 1)), Conflict("overlap", ("itaku-2026", "c2"))),
        (RouteRule(rule="r2", channel="store", route="direct", since=date(2030, 1, 1)), Conflict("overlap", ("route-store", "r2"))),
        (HALL, Conflict("commission_on_direct", ("route-town-hall", "hall"))),
        (msgspec.structs.replace(HALL, municipality=CITY), Conflict("commission_on_direct", ("route-town-hall", "hall"))),
        (msgspec.structs.replace(NOW_METERED, rule="itaku-2026"), Conflict("same_id", ("itaku-2026", "itaku-2026"))),
        (msgspec.structs.replace(H27, since=date(2014, 3, 31)), Conflict("tax_differs", ("futan-h27",))),
        (msgspec.structs.replace(H27, until=None), Conflict("tax_changes", ("futan-h27",))),
    ],
)
def test_rules_that_contradict_each_other_are_refused_with_both_named(added: Rule, conflict: Conflict) -> None:
    assert conflict in conflicts(added)


def test_two_schemes_at_once_are_refused_and_named() -> None:
    assert conflicts(NOW_METERED, msgspec.structs.replace(NOW_METERED, rule="again")) == (Conflict("overlap", ("futan-r8", "again")),)


def test_every_contradiction_is_told_at_once() -> None:
    found = conflicts(rule("base-2", "base", 350, "2026-04-01"), RouteRule(rule="r2", channel="store", route="direct", since=date(2030, 1, 1)))
    assert {conflict.rules for conflict in found} >= {("juminhyo-base", "base-2"), ("route-store", "r2")}


def test_a_hall_whose_kiosk_an_operator_runs_may_have_a_commission() -> None:
    run = RouteRule(rule="hall-run", channel="town_hall", municipality=CITY, route="own_contract", since=date(2020, 4, 1))
    rule_book_of((*SOUND, run, msgspec.structs.replace(HALL, municipality=CITY)), 1)
    with pytest.raises(RulesRefused):
        rule_book_of((*SOUND, run, msgspec.structs.replace(HALL, municipality=OTHER_CITY)), 1)


def test_the_digest_follows_the_rules_and_not_their_order_or_revision() -> None:
    book = rule_book_of(SOUND, 1)
    assert book.digest() == rule_book_of(reversed(SOUND), 2).digest()
    assert book.digest() != rule_book_of((*SOUND, NOW_METERED), 1).digest()
