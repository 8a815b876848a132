"""What last year's issuances would cost under a draft: by the functions that bill."""

from collections import Counter
from datetime import date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.booking.booking import book_facts
from fees.booking.ledger import balances
from fees.config import rules_of
from fees.drafts import drafting
from fees.drafts.changes import CENTER, Enter, changed
from fees.drafts.preview import Line, Money, Sold, first_day, moved, preview, sold, year_before
from fees.rules.commissions import CommissionRule
from storage.instants import JST
from tests.fees.drafts.people import APPROVER, EDITOR, KNOWN, NOW, TEN_YEN, office, text
from tests.fees.office import CITY, OTHER_CITY, SEVEN, config, fact

TODAY = NOW.date()
BOOK = rules_of(config())
DRAFTED = changed(BOOK, (Enter(TEN_YEN),), CITY, KNOWN, frozenset(), TODAY)
FIRST = first_day(BOOK, (Enter(TEN_YEN),))


def of(day: str, fee_class: str = "juminhyo", channel: str = "store") -> Sold:
    return CITY, fee_class, channel, SEVEN, date.fromisoformat(day)


def test_copies_of_the_campaign_s_season_cost_its_fee_and_the_others_what_they_cost() -> None:
    copies = Counter({of("2026-02-10"): 100, of("2026-05-10"): 50, of("2025-12-31"): 10})
    told = preview(copies, BOOK, DRAFTED, FIRST, TODAY)
    assert told.lines == (Line("juminhyo", "store", 160, Money(160 * 250, 160 * 117), Money(100 * 10 + 60 * 250, 160 * 117), 0),)
    assert (told.now.net_yen, told.then.net_yen) == (160 * 133, 16_000 - 160 * 117)
    assert told.then.net_yen < 0 < told.now.net_yen
    assert (told.since, told.until, told.first) == (date(2025, 11, 23), TODAY, date(2027, 1, 1))


def test_what_has_no_price_is_said_and_not_counted_as_nothing() -> None:
    told = preview(Counter({of("2026-02-10", "koseki"): 3}), BOOK, DRAFTED, FIRST, TODAY)
    assert told.lines == (Line("koseki", "store", 3, Money(0, 0), Money(0, 0), 3),)


def test_a_commission_without_tax_is_taxed_once_for_the_operator_s_invoice() -> None:
    net = CommissionRule(rule="net", operator=SEVEN, commission_yen=107, since=date(2020, 4, 1), tax="excluded")
    book = rules_of(config(commissions=(net,)))
    copies = Counter({of("2026-02-10"): 3, of("2026-02-11", "free"): 2})
    told = preview(copies, book, book, FIRST, TODAY)
    assert [line.now.commission_yen for line in told.lines] == [235, 353]
    assert told.now.commission_yen == 5 * 107 + 53
    assert sum(line.now.commission_yen for line in told.lines) == 588


@pytest.mark.parametrize(
    ("day", "to"), [("2026-01-01", "2027-01-01"), ("2025-12-31", "2027-12-31"), ("2026-06-15", "2027-06-15"), ("2024-02-29", "2027-02-28")]
)
def test_a_copy_keeps_its_day_of_the_year(day: str, to: str) -> None:
    assert moved(date.fromisoformat(day), date(2027, 1, 1)) == date.fromisoformat(to)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_every_copy_falls_into_the_twelve_months_from_the_first_day(day: date, first: date) -> None:
    assert first - timedelta(days=1) <= moved(day, first) <= first + timedelta(days=366)
    assert 364 <= (day - year_before(day)).days <= 366


def test_last_year_is_what_the_ledger_printed_of_this_municipality_in_twelve_months() -> None:
    days = [datetime(2025, 11, 22, 12), datetime(2025, 11, 23, 12), datetime(2026, 11, 22, 12), datetime(2026, 11, 23, 9)]
    told = [(day, 10 if day.year == 2025 else 250, "juminhyo-ten-yen" if day.year == 2025 else "juminhyo-reduction") for day in days]
    facts = []
    for number, (day, fee_yen, rule_id) in enumerate(told):
        at = day.replace(tzinfo=JST)
        facts.append(fact(3 * number + 1, f"i{number}", "paid", visited_at=at, at=at, fee_yen=fee_yen, rule=rule_id))
        facts.append(fact(3 * number + 2, f"i{number}", "printed", visited_at=at, at=at, fee_yen=fee_yen, rule=rule_id))
    facts.append(fact(90, "theirs", "printed", municipality=OTHER_CITY, fee_yen=400, rule="other-base", visited_at=days[2].replace(tzinfo=JST)))
    facts.append(fact(91, "dear", "printed", fee_yen=300, visited_at=days[2].replace(tzinfo=JST)))
    with office() as connection:
        book_facts(connection, tuple(facts), BOOK, NOW)
        assert sold(connection, CITY, year_before(TODAY), TODAY) == {of("2025-11-23"): 1, of("2026-11-22"): 1}
        assert sum(sold(connection, CENTER, year_before(TODAY), TODAY).values()) == 3


def test_the_preview_of_a_year_is_what_the_same_copies_are_then_booked_at() -> None:
    """A year of copies is previewed; the draft is put into force; the same copies come on their days; the books hold what the preview said."""
    copies = Counter({of("2026-01-05"): 2, of("2026-03-31"): 1, of("2026-04-01"): 3, of("2026-10-31", "free"): 2})
    told = preview(copies, BOOK, DRAFTED, FIRST, TODAY)
    with office() as connection:
        number = drafting.create(connection, EDITOR, text(), KNOWN, NOW)
        drafting.submit(connection, EDITOR, number, 1, KNOWN, NOW)
        book = drafting.approve(connection, APPROVER, number, 2, KNOWN, NOW)
        serial = 0
        for (_, fee_class, _, _, day), count in copies.items():
            at = datetime.combine(moved(day, FIRST), datetime.min.time().replace(hour=6, minute=30), JST)
            campaign = at.date() < date(2027, 4, 1)
            paid = {"fee_yen": 10 if campaign else 250, "rule": "ten-yen-2027" if campaign else "juminhyo-reduction"}
            paid = {"fee_yen": 0, "rule": "free-base"} if fee_class == "free" else paid
            for _ in range(count):
                serial += 1
                sent = [
                    fact(2 * serial + step, f"i{serial}", name, visited_at=at, at=at, fee_class=fee_class, **paid)
                    for step, name in enumerate(("paid", "printed"))
                ]
                assert {answer.metered for answer in book_facts(connection, tuple(sent), book, at)} == {"new"}
        booked = {balance.account.code: balance.balance_yen for balance in balances(connection)}
    assert -booked[f"municipality/{CITY}/fee"] == told.then.fees_yen == 3 * 10 + 3 * 250
    assert booked[f"municipality/{CITY}/commission"] == told.then.commission_yen == 8 * 117
    assert msgspec.to_builtins(told.then.net_yen) == -156
