"""What a change may be, and from which day it is felt."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.config import rules_of
from fees.drafts.changes import CENTER, Change, ChangesRefused, End, Enter, Problem, Withdraw, changed, earliest_day, felt_from, owner_of
from fees.rules.commissions import CommissionRule
from fees.rules.dated import service_day
from fees.rules.tariff import Price, price
from storage.instants import JST
from tests.fees.drafts.people import KNOWN, TEN_YEN
from tests.fees.office import CITY, COMMISSIONS, OTHER_CITY, SEVEN, TARIFF, config, rule

BOOK = rules_of(config())
STANDING = {rule.rule: rule for rule in BOOK.rules}
TOMORROW = date(2026, 11, 24)


def refused(*changes: Change, owner: str = CITY) -> tuple[Problem, ...]:
    with pytest.raises(ChangesRefused) as found:
        changed(BOOK, changes, owner, KNOWN, frozenset(STANDING) | {"once"}, TOMORROW)
    return found.value.problems


def test_a_campaign_that_is_entered_makes_the_next_revision_and_leaves_the_old_book_alone() -> None:
    book = changed(BOOK, (Enter(TEN_YEN),), CITY, KNOWN, frozenset(STANDING), TOMORROW)
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1)]
    assert [price(book.tariff, CITY, "juminhyo", "store", day) for day in days] == [
        Price(250, "juminhyo-reduction"),
        Price(10, "ten-yen-2027"),
        Price(10, "ten-yen-2027"),
        Price(250, "juminhyo-reduction"),
    ]
    assert (book.revision, BOOK.revision, len(BOOK.rules)) == (2, 1, len(book.rules) - 1)


def test_a_base_is_followed_by_another_in_one_draft() -> None:
    until = date(2027, 4, 1)
    ends = tuple(End(each, until) for each in ("juminhyo-base", "juminhyo-reduction"))
    book = changed(BOOK, (*ends, Enter(rule("base-350", "base", 350, "2027-04-01"))), CITY, KNOWN, frozenset(STANDING), TOMORROW)
    assert [price(book.tariff, CITY, "juminhyo", "store", day) for day in (date(2027, 3, 31), until)] == [
        Price(250, "juminhyo-reduction"),
        Price(350, "base-350"),
    ]


def test_a_rule_that_has_not_begun_may_be_withdrawn() -> None:
    book = changed(BOOK, (Enter(TEN_YEN),), CITY, KNOWN, frozenset(STANDING), TOMORROW)
    again = changed(book, (Withdraw("ten-yen-2027"),), CITY, KNOWN, frozenset(STANDING), TOMORROW)
    assert (again.digest(), again.revision) == (BOOK.digest(), 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (End("nobody", TOMORROW), "unknown_rule"),
        (Withdraw("nobody"), "unknown_rule"),
        (End("other-base", TOMORROW), "not_yours"),
        (Enter(rule("theirs", "base", 300, "2027-01-01", municipality=OTHER_CITY)), "not_yours"),
        (End("itaku-2026", TOMORROW), "not_yours"),
        (Enter(rule("juminhyo-base", "campaign", 10, "2027-01-01")), "id_used"),
        (Enter(rule("once", "campaign", 10, "2027-01-01")), "id_used"),
        (Enter(rule("new", "base", 10, "2027-01-01", fee_class="passport")), "unknown_fee_class"),
        (End("juminhyo-base", None), "no_change"),
        (Withdraw("juminhyo-ten-yen"), "too_early"),
        (End("juminhyo-ten-yen", date(2027, 4, 1)), "too_early"),
        (End("juminhyo-base", date(2026, 11, 23)), "too_early"),
        (Enter(rule("today", "campaign", 10, "2026-11-23")), "too_early"),
    ],
)
def test_what_may_not_be_changed_is_refused_and_named(change: Change, reason: str) -> None:
    problems = refused(change)
    assert [problem.reason for problem in problems] == [reason]
    assert all(problem.rules for problem in problems)


def test_a_change_too_early_is_told_the_earliest_day() -> None:
    assert refused(Enter(rule("today", "campaign", 10, "2026-11-23"))) == (Problem("too_early", ("today",), earliest=TOMORROW),)


def test_overlapping_rules_are_refused_with_both_named() -> None:
    assert refused(Enter(rule("base-2", "base", 350, "2027-01-01"))) == (Problem("conflict", ("juminhyo-base", "base-2"), "overlap"),)
    assert refused(Enter(TEN_YEN), Enter(rule("again", "campaign", 200, "2027-03-31"))) == (
        Problem("conflict", ("ten-yen-2027", "again"), "overlap"),
    )
    assert refused(Enter(rule("dear", "campaign", 301, "2027-01-01"))) == (Problem("conflict", ("juminhyo-base", "dear"), "below_zero"),)


def test_a_base_may_not_end_under_its_reduction() -> None:
    assert refused(End("juminhyo-base", date(2027, 4, 1))) == (Problem("conflict", ("juminhyo-reduction",), "without_base"),)


def test_codes_that_nobody_has_are_refused() -> None:
    stranger = CommissionRule(rule="c", operator="nobody", municipality="990035", commission_yen=1, since=date(2027, 1, 1))
    assert [problem.reason for problem in refused(Enter(stranger), owner=CENTER)] == ["unknown_municipality", "unknown_operator"]


def test_a_draft_without_a_change_is_refused() -> None:
    assert refused() == (Problem("nothing"),)


def test_a_fee_is_the_municipality_s_and_everything_else_the_center_s() -> None:
    assert (owner_of(TARIFF[0]), owner_of(COMMISSIONS[0])) == (CITY, CENTER)


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        (datetime(2026, 11, 23, 0, 0), date(2026, 11, 24)),
        (datetime(2026, 11, 23, 23, 49, 59), date(2026, 11, 24)),
        (datetime(2026, 11, 23, 23, 50), date(2026, 11, 25)),
        (datetime(2026, 11, 24, 0, 0), date(2026, 11, 25)),
    ],
)
def test_the_earliest_day_is_tomorrow_and_just_before_midnight_the_day_after(now: datetime, earliest: date) -> None:
    assert earliest_day(now.replace(tzinfo=JST)) == earliest


DAYS = st.dates(date(2026, 10, 1), date(2027, 12, 31))


@given(DAYS, st.one_of(st.none(), DAYS), DAYS, st.sampled_from(["juminhyo-base", "juminhyo-reduction", "juminhyo-ten-yen", "ten-yen-2027", "new"]))
def test_no_change_that_is_taken_alters_the_price_of_a_day_before_it_is_felt(since: date, until: date | None, earliest: date, name: str) -> None:
    book = changed(BOOK, (Enter(TEN_YEN),), CITY, KNOWN, frozenset(), date(2026, 10, 1))
    standing = {rule.rule: rule for rule in book.rules}
    changes: tuple[Change, ...] = (
        (Enter(rule("new", "campaign", 100, str(since), str(until) if until else None)),) if name == "new" else (End(name, until), Withdraw(name))
    )
    for change in changes:
        try:
            after = changed(book, (change,), CITY, KNOWN, frozenset(), earliest)
        except ChangesRefused:
            continue
        assert felt_from(change, standing) >= earliest
        for day in (earliest - timedelta(days=back) for back in range(1, 200, 3)):
            assert price(after.tariff, CITY, "juminhyo", "store", day) == price(book.tariff, CITY, "juminhyo", "store", day)


def test_a_commission_of_an_operator_is_changed_from_its_day_on() -> None:
    dearer = CommissionRule(rule="itaku-2027", operator=SEVEN, commission_yen=120, since=date(2027, 4, 1))
    book = changed(BOOK, (End("itaku-2026", dearer.since), Enter(dearer)), CENTER, KNOWN, frozenset(STANDING), TOMORROW)
    assert len(book.commissions.rules) == 2
    assert service_day(datetime(2026, 11, 23, 23, 59, tzinfo=JST)) < TOMORROW
