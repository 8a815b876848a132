"""What stands on a drawn sheet, as a list that any drawing program can draw: taken from the paper itself, so that nobody is measured at another content.

Knows nothing of forms, faces or registers. Our ground (a tiling pattern, which no other program is asked to draw) and the signature's field are left out.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdf

Matrix = pikepdf.Matrix


@dataclass(frozen=True, slots=True)
class Run:
    """A text on one line in one font: where it begins (points from the upper left corner, `y` is the baseline's), its size in points, its font's PostScript name."""

    text: str
    x: float
    y: float
    size: float
    font: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A stroked rectangle, or a line when one of its sides is 0; points from the upper left corner, the pen's width."""

    x: float
    y: float
    width: float
    height: float
    pen: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A one-bit picture and its place in points from the upper left corner."""

    png: bytes
    x: float
    y: float
    width: float
    height: float


@dataclass(slots=True)
class Sheet:
    """One sheet in points. `printed` and `frames` are the form's own and the same on every paper, `filled` is this paper's."""

    width: float
    height: float
    printed: list[Run] = field(default_factory=list)
    filled: list[Run] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def sheets(pdf: bytes) -> list[Sheet]:
    """The sheets of a paper of ours; ValueError for an operator that our papers do not use."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [_Reading(page).sheet for page in opened.pages]


def shows(pdf: bytes, sheet: Sheet) -> bool:
    """Whether somebody's PDF has one page with exactly the sheet's characters, as often as they stand there, blanks and variation selectors left out; and its fonts in it."""
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        fonts = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"]
        embedded = bool(fonts) and all("/FontFile2" in one or "/FontFile3" in one for one in fonts)
    return embedded and _characters(page.extract_text()) == _characters("".join(run.text for run in (*sheet.printed, *sheet.filled)))


def _characters(text: str) -> Counter[str]:
    return Counter(character for character in text if not character.isspace() and not "\U000e0100" <= character <= "\U000e01ef")


class _Reading:
    def __init__(self, page: pikepdf.Page) -> None:
        _, _, width, height = (float(edge) for edge in page.MediaBox)
        self.sheet = Sheet(width, height)
        self._fonts: dict[Any, tuple[str, dict[str, str]]] = {}
        self._read(page, page.Resources, Matrix(), self.sheet.filled)

    def _read(self, content: Any, resources: Any, at: Matrix, texts: list[Run]) -> None:
        saved: list[tuple[Matrix, float]] = []
        pen, size, line = 1.0, 0.0, Matrix()
        font: tuple[str, dict[str, str]] = ("", {})
        path: list[tuple[float, float, float, float]] = []
        for operation in pikepdf.parse_content_stream(content):
            operands, operator = list(operation.operands), operation.operator
            numbers = [float(value) for value in operands if not isinstance(value, (pikepdf.Name, pikepdf.String, pikepdf.Array, pikepdf.Dictionary))]
            match str(operator):
                case "q":
                    saved.append((at, pen))
                case "Q":
                    at, pen = saved.pop()
                case "cm":
                    at = Matrix(*numbers) @ at
                case "w":
                    pen = numbers[0]
                case "re":
                    path.append((numbers[0], numbers[1], numbers[2], numbers[3]))
                case "m":
                    start = numbers
                case "l":
                    path.append((start[0], start[1], numbers[0] - start[0], numbers[1] - start[1]))
                case "S":
                    self.sheet.frames.extend(self._frames(path, at, pen))
                    path = []
                case "f" | "n":
                    path = []
                case "Tf":
                    font, size = self._font(resources.Font[str(operands[0])]), numbers[0]
                case "Tm":
                    line = Matrix(*numbers)
                case "Tj":
                    if line.b == 0:  # what rises across the sheet belongs to the ground
                        texts.append(self._run(bytes(operands[0]), font, size, line @ at))
                case "Do":
                    self._object(resources.XObject[str(operands[0])], at)
                case "BT" | "ET" | "g" | "G" | "cs" | "scn" | "gs":
                    pass
                case other:
                    raise ValueError(f"an operator that papers do not use: {other}")

    def _object(self, named: Any, at: Matrix) -> None:
        if named.Subtype == "/Form":
            self._read(named, named.Resources, at, self.sheet.printed)
        else:
            png = io.BytesIO()
            pikepdf.PdfImage(named).as_pil_image().convert("1").save(png, "PNG")
            self.sheet.pictures.append(Picture(png.getvalue(), at.e, self.sheet.height - at.f - at.d, at.a, at.d))

    def _frames(self, path: list[tuple[float, float, float, float]], at: Matrix, pen: float) -> Iterator[Frame]:
        for x, y, width, height in path:
            yield Frame(x + at.e, self.sheet.height - (y + at.f) - height, width, height, pen)

    def _run(self, codes: bytes, font: tuple[str, dict[str, str]], size: float, at: Matrix) -> Run:
        name, texts = font
        text = "".join(texts[codes[place : place + 2].hex().upper()] for place in range(0, len(codes), 2))
        return Run(text, at.e, self.sheet.height - at.f, size, name)

    def _font(self, font: Any) -> tuple[str, dict[str, str]]:
        known = self._fonts.get(font.objgen)
        if known is None:
            words = font.ToUnicode.read_bytes().decode("ascii").split("beginbfchar")[1:]
            pairs = [line.split() for block in words for line in block.split("endbfchar")[0].strip().splitlines()]
            texts = {code.strip("<>"): bytes.fromhex(text.strip("<>")).decode("utf-16-be") for code, text in pairs}
            known = self._fonts[font.objgen] = str(font.BaseFont).partition("+")[2], texts
        return known
