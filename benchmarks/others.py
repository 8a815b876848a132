"""Other programs that draw the same sheet: typst, WeasyPrint and fpdf2, each in the quickest way its documentation shows, with all kept that it lets one keep.

Each is made once for a form (a sheet's printed texts, frames and pictures) and then draws papers: the filled texts, one run after the other. Reading a sheet's list is counted for nobody:
a program begins with values, as ours does.
"""

import html
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import typst
import weasyprint
from fpdf import FPDF
from weasyprint.text.fonts import FontConfiguration

from benchmarks.sheet import Frame, Run, Sheet

BASELINE = 0.88
"""From the top of a line as high as its size to the baseline, in sizes: of all fonts here."""


class Program(Protocol):
    """Something that draws papers."""

    def draw(self, filled: list[Run]) -> bytes:
        """A PDF of one sheet of the form with these texts."""


class Typst:
    """A kept compiler with its fonts in memory, all frames as one image. A paper's source is written anew:
    with its texts as inputs of a kept template, and with frames as its own drawings, it takes longer.

    Document structure tags, which our papers do not have, are not asked for.
    """

    def __init__(self, form: Sheet, fonts: Mapping[str, Path], families: Mapping[str, str], folder: Path) -> None:
        self._families = families
        self._form = "".join(
            (
                f"#set page(width: {form.width}pt, height: {form.height}pt, margin: 0pt)\n",
                '#set text(top-edge: "baseline", bottom-edge: "baseline", lang: "ja", fallback: false, cjk-latin-spacing: none)\n',
                "#let run(x, y, size, font, words) = place(dx: x * 1pt, dy: y * 1pt, text(font: font, size: size * 1pt, words))\n",
                *(
                    f'#place(dx: {x:.2f}pt, dy: {y:.2f}pt, image("{name}", width: {wide:.2f}pt, height: {high:.2f}pt))\n'
                    for name, x, y, wide, high in _images(form, folder)
                ),
                *map(self._line, form.printed),
            )
        )
        kept = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=sorted({str(font.parent) for font in fonts.values()}))
        self._compiler = typst.Compiler(root=str(folder), font_paths=kept, ignore_system_fonts=True)

    def _line(self, run: Run) -> str:
        return f"#run({run.x:.2f}, {run.y:.2f}, {run.size}, {_quoted(self._families[run.font])}, {_quoted(run.text)})\n"

    def draw(self, filled: list[Run]) -> bytes:
        """One compilation."""
        source = self._form + "".join(map(self._line, filled))
        pdf = self._compiler.compile(source.encode(), format="pdf", pdf_tags=False)
        assert isinstance(pdf, bytes)
        return pdf


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class WeasyPrint:
    """Absolutely placed lines over one SVG with all frames; fonts, style sheet and images kept."""

    def __init__(self, form: Sheet, fonts: Mapping[str, Path], families: Mapping[str, str], folder: Path) -> None:
        self._configuration = FontConfiguration()
        self._images: dict[str, object] = {}
        faces = "".join(f'@font-face {{ font-family: "{families[name]}"; src: url("{path.as_uri()}") }}' for name, path in fonts.items())
        classes = "".join(f'.f{number} {{ font-family: "{families[name]}" }}' for number, name in enumerate(fonts))
        rules = f"@page {{ size: {form.width}pt {form.height}pt; margin: 0 }} body {{ margin: 0 }} p, img {{ position: absolute; margin: 0; line-height: 1; white-space: pre }}"
        self._style = weasyprint.CSS(string=faces + rules + classes, font_config=self._configuration)
        self._classes = {name: f"f{number}" for number, name in enumerate(fonts)}
        self._folder = folder.as_uri() + "/"
        images = "".join(
            f'<img src="{name}" style="left:{x:.2f}pt;top:{y:.2f}pt;width:{wide:.2f}pt;height:{high:.2f}pt">'
            for name, x, y, wide, high in _images(form, folder)
        )
        self._printed = images + "".join(map(self._line, form.printed))

    def _line(self, run: Run) -> str:
        place = f"left:{run.x:.2f}pt;top:{run.y - BASELINE * run.size:.2f}pt;font-size:{run.size}pt"
        return f'<p class="{self._classes[run.font]}" style="{place}">{html.escape(run.text)}</p>'

    def draw(self, filled: list[Run]) -> bytes:
        """HTML written, laid out, drawn."""
        page = f"<!DOCTYPE html><html><body>{self._printed}{''.join(map(self._line, filled))}</body></html>"
        document = weasyprint.HTML(string=page, base_url=self._folder)
        pdf = document.write_pdf(stylesheets=[self._style], font_config=self._configuration, cache=self._images)
        assert isinstance(pdf, bytes)
        return pdf


def _images(form: Sheet, folder: Path) -> list[tuple[str, float, float, float, float]]:
    """All frames as one SVG, and the pictures, put into `folder`: (name, left, top, width, height)."""
    (folder / "frames.svg").write_text(_svg(form), encoding="utf-8")
    for number, picture in enumerate(form.pictures):
        (folder / f"{number}.png").write_bytes(picture.png)
    pictures = ((f"{number}.png", one.x, one.y, one.width, one.height) for number, one in enumerate(form.pictures))
    return [("frames.svg", 0.0, 0.0, form.width, form.height), *pictures]


def _svg(form: Sheet) -> str:
    frames = "".join(
        f'<rect x="{one.x:.2f}" y="{one.y:.2f}" width="{one.width:.2f}" height="{one.height:.2f}" stroke-width="{one.pen}"/>' for one in form.frames
    )
    size = f'width="{form.width}pt" height="{form.height}pt" viewBox="0 0 {form.width} {form.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><g fill="none" stroke="black">{frames}</g></svg>'


class Fpdf2:
    """Texts and frames by its plain drawing calls. A font belongs to its document and cannot be kept; told which characters will be drawn, it reads no others.

    It knows no variation sequences without a shaping library: it draws the base character instead, which is less work than is asked of the others.
    """

    def __init__(self, form: Sheet, fonts: Mapping[str, Path], families: Mapping[str, str], folder: Path) -> None:
        del families, folder
        self._form, self._fonts = form, fonts

    def draw(self, filled: list[Run]) -> bytes:
        """One document."""
        document = FPDF(unit="pt", format=(self._form.width, self._form.height))
        runs = [*self._form.printed, *filled]
        for name in dict.fromkeys(run.font for run in runs):
            document.add_font(name, fname=self._fonts[name], unicode_range=_characters(run for run in runs if run.font == name))
        document.set_auto_page_break(False)
        document.add_page()
        for pen in dict.fromkeys(frame.pen for frame in self._form.frames):
            document.set_line_width(pen)
            for frame in self._form.frames:
                if frame.pen == pen:
                    _framed(document, frame)
        for picture in self._form.pictures:
            document.image(io.BytesIO(picture.png), picture.x, picture.y, picture.width, picture.height)
        for run in runs:
            document.set_font(run.font, size=run.size)
            document.text(run.x, run.y, run.text)
        return bytes(document.output())


def _characters(runs: Iterable[Run]) -> list[int]:
    return sorted({ord(character) for run in runs for character in run.text})


def _framed(document: FPDF, frame: Frame) -> None:
    if frame.width and frame.height:
        document.rect(frame.x, frame.y, frame.width, frame.height)
    else:
        document.line(frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)


PROGRAMS: Mapping[str, Callable[[Sheet, Mapping[str, Path], Mapping[str, str], Path], Program]] = {
    "typst": Typst,
    "WeasyPrint": WeasyPrint,
    "fpdf2": Fpdf2,
}
