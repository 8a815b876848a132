"""The figures of a tax record by name: which part they belong to, what they are called in Japanese, and what kind of value they are.

The one list of figures, from which the SQL table and the CSV form are made. Decides names only.
"""

from collections.abc import Mapping
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, Literal, NamedTuple

from registers.csv_table import Column
from registers.tax.record import Deductions, Dependants, Incomes, Levy, TaxRecord

Part = Literal["incomes", "deductions", "dependants", "levy"]
Kind = Literal["amount", "loss", "count", "flag"]
"""Yen of zero and more; yen that may be negative; a number of people; yes or no."""

PARTS: dict[Part, type[Incomes | Deductions | Dependants | Levy]] = {
    "incomes": Incomes,
    "deductions": Deductions,
    "dependants": Dependants,
    "levy": Levy,
}


class Figure(NamedTuple):
    """One figure of a record: `column` names it in the table and in a file."""

    part: Part
    field: str
    column: str
    ja: str
    kind: Kind


_NAMES: dict[Part, tuple[tuple[str, str, Kind], ...]] = {
    "incomes": (
        ("salary_revenue", "給与収入", "amount"),
        ("salary", "給与所得", "amount"),
        ("pension_revenue", "公的年金等収入", "amount"),
        ("pension", "公的年金等雑所得", "amount"),
        ("business", "営業等所得", "loss"),
        ("farming", "農業所得", "loss"),
        ("real_estate", "不動産所得", "loss"),
        ("dividends", "配当所得", "amount"),
        ("interest", "利子所得", "amount"),
        ("other", "その他雑所得", "amount"),
        ("total_yen", "合計所得金額", "amount"),
    ),
    "deductions": (
        ("social_insurance", "社会保険料控除", "amount"),
        ("small_enterprise", "小規模企業共済等掛金控除", "amount"),
        ("life_insurance", "生命保険料控除", "amount"),
        ("earthquake_insurance", "地震保険料控除", "amount"),
        ("medical", "医療費控除", "amount"),
        ("casualty", "雑損控除", "amount"),
        ("disability", "障害者控除", "amount"),
        ("widow_single_parent", "寡婦・ひとり親控除", "amount"),
        ("working_student", "勤労学生控除", "amount"),
        ("spouse", "配偶者（特別）控除", "amount"),
        ("dependants", "扶養控除", "amount"),
        ("specified_relatives", "特定親族特別控除", "amount"),
        ("basic", "基礎控除", "amount"),
        ("total_yen", "所得控除合計", "amount"),
    ),
    "dependants": (
        ("spouse", "控除対象配偶者", "flag"),
        ("general", "一般扶養", "count"),
        ("specified", "特定扶養", "count"),
        ("elderly", "老人扶養", "count"),
        ("elderly_parents", "同居老親等扶養", "count"),
        ("under_16", "16歳未満扶養", "count"),
        ("specified_relatives", "特定親族", "count"),
        ("disabled", "普通障害者数", "count"),
        ("severely_disabled", "特別障害者数", "count"),
    ),
    "levy": (
        ("taxable", "課税標準額", "amount"),
        ("city_income", "市民税所得割", "amount"),
        ("city_per_capita", "市民税均等割", "amount"),
        ("prefecture_income", "県民税所得割", "amount"),
        ("prefecture_per_capita", "県民税均等割", "amount"),
        ("forest", "森林環境税", "amount"),
        ("special_reduction", "定額減税額", "amount"),
        ("total_yen", "年税額", "amount"),
    ),
}
_PREFIX: dict[Part, str] = {"incomes": "income", "deductions": "deduction", "dependants": "dependants", "levy": "levy"}

FIGURES: tuple[Figure, ...] = tuple(
    Figure(part, field, f"{_PREFIX[part]}_{field}", ja, kind) for part, names in _NAMES.items() for field, ja, kind in names
)

COLUMNS: tuple[Column, ...] = (
    Column("atena_no", "宛名番号", required=True),
    Column("year", "年度", required=True),
    Column("name", "氏名", required=True),
    Column("address", "賦課期日の住所", required=True),
    Column("declared", "申告", required=True),
    Column("dependant_of", "扶養者の宛名番号"),
    Column("decided_on", "税額決定日", required=True),
    *(Column(figure.column, figure.ja) for figure in FIGURES),
)
"""In the order in which a file is written; a file may have them in any order. A figure that a file leaves out, or an empty cell, is zero."""

DECLARED = {"申告あり": True, "申告なし": False, "1": True, "0": False}
"""What a cell of 申告 may say."""
FLAGS = {"有": True, "1": True, "": False, "無": False, "0": False}
"""What a cell of 控除対象配偶者 may say."""


_EVERY = tuple(figure.column for figure in FIGURES)
_FIELDS = {part: tuple(figure.field for figure in FIGURES if figure.part == part) for part in PARTS}
_VALUES_OF = {part: attrgetter(*fields) for part, fields in _FIELDS.items()}
_FIGURES_OF = {part: itemgetter(*(figure.column for figure in FIGURES if figure.part == part)) for part in PARTS}
_FLAGS = tuple((figure.part, figure.field, figure.column) for figure in FIGURES if figure.kind == "flag")


def figures_of(record: TaxRecord) -> dict[str, int]:
    """Every figure of a record by its column; a flag is 0 or 1."""
    values = chain.from_iterable([of_part(getattr(record, part)) for part, of_part in _VALUES_OF.items()])
    figures: dict[str, int] = dict(zip(_EVERY, values, strict=True))
    for _, _, column in _FLAGS:
        figures[column] = int(figures[column])
    return figures


def part_of(part: Part, figures: Mapping[str, int]) -> Any:
    """One part of a record, from figures by column."""
    made: dict[str, Any] = dict(zip(_FIELDS[part], _FIGURES_OF[part](figures), strict=True))
    for of, field, _ in _FLAGS:
        if of == part:
            made[field] = bool(made[field])
    return PARTS[part](**made)
