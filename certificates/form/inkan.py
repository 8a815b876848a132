"""印鑑登録証明書: the 印影 at true scale, and whose it is. A4 portrait, without 性別 (domain facts 4.2)."""

from certificates.form.grid import Cell, Form, Label, Rule, Strip, at, within

_IMPRINT_ROWS = 8.0
_HIGH = 2.2  # grid rows of one row of the form
_FIELDS = (
    # label, cell code, size in points
    ("氏名の振り仮名", "name_kana", 10.0),
    ("氏　　名", "name", 15.0),
    ("旧　　氏", "former_name", 11.0),
    ("通　　称", "alias", 11.0),
    ("生年月日", "birth", 11.0),
    ("住　　所", "address", 11.0),
)

_TOPS = tuple(_IMPRINT_ROWS + place * _HIGH for place in range(len(_FIELDS)))
_LABELS = (
    Label("印　　影", within(0, 0, 8, _IMPRINT_ROWS), 10),
    *(Label(label, within(0, top, 8, _HIGH), 9) for top, (label, _, _) in zip(_TOPS, _FIELDS, strict=True)),
)
_CELLS = tuple(Cell(code, within(8, top, 32, _HIGH), size) for top, (_, code, size) in zip(_TOPS, _FIELDS, strict=True))
_PLACE = within(8, 0, 32, _IMPRINT_ROWS)

REGISTRATION = Strip(
    code="registration",
    height=within(0, 0, 40, _TOPS[-1] + _HIGH).height,
    cells=_CELLS,
    labels=_LABELS,
    rules=(
        *(Rule(box) for box in (*(label.box for label in _LABELS), *(cell.box for cell in _CELLS), _PLACE)),
        Rule(within(0, 0, 40, _TOPS[-1] + _HIGH), thick=True),
    ),
    person=True,
    picture=_PLACE,
)

INKAN = Form(
    code="inkan",
    head=(),
    head_labels=(),
    head_rules=(),
    body_top=at(0, 3, 1).y,
    strips=(REGISTRATION,),
    required=frozenset({"name", "birth", "address"}),
)
