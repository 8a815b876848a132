"""One-bit pictures: what is taken, at which size, and that nothing of it is changed on its way to paper."""

import hashlib
import io
import zlib

import pikepdf
import pytest
from PIL import Image

from certificates.seal import seal_png
from certificates.stencil import DPI, LARGEST, SMALLEST, Stencil, checked_stencil, stencil_of
from tests.certificates.papers import FORM, face, paper


def png(width: int, height: int, mode: str = "1", **how: object) -> bytes:
    """A picture with a black corner."""
    picture = Image.new(mode, (width, height), 255 if mode != "1" else 1)
    picture.paste(0, (0, 0, width // 2, height // 3))
    out = io.BytesIO()
    picture.save(out, "PNG", **how)
    return out.getvalue()


@pytest.mark.parametrize("size", [(189, 189), (591, 300), (SMALLEST, LARGEST), (LARGEST, SMALLEST)])
def test_a_stencil_knows_its_size_at_true_scale(size: tuple[int, int]) -> None:
    of = stencil_of(png(*size))
    assert (of.width, of.height) == size
    assert of.size_mm == pytest.approx((size[0] / 600 * 25.4, size[1] / 600 * 25.4))
    assert DPI == 600


def test_its_rows_are_the_pngs_own_bytes() -> None:
    of = stencil_of(png(200, 100))
    rows = zlib.decompress(of.packed)
    assert len(rows) == 100 * (1 + 25)
    assert of.packed in png(200, 100)
    assert of.sha256 == hashlib.sha256(of.packed).hexdigest()


def test_a_picture_in_several_chunks_is_one() -> None:
    large = seal_png("みほん市長之印")
    at = large.index(b"IDAT")
    size = int.from_bytes(large[at - 4 : at], "big")
    packed, rest = large[at + 4 : at + 4 + size], large[at + 8 + size :]

    def chunk(body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + b"IDAT" + body + zlib.crc32(b"IDAT" + body).to_bytes(4, "big")

    assert stencil_of(large[: at - 4] + chunk(packed[:100]) + chunk(packed[100:]) + rest) == stencil_of(large)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"GIF89a",
        png(200, 100)[:60],
        png(200, 100, "L"),
        png(200, 100, "RGB"),
        png(SMALLEST - 1, 100),
        png(100, SMALLEST - 1),
        png(LARGEST + 1, 100),
        png(100, LARGEST + 1),
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["nothing", "a gif", "half", "grey", "colours", "too narrow", "too low", "too wide", "too high", "no header"],
)
def test_another_picture_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        stencil_of(wrong)


def test_an_interlaced_picture_is_refused() -> None:
    of = bytearray(png(200, 100))
    of[28] = 1
    with pytest.raises(ValueError, match="interlaced"):
        stencil_of(bytes(of))


ROWS = zlib.compress(bytes((1 + 13) * 100))


@pytest.mark.parametrize(
    "packed",
    [ROWS[:-1], ROWS + b"x", zlib.compress(bytes(14 * 100 + 1)), zlib.compress(bytes(14 * 99)), b"", b"rows", zlib.compress(bytes(50_000_000))],
)
def test_rows_that_are_not_exactly_the_picture_are_refused(packed: bytes) -> None:
    assert checked_stencil(100, 100, ROWS) == Stencil(100, 100, ROWS)
    with pytest.raises(ValueError, match=r"incomplete|damaged"):
        checked_stencil(100, 100, packed)


def test_on_paper_it_is_black_where_the_bit_is_nought_and_lets_the_sheet_through_elsewhere() -> None:
    with pikepdf.open(io.BytesIO(paper(face()))) as pdf:
        seal = pdf.pages[0].Resources.XObject.Seal
        assert seal.ImageMask
        assert seal.read_raw_bytes() == stencil_of(FORM.seal_png).packed
        assert (int(seal.Width), int(seal.Height), int(seal.DecodeParms.Columns)) == (567, 567, 567)
        drawn = pikepdf.PdfImage(seal).as_pil_image().convert("1")
    assert drawn.tobytes() == Image.open(io.BytesIO(FORM.seal_png)).tobytes()
