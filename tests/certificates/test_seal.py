"""The seal: what it looks like as an image, and what is refused as one."""

import io
import zlib

import pytest
from PIL import Image

from certificates.seal import DPI, SIDE_MM, seal_image, seal_png
from certificates.stencil import checked_stencil


def test_a_seal_is_black_square_and_at_most_25_mm() -> None:
    image = Image.open(io.BytesIO(seal_png("みほん市長之印")))
    assert image.mode == "1"
    assert image.width == image.height
    assert image.width / DPI * 25.4 == pytest.approx(SIDE_MM, abs=0.05)
    assert SIDE_MM <= 25
    ink = image.histogram()[0] / (image.width * image.height)
    assert 0.25 < ink < 0.6


def test_the_same_name_gives_the_same_seal_and_another_name_another() -> None:
    assert seal_png("みほん市長之印") == seal_png("みほん市長之印")
    assert seal_image(seal_png("みほん市長之印")).sha256 != seal_image(seal_png("となり市長之印")).sha256


def test_every_seal_has_the_word_specimen_cut_in_its_last_column() -> None:
    side = Image.open(io.BytesIO(seal_png("みほん市長之印"))).width
    left = (0, side // 3, side // 3, side)  # below 印: 見 and 本
    of = [Image.open(io.BytesIO(seal_png(name))).crop(left).tobytes() for name in ("みほん市長之印", "となり市長之印")]
    assert of[0] == of[1]


@pytest.mark.parametrize("name", ["印", "みほん町長", "みほん県みほん市長職務代印"])
def test_short_and_long_names_are_cut_too(name: str) -> None:
    assert seal_image(seal_png(name)).width == Image.open(io.BytesIO(seal_png(name))).width


@pytest.mark.parametrize("name", ["", "みほん県みほん市長職務代理者之印"])
def test_a_name_that_leaves_no_room_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 13"):
        seal_png(name)


def _png(mode: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "png", [b"", b"GIF89a", _png("L", (400, 400)), _png("1", (400, 300)), _png("1", (100, 100)), _png("1", (2000, 2000)), seal_png("印")[:500]]
)  # fmt: skip
def test_what_is_no_seal_is_refused(png: bytes) -> None:
    with pytest.raises(ValueError, match=r"seal|picture"):
        seal_image(png)


def test_a_seal_that_unpacks_to_something_longer_is_refused() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        checked_stencil(400, 400, zlib.compress(bytes(51 * 400 + 1)))
