"""Prices by date, and which rules may stand beside each other."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fees.rules.dated import Conflict, RulesRefused, service_day, service_day_end
from fees.rules.tariff import NoPrice, Price, fee_classes, price, tariff_of
from storage.instants import JST
from tests.fees.office import CITY, OTHER_CITY, TARIFF, rule


def fee(day: str) -> Price | NoPrice:
    return price(tariff_of(TARIFF), CITY, "juminhyo", "store", date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2020-03-31", NoPrice()),
        ("2020-04-01", Price(250, "juminhyo-reduction")),
        ("2025-06-30", Price(250, "juminhyo-reduction")),
        ("2025-07-01", Price(10, "juminhyo-ten-yen")),
        ("2026-03-31", Price(10, "juminhyo-ten-yen")),
        ("2026-04-01", Price(250, "juminhyo-reduction")),
        ("2099-12-31", Price(250, "juminhyo-reduction")),
    ],
)
def test_the_campaign_counts_from_the_base_and_holds_from_its_first_day_to_the_day_before_its_last(day: str, expected: Price | NoPrice) -> None:
    assert fee(day) == expected


def test_a_base_alone_is_the_price() -> None:
    assert price(tariff_of(TARIFF), OTHER_CITY, "juminhyo", "store", date(2026, 11, 23)) == Price(400, "other-base")


def test_a_fee_may_be_nothing() -> None:
    assert price(tariff_of(TARIFF), CITY, "free", "store", date(2026, 11, 23)) == Price(0, "free-base")


@pytest.mark.parametrize(
    ("municipality", "fee_class", "channel"), [("990035", "juminhyo", "store"), (CITY, "koseki", "store"), (CITY, "juminhyo", "town_hall")]
)
def test_what_no_rule_names_has_no_price(municipality: str, fee_class: str, channel: str) -> None:
    assert price(tariff_of(TARIFF), municipality, fee_class, channel, date(2026, 11, 23)) == NoPrice()


def test_fee_classes_are_those_of_the_municipality_and_channel() -> None:
    tariff = tariff_of(TARIFF)
    assert fee_classes(tariff, CITY, "store") == ("free", "juminhyo")
    assert fee_classes(tariff, OTHER_CITY, "store") == ("juminhyo",)
    assert fee_classes(tariff, CITY, "hall") == ()


@pytest.mark.parametrize(
    ("added", "conflict"),
    [
        (rule("base-2", "base", 350, "2026-04-01"), Conflict("overlap", ("juminhyo-base", "base-2"))),
        (rule("reduction-2", "reduction", 60, "2021-04-01", "2022-04-01"), Conflict("overlap", ("juminhyo-reduction", "reduction-2"))),
        (rule("campaign-2", "campaign", 100, "2026-03-31", "2026-05-01"), Conflict("overlap", ("juminhyo-ten-yen", "campaign-2"))),
        (rule("campaign-2", "campaign", 301, "2026-05-01", "2026-06-01"), Conflict("below_zero", ("juminhyo-base", "campaign-2"))),
        (rule("campaign-2", "campaign", 10, "2020-03-31", "2020-05-01"), Conflict("without_base", ("campaign-2",))),
        (rule("juminhyo-base", "base", 350, "2026-04-01", channel="town_hall"), Conflict("same_id", ("juminhyo-base", "juminhyo-base"))),
        (rule("campaign-2", "campaign", 10, "2026-05-01", "2026-05-01"), Conflict("empty_period", ("campaign-2",))),
        (rule("campaign-2", "campaign", -10, "2026-05-01", "2026-06-01"), Conflict("negative", ("campaign-2",))),
    ],
)
def test_rules_that_overlap_or_contradict_are_refused_and_named(added: object, conflict: Conflict) -> None:
    with pytest.raises(RulesRefused) as refused:
        tariff_of((*TARIFF, added))  # type: ignore[arg-type]
    assert refused.value.conflicts == (conflict,)
    assert all(name in str(refused.value) for name in conflict.rules)


def test_rules_that_only_touch_do_not_overlap() -> None:
    tariff_of(
        (*TARIFF, rule("campaign-2", "campaign", 100, "2026-04-01", "2026-05-01"), rule("campaign-0", "campaign", 100, "2025-06-01", "2025-07-01"))
    )


def test_a_reduction_may_span_two_bases_without_a_gap() -> None:
    bases = (rule("a", "base", 300, "2020-04-01", "2024-04-01"), rule("b", "base", 350, "2024-04-01"))
    cut = rule("c", "reduction", 50, "2020-04-01")
    tariff = tariff_of((cut, *bases))
    assert [price(tariff, CITY, "juminhyo", "store", day) for day in (date(2024, 3, 31), date(2024, 4, 1))] == [Price(250, "c"), Price(300, "c")]
    with pytest.raises(RulesRefused):
        tariff_of((cut, bases[0], rule("b", "base", 350, "2024-04-02")))


def test_the_same_place_at_another_channel_or_city_is_another_matter() -> None:
    tariff_of(
        (*TARIFF, rule("hall", "base", 200, "2020-04-01", channel="town_hall"), rule("third", "base", 200, "2020-04-01", municipality="990035"))
    )


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=5))
def test_two_bases_stand_only_if_no_day_has_two_prices(spans: list[tuple[int, int]]) -> None:
    first = date(2026, 1, 1).toordinal()
    rules = [
        rule(f"r{n}", "base", 100 + n, str(date.fromordinal(first + a)), str(date.fromordinal(first + a + length)))
        for n, (a, length) in enumerate(spans)
    ]
    days = [day for a, length in spans for day in range(a, a + length)]
    if len(days) == len(set(days)):
        tariff = tariff_of(rules)
        prices = [price(tariff, CITY, "juminhyo", "store", date.fromordinal(first + day)) for day in days]
        assert prices == [Price(100 + n, f"r{n}") for n, (_, length) in enumerate(spans) for _ in range(length)]
    else:
        with pytest.raises(RulesRefused):
            tariff_of(rules)


def test_a_service_day_is_the_calendar_day_in_japan() -> None:
    assert service_day(datetime.fromisoformat("2026-03-31T22:58:00+09:00")) == date(2026, 3, 31)
    assert service_day(datetime.fromisoformat("2026-03-31T21:30:00+00:00")) == date(2026, 4, 1)
    assert service_day_end(date(2026, 3, 31)) == datetime(2026, 4, 1, tzinfo=JST)
