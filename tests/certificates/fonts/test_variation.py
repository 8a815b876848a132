"""Variation sequences: each is looked up as another reader finds it, and what is not registered is not known."""

import pytest

from certificates.fonts.selection import paper_font
from certificates.fonts.variation import USUAL, Variations, sequences
from tests.certificates.fonts.lines import forms, numbered

INSTALLED = [number for number in range(3) if paper_font(number)]


@pytest.mark.parametrize("number", INSTALLED)
def test_every_sequence_is_found_as_fonttools_finds_it(number: int) -> None:
    known, variations = forms(numbered(number)), numbered(number).face.variations
    assert len(known) > 10_000
    assert {sequence: variations.glyph(*map(ord, sequence)) for sequence in known} == known


@pytest.mark.parametrize("number", INSTALLED)
def test_a_neighbour_of_a_registered_sequence_is_not_known(number: int) -> None:
    known, variations = forms(numbered(number)), numbered(number).face.variations
    bases, selectors = sorted({ord(sequence[0]) for sequence in known})[::4], {ord(sequence[1]) for sequence in known}
    near = {chr(base + step) + chr(selector) for base in bases for step in (-1, 0, 1) for selector in selectors} - known.keys()
    unknown = near | {"辻\U000e01ee", "辻A", "\x00\U000e0100", "\U0010ffff\U000e0100"}
    assert len(unknown) > 10_000
    assert {variations.glyph(*map(ord, sequence)) for sequence in unknown} == {None}


def test_a_font_without_variations_knows_none() -> None:
    assert Variations(memoryview(b"")).glyph(ord("辻"), 0xE0100) is None


@pytest.mark.parametrize("number", [0, 1])
def test_a_usual_form_is_the_characters_own_glyph(number: int) -> None:
    font = numbered(number)
    usual = [sequence for sequence, glyph in forms(font).items() if glyph == USUAL]
    assert usual
    assert [font.glyph(sequence) for sequence in usual] == [font.glyph(sequence[0]) for sequence in usual]


def test_more_than_a_character_and_its_selector_is_no_form() -> None:
    assert numbered(0).glyph("渡辺") is None
    assert numbered(0).glyph("辻\U000e0100\U000e0100") is None


def test_text_is_cut_into_characters_each_with_its_selector() -> None:
    assert sequences("辻\U000e0100𠮷\U000e0101a") == ["辻\U000e0100", "𠮷\U000e0101", "a"]
