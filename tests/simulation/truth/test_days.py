"""The second calendar: the days on both sides of every change of era, years by the Western count, and texts that stand as they are."""

import pytest

from simulation.truth.days import fiscal_year, on_paper


@pytest.mark.parametrize(
    ("registered", "printed"),
    [
        ("1912-07-29", "明治４５年７月２９日"),
        ("1912-07-30", "大正元年７月３０日"),
        ("1926-12-24", "大正１５年１２月２４日"),
        ("1926-12-25", "昭和元年１２月２５日"),
        ("1989-01-07", "昭和６４年１月７日"),
        ("1989-01-08", "平成元年１月８日"),
        ("2019-04-30", "平成３１年４月３０日"),
        ("2019-05-01", "令和元年５月１日"),
        ("2026-11-23", "令和８年１１月２３日"),
        ("1901-02-29", "明治３４年２月２９日"),
        ("昭和２０年月日不詳", "昭和２０年月日不詳"),
        ("1-2-3", "1-2-3"),
        ("", "＊＊＊"),
        (None, "＊＊＊"),
    ],
)
def test_a_registered_day_in_the_years_of_its_era(registered: str | None, printed: str) -> None:
    assert on_paper(registered) == printed


def test_a_day_in_western_years() -> None:
    assert on_paper("1990-04-01", western=True) == "１９９０年４月１日"
    assert on_paper("１９９０年頃", western=True) == "１９９０年頃"


@pytest.mark.parametrize(("year", "printed"), [(2018, "平成３０年度"), (2019, "平成３１年度"), (2020, "令和２年度"), (2026, "令和８年度")])
def test_a_fiscal_year_has_the_era_of_its_first_day(year: int, printed: str) -> None:
    assert fiscal_year(year) == printed
