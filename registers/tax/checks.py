"""What is wrong with the figures of a tax record, and with a line of a tax register: every reason by code and a sentence in Japanese and English.

Decides whether figures agree with each other: totals with their parts, taxes with the way taxes are rounded, a record that nobody declared with having no figures. Whether the law gives
these figures for somebody's circumstances it does not ask: a municipality's own figures are the register. Reads no file and no database; a reason never repeats a value of the line.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter, itemgetter

from registers.csv_table import CellFault, Line
from registers.numbers import ATENA_DIGITS
from registers.register_dates import calendar_day_problem
from registers.residents.checks import SENTENCES as RESIDENT_SENTENCES
from registers.residents.checks import number_problem, text_problem
from registers.tax.columns import DECLARED, FIGURES, FLAGS, Figure, figures_of
from registers.tax.record import TaxRecord
from registers.tax.rules import CUT_TAX, CUT_TAXABLE

ADDRESS_MAX, NAME_MAX = 200, 150
AMOUNT_MAX = 10**12
COUNT_MAX = 30
YEARS = range(2000, 2101)

SENTENCES: dict[str, tuple[str, str]] = {
    **{
        code: RESIDENT_SENTENCES[code]
        for code in (
            *("required", "control_character", "outer_space", "too_long", "lone_selector", "not_in_list", "duplicate"),
            *("digits_only", "digit_count", "leading_zeros", "spreadsheet_number"),
            *("date_empty", "date_form", "date_range", "date_spreadsheet", "date_text_too_long"),
        )
    },
    "character_unavailable": (
        "印字できない文字があります。この者の証明書は交付できません。",
        "A character cannot be printed: no paper with it can be issued.",
    ),
    "year_form": ("年度は西暦4桁（令和8年度は 2026）で書いてください。", "Write the fiscal year in four Western digits (令和8年度 is 2026)."),
    "amount_form": (
        "金額は円単位の整数を半角数字で、桁区切りなしで書いてください。",
        "Write an amount in whole yen, in ASCII digits without separators.",
    ),
    "amount_range": ("ありえない大きさの値です。", "The value is impossibly large."),
    "negative": ("負の値は書けません。", "The value cannot be negative."),
    "count_form": ("人数は半角数字で書いてください。", "Write a number of people in ASCII digits."),
    "sum_incomes": ("所得の合計と合計所得金額が合いません。", "The incomes do not add up to 合計所得金額."),
    "sum_deductions": ("各控除の合計と所得控除合計が合いません。", "The deductions do not add up to their total."),
    "sum_levy": ("各税額の合計と年税額が合いません。", "The taxes do not add up to 年税額."),
    "over_revenue": ("所得が収入を超えています。", "The income is larger than its revenue."),
    "not_cut_1000": ("1,000円未満の端数があります。", "There is a fraction below 1,000 yen."),
    "not_cut_100": ("100円未満の端数があります。", "There is a fraction below 100 yen."),
    "over_income": ("課税標準額が合計所得金額を超えています。", "The taxable amount is larger than the income."),
    "without_per_capita": ("所得割があるのに均等割がありません。", "There is income tax but no per-capita tax."),
    "figures_undeclared": ("申告がないのに金額や人数があります。", "Nothing was declared but there are figures."),
    "own_dependant": ("本人が本人の扶養者になっています。", "The person is their own dependant."),
    "decided_before_year": ("税額決定日がその年度より前です。", "The decision lies before its fiscal year."),
}
"""Reason code -> (Japanese, English)."""

_AMOUNT = re.compile(r"-?[0-9]{1,15}")
_SPREADSHEET = re.compile(r"-?[0-9]+(?:\.[0-9]*)?[eE]\+?[0-9]+|-?[0-9]+\.[0-9]+|=.*")
_TEXTS = (("name", NAME_MAX), ("address", ADDRESS_MAX))
_FLAGS = tuple(figure.column for figure in FIGURES if figure.kind == "flag")
_NUMBERS = tuple(figure.column for figure in FIGURES if figure.kind != "flag")
_NUMBER_CELLS = itemgetter(*_NUMBERS)
_CELLS = itemgetter(*(figure.column for figure in FIGURES))
_PLAIN = {
    "amount": f"[0-9]{{0,{len(str(AMOUNT_MAX)) - 1}}}",
    "loss": f"(?:-?[0-9]{{1,{len(str(AMOUNT_MAX)) - 1}}})?",
    "count": "[0-9]?",
    "flag": f"(?:{'|'.join(FLAGS)})",
}
_PLAIN_FIGURES = re.compile(",".join(_PLAIN[figure.kind] for figure in FIGURES))
"""All figures of a line in one look: those of most people are plain, and only where they are not is it asked which one and why."""
_INCOME_PARTS = attrgetter("salary", "pension", "business", "farming", "real_estate", "dividends", "interest", "other")
_DEDUCTIONS = itemgetter(*(figure.column for figure in FIGURES if figure.part == "deductions" and figure.field != "total_yen"))
_NEVER_NEGATIVE = itemgetter(*(figure.column for figure in FIGURES if figure.kind != "loss"))


def faults(line: Line) -> Iterator[CellFault]:
    """Everything wrong with a line's texts one by one, in a fixed order. How figures agree is `figure_faults`' business."""
    problem = number_problem(line["atena_no"], ATENA_DIGITS) if line["atena_no"] else "required"
    if problem is not None:
        yield CellFault("atena_no", problem)
    if not (re.fullmatch(r"[0-9]{4}", line["year"]) and int(line["year"]) in YEARS):
        yield CellFault("year", "year_form" if line["year"] else "required")
    for field, limit in _TEXTS:
        problem = text_problem(line[field], limit) if line[field] else "required"
        if problem is not None:
            yield CellFault(field, problem)
    if line["declared"] not in DECLARED:
        yield CellFault("declared", "not_in_list" if line["declared"] else "required")
    if line["dependant_of"]:
        problem = "own_dependant" if line["dependant_of"] == line["atena_no"] else number_problem(line["dependant_of"], ATENA_DIGITS)
        if problem is not None:
            yield CellFault("dependant_of", problem)
    problem = calendar_day_problem(line["decided_on"])
    if problem is not None:
        yield CellFault("decided_on", problem)
    cells = _CELLS(line)
    if _PLAIN_FIGURES.fullmatch(",".join(cells)):
        return
    for figure, cell in zip(FIGURES, cells, strict=True):
        problem = _cell_problem(figure, cell) if cell else None
        if problem is not None:
            yield CellFault(figure.column, problem)


def figure_faults(record: TaxRecord, figures: Mapping[str, int] | None = None) -> Iterator[CellFault]:
    """Everything in which a record's figures disagree, by column; nothing when they may be certified. `figures` are the record's own, where they are at hand (`figures_of`)."""
    figures = figures_of(record) if figures is None else figures
    if not record.declared:
        yield from (CellFault(f.column, "figures_undeclared") for f in FIGURES if figures[f.column])
        return
    if min(_NEVER_NEGATIVE(figures)) < 0:
        yield from (CellFault(f.column, "negative") for f in FIGURES if f.kind != "loss" and figures[f.column] < 0)
    incomes, levy = record.incomes, record.levy
    if incomes.total_yen != max(0, sum(_INCOME_PARTS(incomes))):
        yield CellFault("income_total_yen", "sum_incomes")
    for income, revenue, column in (
        (incomes.salary, incomes.salary_revenue, "income_salary"),
        (incomes.pension, incomes.pension_revenue, "income_pension"),
    ):
        if income > revenue:
            yield CellFault(column, "over_revenue")
    if record.deductions.total_yen != sum(_DEDUCTIONS(figures)):
        yield CellFault("deduction_total_yen", "sum_deductions")
    if levy.taxable % CUT_TAXABLE:
        yield CellFault("levy_taxable", "not_cut_1000")
    if levy.taxable > incomes.total_yen:
        yield CellFault("levy_taxable", "over_income")
    for column in ("levy_city_income", "levy_city_per_capita", "levy_prefecture_income", "levy_prefecture_per_capita", "levy_forest"):
        if figures[column] % CUT_TAX:
            yield CellFault(column, "not_cut_100")
    if levy.city_income + levy.prefecture_income and not (levy.city_per_capita and levy.prefecture_per_capita):
        yield CellFault("levy_city_per_capita", "without_per_capita")
    if levy.total_yen != levy.city_income + levy.city_per_capita + levy.prefecture_income + levy.prefecture_per_capita + levy.forest:
        yield CellFault("levy_total_yen", "sum_levy")
    if record.decided_on < date(record.year, 4, 1):
        yield CellFault("decided_on", "decided_before_year")


def figures_in(line: Line) -> dict[str, int]:
    """The figures of a line with which nothing is wrong, by column; an empty cell is zero, a flag 0 or 1."""
    figures = {column: int(cell) if cell else 0 for column, cell in zip(_NUMBERS, _NUMBER_CELLS(line), strict=True)}
    return figures | {column: int(FLAGS[line[column]]) for column in _FLAGS}


def _cell_problem(figure: Figure, cell: str) -> str | None:
    if figure.kind == "flag":
        return None if cell in FLAGS else "not_in_list"
    if not _AMOUNT.fullmatch(cell):
        if _SPREADSHEET.fullmatch(cell):
            return "spreadsheet_number"
        return "count_form" if figure.kind == "count" else "amount_form"
    number = int(cell)
    if number < 0 and figure.kind != "loss":
        return "negative"
    return "amount_range" if abs(number) > (COUNT_MAX if figure.kind == "count" else AMOUNT_MAX) else None
