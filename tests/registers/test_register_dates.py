"""Dates that are known, half known and unknown."""

from datetime import date

import pytest

from registers.register_dates import age_on, birth_order_key, calendar_day, calendar_day_problem, date_problem


@pytest.mark.parametrize(
    "text",
    [
        "1985-04-01", "1901-02-29", "1933-02-30", "年月日不詳", "昭和２０年　月日不詳", "昭和20年5月 日不詳", "令和２年頃", "推定昭和５年３月", "大正１０年春", "昭和８年４月上旬",
        "１９８５年　月日不詳", "令和３年４月１日から５日頃までの間",
    ],
)  # fmt: skip
def test_days_without_a_calendar_and_registered_texts_are_legal(text):
    assert date_problem(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "date_empty"), ("1985-13-01", "date_range"), ("1985-01-32", "date_range"), ("1985-00-10", "date_range"), ("0085-01-01", "date_range"), ("1985/4/1", "date_spreadsheet"),
        ("1985-4-1", "date_spreadsheet"), ("31138", "date_spreadsheet"), ("19850401", "date_spreadsheet"), ("昭和60年4月1日", "date_form"), ("April 1", "date_form"),
        ("不詳" * 21, "date_text_too_long"), ("１９８５-04-01", "date_form"),
    ],
)  # fmt: skip
def test_other_texts_are_named_by_what_is_wrong(text, problem):
    assert date_problem(text) == problem


def test_a_day_of_a_period_must_exist_in_the_calendar():
    assert calendar_day_problem("2024-02-29") is None
    assert calendar_day_problem("2023-02-29") == "date_range"
    assert calendar_day_problem("年月日不詳") == "date_form"
    assert calendar_day("1901-02-29") is None


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2011-11-24", date(2026, 11, 23), 14), ("2011-11-23", date(2026, 11, 23), 15), ("2012-02-29", date(2027, 2, 28), 14), ("2012-02-29", date(2027, 3, 1), 15),
        ("1901-02-29", date(1916, 2, 29), 15), ("2026-11-23", date(2026, 11, 23), 0),
    ],
)  # fmt: skip
def test_a_year_is_complete_on_the_birthday(birth, day, age):
    assert age_on(birth, day) == age


@pytest.mark.parametrize("birth", ["昭和５年　月日不詳", "年月日不詳", "昭和５年３月頃", "2030-01-01"])
def test_an_unknown_age_is_never_guessed(birth):
    assert age_on(birth, date(2026, 11, 23)) is None


def test_births_stand_in_order_and_what_is_unknown_comes_after_what_is_known():
    births = ["年月日不詳", "1985-04-02", "昭和６０年４月　日不詳", "１９８４年　月日不詳", "昭和元年頃", "1984-12-31", "1985-05-01"]
    assert sorted(births, key=birth_order_key) == [
        "昭和元年頃",
        "1984-12-31",
        "１９８４年　月日不詳",
        "1985-04-02",
        "昭和６０年４月　日不詳",
        "1985-05-01",
        "年月日不詳",
    ]
