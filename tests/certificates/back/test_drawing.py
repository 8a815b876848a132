"""The back as a file and on paper: the same bytes for the same paper, every word legible, the code readable, the picture the front's."""

import hashlib
import random
import re
import string
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image

from certificates.back import layout
from certificates.back.code import verify_code
from certificates.back.content import sheet_contents
from certificates.back.drawing import BackText, draw_back, packed_picture, unpacked_picture
from certificates.back.form import back_form
from certificates.back.picture import fronts
from certificates.back.scramble import Grey, restored, scrambled, sheet_key
from certificates.fitting import DoesNotFit
from tests.certificates.back.scans import Scan, scanned
from tests.certificates.back.sheets import KEY, MADE_AT, SECRET, SIX, URL, back
from tests.certificates.papers import NOW, paper

PDF, TEXT, CODES = back()
FRONTS = fronts(paper(SIX))


def found_codes(image: Grey) -> list[bytes]:
    return [found.bytes for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def in_four_shades(picture: Grey) -> Grey:
    """Every pixel as the nearest of four shades."""
    nearest: Grey = ((picture.astype(int) + 42) // 85 * 85).astype(np.uint8)
    return nearest


def test_the_same_paper_makes_the_same_bytes() -> None:
    assert back() == (PDF, TEXT, CODES)
    assert draw_back(TEXT, FRONTS, CODES, SECRET[::-1], NOW) != PDF


def test_there_is_one_page_for_every_sheet_and_every_word_can_be_read() -> None:
    document = pdfium.PdfDocument(PDF)
    assert len(document) == 2
    for number, page in enumerate(document, 1):
        words = re.sub(r"\s+", "", page.get_textpage().get_text_range())
        assert f"{number}/2" in words
        assert "019ab3c4-1111-7222-8333-444455556666" in words.replace("\ufffe", "-")
        assert TEXT.face_sha256 in words
        assert URL in words
        for said in (
            "見本",
            "証明書の裏面",
            "偽造防止検出画像",
            "これは印刷した見本です。",
            "赤外線",
            "証",
            "この証明書を受け取られた方へ",
            "300dpi以上",
        ):
            assert said in words


def test_the_back_names_nobody() -> None:
    with pikepdf.open(BytesIO(PDF)) as document:
        words = "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(PDF))
        plain = str(document.docinfo)
    for piece in SIX.pieces:
        assert piece.text("name") not in words + plain


@pytest.mark.parametrize(("degrees", "noise"), [(0.0, 0.0), (3.0, 20.0), (-7.0, 20.0), (180.0, 20.0)])
def test_the_code_is_read_from_a_150_dpi_scan(degrees: float, noise: float) -> None:
    for sheet, content in enumerate(sheet_contents(SIX, MADE_AT)):
        codes = found_codes(scanned(PDF, sheet, dpi=150, degrees=degrees, noise=noise).image)
        assert codes == [CODES[sheet]]
        assert verify_code(codes[0], KEY.public_key()) == content


@pytest.mark.parametrize(("size", "dpi"), [(1_730, 150), (2_951, 300)])
@pytest.mark.parametrize("degrees", [3.0, -7.0])
def test_the_densest_codes_are_read_from_a_noisy_scan_too(size: int, dpi: int, degrees: float) -> None:
    # No paper has so much on a sheet. At 150 dpi such a scan is enlarged before it is read.
    code = random.Random(size).randbytes(size)
    scan = Image.fromarray(scanned(draw_back(TEXT, FRONTS[:1], [code], SECRET, NOW), dpi=dpi, degrees=degrees, noise=20.0).image)
    times = 300 // dpi
    assert found_codes(np.asarray(scan.resize((scan.width * times, scan.height * times), Image.Resampling.BICUBIC))) == [code]


def test_the_pictures_are_the_fronts_in_four_shades() -> None:
    with pikepdf.open(BytesIO(PDF)) as document:
        for part, page in enumerate(document.pages, 1):
            picture = unpacked_picture(page.Resources.XObject.Picture.read_raw_bytes())
            again = restored(picture, sheet_key(SECRET, TEXT.issuance_id, part))
            assert again.agreement == 1.0
            assert np.array_equal(again.front, in_four_shades(FRONTS[part - 1]))


def test_a_picture_is_packed_without_loss_beyond_four_shades() -> None:
    picture = scrambled(FRONTS[0], b"key")
    assert np.array_equal(unpacked_picture(packed_picture(picture)), in_four_shades(picture))
    shades = np.tile(np.arange(256, dtype=np.uint8), 880 * 624 // 256).reshape(880, 624)
    assert np.array_equal(unpacked_picture(packed_picture(shades)), in_four_shades(shades))
    for broken in (packed_picture(picture)[:-1], packed_picture(picture) + b"\x00", b"", packed_picture(picture[:16])):
        with pytest.raises(ValueError):
            unpacked_picture(broken)


def shade(scan: Scan, x: float, y: float) -> float:
    column, row = scan.place(x, y)
    return float(scan.image[round(row) - 2 : round(row) + 3, round(column) - 2 : round(column) + 3].mean())


@pytest.mark.parametrize("degrees", [0.0, 5.0])
def test_marks_and_ticks_are_where_the_layout_says(degrees: float) -> None:
    scan, unit = scanned(PDF, dpi=300, degrees=degrees), layout.MARK_UNIT
    for number, (x, y) in enumerate(layout.MARKS):
        odd = number == layout.ODD_MARK
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            shades = [shade(scan, x + across * step * unit, y + down * step * unit) < 100 for step in (0.0, 1.5, 2.5, 3.5, 4.5)]
            assert shades == [not odd, odd, False, True, False]
    for x, y in layout.TICKS:
        assert shade(scan, x, y) < 40


def test_the_picture_is_where_the_layout_says() -> None:
    scan = scanned(PDF, dpi=300)
    picture = scrambled(FRONTS[0], sheet_key(SECRET, TEXT.issuance_id, 1))
    side = layout.BLOCK * layout.PIXEL
    # Blocks that are black or white in their middle: what a misplaced picture would show elsewhere.
    middles = {
        (row, column): bool(middle.mean() > 127)
        for row in range(layout.ROWS)
        for column in range(layout.COLUMNS)
        if np.ptp(middle := picture[row * 16 + 4 : row * 16 + 12, column * 16 + 4 : column * 16 + 12]) < 40
    }
    assert len(middles) > 800
    for (row, column), white in middles.items():
        assert (shade(scan, layout.PICTURE.x + (column + 0.5) * side, layout.PICTURE.y + (row + 0.5) * side) > 127) == white


@pytest.mark.parametrize(
    "change",
    [
        {"issuance_id": ""}, {"issuance_id": "発行"}, {"issuance_id": "a b"}, {"issuance_id": "a)"}, {"issuance_id": "a" * 37}, {"face_sha256": "F" * 64}, {"face_sha256": "0" * 63},
        {"url": "mihon.example"}, {"url": "https://mihon.example/(a)"}, {"url": "https://mihon.example/\\"}, {"url": "https://見本.example/"}, {"url": "https://mihon.example/a b"},
    ],
)  # fmt: skip
def test_what_cannot_be_printed_as_it_is_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        replace(TEXT, **change)


def test_every_character_that_may_be_filled_in_is_in_the_ready_font() -> None:
    ready = len(back_form().glyphs.codes)
    address = "https://" + "".join(sorted(set(string.printable) - set(" \t\n\r\x0b\x0c'\"()<>\\^`{|}")))
    draw_back(replace(TEXT, url=address[:80]), FRONTS, CODES, SECRET, NOW)
    draw_back(replace(TEXT, issuance_id=string.ascii_letters[:36], url="https://" + address[60:]), FRONTS, CODES, SECRET, NOW)
    assert len(back_form().glyphs.codes) == ready


def test_an_address_too_long_for_its_place_is_refused_and_not_cut() -> None:
    with pytest.raises(DoesNotFit):
        draw_back(replace(TEXT, url="https://mihon.example/" + "W" * 85), FRONTS, CODES, SECRET, NOW)


def test_every_sheet_needs_its_code_and_the_time_its_zone() -> None:
    for pictures, codes, now in ((FRONTS, CODES[:1], NOW), (FRONTS[:1], CODES, NOW), ((), (), NOW), (FRONTS, CODES, datetime(2026, 11, 23))):
        with pytest.raises(ValueError, match="one picture and one code"):
            draw_back(TEXT, pictures, codes, SECRET, now)


def test_a_back_of_one_sheet_is_small() -> None:
    text = BackText("issuance-1", hashlib.sha256(b"face").hexdigest(), URL)
    assert len(draw_back(text, FRONTS[:1], CODES[:1], SECRET, NOW)) < 160_000
