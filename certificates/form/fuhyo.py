"""戸籍の附票の写し: whose 附票 it is, then each person with every 住所 since it was made and its 住所を定めた年月日.

Source: domain facts 4.4 (items, what is omitted unless asked for); 住民基本台帳法 17条. 氏 and 名 stand in cells of their own: with 本籍・筆頭者 shown a person stands by 名 alone and the cell of
the 氏 is closed, otherwise 氏 and 名 are the full name. So the cell `name` holds the 名 whatever is asked for, and the fingerprint, stated before anything is, binds what will be printed.
There is no cell for 在外選挙人 entries: they never stand on a kiosk's paper. 生年月日 may read 「＊＊＊」: of who was removed before 2022-01-11 none is kept.
"""

from certificates.form.grid import BODY_END, COLUMN, LEFT, ROW, TOP, WIDTH, Box, Cell, Form, Label, Rule, Strip

LINE = 34
"""So many full-width characters of an address stand in one line at full size."""

_GAP, _PERSON_ROW, _HEADING_ROW, _ADDRESS_ROW, _MORE_ROW = 2.0, 7.2, 5.4, 6.6, 5.0
_SIZE, _LABEL_SIZE = 10.5, 9.0


def _box(column: float, columns: float, y: float, height: float) -> Box:
    return Box(round(LEFT + column * COLUMN, 3), round(y, 3), round(columns * COLUMN, 3), round(height, 3))


def _first(column: float, columns: float) -> Box:
    return _box(column, columns, _GAP, _PERSON_ROW)


def _second(column: float, columns: float) -> Box:
    return _box(column, columns, _GAP + _PERSON_ROW, _PERSON_ROW)


_NAMED = (
    # label, its box, the value's cell
    ("氏", _first(0, 5), Cell("family_name", _first(5, 11), 11.5)),
    ("名", _first(16, 3), Cell("name", _first(19, 13), 11.5)),
    ("生年月日", _second(0, 5), Cell("birth", _second(5, 11), _SIZE)),
    ("性別", _second(16, 3), Cell("sex", _second(19, 3), _SIZE, align="centre")),
    ("住民票コード", _second(22, 6), Cell("juminhyo_code", _second(28, 12), _SIZE)),
)

_COLUMNS = (("住　　　　所", 0.0, 30.0), ("住所を定めた年月日", 30.0, 10.0))


def _person(code: str, *, removed: bool) -> Strip:
    """One person, a little below what stands above, and the headings of the addresses that follow; the first of them stays on the sheet."""
    top = _GAP + 2 * _PERSON_ROW
    height = round(top + _HEADING_ROW, 3)
    headings = tuple((text, _box(column, columns, top, _HEADING_ROW)) for text, column, columns in _COLUMNS)
    mark = _first(34, 4)
    framed = Box(mark.x, round(mark.y + 0.9, 3), mark.width, _PERSON_ROW - 1.8)
    ruled = [box for _, label, cell in _NAMED for box in (label, cell.box) if cell.code != "name"]
    boxes = [*ruled, _first(16, 3), _first(19, 21), *(box for _, box in headings), *([framed] if removed else [])]
    return Strip(
        code=code,
        height=height,
        cells=(*(cell for _, _, cell in _NAMED), *((Cell("removed", framed, _SIZE, 1, "centre"),) if removed else ())),
        labels=(*(Label(text, box, _LABEL_SIZE) for text, box, _ in _NAMED), *(Label(text, box, _LABEL_SIZE) for text, box in headings)),
        rules=(*map(Rule, boxes), *(Rule(Box(LEFT, y, WIDTH, 0.0), thick=True) for y in (0.0, _GAP))),
        person=True,
        keep_mm=_ADDRESS_ROW,
    )


PERSON = _person("person", removed=False)
PERSON_REMOVED = _person("person_removed", removed=True)


def _columns(height: float, *, ruled: bool) -> tuple[Rule, ...]:
    upright = Rule(Box(round(LEFT + 30 * COLUMN, 3), 0.0, 0.0, height))
    return (Rule(Box(LEFT, 0.0, WIDTH, 0.0)), upright) if ruled else (upright,)


ADDRESS = Strip(
    code="address",
    height=_ADDRESS_ROW,
    cells=(Cell("address", _box(0, 30, 0.0, _ADDRESS_ROW), _SIZE), Cell("address_since", _box(30, 10, 0.0, _ADDRESS_ROW), _SIZE)),
    rules=_columns(_ADDRESS_ROW, ruled=True),
)

MORE = Strip("more", _MORE_ROW, (Cell("address_goes_on", _box(0, 30, 0.0, _MORE_ROW), _SIZE),), rules=_columns(_MORE_ROW, ruled=False))
"""An address goes on."""

_HEAD_TOP, _HEAD_ROW = round(TOP + 2 * ROW, 3), 6.8
_BODY_TOP = round(_HEAD_TOP + 3 * _HEAD_ROW, 3)
_HEAD = (("本　　籍", "honseki"), ("筆頭者", "hittousha"), ("附票を作成した年月日", "made_on"))


def _in_head(row: int, column: float, columns: float) -> Box:
    return _box(column, columns, _HEAD_TOP + row * _HEAD_ROW, _HEAD_ROW)


FUHYO = Form(
    code="fuhyo",
    head=tuple(Cell(code, _in_head(row, 9, 31), 11) for row, (_, code) in enumerate(_HEAD)),
    head_labels=tuple(Label(text, _in_head(row, 0, 9), _LABEL_SIZE) for row, (text, _) in enumerate(_HEAD)),
    head_rules=(
        *(Rule(_in_head(row, 0, 40)) for row in range(3)),
        Rule(Box(LEFT + 9 * COLUMN, _HEAD_TOP, 0.0, round(3 * _HEAD_ROW, 3))),
        Rule(Box(LEFT, _HEAD_TOP, WIDTH, round(3 * _HEAD_ROW, 3)), thick=True),
        Rule(Box(LEFT, _BODY_TOP, WIDTH, round(BODY_END - _BODY_TOP, 3)), thick=True),
    ),
    body_top=_BODY_TOP,
    strips=(PERSON, PERSON_REMOVED, ADDRESS, MORE),
    opened_by={"honseki": "honseki", "hittousha": "honseki", "juminhyo_code": "juminhyo_code"},
    closed_by={"family_name": "honseki"},
    required=frozenset({"name", "removed", "address", "address_since", "address_goes_on", "made_on"}),
    statement=("戸籍の附票の原本", "一部の者"),
)
