"""From what an editor typed to changes and back."""

from datetime import date

import pytest

from fees.drafts.changes import Change, End, Enter, Withdraw
from fees.offices.draft_forms import FormRefused, changes_of, typed_of, yen_of
from fees.rules.collection import RouteRule
from fees.rules.commissions import CommissionRule
from fees.rules.contributions import PUBLISHED
from fees.rules.rule_book import ContributionRule
from tests.fees.office import CITY, TARIFF, rule

STANDING = {each.rule: each for each in TARIFF[:3]}
ROW = {"kind_1": "campaign", "fee_class_1": "juminhyo", "channel_1": "store", "yen_1": "２９０円", "since_1": "2027-01-01", "last_1": "2027-03-31"}


def test_a_row_is_a_rule_whose_last_day_is_the_day_before_its_end() -> None:
    made = rule(f"{CITY}-juminhyo-store-campaign-20270101", "campaign", 290, "2027-01-01", "2027-04-01")
    assert changes_of(ROW, CITY, {}, ()) == (Enter(made),)


def test_an_id_that_was_used_is_numbered_on() -> None:
    two = {**ROW, **{name.replace("_1", "_2"): value for name, value in ROW.items()}}
    ids = [change.rule.rule for change in changes_of(two, CITY, {}, {f"{CITY}-juminhyo-store-campaign-20270101"}) if isinstance(change, Enter)]
    assert ids == [f"{CITY}-juminhyo-store-campaign-20270101-{number}" for number in (2, 3)]


CHANGES: tuple[Change, ...] = (
    End("juminhyo-base", date(2027, 4, 1)),
    End("juminhyo-ten-yen", None),
    Withdraw("juminhyo-reduction"),
    Enter(rule("kept-id", "reduction", 100, "2027-04-01")),
    Enter(CommissionRule(rule="c", operator="hidamari", commission_yen=107, tax="excluded", since=date(2027, 4, 1))),
    Enter(RouteRule(rule="r", channel="town_hall", municipality=CITY, route="own_contract", since=date(2027, 4, 1))),
    Enter(ContributionRule(rule="f", payee="center", scheme=PUBLISHED, since=date(2015, 4, 1), until=date(2017, 4, 1))),
)


def test_a_form_made_of_changes_asks_for_the_same_changes() -> None:
    typed = typed_of(CHANGES)
    assert set(changes_of(typed, CITY, STANDING, frozenset(STANDING))) == set(CHANGES)


@pytest.mark.parametrize(("text", "amount_yen"), [("0", 0), ("1,000", 1000), ("３００", 300), (" 10円 ", 10)])
def test_whole_yen_are_read_as_people_type_them(text: str, amount_yen: int) -> None:
    assert yen_of(text) == amount_yen


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"yen_1": "1.5"}, "fraction"),
        ({"yen_1": "△10"}, "negative"),
        ({"yen_1": "−10"}, "negative"),
        ({"yen_1": "ten"}, "amount"),
        ({"yen_1": "9999999"}, "amount"),
        ({"yen_1": ""}, "incomplete"),
        ({"since_1": "2027-02-30"}, "day"),
        ({"kind_1": "gift"}, "choice"),
        ({"channel_1": "street"}, "choice"),
        ({"fee_class_1": "X"}, "choice"),
        ({"last_1": "2026-12-31"}, "order"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_its_number(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(FormRefused) as refused:
        changes_of(ROW | changes, CITY, {}, ())
    assert [(problem.part, problem.which, problem.reason) for problem in refused.value.problems] == [("row", "1", reason)]


def test_every_line_that_cannot_be_read_is_told_and_nothing_is_taken() -> None:
    lines = '{"type":"withdraw","rule":"a"}\nnonsense\n\n{"type":"enter","rule":{"type":"tariff"}}\n'
    with pytest.raises(FormRefused) as refused:
        changes_of({"lines": lines}, None, {}, ())
    assert [(problem.part, problem.which) for problem in refused.value.problems] == [("line", "2"), ("line", "4")]
