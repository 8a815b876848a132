"""Which fiscal years a municipality issues on a day."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from certificates.entitlement import Declined
from certificates.issuing import Offered
from certificates.tax_years import latest_year, years_open
from certificates.wareki import JST
from tests.certificates.holders import LAST_YEAR, TAXED, found, issued, offered, policy

ONE_YEAR = policy("kazei", years=1)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 1, 1), 2025),
        (date(2026, 4, 1), 2025),
        (date(2026, 6, 2), 2025),
        (date(2026, 6, 3), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
        (date(2027, 6, 2), 2026),
        (date(2027, 6, 3), 2027),
    ],
)
def test_a_new_year_opens_on_the_municipalitys_day_in_june(day: date, year: int) -> None:
    assert latest_year(ONE_YEAR, day) == year
    assert years_open(ONE_YEAR, day) == (year,)


def test_the_day_is_the_municipalitys_own() -> None:
    later = replace(ONE_YEAR, year_opens=(6, 10))
    assert [latest_year(later, date(2026, 6, day)) for day in (3, 9, 10)] == [2025, 2025, 2026]


@pytest.mark.parametrize("years", [1, 3, 10])
def test_as_many_years_are_open_as_the_municipality_says_the_latest_first(years: int) -> None:
    assert years_open(replace(ONE_YEAR, years=years), date(2026, 11, 23)) == tuple(range(2026, 2026 - years, -1))


def test_the_choices_and_the_papers_turn_with_the_day_in_japan() -> None:
    before, after = datetime(2026, 6, 2, 23, 59, 59, tzinfo=JST), datetime(2026, 6, 3, 0, 0, tzinfo=JST)
    of = found(tax=(TAXED, LAST_YEAR))

    def years(now: datetime) -> tuple[int, ...]:
        choices = offered("kazei", of, ONE_YEAR, now)
        assert isinstance(choices, Offered)
        return choices.years

    assert (years(before), years(after)) == ((2025,), (2026,))
    for now, year in ((before, 2026), (after, 2025)):
        answer = issued("kazei", of, ONE_YEAR, now, year=year)
        assert isinstance(answer, Declined)
        assert answer.code == "year_invalid"
    assert not isinstance(issued("kazei", of, ONE_YEAR, before, year=2025), Declined)
