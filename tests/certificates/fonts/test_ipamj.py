"""IPAmj明朝 as the third font: what only it has is drawn by it, in the registered form, and reads back exactly. Skipped on machines without it."""

import io

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from certificates.fonts.selection import choose, missing_glyphs, paper_font
from tests.certificates.fonts.lines import chosen, drawn, forms, numbered, opened, read_by_pdfium, read_by_pypdf

pytestmark = pytest.mark.skipif(paper_font(2) is None, reason="this machine has no IPAmj明朝 (Debian package fonts-ipamj-mincho)")

IPAMJ = 2
WATANABE = [f"邉{chr(selector)}" for selector in range(0xE010F, 0xE011E)]
"""Forms of 邉 numbered by Moji_Joho."""
RARE = ["渡\U0002e7bd", "\U0002e7bd", "邊\U000e010f", "齋\U000e0103", "藤\U000e0102", "辻\U000e0102", "葛\U000e0102", "芦\U000e0102"]
NAMES = ["邉\U000e0110　\U00020bb7子", "邊\U000e010f　辻\U000e0102太郎", "齋\U000e0103藤\U000e0102　葛\U000e0100芦\U000e0102", "\U0002e7bd辺　花子"]


@pytest.mark.parametrize("sequence", [*WATANABE, *(name[-2:] if name[-1] >= "\U000e0100" else name[-1] for name in RARE)], ids=ascii)
def test_a_form_only_ipamj_has_is_drawn_by_it(sequence: str) -> None:
    glyph = choose(sequence)
    assert glyph is not None
    assert (glyph.font, glyph.advance) == (IPAMJ, 1000)
    assert glyph.glyph != 0
    assert numbered(IPAMJ).outline(glyph.glyph) != numbered(IPAMJ).outline(0)


def test_forms_of_one_character_are_different_drawings() -> None:
    outlines = {numbered(IPAMJ).outline(glyph.glyph) for form in WATANABE for glyph in chosen(form)}
    assert len(outlines) == len(WATANABE)


@pytest.mark.parametrize(
    ("adobe_japan", "moji_joho"), [("辻\U000e0100", "辻\U000e0102"), ("葛\U000e0100", "葛\U000e0102"), ("邉\U000e0100", "邉\U000e0110")]
)
def test_each_collections_number_goes_to_a_font_of_that_collection(adobe_japan: str, moji_joho: str) -> None:
    assert [glyph.font for glyph in chosen(adobe_japan + moji_joho)] == [0, IPAMJ]
    assert numbered(IPAMJ).glyph(adobe_japan) is None
    assert numbered(0).glyph(moji_joho) is None
    assert numbered(1).glyph(moji_joho) is None


def test_no_variation_number_means_two_things() -> None:
    moji_joho, adobe_japan = (
        {sequence for number in numbers for sequence in forms(numbered(number)) if sequence[1] >= "\U000e0100"} for numbers in ((IPAMJ,), (0, 1))
    )
    assert len(moji_joho) > 11_000
    assert not moji_joho & adobe_japan


def test_no_form_or_kanji_of_ipamj_is_the_empty_box() -> None:
    kanji = [chr(code) for code in opened(numbered(IPAMJ))["cmap"].getBestCmap() if 0x3400 <= code <= 0x9FFF or code >= 0x20000]
    everything = [*forms(numbered(IPAMJ)), *kanji]
    assert len(everything) > 60_000
    assert not [ascii(sequence) for sequence in everything if (glyph := choose(sequence)) is None or glyph.glyph == 0]


def test_names_of_all_three_fonts_read_back_exactly() -> None:
    assert not any(map(missing_glyphs, NAMES))
    assert {glyph.font for name in NAMES for glyph in chosen(name)} == {0, 1, IPAMJ}
    lines = [*NAMES, "".join(WATANABE), "".join(RARE)]
    pdf = drawn(lines)
    assert read_by_pypdf(pdf) == "".join(lines)
    assert read_by_pdfium(pdf) == "".join(lines).replace("\u3000", " ")


def test_the_paper_carries_the_very_outlines_and_widths_of_ipamj_and_little_more() -> None:
    text = "".join(WATANABE)
    original = opened(numbered(IPAMJ))
    pdf = drawn([text])
    assert len(pdf) < 60_000
    with pikepdf.open(io.BytesIO(pdf)) as opened_pdf:
        font = next(font for font in opened_pdf.objects if isinstance(font, pikepdf.Dictionary) and "IPAmj" in str(font.get("/FontName", "")))
        program = TTFont(io.BytesIO(font.FontFile2.read_bytes()))
    order, glyf = program.getGlyphOrder(), original["glyf"]
    for place, glyph in enumerate(chosen(text), 1):
        name = original.getGlyphName(glyph.glyph)
        assert program["glyf"][order[place]].getCoordinates(program["glyf"])[0] == glyf[name].getCoordinates(glyf)[0]
        assert program["hmtx"][order[place]] == original["hmtx"][name]


def test_a_form_that_no_font_has_stays_missing() -> None:
    assert missing_glyphs("邉\U000e01ee\U0002ebf0") == ("邉\U000e01ee", "\U0002ebf0")
