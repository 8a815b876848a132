"""What a council's document is made of, before it is a page or a sheet: headings, paragraphs, tables, charts as shapes in millimetres. Knows no HTML and no PDF."""

from dataclasses import dataclass, field
from typing import Literal

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading (`level` 1) or one below it (2); `new_page`: it begins a sheet."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `style` "key" is the answer in large letters, "note" a small remark, "warning" one in a frame."""

    text: str
    style: Literal["body", "key", "note", "warning"] = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads and cells are texts already; `align` has an l or r for each column, `strong` the numbers of rows that stand out.

    `weights` share the width among the columns where texts may wrap (empty: by need).
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    strong: frozenset[int] = frozenset()
    note: str = ""
    weights: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle from its upper left corner; `grey` 0 (black) to 255 (white)."""

    x: float
    y: float
    width: float
    height: float
    grey: int
    outlined: bool = True


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line; `dashed` for those that lead the eye only."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.2
    grey: int = 0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A text on its baseline, `size` in millimetres."""

    x: float
    y: float
    text: str
    size: float = 3.0
    anchor: Anchor = "start"


Shape = Box | Stroke | Label


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its caption; `reading` says in words what it shows, for whoever cannot see it."""

    caption: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    reading: str


Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True, slots=True)
class Document:
    """The whole: title, the line below it, what stands at the head of every sheet, and the blocks in order."""

    title: str
    subtitle: str
    mark: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)
