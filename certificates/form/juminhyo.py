"""住民票の写し, 世帯連記式: up to four people a sheet.

Source: the standard form of 2026 as described in domain facts 4.1 (label names, order, 氏名 over two rows, full-width 本籍 and 転入前住所); the rows of foreign residents follow the same
pattern. A cell that no option opens is always filled; a cell whose option was not asked for reads 「＊＊＊」.
"""

from certificates.form.grid import LEFT, ROW, WIDTH, Box, Cell, Form, Label, Rule, Strip, at, within

_BLOCK_ROWS = 11

_MEMBER = (
    # label, label's box, value's cell
    ("氏名の振り仮名", within(1, 0, 6), Cell("name_kana", within(7, 0, 15))),
    ("氏　　名", within(1, 1, 6, 2), Cell("name", within(7, 1, 15, 2), 12)),
    ("通　　称", within(1, 8, 6), Cell("alias", within(7, 8, 15))),
    ("旧氏の振り仮名", within(1, 3, 6), Cell("former_name_kana", within(7, 3, 15))),
    ("旧　　氏", within(1, 4, 6), Cell("former_name", within(7, 4, 15))),
    ("生年月日", within(1, 5, 6), Cell("birth", within(7, 5, 8))),
    ("性別", within(15, 5, 2), Cell("sex", within(17, 5, 2), align="centre")),
    ("続柄", within(19, 5, 2), Cell("relation", within(21, 5, 5), align="centre")),
    ("個人番号", within(22, 0, 6), Cell("my_number", within(28, 0, 12))),
    ("住民票コード", within(22, 1, 6), Cell("juminhyo_code", within(28, 1, 12))),
    ("住民となった年月日", within(22, 2, 6), Cell("resident_since", within(28, 2, 12))),
    ("住所を定めた年月日", within(22, 3, 6), Cell("address_since", within(28, 3, 12))),
    ("届出日", within(22, 4, 6), Cell("notified_on", within(28, 4, 12))),
    ("筆頭者", within(26, 5, 2), Cell("hittousha", within(28, 5, 12))),
    ("本　　籍", within(1, 6, 6), Cell("honseki", within(7, 6, 33))),
    ("転入前住所", within(1, 7, 6), Cell("previous_address", within(7, 7, 33))),
    ("国籍・地域", within(22, 8, 6), Cell("nationality", within(28, 8, 12))),
    ("法第30条の45の\n規定区分", within(1, 9, 6), Cell("category", within(7, 9, 15))),
    ("在留資格", within(22, 9, 6), Cell("residence_status", within(28, 9, 12))),
    ("在留期間等", within(1, 10, 6), Cell("period", within(7, 10, 8))),
    ("在留期間の\n満了の日", within(15, 10, 6), Cell("expires", within(21, 10, 7))),
    ("在留カード等の番号", within(28, 10, 6), Cell("card_number", within(34, 10, 6))),
)

_NUMBER = Cell("member_number", within(0, 0, 1, _BLOCK_ROWS), 9, 1, "centre")
"""The narrow cell at the block's left: the person's number on the paper, counted through all sheets."""

MEMBER = Strip(
    code="member",
    height=round(_BLOCK_ROWS * ROW, 3),
    cells=(_NUMBER, *(cell for _, _, cell in _MEMBER)),
    labels=tuple(Label(label, box, 5.6 if "\n" in label else 7.0) for label, box, _ in _MEMBER),
    rules=(
        *(Rule(box) for box in (*(box for _, box, _ in _MEMBER), *(cell.box for _, _, cell in _MEMBER), _NUMBER.box)),
        Rule(within(0, 0, 40, _BLOCK_ROWS), thick=True),
    ),
    person=True,
)

OPENED_BY = {
    "relation": "relation",
    "my_number": "my_number",
    "juminhyo_code": "juminhyo_code",
    "hittousha": "honseki",
    "honseki": "honseki",
    "nationality": "nationality",
    "category": "residence_status",
    "residence_status": "residence_status",
    "period": "residence_status",
    "expires": "residence_status",
    "card_number": "residence_card",
    "head_name": "relation",
}
"""Cell -> option: 続柄 and 世帯主 are one option, so are the five items of 在留資格等 (domain facts 2.1)."""

HEAD_LABELS = (Label("住　　所", at(0, 2, 7), 8), Label("世帯主", at(0, 3, 7), 8))
HEAD = (Cell("address", at(7, 2, 33), 9.5), Cell("head_name", at(7, 3, 33), 9.5))

HEAD_RULES = (
    *(Rule(box) for box in (*(label.box for label in HEAD_LABELS), *(cell.box for cell in HEAD))),
    Rule(Box(LEFT, at(0, 2, 1).y, WIDTH, round(2 * ROW, 3)), thick=True),
)
"""住所 and 世帯主, the same on every paper of the resident record."""

JUMINHYO = Form(
    code="juminhyo",
    head=HEAD,
    head_labels=HEAD_LABELS,
    head_rules=HEAD_RULES,
    body_top=at(0, 4, 1).y,
    strips=(MEMBER,),
    opened_by=OPENED_BY,
    required=frozenset({"name", "birth", "sex", "address"}),
    statement=("世帯全員", "世帯の一部"),
)
