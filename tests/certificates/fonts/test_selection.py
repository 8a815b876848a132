"""Glyph assurance over whole lists: every name that a made-up register can hold is drawn with true glyphs and read back as it is written."""

import csv
from pathlib import Path

import pytest

from certificates.fonts.embedding import PaperFont
from certificates.fonts.selection import choose, missing_glyphs
from certificates.fonts.variation import sequences
from registers.population import naming
from registers.population.naming import VARIANTS
from tests.certificates.fonts.lines import chosen, drawn, numbered, opened, read_by_pdfium, read_by_pypdf

LISTS = sorted((Path(naming.__file__).parent / "names").glob("*.csv"))
_AT_ONCE = 50


def written(file: Path) -> list[str]:
    """Every field of a list, readings included, each once."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(dict.fromkeys(field for row in csv.reader(lines) for field in row if field))


def characters() -> list[str]:
    """Every character of all lists, and every variant form that names are written with, each once."""
    texts = [text for file in LISTS for text in written(file)] + [variant for variants in VARIANTS.values() for variant, _ in variants]
    return list(dict.fromkeys(sequence for text in texts for sequence in sequences(text)))


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem)
def test_no_name_of_the_lists_misses_a_glyph(file: Path) -> None:
    names = written(file)
    assert len(names) > 100
    assert [name for name in names if missing_glyphs(name)] == []


def test_no_character_of_a_name_is_drawn_as_the_empty_box() -> None:
    boxes = {number: numbered(number).outline(0) for number in (0, 1)}
    glyphs = [glyph for sequence in characters() for glyph in chosen(sequence)]
    assert len(glyphs) > 1500
    assert {glyph.font for glyph in glyphs} == {0, 1}  # the two vendored fonts suffice
    assert not [ascii(glyph.sequence) for glyph in glyphs if glyph.glyph == 0 or numbered(glyph.font).outline(glyph.glyph) == boxes[glyph.font]]


def test_each_character_is_the_glyph_that_another_reader_finds_for_it() -> None:
    for number in (0, 1):
        font = opened(numbered(number))
        glyph_ids, usual = font.getReverseGlyphMap(), font["cmap"].getBestCmap()
        forms = next(table for table in font["cmap"].tables if table.format == 14).uvsDict
        for glyph in (glyph for sequence in characters() for glyph in chosen(sequence) if glyph.font == number):
            base, *selector = map(ord, glyph.sequence)
            name = dict(forms[selector[0]])[base] if selector else usual[base]
            assert glyph.glyph == glyph_ids[name or usual[base]], ascii(glyph.sequence)


def test_every_character_of_the_lists_reads_back_exactly() -> None:
    every = characters()
    lines = ["".join(every[at : at + _AT_ONCE]) for at in range(0, len(every), _AT_ONCE)]
    pdf = drawn(lines)
    assert read_by_pypdf(pdf) == "".join(lines)
    assert read_by_pdfium(pdf) == "".join(lines).replace("\u3000", " ")


def test_the_first_surnames_with_variants_read_back_as_names() -> None:
    names = [row for row in written(LISTS[-1]) if set(row) & set(VARIANTS)][:40]
    lines = [name.replace(char, VARIANTS[char][-1][0]) for name in names for char in name if char in VARIANTS]
    assert len(lines) >= 40
    assert read_by_pypdf(drawn(lines)) == "".join(lines)


def test_a_letter_that_would_leave_nothing_on_paper_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = numbered(0).glyph("渡")
    outline = PaperFont.outline
    monkeypatch.setattr(PaperFont, "outline", lambda self, glyph: b"" if glyph == blank and self is numbered(0) else outline(self, glyph))
    choose.cache_clear()
    try:
        assert [glyph.font for glyph in chosen("渡辺　")] == [1, 0, 0]  # the next font that draws it
    finally:
        choose.cache_clear()


def test_a_choice_does_not_depend_on_what_was_chosen_before() -> None:
    every = characters()
    before = [choose(sequence) for sequence in every]
    choose.cache_clear()
    assert [choose(sequence) for sequence in reversed(every)] == before[::-1]
