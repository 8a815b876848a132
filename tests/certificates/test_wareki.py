"""Dates on paper."""

from datetime import UTC, date, datetime

import pytest

from certificates.wareki import ERAS, Era, day_in_japan, fiscal_year, printed, wareki


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 23), "令和８年１１月２３日"),
        (date(2019, 5, 1), "令和元年５月１日"),
        (date(2019, 4, 30), "平成３１年４月３０日"),
        (date(1989, 1, 8), "平成元年１月８日"),
        (date(1989, 1, 7), "昭和６４年１月７日"),
        (date(1926, 12, 25), "昭和元年１２月２５日"),
        (date(1926, 12, 24), "大正１５年１２月２４日"),
        (date(1912, 7, 30), "大正元年７月３０日"),
        (date(1912, 7, 29), "明治４５年７月２９日"),
        (date(1873, 1, 1), "明治６年１月１日"),
        (date(1868, 1, 25), "明治元年１月２５日"),
        (date(1868, 1, 24), "１８６８年１月２４日"),
    ],
)
def test_a_day_is_written_in_its_era(day: date, text: str) -> None:
    assert wareki(day) == text


@pytest.mark.parametrize(
    ("registered", "text"),
    [
        ("1988-05-06", "昭和６３年５月６日"),
        ("1901-02-29", "明治３４年２月２９日"),
        ("2019-02-31", "平成３１年２月３１日"),
        ("昭和２０年月日不詳", "昭和２０年月日不詳"),
        ("年月日不詳", "年月日不詳"),
        ("推定1950年", "推定1950年"),
    ],
)
def test_registered_texts_and_days_of_no_calendar_are_printed_too(registered: str, text: str) -> None:
    assert printed(registered) == text


@pytest.mark.parametrize(("registered", "text"), [("1990-04-01", "１９９０年４月１日"), ("1970年頃", "1970年頃")])
def test_a_western_year_is_never_accompanied_by_an_era(registered: str, text: str) -> None:
    assert printed(registered, western=True) == text


def test_a_new_era_is_a_row() -> None:
    eras = (*ERAS, Era("見本", date(2040, 1, 1)))
    assert wareki(date(2040, 1, 1), eras) == "見本元年１月１日"
    assert printed("2041-12-31", eras=eras) == "見本２年１２月３１日"
    assert wareki(date(2039, 12, 31), eras) == "令和２１年１２月３１日"


def test_the_day_is_japans_wherever_the_instant_was_written() -> None:
    assert day_in_japan(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)) == date(2027, 1, 1)
    with pytest.raises(ValueError, match="offset"):
        day_in_japan(datetime(2026, 12, 31, 15, 0))


@pytest.mark.parametrize(
    ("year", "text"), [(2026, "令和８年度"), (2020, "令和２年度"), (2019, "平成３１年度"), (1989, "平成元年度"), (1988, "昭和６３年度")]
)
def test_a_fiscal_year_is_named_in_the_era_of_its_first_of_april(year: int, text: str) -> None:
    assert fiscal_year(year) == text


def test_a_fiscal_year_knows_a_new_era_too() -> None:
    assert fiscal_year(2041, (*ERAS, Era("見本", date(2040, 1, 1)))) == "見本２年度"
