"""The council's document as one web page that stands alone: no script, no picture from elsewhere, ready to be printed on A4. Everything is escaped."""

from html import escape

from fees.planning.council.blocks import Block, Box, Chart, Document, Heading, Label, Paragraph, Shape, Stroke, Table

STYLE = """
:root { --ink: #1b2430; --soft: #4d5967; --line: #b9c2cc; --ground: #f3f5f7; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground); font-family: "BIZ UDPGothic", "Hiragino Sans", "Noto Sans JP", "Yu Gothic", "IPAexGothic", sans-serif; line-height: 1.6; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 2rem 4rem; background: #fff; }
.mark { margin: 0; padding: .35rem 2rem; text-align: center; letter-spacing: .3em; border-bottom: 2px solid var(--ink); background: #fff; font-weight: bold; }
h1 { font-size: 1.55rem; line-height: 1.35; margin: .4rem 0 .2rem; }
.subtitle { color: var(--soft); margin: 0 0 1.2rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .7rem; padding-bottom: .25rem; border-bottom: 2px solid var(--ink); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; }
.key { font-size: 1.06rem; font-weight: bold; margin: .35rem 0; padding-left: .9rem; border-left: 5px solid #5b6673; }
.note { font-size: .85rem; color: var(--soft); }
.warning { border: 2px solid var(--ink); padding: .5rem .9rem; }
figure { margin: 1rem 0 1.4rem; }
figcaption, caption { text-align: left; font-weight: bold; padding: 0 0 .3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { border-top: 1px solid var(--line); padding: .3rem .5rem; vertical-align: top; text-align: left; }
th { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); font-weight: bold; vertical-align: bottom; }
tbody tr:last-child td { border-bottom: 2px solid var(--ink); }
.r { text-align: right; }
td.r { white-space: nowrap; }
td.reach { white-space: normal; }
.reach span { white-space: nowrap; }
tr.strong td { font-weight: bold; background: var(--ground); }
svg { width: 100%; height: auto; max-width: 56rem; display: block; }
svg text { font-family: inherit; fill: var(--ink); }
@media print {
  @page { size: A4; margin: 15mm 14mm; }
  body, main { background: #fff; font-size: 9.5pt; }
  main { padding: 0; max-width: none; }
  h2.new { break-before: page; }
  figure, tr, .key { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  thead { display: table-header-group; }
}
"""


def page(document: Document) -> str:
    """The whole page."""
    body = "\n".join(_block(block) for block in document.blocks)
    return (
        f'<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}（{escape(document.mark)}）</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<p class="mark">{escape(document.mark)}</p>\n<main>\n{content(document, body)}\n</main>\n</body>\n</html>\n'
    )


def content(document: Document, body: str | None = None) -> str:
    """The page's inside, for whoever has a frame of their own."""
    inner = "\n".join(_block(block) for block in document.blocks) if body is None else body
    return f'<h1>{escape(document.title)}</h1>\n<p class="subtitle">{escape(document.subtitle)}</p>\n{inner}'


def _block(block: Block) -> str:
    match block:
        case Heading(text, 1, new_page):
            begins = ' class="new"' if new_page else ""
            return f"<h2{begins}>{escape(text)}</h2>"
        case Heading(text):
            return f"<h3>{escape(text)}</h3>"
        case Paragraph(text, "body"):
            return f"<p>{escape(text)}</p>"
        case Paragraph(text, style):
            return f'<p class="{style}">{escape(text)}</p>'
        case Table():
            return _table(block)
        case Chart():
            return f"<figure>\n<figcaption>{escape(block.caption)}</figcaption>\n{svg(block)}\n</figure>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col"{_class(side)}>{escape(text)}</th>' for text, side in zip(table.head, table.align, strict=True))
    rows = "\n".join(_row(row, table.align, number in table.strong) for number, row in enumerate(table.rows))
    columns = ""
    if table.weights:
        whole = sum(table.weights)
        columns = "".join(f'<col style="width:{weight / whole * 100:.1f}%">' for weight in table.weights)
        columns = f"<colgroup>{columns}</colgroup>"
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<figure><div class="wide"><table><caption>{escape(table.caption)}</caption>{columns}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>{note}</figure>"
    )


def _row(cells: tuple[str, ...], align: str, strong: bool) -> str:
    stands_out = ' class="strong"' if strong else ""
    inner = "".join(_cell(text, side) for text, side in zip(cells, align, strict=True))
    return f"<tr{stands_out}>{inner}</tr>"


def _class(side: str) -> str:
    return ' class="r"' if side == "r" else ""


def _cell(text: str, side: str) -> str:
    """A cell; a range may be broken before its bracket and nowhere else."""
    if side == "r" and "（" in text:
        middle, _, rest = text.partition("（")
        return f'<td class="r reach"><span>{escape(middle)}</span><wbr><span>（{escape(rest)}</span></td>'
    return f"<td{_class(side)}>{escape(text)}</td>"


def svg(chart: Chart) -> str:
    """The chart as a drawing whose text can be read aloud."""
    shapes = "\n".join(_shape(shape) for shape in chart.shapes)
    label = escape(f"{chart.caption}：{chart.reading}", quote=True)
    return f'<svg viewBox="0 0 {chart.width:g} {chart.height:g}" role="img" aria-label="{label}">\n{shapes}\n</svg>'


def _shape(shape: Shape) -> str:
    match shape:
        case Box():
            edge = ' stroke="#222" stroke-width="0.25"' if shape.outlined else ""
            place = f'x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'
            return f'<rect {place} fill="{_grey(shape.grey)}"{edge}/>'
        case Stroke():
            dash = ' stroke-dasharray="1.2 0.9"' if shape.dashed else ""
            return (
                f'<line x1="{shape.x1:.2f}" y1="{shape.y1:.2f}" x2="{shape.x2:.2f}" y2="{shape.y2:.2f}" '
                f'stroke="{_grey(shape.grey)}" stroke-width="{shape.width:g}"{dash}/>'
            )
        case Label():
            return f'<text x="{shape.x:.2f}" y="{shape.y:.2f}" font-size="{shape.size:g}" text-anchor="{shape.anchor}">{escape(shape.text)}</text>'


def _grey(value: int) -> str:
    return f"#{value:02x}{value:02x}{value:02x}"
