"""Reading font files: every answer equals another reader's, for every glyph and character of every font the machine has."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from certificates.fonts.selection import paper_font
from certificates.fonts.truetype import TrueTypeFile
from tests.certificates.fonts.lines import numbered, opened

INSTALLED = [number for number in range(3) if paper_font(number)]
SECOND_HAND = pytest.mark.parametrize("number", INSTALLED)


@SECOND_HAND
def test_every_character_has_the_glyph_another_reader_finds(number: int) -> None:
    face, known = numbered(number).face, opened(numbered(number))
    glyph_ids, characters = known.getReverseGlyphMap(), known["cmap"].getBestCmap()
    assert len(characters) > 10_000
    assert {code: face.glyph(code) for code in characters} == {code: glyph_ids[name] for code, name in characters.items()}


@SECOND_HAND
def test_a_character_the_font_lacks_is_the_empty_box(number: int) -> None:
    face, characters = numbered(number).face, opened(numbered(number))["cmap"].getBestCmap()
    edges = {code + step for code in characters for step in (-1, 1)} | {0, 0x10FFFF}
    lacking = [code for code in edges if code not in characters]
    assert len(lacking) > 100
    assert {face.glyph(code) for code in lacking} == {0}


@SECOND_HAND
def test_every_glyph_has_its_true_width_also_behind_the_full_metrics(number: int) -> None:
    face, known = numbered(number).face, opened(numbered(number))
    metrics = known["hmtx"].metrics
    assert known["hhea"].numberOfHMetrics < face.glyphs == len(metrics)
    assert [face.metrics(glyph) for glyph in range(face.glyphs)] == [metrics[name] for name in known.getGlyphOrder()]


@SECOND_HAND
def test_outlines_are_the_files_own_bytes(number: int) -> None:
    face, known = numbered(number).face, opened(numbered(number))
    places, glyf = known["loca"], known.reader["glyf"]
    sample = [0, 1, *range(2, face.glyphs, 97), face.glyphs - 1]
    assert [face.outline(glyph) for glyph in sample] == [glyf[places[glyph] : places[glyph + 1]] for glyph in sample]


@SECOND_HAND
def test_measures_are_those_of_the_file(number: int) -> None:
    face, known = numbered(number).face, opened(numbered(number))
    scale = 1000 / known["head"].unitsPerEm
    assert face.name == known["name"].getDebugName(6)
    assert face.box == tuple(int(edge * scale) for edge in (known["head"].xMin, known["head"].yMin, known["head"].xMax, known["head"].yMax))
    assert face.heights[:2] == (int(known["OS/2"].sTypoAscender * scale), int(known["OS/2"].sTypoDescender * scale))
    assert face.weight == known["OS/2"].usWeightClass
    assert face.table(b"cmap") == known.reader["cmap"]


@pytest.mark.parametrize("glyph", [-1, 70_000])
def test_a_glyph_that_is_not_there_is_an_error(glyph: int) -> None:
    with pytest.raises(IndexError):
        numbered(0).face.outline(glyph)


@pytest.mark.parametrize("content", [b"OTTO" + bytes(100), b"%PDF-1.4\n", b""])
def test_a_file_without_truetype_outlines_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "font.ttf"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"TrueType|empty"):
        TrueTypeFile(file)


def test_a_font_of_few_characters_only_is_refused(tmp_path: Path) -> None:
    font = TTFont(numbered(0).face.path)
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 4]
    font.save(tmp_path / "font.ttf")
    with pytest.raises(ValueError, match="Unicode"):
        TrueTypeFile(tmp_path / "font.ttf")
