"""年月日 of a register: calendar days, days that no calendar has, and days that nobody knows.

Decides what text is a legal `RegisterDate`, how old somebody is, and in which order births stand. It must never turn an unknown day into a known one, nor change a registered text.
Source: 住民記録 standard 1.1.8 (the list of 不詳日 forms), domain facts 4.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Literal

RegisterDate = str
"""`YYYY-MM-DD` (the day need not exist in the calendar: 1901-02-29 is legal), or the registered text."""

DateProblem = Literal["date_empty", "date_form", "date_range", "date_spreadsheet", "date_text_too_long"]
"""Why a text is no RegisterDate; `resident_checks.SENTENCES` says it to people."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPREADSHEET = re.compile(r"[0-9]{4}[/.][0-9]{1,2}[/.][0-9]{1,2}(?:[ T].*)?|[0-9]{5}(?:\.[0-9]+)?|[0-9]{8}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T].*)?")
_UNCERTAIN = re.compile(r"不詳|頃|推定|[春夏秋冬]|[上中下]旬|までの間")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和)(元|[0-9]{1,2})年(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?")
_WESTERN = re.compile(r"([0-9]{4})年(?:([0-9]{1,2})月)?(?:([0-9]{1,2})日)?")
_BEFORE_FIRST_YEAR = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_TEXT_LIMIT = 40
_UNKNOWN_KEY = (9999, 99, 99)


@lru_cache(1 << 13)
def date_problem(text: str) -> DateProblem | None:
    """None when `text` is a legal RegisterDate, else why not.

    Legal: `YYYY-MM-DD` of the years 1850 to 2199 whose day is 1 to 31 in any month (1901-02-29 is registered that way), or a text of up to 40 characters that says its own uncertainty.
    """
    if not text:
        return "date_empty"
    if iso := _ISO.fullmatch(text):
        return None if 1850 <= int(iso[1]) <= 2199 and 1 <= int(iso[2]) <= 12 and 1 <= int(iso[3]) <= 31 else "date_range"
    if _SPREADSHEET.fullmatch(text):
        return "date_spreadsheet"
    if not _UNCERTAIN.search(text):
        return "date_form"
    return None if len(text) <= _TEXT_LIMIT else "date_text_too_long"


def calendar_day_problem(text: str) -> DateProblem | None:
    """Like `date_problem` for the dates that must exist in the calendar (periods, days of a change)."""
    problem = date_problem(text)
    if problem is not None or calendar_day(text) is not None:
        return problem
    return "date_range" if _ISO.fullmatch(text) else "date_form"


def calendar_day(registered: RegisterDate) -> date | None:
    """The day itself, or None when it is a text or no calendar has it."""
    numbers = year_month_day(registered)
    if numbers is None:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None


def year_month_day(registered: RegisterDate) -> tuple[int, int, int] | None:
    """The three numbers of an ISO RegisterDate (the day need not exist), None for a text."""
    iso = _ISO.fullmatch(registered)
    return (int(iso[1]), int(iso[2]), int(iso[3])) if iso else None


def age_on(birth: RegisterDate, day: date) -> int | None:
    """Full years on `day`; None when the birth date is uncertain, or lies after `day`.

    A year is complete on the birthday; who was born on February 29 completes it on March 1 of a common year (the law's age is reached when the eve ends).
    """
    numbers = year_month_day(birth)
    if numbers is None:
        return None
    year, month, born_day = numbers
    age = day.year - year - ((day.month, day.day) < (month, born_day))
    return age if age >= 0 else None


def birth_order_key(birth: RegisterDate) -> tuple[int, int, int]:
    """Sorts births, the eldest first. What a text leaves out sorts after what is known of the same year or month; a text without a year sorts last."""
    numbers = year_month_day(birth)
    if numbers is not None:
        return numbers
    text = unicodedata.normalize("NFKC", birth).replace(" ", "")
    if era := _ERA.search(text):
        year = _BEFORE_FIRST_YEAR[era[1]] + (1 if era[2] == "元" else int(era[2]))
        return (year, int(era[3] or 99), int(era[4] or 99))
    if western := _WESTERN.search(text):
        return (int(western[1]), int(western[2] or 99), int(western[3] or 99))
    return _UNKNOWN_KEY
