"""A tax register that somebody else wrote: whole or not at all, and every bad line named."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from registers.tax.assessment import YEARS, assess
from registers.tax.checks import SENTENCES, figure_faults
from registers.tax.columns import COLUMNS, FIGURES, PARTS
from registers.tax.csv_form import Parsed, Rejected, parse, replace_register, write
from registers.tax.facts import Ordinance, TaxFacts
from registers.tax.record import Levy
from registers.tax.tables import METADATA, records_in_order
from tests.registers.people import NOW, atena
from tests.registers.tax.records import FACTS, record, undeclared

RECORDS = (record(1), record(1, 2025), record(2, 2024, TaxFacts(age=30)), undeclared(3, dependant_of=atena(1), name='見本　"花, 子"'))


def parsed(text: str) -> Parsed:
    outcome = parse(io.BytesIO(text.encode()))
    assert isinstance(outcome, Parsed), outcome
    return outcome


def faults(text: str) -> list[tuple[int, str, str]]:
    outcome = parse(io.BytesIO(text.encode()))
    assert isinstance(outcome, Rejected), outcome
    assert all(bad.reason and bad.reason_en for bad in outcome.lines)
    return [(bad.number, bad.column, bad.code) for bad in outcome.lines]


def file_with(**cells: str) -> str:
    """A file of one good record with some cells changed."""
    header, values = csv.reader(io.StringIO(write([record(1)], header="ascii")))
    line = dict(zip(header, values, strict=True)) | cells
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(line)
    return out.getvalue()


@pytest.mark.parametrize("header", ["ja", "ascii"])
def test_a_written_register_is_read_back_equal(header):
    assert parsed(write(RECORDS, header=header)).records == RECORDS


def test_a_register_read_is_a_register_in_the_database():
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        assert replace_register(connection, parsed(write(RECORDS)), NOW).records == 4
        assert [replace(found, version="0") for found in records_in_order(connection)] == sorted(RECORDS, key=lambda r: (r.year, r.atena_no))
    engine.dispose()


def test_every_figure_of_a_record_has_a_column_and_no_name_twice():
    assert {(figure.part, figure.field) for figure in FIGURES} == {
        (part, field) for part, kind in PARTS.items() for field in kind.__dataclass_fields__
    }
    assert len({column.ja for column in COLUMNS}) == len({column.field for column in COLUMNS}) == len(COLUMNS)


def test_figures_that_a_file_leaves_out_are_zero():
    text = "宛名番号,年度,氏名,賦課期日の住所,申告,税額決定日\r\n" + f"{atena(3)},2026,見本　3子,見本県みほん市本町,申告なし,2026-06-01\r\n"
    (found,) = parsed(text).records
    assert not found.declared and found.levy == Levy()


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"atena_no": "123"}, "宛名番号", "leading_zeros"),
        ({"atena_no": ""}, "宛名番号", "required"),
        ({"year": "8"}, "年度", "year_form"),
        ({"year": "２０２６"}, "年度", "year_form"),
        ({"year": ""}, "年度", "required"),
        ({"name": ""}, "氏名", "required"),
        ({"name": "見本\t花"}, "氏名", "control_character"),
        ({"address": " 見本県"}, "賦課期日の住所", "outer_space"),
        ({"declared": "はい"}, "申告", "not_in_list"),
        ({"declared": ""}, "申告", "required"),
        ({"dependant_of": "1"}, "扶養者の宛名番号", "leading_zeros"),
        ({"dependant_of": atena(1)}, "扶養者の宛名番号", "own_dependant"),
        ({"decided_on": "2026/6/1"}, "税額決定日", "date_spreadsheet"),
        ({"decided_on": "2026-03-31"}, "税額決定日", "decided_before_year"),
        ({"income_salary": "4,360,000"}, "給与所得", "amount_form"),
        ({"income_salary": "４３６００００"}, "給与所得", "amount_form"),
        ({"income_salary": "4360000.0"}, "給与所得", "spreadsheet_number"),
        ({"income_salary": "4.36E+06"}, "給与所得", "spreadsheet_number"),
        ({"income_salary": "-1"}, "給与所得", "negative"),
        ({"income_salary": "9999999999999"}, "給与所得", "amount_range"),
        ({"dependants_general": "二"}, "一般扶養", "count_form"),
        ({"dependants_general": "31"}, "一般扶養", "amount_range"),
        ({"dependants_spouse": "はい"}, "控除対象配偶者", "not_in_list"),
        ({"income_total_yen": "4260001"}, "合計所得金額", "sum_incomes"),
        ({"income_salary_revenue": "4000000"}, "給与所得", "over_revenue"),
        ({"deduction_total_yen": "1"}, "所得控除合計", "sum_deductions"),
        ({"levy_total_yen": "1"}, "年税額", "sum_levy"),
        ({"levy_taxable": "1999999"}, "課税標準額", "not_cut_1000"),
        ({"levy_taxable": "99000000"}, "課税標準額", "over_income"),
        ({"declared": "申告なし", "income_other": "0"}, "給与収入", "figures_undeclared"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_column_and_reason(cells, column, code):
    assert (2, column, code) in faults(file_with(**cells))


def test_a_tax_that_is_not_cut_to_a_hundred_yen_is_named():
    due = record(1).levy
    text = file_with(levy_city_income=str(due.city_income + 1), levy_total_yen=str(due.total_yen + 1))
    assert faults(text) == [(2, "市民税所得割", "not_cut_100")]


def test_income_tax_without_the_per_capita_tax_is_named():
    due = record(1).levy
    text = file_with(levy_city_per_capita="0", levy_total_yen=str(due.total_yen - 3000))
    assert faults(text) == [(2, "市民税均等割", "without_per_capita")]


def test_a_second_record_of_a_person_and_year_is_named():
    assert faults(write([record(1), record(1, 2025), record(1)])) == [(4, "宛名番号", "duplicate")]


def test_every_bad_line_is_named_and_none_enters():
    text = write([record(1), record(2), record(3)]).replace("2026-06-01", "2026-06-31", 1).replace("\r\n" + atena(3), "\r\n" + "x" + atena(3)[1:])
    assert faults(text) == [(2, "税額決定日", "date_range"), (4, "宛名番号", "digits_only")]


def test_a_file_without_lines_or_with_strange_columns_is_refused():
    assert faults(write([])) == [(1, "", "empty")]
    assert faults(write([record(1)]).replace("年税額", "税額計", 1)) == [(1, "税額計", "column_unknown")]
    assert faults(write([record(1)], header="ascii").replace("decided_on", "levy_forest", 1)) == [
        (1, "levy_forest", "column_twice"),
        (1, "税額決定日", "column_missing"),
    ]
    assert faults(write([record(1)]) + "a,b\r\n") == [(3, "", "cell_count")]


def test_a_file_in_another_encoding_is_recognised_and_refused():
    outcome = parse(io.BytesIO(write([record(1)]).encode("cp932")))
    assert isinstance(outcome, Rejected) and outcome.lines[0].code == "shift_jis"


def test_no_reason_repeats_a_value_of_the_line():
    outcome = parse(io.BytesIO(file_with(name="ひみつ\tの名", declared="ひみつ", income_salary="ひみつ").encode()))
    assert isinstance(outcome, Rejected) and len(outcome.lines) == 3
    assert "ひみつ" not in repr(outcome)


def test_every_reason_is_said_in_both_languages():
    assert all(japanese and english for japanese, english in SENTENCES.values())


@given(
    year=st.sampled_from(YEARS),
    salary=st.integers(0, 15_000_000),
    pension=st.integers(0, 4_000_000),
    business=st.integers(-3_000_000, 9_000_000),
    extra=st.sampled_from((0, 300, 500)),
)
def test_what_the_law_makes_of_a_declaration_always_agrees_with_itself(year, salary, pension, business, extra):
    facts = replace(FACTS, age=66, salary_revenue=salary, pension_revenue=pension, business=business)
    found = assess(year, facts, Ordinance(prefecture_extra_yen=extra))
    kept = record(1, year, incomes=found.incomes, deductions=found.deductions, dependants=found.dependants, levy=found.levy)
    assert list(figure_faults(kept)) == []
