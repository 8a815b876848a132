"""課税（非課税）証明書, 所得証明書, and both on one paper: tables of one person's year (domain facts 4.5). Amounts are right-aligned, in yen.

Three forms of the same strips: who it is about, the incomes, the deductions and dependants, the taxes.
"""

from certificates.form.grid import Cell, Form, Label, Rule, Strip, at, within

_HIGH = 1.35  # grid rows of one row of a table

INCOMES = (
    # (label, cell code) of the left and the right half of each row
    (("給与収入", "salary_revenue"), ("給与所得", "salary")),
    (("公的年金等収入", "pension_revenue"), ("公的年金等に係る雑所得", "pension")),
    (("営業等所得", "business"), ("農業所得", "farming")),
    (("不動産所得", "real_estate"), ("利子所得", "interest")),
    (("配当所得", "dividends"), ("その他の雑所得", "other")),
    (("", ""), ("合計所得金額", "income_total")),
)
DEDUCTIONS = (
    (("雑損控除", "casualty"), ("障害者控除", "disability")),
    (("医療費控除", "medical"), ("寡婦・ひとり親控除", "widow_single_parent")),
    (("社会保険料控除", "social_insurance"), ("勤労学生控除", "working_student")),
    (("小規模企業共済等掛金控除", "small_enterprise"), ("配偶者（特別）控除", "spouse")),
    (("生命保険料控除", "life_insurance"), ("扶養控除", "dependants")),
    (("地震保険料控除", "earthquake_insurance"), ("特定親族特別控除", "specified_relatives")),
    (("基礎控除", "basic"), ("所得控除合計", "deduction_total")),
)
DEPENDANTS = (
    (("控除対象配偶者", "count_spouse"), ("一般扶養", "count_general")),
    (("特定扶養", "count_specified"), ("老人扶養", "count_elderly")),
    (("同居老親等", "count_elderly_parents"), ("16歳未満", "count_under_16")),
    (("特定親族", "count_specified_relatives"), ("障害者（うち特別）", "count_disabled")),
)
LEVY = (
    (("課税標準額（総合）", "taxable"), ("定額減税額", "special_reduction")),
    (("市民税　所得割額", "city_income"), ("県民税　所得割額", "prefecture_income")),
    (("市民税　均等割額", "city_per_capita"), ("県民税　均等割額", "prefecture_per_capita")),
    (("森林環境税額", "forest"), ("年税額", "levy_total")),
)

_Rows = tuple[tuple[tuple[str, str], tuple[str, str]], ...]


def _table(code: str, heading: str, rows: _Rows) -> Strip:
    labels, cells = [Label(heading, within(0, 0, 2, len(rows) * _HIGH), 8)], []
    for place, row in enumerate(rows):
        for half, (label, cell) in enumerate(row):
            left = 2 + half * 19
            labels.append(Label(label, within(left, place * _HIGH, 9, _HIGH), 7.5))
            cells.append(Cell(cell or f"blank_{place}", within(left + 9, place * _HIGH, 10, _HIGH), 10, 1, "right"))
    frames = (*(Rule(label.box) for label in labels), *(Rule(cell.box) for cell in cells), Rule(within(0, 0, 40, len(rows) * _HIGH), thick=True))
    return Strip(
        code=code,
        height=within(0, 0, 40, len(rows) * _HIGH + 0.6).height,
        cells=tuple(cell for cell in cells if not cell.code.startswith("blank_")),
        labels=tuple(label for label in labels if label.text),
        rules=frames,
    )


_WHO = (
    # label, cell, column, columns of the cell, row
    ("住　　所", "address", 0, 33, 0),
    ("氏名の振り仮名", "name_kana", 0, 33, 1),
    ("氏　　名", "name", 0, 33, 2),
    ("生年月日", "birth", 0, 14, 3),
    ("性　　別", "sex", 21, 12, 3),
    ("賦課期日の住所", "levy_address", 0, 33, 4),
)
_WHO_LABELS = tuple(Label(label, within(column, row * 1.7, 7, 1.7), 8) for label, _, column, _, row in _WHO)
_WHO_CELLS = tuple(Cell(cell, within(column + 7, row * 1.7, columns, 1.7), 12 if cell == "name" else 10) for _, cell, column, columns, row in _WHO)

TAXPAYER = Strip(
    code="taxpayer",
    height=within(0, 0, 40, 5 * 1.7 + 0.6).height,
    cells=_WHO_CELLS,
    labels=_WHO_LABELS,
    rules=(
        *(Rule(box) for box in (*(label.box for label in _WHO_LABELS), *(cell.box for cell in _WHO_CELLS))),
        Rule(within(0, 0, 40, 5 * 1.7), thick=True),
    ),
    person=True,
)
INCOME_TABLE = _table("incomes", "所\n得", INCOMES)
DEDUCTION_TABLE = _table("deductions", "所\n得\n控\n除", DEDUCTIONS)
DEPENDANT_TABLE = _table("dependants", "扶\n養\n人\n数", DEPENDANTS)
LEVY_TABLE = _table("levy", "税\n額", LEVY)
REMARKS = Strip(
    code="remarks",
    height=within(0, 0, 40, 2).height,
    cells=(Cell("remarks", within(5, 0, 35, 2), 9),),
    labels=(Label("備　　考", within(0, 0, 5, 2), 8),),
    rules=(Rule(within(0, 0, 5, 2)), Rule(within(0, 0, 40, 2), thick=True)),
)

_HEAD = (Cell("year", at(11, 1.9, 8, 1.4), 13, 1, "right"), Cell("income_year", at(19.5, 1.9, 12, 1.4), 10.5, 1))


def _form(code: str, *tables: Strip) -> Form:
    return Form(
        code=code,
        head=_HEAD,
        head_labels=(),
        head_rules=(),
        body_top=at(0, 3.5, 1).y,
        strips=(TAXPAYER, *tables, REMARKS),
        required=frozenset({"name", "birth", "address", "year"}),
    )


KAZEI = _form("kazei", DEDUCTION_TABLE, DEPENDANT_TABLE, LEVY_TABLE)
SHOTOKU = _form("shotoku", INCOME_TABLE)
SHOTOKU_KAZEI = _form("shotoku_kazei", INCOME_TABLE, DEDUCTION_TABLE, DEPENDANT_TABLE, LEVY_TABLE)
