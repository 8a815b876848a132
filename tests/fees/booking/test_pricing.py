"""Whether a fact says what the rules of its visit's day say, and which way its money goes."""

from datetime import datetime, timedelta

import pytest

from fees.booking.pricing import Objection, Priced, examined
from fees.config import rules_of
from fees.rules.commissions import CommissionRule
from fees.rules.rule_book import RuleBook
from storage.instants import JST
from tests.fees.office import CITY, COMMISSIONS, SEVEN, config, fact, rule

POST = CommissionRule(rule="post", operator=SEVEN, channel="post_office", commission_yen=150, since=COMMISSIONS[0].since)
PLACES = tuple(rule(f"base-{channel}", "base", 200, "2020-04-01", channel=channel) for channel in ("town_hall", "post_office", "counter"))


@pytest.fixture(scope="module")
def book() -> RuleBook:
    office = config()
    return rules_of(config(tariff=(*office.tariff, *PLACES), commissions=(*COMMISSIONS, POST)))


@pytest.mark.parametrize(
    ("visit", "told", "fee_yen", "rule_id"),
    [
        ("2025-06-30T22:58:00", "2025-06-30T23:01:00", 250, "juminhyo-reduction"),
        ("2025-07-01T06:30:00", "2025-07-01T06:32:00", 10, "juminhyo-ten-yen"),
        ("2026-03-31T22:58:00", "2026-03-31T23:01:00", 10, "juminhyo-ten-yen"),
        ("2026-03-31T22:58:00", "2026-04-03T23:01:00", 10, "juminhyo-ten-yen"),
        ("2026-04-01T06:30:00", "2026-04-01T06:32:00", 250, "juminhyo-reduction"),
    ],
)
def test_the_price_is_that_of_the_visit_though_it_was_paid_past_closing_or_told_three_days_late(
    book: RuleBook, visit: str, told: str, fee_yen: int, rule_id: str
) -> None:
    at, paid = (datetime.fromisoformat(text).replace(tzinfo=JST) for text in (visit, told))
    assert examined(fact(1, "i", "paid", visited_at=at, at=paid, fee_yen=fee_yen, rule=rule_id), book) == Priced(117, "through_center")
    other_yen, other = (250, "juminhyo-reduction") if fee_yen == 10 else (10, "juminhyo-ten-yen")
    wrong = examined(fact(1, "i", "paid", visited_at=at, at=paid, fee_yen=other_yen, rule=other), book)
    assert isinstance(wrong, Objection) and wrong.reason == "price_differs"


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("store", Priced(117, "through_center")), ("town_hall", Priced(0, "direct")), ("post_office", Priced(150, "own_contract"))],
)
def test_the_way_of_the_money_and_the_commission_follow_the_channel(book: RuleBook, channel: str, expected: Priced) -> None:
    told = {} if channel == "store" else {"fee_yen": 200, "rule": f"base-{channel}"}
    assert examined(fact(1, "i", "printed", channel=channel, **told), book) == expected


@pytest.mark.parametrize(
    ("changes", "reason", "against"),
    [
        ({"channel": "counter", "fee_yen": 200, "rule": "base-counter"}, "no_route", "counter"),
        ({"channel": "kiosk"}, "no_price", CITY),
        ({"operator": "nobody"}, "no_commission", "nobody"),
        ({"fee_yen": 251}, "price_differs", "250 yen"),
        ({"visited_at": datetime(2020, 3, 31, 12, tzinfo=JST) - timedelta(days=1)}, "no_price", "2020-03-30"),
    ],
)
def test_what_no_rule_covers_waits_for_a_person(book: RuleBook, changes: dict[str, object], reason: str, against: str) -> None:
    found = examined(fact(1, "i", "paid", **changes), book)
    assert isinstance(found, Objection)
    assert (found.reason, against in found.against) == (reason, True)
