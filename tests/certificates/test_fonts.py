"""Fonts: exact forms, the order of choice, and subsets that hold the very glyphs of the vendored files."""

import hashlib
import io
import re
from pathlib import Path

import pikepdf
import pypdf
import pytest
from fontTools.ttLib import TTFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts import selection
from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import choose, missing_glyphs, paper_font
from certificates.fonts.variation import sequences
from tests.certificates.papers import ORDINARY, paper

FONTS = Path(selection.__file__).parent
FILES = ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf")
TSUJI_ONE_DOT, TSUJI_TWO_DOTS = "辻\U000e0100", "辻\U000e0101"


def vendored(number: int) -> PaperFont:
    font = paper_font(number)
    assert font is not None
    return font


@pytest.mark.parametrize("file", FILES)
def test_vendored_fonts_are_the_files_the_readme_names(file: str) -> None:
    readme = (FONTS / "README.md").read_text("utf-8")
    assert hashlib.sha256((FONTS / file).read_bytes()).hexdigest() in readme
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / f"OFL-{file.partition('-')[0]}.txt").read_text("utf-8")


def test_text_is_cut_into_characters_with_their_selectors() -> None:
    assert sequences(f"a{TSUJI_ONE_DOT}𠮷\n") == ["a", TSUJI_ONE_DOT, "𠮷", "\n"]


@pytest.mark.parametrize(
    ("sequence", "font"), [("渡", 0), ("髙", 0), ("﨑", 0), (TSUJI_ONE_DOT, 0), (TSUJI_TWO_DOTS, 0), ("𠮷", 1), ("A", 0), ("　", 0), (" ", 0)]
)  # fmt: skip
def test_the_first_font_that_has_the_form_draws_it(sequence: str, font: int) -> None:
    glyph = choose(sequence)
    assert glyph is not None
    assert glyph.font == font


def test_two_forms_of_one_character_are_two_glyphs() -> None:
    one, two = choose(TSUJI_ONE_DOT), choose(TSUJI_TWO_DOTS)
    assert one is not None
    assert two is not None
    assert one.glyph != two.glyph


@pytest.mark.parametrize("sequence", ["辻\U000e01ee", "\ue000", "\u200b", "\u202e", "\x00", "\n", "\u3099", "\u00a0", "\U0002ebf0"])
def test_what_no_font_has_exactly_or_nobody_would_see_is_missing(sequence: str) -> None:
    assert missing_glyphs(f"渡{sequence}辺{sequence}") == (sequence,)


def test_a_selector_with_nothing_before_it_is_missing() -> None:
    assert missing_glyphs("\U000e0100渡\U000e0100") == ("\U000e0100",)


def test_ordinary_names_miss_nothing() -> None:
    assert missing_glyphs(f"髙﨑𠮷{TSUJI_ONE_DOT} 渡邉　ヴァイオレット ~AZaz09") == ()


def test_embedded_glyphs_are_the_vendored_glyphs() -> None:
    with pikepdf.open(io.BytesIO(paper(ORDINARY["six people"]))) as pdf:
        fonts = [font for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and font.get("/Subtype") == "/Type0"]
        assert len(fonts) == 3  # labels, BIZ UDMincho, Noto Serif JP
        for font in fonts:
            number = 1 if "NotoSerif" in str(font.BaseFont) else 0
            program = TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))
            codes = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", font.ToUnicode.read_bytes().replace(b"<0000> <FFFF>", b""))
            assert codes
            for code, text in codes:
                sequence = bytes.fromhex(text.decode()).decode("utf-16-be")
                glyph = vendored(number).glyph(sequence)
                assert glyph is not None
                drawn = program["glyf"][program.getGlyphName(int(code, 16))]
                assert drawn.getCoordinates(program["glyf"])[0] == _outline(number, glyph)
                assert program["hmtx"][program.getGlyphName(int(code, 16))][0] * 1000 / program["head"].unitsPerEm == vendored(number).advance(glyph)


_ORIGINALS: dict[int, TTFont] = {}


def _outline(number: int, glyph: int) -> object:
    font = _ORIGINALS.setdefault(number, TTFont(io.BytesIO((FONTS / FILES[number]).read_bytes()), lazy=True))
    return font["glyf"][font.getGlyphName(glyph)].getCoordinates(font["glyf"])[0]


def test_another_reader_gets_the_exact_sequences_back() -> None:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper(ORDINARY["six people"]))).pages)
    for name in ("渡邉󠄀　花子", "𠮷田　辻󠄀太郎", "髙﨑", "山﨑　キヨ"):
        assert name in text


def test_reportlabs_own_canvas_draws_with_the_font_too() -> None:
    pdfmetrics.registerFont(vendored(0))
    out = io.BytesIO()
    canvas = Canvas(out, initialFontName="BIZUDMincho")
    canvas.drawString(72, 720, f"{TSUJI_ONE_DOT}髙(1)")
    canvas.save()
    assert f"{TSUJI_ONE_DOT}髙(1)" in pypdf.PdfReader(out).pages[0].extract_text()
    assert b"Helvetica" not in out.getvalue()
    assert vendored(0).stringWidth(f"{TSUJI_ONE_DOT}1", 10) == 15
