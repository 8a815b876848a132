"""Charts as shapes: bars side by side, bars of three parts, ranges. Told apart by grey and hatching, so that a copy in black and white reads the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fees.planning.council.blocks import Box, Chart, Label, Shape, Stroke

WIDTH = 174.0
LABEL_WIDTH = 62.0
VALUE_WIDTH = 24.0
BAR = 4.2
GAP = 2.8
TOP = 9.0
TEXT = 3.0


@dataclass(frozen=True, slots=True)
class Fill:
    """How a series looks: its grey, and the distance of its hatching (0: none; below 0: leaning the other way)."""

    grey: int
    hatch: float = 0.0


FILLS = (Fill(70), Fill(255, 1.6), Fill(185), Fill(255, -1.6), Fill(120, 2.6), Fill(255))


@dataclass(frozen=True, slots=True)
class Row:
    """One label with a value for each series; `texts` stand behind the bars."""

    label: str
    values: tuple[int, ...]
    texts: tuple[str, ...]


def bars(caption: str, series: Sequence[str], rows: Sequence[Row], reading: str) -> Chart:
    """Bars from a common line, one for each series of each row; values at least 0."""
    shapes: list[Shape] = list(_legend(series))
    most = max((value for row in rows for value in row.values), default=0) or 1
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    y = TOP
    for row in rows:
        height = BAR * len(series)
        shapes.append(Label(LABEL_WIDTH - 2, y + height / 2 + 1, row.label, TEXT, "end"))
        for number, (value, text) in enumerate(zip(row.values, row.texts, strict=True)):
            length = room * value / most
            shapes += _filled(LABEL_WIDTH, y + number * BAR + 0.3, length, BAR - 0.6, FILLS[number % len(FILLS)])
            shapes.append(Label(LABEL_WIDTH + length + 1.2, y + number * BAR + BAR - 1.0, text, 2.7))
        y += height + GAP
    shapes.append(Stroke(LABEL_WIDTH, TOP - 1, LABEL_WIDTH, y - GAP + 1, 0.3))
    return Chart(caption, WIDTH, y, tuple(shapes), reading)


def parts(caption: str, series: Sequence[str], rows: Sequence[Row], reading: str) -> Chart:
    """One bar a row, as long as every other, divided into the series; a part's text stands in it where there is room."""
    shapes: list[Shape] = list(_legend(series))
    room = WIDTH - LABEL_WIDTH
    y = TOP
    for row in rows:
        shapes.append(Label(LABEL_WIDTH - 2, y + BAR, row.label, TEXT, "end"))
        whole, x = sum(row.values) or 1, LABEL_WIDTH
        for number, (value, text) in enumerate(zip(row.values, row.texts, strict=True)):
            length = room * value / whole
            shapes += _filled(x, y, length, BAR + 1.4, FILLS[number % len(FILLS)])
            if length > len(text) * 2.2 + 2:
                shapes += [
                    Box(x + length / 2 - len(text) * 0.95 - 0.8, y + 0.9, len(text) * 1.9 + 1.6, BAR - 0.4, 255, outlined=False),
                    Label(x + length / 2, y + BAR - 0.1, text, TEXT, "middle"),
                ]
            x += length
        y += BAR + 1.4 + GAP
    return Chart(caption, WIDTH, y, tuple(shapes), reading)


@dataclass(frozen=True, slots=True)
class Reach:
    """A label with a lowest, middle and highest value, and the text behind it."""

    label: str
    low: int
    middle: int
    high: int
    text: str


def ranges(caption: str, rows: Sequence[Reach], reading: str) -> Chart:
    """A thick line from low to high with a mark in the middle, on a common scale; a dashed line stands at 0 where values lie on both sides."""
    least, most = min((0, *(row.low for row in rows))), max((1, *(row.high for row in rows)))
    room = WIDTH - LABEL_WIDTH - 44

    def at(value: int) -> float:
        return LABEL_WIDTH + room * (value - least) / (most - least)

    shapes: list[Shape] = [Label(0, 4, "線は10回に8回が入る範囲、縦の印は中央の値", 2.8)]
    y = TOP
    for row in rows:
        middle = y + BAR / 2
        shapes += [
            Label(LABEL_WIDTH - 2, middle + 1, row.label, TEXT, "end"),
            Stroke(at(row.low), middle, at(row.high), middle, 1.6, 150),
            Stroke(at(row.middle), middle - 1.9, at(row.middle), middle + 1.9, 0.9),
            Label(LABEL_WIDTH + room + 2, middle + 1, row.text, 2.7),
        ]
        y += BAR + GAP
    shapes.append(Stroke(at(0), TOP - 1, at(0), y - GAP + 1, 0.25, 90, dashed=least < 0))
    return Chart(caption, WIDTH, y, tuple(shapes), reading)


def _legend(series: Sequence[str]) -> Iterator[Shape]:
    x = 0.0
    for number, name in enumerate(series):
        yield from _filled(x, 0.6, 5, 3.2, FILLS[number % len(FILLS)])
        yield Label(x + 6.2, 3.4, name, TEXT)
        x += 11 + sum(TEXT if character > "ÿ" else TEXT / 2 for character in name)


def _filled(x: float, y: float, width: float, height: float, fill: Fill) -> Iterator[Shape]:
    """A rectangle with its hatching: lines at 45 degrees, cut at the edges."""
    if width <= 0:
        return
    yield Box(x, y, width, height, fill.grey)
    step = abs(fill.hatch)
    if not step:
        return
    start = step - height
    while start < width:
        left, right = max(0.0, start), min(width, start + height)
        if right > left:
            low, high = left - start, right - start
            if fill.hatch > 0:
                yield Stroke(x + left, y + height - low, x + right, y + height - high, 0.2, 40)
            else:
                yield Stroke(x + left, y + low, x + right, y + high, 0.2, 40)
        start += step
