"""戸籍全部事項証明書 and 戸籍個人事項証明書, as a register kept by computer is printed: headings at the left, 【label】 and value line under line at the right.

Source: domain facts 4.3 (title, headings, labels and their order); the look (one line a row, no rules between rows, a rule above each person and each heading, 除籍 in a box under the
heading of who was removed) as known from practice. What is recorded differs from person to person, so nearly all labels are texts of the register and stand in cells. Every row is one
line high: a value that is longer goes on in the next strips (`more`), it is never set small. All strips have their columns in the same places, and the frame around the body belongs to
the sheet, so that the sheet is closed wherever its last strip ends.
"""

from certificates.form.grid import BODY_END, COLUMN, LEFT, ROW, TOP, WIDTH, Box, Cell, Form, Label, Rule, Strip

PITCH = 5.6
"""The height of a line in millimetres."""

LINE = 25
"""So many full-width characters of a value stand in one line at full size."""

_SIZE = 10.5
_AIR = 1.0  # above the first line under a rule
_RIGHT = LEFT + 9.5 * COLUMN
_VALUE = LEFT + 18.5 * COLUMN
_END = LEFT + WIDTH
_LABEL_WIDTH = _VALUE - _RIGHT - 1.2

_ACROSS = Box(LEFT, 0.0, WIDTH, 0.0)
"""Along the strip's top."""


def _column(height: float) -> Rule:
    """The upright rule between headings and rows."""
    return Rule(Box(_RIGHT, 0.0, 0.0, round(height, 3)))


def _heading(text: str, y: float = _AIR) -> Label:
    return Label(text, Box(LEFT, round(y, 3), _RIGHT - LEFT, PITCH), _SIZE, "left")


def _label(y: float = 0.0) -> Cell:
    return Cell("label", Box(_RIGHT + 1.2, y, _LABEL_WIDTH, PITCH), _SIZE)


def _printed(text: str, y: float) -> Label:
    """A label that every person has, where the other rows have theirs."""
    return Label(text, Box(_RIGHT + 1.2, round(y, 3), _LABEL_WIDTH, PITCH), _SIZE, "left")


def _value(code: str = "value", y: float = 0.0, size: float = _SIZE) -> Cell:
    return Cell(code, Box(_VALUE, round(y, 3), round(_END - _VALUE, 3), PITCH), size)


def _row(code: str, cells: tuple[Cell, ...], keep_mm: float = 0.0) -> Strip:
    return Strip(code, PITCH, cells, rules=(_column(PITCH),), keep_mm=keep_mm)


def _section(code: str, heading: str) -> Strip:
    """A heading alone on its line; its first entry and one row of it stay with it."""
    height = round(_AIR + PITCH, 3)
    return Strip(code, height, (), labels=(_heading(heading),), rules=(Rule(_ACROSS), _column(height)), keep_mm=2 * PITCH)


_TITLE = Cell("title", Box(LEFT + 4.0, 0.0, round(_RIGHT - LEFT - 4.5, 3), PITCH), _SIZE)

ENTRY = _row("entry", (_TITLE, _label(), _value()), keep_mm=PITCH)
"""An entry's title with its first row; the next line stays with it."""

SHORT_ENTRY = _row("short_entry", (_TITLE, _label(), _value()))
"""An entry that is one line altogether."""

ROW_OF = _row("row", (_label(), _value()))
"""One more row of an entry, or of who a person is."""

MORE = _row("more", (_value(),))
"""A value goes on."""

KOSEKI_ITEMS = _section("koseki_items", "戸籍事項")
PERSON_ITEMS = _section("person_items", "身分事項")


def _person(code: str, *, kana: bool, removed: bool) -> Strip:
    """戸籍に記録されている者: 【名】, its 振り仮名 where it is recorded, 【生年月日】; parents and 続柄 follow as rows and stay with it."""
    birth_at = round(_AIR + PITCH * (2 if kana else 1), 3)
    height = round(birth_at + PITCH, 3)
    cells, labels = [_value("name", _AIR, 11.5)], [_heading("戸籍に記録されている者"), _printed("【名】", _AIR)]
    rules = [Rule(_ACROSS, thick=True), _column(height)]
    if kana:
        line = _AIR + PITCH
        labels += [_printed("【名の振り仮名】", line), Label("【記録日】", Box(_VALUE + 44.5, line, 15.0, PITCH), 8.5)]
        cells += [Cell("name_kana", Box(_VALUE, line, 44.5, PITCH), _SIZE), Cell("kana_recorded_on", Box(_VALUE + 59.5, line, 37.0, PITCH), 9)]
    labels.append(_printed("【生年月日】", birth_at))
    cells.append(_value("birth", birth_at))
    if removed:
        box = Box(LEFT + 4.0, round(_AIR + PITCH + 0.1, 3), 17.0, PITCH - 0.2)
        cells.append(Cell("removed", box, _SIZE, 1, "centre"))
        rules.append(Rule(box))
    return Strip(code, height, tuple(cells), tuple(labels), tuple(rules), person=True, keep_mm=3 * PITCH)


PERSON = _person("person", kana=False, removed=False)
PERSON_KANA = _person("person_kana", kana=True, removed=False)
PERSON_REMOVED = _person("person_removed", kana=False, removed=True)
PERSON_KANA_REMOVED = _person("person_kana_removed", kana=True, removed=True)
"""Four strips, because an absent 振り仮名 leaves no empty line and only who was removed has the box."""

_HEAD_TOP = round(TOP + 2 * ROW, 3)
_HEAD_ROW = 6.8


def _in_head(row: int, left: float = _RIGHT, width: float = _END - _RIGHT) -> Box:
    return Box(round(left, 3), round(_HEAD_TOP + row * _HEAD_ROW, 3), round(width, 3), _HEAD_ROW)


_BODY_TOP = round(_HEAD_TOP + 3 * _HEAD_ROW, 3)

KOSEKI = Form(
    code="koseki",
    head=(
        Cell("honseki", _in_head(0), 11),
        Cell("hittousha", _in_head(1), 11),
        Cell("family_kana", _in_head(2, width=85.0), _SIZE),
        Cell("family_kana_recorded_on", _in_head(2, _RIGHT + 100.0, 37.0), 9),
    ),
    head_labels=(
        Label("本　　籍", _in_head(0, LEFT, _RIGHT - LEFT), _SIZE),
        Label("氏　　名", _in_head(1, LEFT, _RIGHT - LEFT), _SIZE),
        Label("氏の振り仮名", _in_head(2, LEFT, _RIGHT - LEFT), _SIZE),
        Label("【記録日】", _in_head(2, _RIGHT + 85.0, 15.0), 8.5),
    ),
    head_rules=(
        *(Rule(_in_head(row, LEFT, WIDTH)) for row in range(3)),
        Rule(Box(_RIGHT, _HEAD_TOP, 0.0, round(3 * _HEAD_ROW, 3))),
        Rule(Box(LEFT, _HEAD_TOP, WIDTH, round(3 * _HEAD_ROW, 3)), thick=True),
        Rule(Box(LEFT, _BODY_TOP, WIDTH, round(BODY_END - _BODY_TOP, 3)), thick=True),
    ),
    body_top=_BODY_TOP,
    strips=(KOSEKI_ITEMS, ENTRY, SHORT_ENTRY, ROW_OF, MORE, PERSON, PERSON_KANA, PERSON_REMOVED, PERSON_KANA_REMOVED, PERSON_ITEMS),
    required=frozenset({"name", "birth", "honseki", "hittousha", "removed"}),
    statement=("戸籍に記録されている", "戸籍中の一部の者"),
    titles=("戸籍全部事項証明書", "戸籍個人事項証明書"),
)
