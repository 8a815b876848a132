"""Imprints of made-up seals: as large as seals may be, drawn from their chance alone, in a file that goes into a paper as it is."""

import io
import struct
import zlib
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageFilter

from registers.seal.carving import carve
from registers.seal.seal import DPI, Imprint

FONTS = tuple(Path(__file__).parents[3] / "certificates" / "fonts" / name for name in ("BIZUDMincho-Regular.ttf", "NotoSerifJP-Regular.ttf"))
NAMES = ("林", "佐藤", "佐々木", "𠮷野", "山田　花子", "小林　太一郎", "グエン", "MARIA", "NGUYEN", "辻\U000e0100", "一")


def pressed(carved: str = "佐藤", seed: int = 1) -> Imprint:
    return carve(carved, Random(seed), FONTS)


def picture(imprint: Imprint) -> Image.Image:
    return Image.open(io.BytesIO(imprint.png)).convert("L")


@pytest.mark.parametrize("carved", NAMES)
def test_an_imprint_is_between_8_and_25_mm_on_both_sides_and_cropped_to_its_ink(carved):
    for seed in range(12):
        imprint = pressed(carved, seed)
        seen = picture(imprint)
        assert seen.size == (imprint.width, imprint.height)
        assert all(8 <= side <= 25 for side in imprint.size_mm)
        assert ImageChops.invert(seen).getbbox() == (0, 0, *seen.size)


@pytest.mark.sweep
def test_of_a_thousand_imprints_none_is_beyond_the_limits():
    sizes = [pressed("林", seed).size_mm for seed in range(1000)]
    assert 8 <= min(map(min, sizes)) < 9  # the smallest ovals are among them
    assert 17 < max(map(max, sizes)) <= 25


def test_the_size_on_paper_is_that_of_600_dots_an_inch():
    imprint = pressed()
    assert imprint.size_mm == pytest.approx((imprint.width * 25.4 / 600, imprint.height * 25.4 / 600))
    assert Image.open(io.BytesIO(imprint.png)).info["dpi"] == pytest.approx((DPI, DPI), abs=0.01)


def test_the_same_chance_gives_the_same_bytes_and_another_seed_another_imprint():
    assert pressed(seed=7) == pressed(seed=7)
    assert len({pressed(seed=seed).png for seed in range(20)}) == 20


def test_other_characters_give_another_imprint_from_the_same_chance():
    assert pressed("佐藤", 3) != pressed("佐籐", 3)


def test_the_file_is_one_bit_grey_not_interlaced_and_its_rows_are_those_of_a_stencil():
    imprint = pressed()
    chunks, at = [], 8
    while at < len(imprint.png):
        size = int.from_bytes(imprint.png[at : at + 4], "big")
        chunks.append((imprint.png[at + 4 : at + 8], imprint.png[at + 8 : at + 8 + size]))
        at += 12 + size
    header = struct.unpack(">LLBBBBB", dict(chunks)[b"IHDR"])
    assert header == (imprint.width, imprint.height, 1, 0, 0, 0, 0)
    rows = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    assert len(rows) == imprint.height * (1 + (imprint.width + 7) // 8)


def test_ink_is_black_on_a_paper_that_stays_mostly_white():
    for seed in range(20):
        white = sum(picture(pressed("佐藤", seed)).histogram()[128:])
        area = pressed("佐藤", seed).width * pressed("佐藤", seed).height
        assert 0.35 < white / area < 0.9


def test_no_ink_lies_on_the_paper_away_from_the_seal():
    # A speck is black in the midst of white: whatever the grain of the paper is, none is printed, or the crop would not be the seal's.
    for seed in range(30):
        seen = picture(pressed("十", seed))
        around = seen.filter(ImageFilter.BoxBlur(7)).point(lambda level: 0 if level > 250 else 255)
        assert ImageChops.lighter(seen, around).getextrema()[0] == 255


def test_a_variation_selector_is_not_cut_as_a_character_of_its_own():
    assert pressed("辻\U000e0100", 5) == pressed("辻", 5)


def test_a_seal_of_two_names_has_the_first_in_the_right_column():
    # 田 has far more ink than 一: the halves of the imprint tell which stands where. Seeds whose plate is not round or square do not exist for two columns.
    for seed in range(6):
        seen = ImageChops.invert(picture(pressed("田田　一一", seed)))
        half = seen.width // 2
        left, right = seen.crop((0, 0, half, seen.height)), seen.crop((seen.width - half, 0, seen.width, seen.height))
        assert right.histogram()[255] > left.histogram()[255]


@pytest.mark.parametrize("carved", ["", "　", "一二三四五六七八九", "\U000e0100"])
def test_a_seal_without_characters_or_with_too_many_is_refused(carved):
    with pytest.raises(ValueError, match="1 to 8 characters"):
        pressed(carved)


def test_a_character_that_no_font_has_is_refused_rather_than_cut_as_an_empty_box():
    with pytest.raises(ValueError, match="no font"):
        pressed("林\ue000")


def test_a_character_is_taken_from_the_first_font_that_has_it():
    with pytest.raises(ValueError, match="no font"):
        carve("𠮷野", Random(1), FONTS[:1])
    assert carve("𠮷野", Random(1), FONTS).png
