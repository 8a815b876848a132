"""住民票記載事項証明書: for each person the name and the birth date, and below them a row for each item that was asked for and no other.

Name, birth date and the address stand on every paper: they say who it is about. 方書 is part of the address (domain facts 4.1).
"""

from certificates.form.grid import LEFT, ROW, WIDTH, Box, Cell, Form, Label, Rule, Strip, at, within

_HIGH = 1.6  # grid rows of one row of the form

_ITEMS: dict[str, tuple[tuple[str, str], ...]] = {
    # option -> its rows: (label, cell code)
    "sex": (("性　　別", "sex"),),
    "relation": (("世帯主", "head_name"), ("続　　柄", "relation")),
    "honseki": (("本　　籍", "honseki"), ("筆頭者", "hittousha")),
    "former_name": (("旧氏の振り仮名", "former_name_kana"), ("旧　　氏", "former_name")),
    "alias": (("通　　称", "alias"),),
    "resident_since": (("住民となった年月日", "resident_since"),),
    "address_since": (("住所を定めた年月日", "address_since"), ("届出日", "notified_on")),
    "previous_address": (("転入前住所", "previous_address"),),
    "my_number": (("個人番号", "my_number"),),
    "juminhyo_code": (("住民票コード", "juminhyo_code"),),
    "nationality": (("国籍・地域", "nationality"),),
    "residence_status": (
        ("法第30条の45の\n規定区分", "category"), ("在留資格", "residence_status"), ("在留期間等", "period"), ("在留期間の\n満了の日", "expires"),
    ),
    "residence_card": (("在留カード等の番号", "card_number"),),
}  # fmt: skip


def _strip(code: str, rows: tuple[tuple[str, str], ...], *, person: bool = False) -> Strip:
    labels = tuple(Label(label, within(1, place * _HIGH, 9, _HIGH), 8) for place, (label, _) in enumerate(rows))
    cells = tuple(Cell(cell, within(10, place * _HIGH, 30, _HIGH), 12 if cell == "name" else 10) for place, (_, cell) in enumerate(rows))
    number = Cell("member_number", within(0, 0, 1, len(rows) * _HIGH), 9, 1, "centre")
    height = round(len(rows) * _HIGH * ROW, 3)
    boxes = (*(label.box for label in labels), *(cell.box for cell in cells), Box(LEFT, 0.0, number.box.width, height))
    return Strip(
        code=code,
        height=height,
        cells=(number, *cells) if person else cells,
        labels=labels,
        rules=(*map(Rule, boxes), *((Rule(Box(LEFT, 0.0, WIDTH, height), thick=True),) if person else ())),
        person=person,
        keep_mm=12.0 if person else 0.0,
    )


PERSON = _strip("person", (("氏名の振り仮名", "name_kana"), ("氏　　名", "name"), ("生年月日", "birth")), person=True)
ITEM_STRIPS = {option: _strip(option, rows) for option, rows in _ITEMS.items()}
"""Option -> its strip."""

_ADDRESS = Label("住　　所", at(0, 2.2, 7, 1.4), 8)
_HEAD = (Cell("address", at(7, 2.2, 33, 1.4), 10),)

KISAI_JIKO = Form(
    code="kisai_jiko",
    head=_HEAD,
    head_labels=(_ADDRESS,),
    head_rules=(Rule(_ADDRESS.box), Rule(_HEAD[0].box), Rule(at(0, 2.2, 40, 1.4), thick=True)),
    body_top=at(0, 4, 1).y,
    strips=(PERSON, *ITEM_STRIPS.values()),
    opened_by={cell: option for option, rows in _ITEMS.items() for _, cell in rows},
    required=frozenset({"name", "birth", "address"}),
)
