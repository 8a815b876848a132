"""Who issues, and when: hours, closed days, holidays, when it opens again."""

from datetime import datetime

import pytest

from issuance_center.config import Hours
from issuance_center.routing import Closed, NoRoute, Open, Route, book_of, hours_at, open_issuer, route
from messages.refusals import Refusal
from storage.instants import JST
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config

DAILY = Hours()
WEEKDAYS = Hours(opens="09:00", closes="17:00", weekdays_only=True)
BOOK = book_of(center_config())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("when", "opens_at"),
    [
        ("2026-11-24T06:29:59.999999", "2026-11-24T06:30"),
        ("2026-11-24T06:30:00", None),
        ("2026-11-24T22:59:59.999999", None),
        ("2026-11-24T23:00:00", "2026-11-25T06:30"),
        ("2026-11-25T00:00:00", "2026-11-25T06:30"),
        ("2026-11-22T12:00:00", None),  # a Sunday
        ("2026-11-23T12:00:00", None),  # 勤労感謝の日
        ("2026-12-28T22:59:59", None),
        ("2026-12-28T23:00:00", "2027-01-04T06:30"),
        ("2026-12-29T12:00:00", "2027-01-04T06:30"),
        ("2026-12-31T23:59:59", "2027-01-04T06:30"),
        ("2027-01-01T00:00:00", "2027-01-04T06:30"),
        ("2027-01-03T12:00:00", "2027-01-04T06:30"),
        ("2027-01-04T06:29:59", "2027-01-04T06:30"),
        ("2027-01-04T06:30:00", None),
    ],
)
def test_daily_hours_run_from_half_past_six_to_eleven_but_not_at_the_turn_of_the_year(when: str, opens_at: str | None) -> None:
    assert hours_at(DAILY, at(when)) == (Open() if opens_at is None else Closed(at(opens_at)))


@pytest.mark.parametrize(
    ("when", "opens_at"),
    [
        ("2026-11-24T08:59:59", "2026-11-24T09:00"),
        ("2026-11-24T09:00:00", None),
        ("2026-11-24T17:00:00", "2026-11-25T09:00"),
        ("2026-11-20T17:00:00", "2026-11-24T09:00"),  # Friday: Saturday, Sunday and 勤労感謝の日 follow
        ("2026-11-23T12:00:00", "2026-11-24T09:00"),  # a holiday on a Monday
        ("2026-05-06T12:00:00", "2026-05-07T09:00"),  # 振替休日: Constitution Day fell on a Sunday
        ("2026-09-22T12:00:00", "2026-09-24T09:00"),  # 国民の休日 between two holidays
        ("2026-12-28T17:00:00", "2027-01-04T09:00"),
    ],
)
def test_weekday_hours_leave_out_weekends_and_national_holidays(when: str, opens_at: str | None) -> None:
    assert hours_at(WEEKDAYS, at(when)) == (Open() if opens_at is None else Closed(at(opens_at)))


def test_an_instant_is_looked_at_in_japan_wherever_it_was_written() -> None:
    assert hours_at(DAILY, datetime.fromisoformat("2026-11-23T21:30:00+00:00")) == Open()
    assert hours_at(DAILY, datetime.fromisoformat("2026-11-24T14:00:00+00:00")) == Closed(at("2026-11-25T06:30"))


def test_round_the_clock_has_no_gap_at_midnight() -> None:
    always = Hours(opens="00:00", closes="24:00", closed_days=())
    assert [hours_at(always, at(f"2026-12-31T{clock}")) for clock in ("00:00:00", "23:59:59.999999")] == [Open(), Open()]


def test_hours_that_never_hold_name_no_opening() -> None:
    never = Hours(closed_days=tuple(f"{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 32)))
    assert hours_at(never, NOW) == Closed(None)


def test_a_kind_is_routed_to_the_issuer_of_its_municipality() -> None:
    assert route(BOOK, CITY, "juminhyo", None, NOW) == Route(CITY, Open(), CITY)
    assert route(BOOK, SILENT_CITY, "juminhyo", None, NOW) == Route(SILENT_CITY, Open(), SILENT_CITY)
    assert route(BOOK, "131016", "juminhyo", None, NOW) == NoRoute("municipality_unknown")
    assert route(BOOK, CITY, "koseki", None, NOW) == Route(CITY, Open(), CITY)
    assert route(BOOK, SILENT_CITY, "koseki", None, NOW) == NoRoute("kind_unknown")


def test_a_closed_service_says_when_it_opens() -> None:
    refused = open_issuer(BOOK, CITY, "juminhyo", None, at("2026-12-29T12:00:00"))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.detail) == ("closed_now", "opens at 2027-01-04T06:30:00+09:00")


def test_the_directory_stands_in_the_order_of_codes_whatever_the_file_says() -> None:
    assert [entry.code for entry in center_config().municipalities] == [SILENT_CITY, CITY]
    assert list(BOOK.municipalities) == [CITY, SILENT_CITY] == sorted(BOOK.municipalities)
