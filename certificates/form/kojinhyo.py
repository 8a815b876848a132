"""住民票の写し, 個人票: one person a sheet, A4 portrait as in the standard forms of 2026 (domain facts 4.1). The same items as the 世帯連記式, each in a row of its own."""

from certificates.form.grid import BODY_END, ROW, Cell, Form, Label, Rule, Strip, at, within
from certificates.form.juminhyo import HEAD, HEAD_LABELS, HEAD_RULES, OPENED_BY

_ROWS = 2  # grid rows of one row of the form

_FIELDS: tuple[tuple[tuple[str, str], ...], ...] = (
    # (label, cell code) of one row: one field over the whole width, or two
    (("氏名の振り仮名", "name_kana"),),
    (("氏　　名", "name"),),
    (("旧氏の振り仮名", "former_name_kana"), ("旧　　氏", "former_name")),
    (("通　　称", "alias"),),
    (("生年月日", "birth"), ("性　　別", "sex")),
    (("続　　柄", "relation"), ("住民となった年月日", "resident_since")),
    (("住所を定めた年月日", "address_since"), ("届出日", "notified_on")),
    (("本　　籍", "honseki"),),
    (("筆頭者", "hittousha"),),
    (("転入前住所", "previous_address"),),
    (("個人番号", "my_number"), ("住民票コード", "juminhyo_code")),
    (("国籍・地域", "nationality"), ("法第30条の45の\n規定区分", "category")),
    (("在留資格", "residence_status"), ("在留期間等", "period")),
    (("在留期間の\n満了の日", "expires"), ("在留カード等の番号", "card_number")),
)

_LABELS: list[Label] = []
_CELLS: list[Cell] = []
for _place, _row in enumerate(_FIELDS):
    _width = 40 // len(_row)
    for _column, (_label, _code) in enumerate(_row):
        _LABELS.append(Label(_label, within(_column * _width, _place * _ROWS, 7, _ROWS), 7.5))
        _CELLS.append(Cell(_code, within(_column * _width + 7, _place * _ROWS, _width - 7, _ROWS), 14 if _code == "name" else 10))

_REMARKS_TOP = len(_FIELDS) * _ROWS
_HEIGHT = round(BODY_END - at(0, 4, 1).y, 3)
_REMARKS = Cell("remarks", within(7, _REMARKS_TOP, 33, _ROWS), 10)
_REMARKS_BOX = within(0, _REMARKS_TOP, 40, _HEIGHT / ROW - _REMARKS_TOP)

PERSON = Strip(
    code="person",
    height=_HEIGHT,
    cells=(*_CELLS, _REMARKS),
    labels=(*_LABELS, Label("備　　考", within(0, _REMARKS_TOP, 7, _ROWS), 7.5)),
    rules=(
        *(Rule(box) for box in (*(label.box for label in _LABELS), *(cell.box for cell in _CELLS))),
        Rule(_REMARKS_BOX),
        Rule(within(0, 0, 40, _HEIGHT / ROW), thick=True),
    ),
    person=True,
)
"""As high as the body, so that each person takes a sheet."""

KOJINHYO = Form(
    code="kojinhyo",
    head=HEAD,
    head_labels=HEAD_LABELS,
    head_rules=HEAD_RULES,
    body_top=at(0, 4, 1).y,
    strips=(PERSON,),
    opened_by=OPENED_BY,
    required=frozenset({"name", "birth", "sex", "address"}),
    statement=("世帯全員", "世帯の一部"),
)
