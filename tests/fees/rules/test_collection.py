"""Which way a fee goes, by channel, municipality and date."""

from datetime import date

import pytest

from fees.rules.collection import STANDARD, NoRoute, Routed, RouteRule, route, routes_of
from fees.rules.dated import Conflict, RulesRefused
from tests.fees.office import CITY, OTHER_CITY

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(("channel", "expected"), [("store", "through_center"), ("town_hall", "direct"), ("post_office", "own_contract")])
def test_each_channel_has_its_way(channel: str, expected: str) -> None:
    found = route(routes_of(STANDARD), channel, CITY, TODAY)
    assert isinstance(found, Routed)
    assert found.route == expected


@pytest.mark.parametrize(("channel", "day"), [("counter", TODAY), ("kiosk", TODAY), ("store", date(2010, 2, 1))])
def test_what_the_counter_took_and_what_was_before_the_service_is_not_collected(channel: str, day: date) -> None:
    assert route(routes_of(STANDARD), channel, CITY, day) == NoRoute()


def test_a_municipality_may_have_a_way_of_its_own_for_a_time() -> None:
    own = RouteRule(rule="own", channel="post_office", municipality=CITY, route="through_center", since=TODAY, until=date(2027, 4, 1))
    routes = routes_of((*STANDARD, own))
    assert route(routes, "post_office", CITY, TODAY) == Routed("through_center", "own")
    assert (
        route(routes, "post_office", CITY, date(2027, 4, 1))
        == route(routes, "post_office", OTHER_CITY, TODAY)
        == Routed("own_contract", "route-post-office")
    )


def test_two_ways_at_once_are_refused_and_named() -> None:
    with pytest.raises(RulesRefused) as refused:
        routes_of((*STANDARD, RouteRule(rule="again", channel="store", route="direct", since=TODAY)))
    assert refused.value.conflicts == (Conflict("overlap", ("route-store", "again")),)
