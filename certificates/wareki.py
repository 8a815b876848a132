"""和暦: how a day is written on paper.

Decides the text of a date and nothing else. 元号 are data (domain facts 4, 住民記録 standard): a new one is one more row, given by the issuer's policy. Figures are full width, as the
registered texts beside them are; the first year of an era is 元年; no figure is padded.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from registers.register_dates import RegisterDate, year_month_day

JST = timezone(timedelta(hours=9), "JST")

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Era:
    """元号: its name and its first day, which already bears it."""

    name: str
    first: date


ERAS: tuple[Era, ...] = (
    Era("明治", date(1868, 1, 25)),
    Era("大正", date(1912, 7, 30)),
    Era("昭和", date(1926, 12, 25)),
    Era("平成", date(1989, 1, 8)),
    Era("令和", date(2019, 5, 1)),
)
"""The eras a living register knows, the earliest first. 明治 begins on the day to which 慶応4年 was counted back, told in the calendar of today."""


def day_in_japan(now: datetime) -> date:
    """The day it is in Japan at this instant; ValueError for a time without offset, which says no instant."""
    if now.tzinfo is None:
        raise ValueError("a time without offset is no instant")
    return now.astimezone(JST).date()


def wareki(day: date, eras: tuple[Era, ...] = ERAS) -> str:
    """`令和８年１１月２３日`."""
    return _in_era(day.year, day.month, day.day, eras)


def fiscal_year(year: int, eras: tuple[Era, ...] = ERAS) -> str:
    """`令和８年度`: the 年度 that begins in this calendar year, in the era of its April 1."""
    return wareki(date(year, 4, 1), eras).split("年")[0] + "年度"


def printed(registered: RegisterDate, western: bool = False, eras: tuple[Era, ...] = ERAS) -> str:
    """A registered date as it stands on paper: 和暦, or (`western`: a foreigner's birth date and 満了日) `１９９０年４月１日`.

    A registered text (「昭和２０年月日不詳」) is printed as it is. A day that no calendar has (1901-02-29) is printed like any other, in the era of its place.
    """
    numbers = year_month_day(registered)
    if numbers is None:
        return registered
    return _western(*numbers) if western else _in_era(*numbers, eras)


def _in_era(year: int, month: int, day: int, eras: tuple[Era, ...]) -> str:
    begun = [era for era in eras if (era.first.year, era.first.month, era.first.day) <= (year, month, day)]
    if not begun:
        return _western(year, month, day)  # before the first era of the table; a made-up era would be worse
    era = begun[-1]
    counted = year - era.first.year + 1
    return f"{era.name}{'元' if counted == 1 else counted}年{month}月{day}日".translate(_FULL_WIDTH)


def _western(year: int, month: int, day: int) -> str:
    return f"{year}年{month}月{day}日".translate(_FULL_WIDTH)
