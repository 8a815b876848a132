"""開庁日: the days on which a municipality's clerks decide. Pure."""

from datetime import date, timedelta

import jpholiday

YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
"""The days on which town halls are closed (domain facts 2.5)."""


def is_business_day(day: date) -> bool:
    """Neither a Saturday or Sunday, nor a national holiday, nor within the closing of the year."""
    return day.weekday() < 5 and (day.month, day.day) not in YEAR_END and not jpholiday.is_holiday(day)


def business_days_after(day: date, count: int) -> date:
    """The `count`-th business day after `day`, which is not counted itself (the period begins on the day after, as in 民法 140条)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day)
    return day
