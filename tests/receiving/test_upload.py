"""Uploads: what is opened, and what is refused before anything of it is decoded."""

import io
import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image

from receiving import upload
from receiving.upload import NotOpened, Why, pages_of

GREY = Image.effect_noise((800, 1100), 40)


def file_of(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def png_header(width: int, height: int, bits: int = 8, colour: int = 0) -> bytes:
    header = struct.pack(">LLBBBBB", width, height, bits, colour, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body)) for kind, body in chunks
    )


def pdf_of(*objects: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        b"%d 0 obj\n<< %b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, head, len(data), data)
        for number, (head, data) in enumerate(objects, 1)
    )
    return b"%PDF-1.4\n" + body + b"trailer << >>\n%%EOF\n"


def image_head(width: int, height: int, packing: bytes, more: bytes = b"/ColorSpace /DeviceGray /BitsPerComponent 8") -> bytes:
    return b"/Type /XObject /Subtype /Image /Width %d /Height %d /Filter /%b %b" % (width, height, packing, more)


def refusal(data: bytes) -> Why:
    with pytest.raises(NotOpened) as refused:
        for page in pages_of(data):
            page.grey()
    return refused.value.why


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "I;16", "LA"])
def test_a_png_of_any_kind_is_opened_in_grey(mode: str) -> None:
    picture = Image.new("L", (600, 800), 200).convert(mode) if mode != "I;16" else Image.new("I;16", (600, 800), 200 * 257)
    (page,) = pages_of(file_of(picture, "PNG"))
    grey = page.grey()
    assert (grey.mode, grey.size) == ("L", (600, 800))
    assert abs(int(grey.getpixel((300, 400))) - 200) <= (60 if mode in {"1", "P"} else 2)


def test_what_is_transparent_is_paper() -> None:
    (page,) = pages_of(file_of(Image.new("RGBA", (600, 800), (0, 0, 0, 0)), "PNG"))
    assert page.grey().getextrema() == (255, 255)


@pytest.mark.parametrize("options", [{"quality": 80}, {"quality": 80, "progressive": True}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_jpeg_is_opened_in_grey(mode: str, options: dict[str, object]) -> None:
    (page,) = pages_of(file_of(GREY.convert(mode), "JPEG", **options))
    assert (page.width, page.height) == (800, 1100)
    assert page.grey().mode == "L"


def test_a_scanner_s_pdf_gives_its_pages_in_order() -> None:
    one, two = GREY, Image.new("RGB", (700, 900), (10, 200, 30))
    pdf = pdf_of(
        (image_head(800, 1100, b"DCTDecode"), file_of(one, "JPEG")), (b"/Filter /FlateDecode", zlib.compress(b"q Q")),
        (image_head(700, 900, b"FlateDecode", b"/ColorSpace /DeviceRGB /BitsPerComponent 8"), zlib.compress(two.tobytes())),
    )  # fmt: skip
    first, second = pages_of(pdf)
    assert first.grey().size == (800, 1100)
    assert second.grey().tobytes() == two.convert("L").tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_pdf_s_page_with_png_rows_is_opened(mode: str) -> None:
    picture = GREY.convert(mode)
    png = file_of(picture, "PNG")
    data, at = b"", 8
    while at < len(png):
        size = struct.unpack(">L", png[at : at + 4])[0]
        data += png[at + 8 : at + 8 + size] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + size
    colours, bits = (3 if mode == "RGB" else 1), (1 if mode == "1" else 8)
    head = image_head(
        800,
        1100,
        b"FlateDecode",
        b"/ColorSpace 9 0 R /BitsPerComponent %d /DecodeParms << /Predictor 15 /Colors %d /Columns 800 >>" % (bits, colours),
    )
    (page,) = pages_of(pdf_of((head, data)))
    assert page.grey().tobytes() == picture.convert("L").tobytes()


def test_a_pdf_written_by_another_program_is_opened() -> None:
    assert [page.grey().size for page in pages_of(file_of(GREY, "PDF"))] == [(800, 1100)]


def test_small_pictures_of_a_pdf_are_no_pages() -> None:
    assert refusal(pdf_of((image_head(100, 100, b"FlateDecode"), zlib.compress(bytes(10_000))))) is Why.NO_SCANNED_PAGE


@pytest.mark.parametrize("packing", [b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"LZWDecode"])
def test_forms_that_are_not_read_are_refused_in_a_word(packing: bytes) -> None:
    assert refusal(pdf_of((image_head(2000, 3000, packing), b"x" * 100))) is Why.NO_SCANNED_PAGE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"<svg xmlns='x'/>",
        b"II*\x00" + bytes(100),
        b"BM" + bytes(100),
        b"RIFF0000WEBP",
    ],
)
def test_other_kinds_of_files_are_refused(data: bytes) -> None:
    assert refusal(data) is Why.WRONG_TYPE


def test_too_large_a_file_is_refused() -> None:
    assert refusal(b"\x89PNG\r\n\x1a\n" + bytes(upload.LARGEST_FILE)) is Why.TOO_LARGE


def test_an_encrypted_pdf_is_refused() -> None:
    assert refusal(pdf_of((b"/Filter /FlateDecode", b"")) + b"trailer << /Encrypt 5 0 R >>") is Why.ENCRYPTED


BOMBS = {
    "png": png_header(50_000, 50_000),
    "png of single bits": png_header(8000, 6000, 1),
    "png of many bits": png_header(6000, 6000, 16, 6),
    "png as wide as can be": png_header(2**31 - 1, 1),
    "jpeg": file_of(GREY, "JPEG").replace(struct.pack(">HH", 1100, 800), struct.pack(">HH", 65000, 65000)),
    "jpeg of many scans": file_of(GREY, "JPEG") + b"\xff\xda" * 1000,
    "pdf": pdf_of((image_head(60_000, 60_000, b"FlateDecode"), zlib.compress(bytes(100_000)))),
    "pdf around a jpeg": pdf_of(
        (image_head(600, 600, b"DCTDecode"), file_of(GREY, "JPEG").replace(struct.pack(">HH", 1100, 800), struct.pack(">HH", 65000, 65000)))
    ),
    "pdf of many large pages": pdf_of(*[(image_head(6000, 6500, b"FlateDecode"), b"x")] * 10),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_what_announces_more_pixels_than_are_borne_is_refused_before_it_is_decoded(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload.Page, "grey", lambda _: pytest.fail("decoded"))
    assert refusal(bomb) is Why.TOO_MANY_PIXELS


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert refusal(pdf_of(*[(image_head(600, 600, b"FlateDecode"), b"x")] * (upload.MOST_PAGES + 1))) is Why.TOO_MANY_PAGES


def test_a_pdf_of_countless_streams_is_refused_soon() -> None:
    began = time.process_time()
    assert refusal(b"%PDF-1.4\n" + b"1 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n" * 200_000) is Why.TOO_MANY_PAGES
    assert time.process_time() - began < 2


def test_a_stream_that_unpacks_to_more_than_its_page_is_unpacked_no_further() -> None:
    packed = zlib.compress(bytes(100_000_000), 1)
    (page,) = pages_of(pdf_of((image_head(600, 600, b"FlateDecode"), packed)))
    tracemalloc.start()
    try:
        page.grey()
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n", png_header(0, 100), png_header(700, 900), png_header(700, 900, 8, 5), png_header(700, 900, 3), file_of(GREY, "PNG")[:2000],
        b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"\xff\xd8\xff\xda\x00\x08" + bytes(100), file_of(GREY, "JPEG")[:300], file_of(GREY, "JPEG")[:5000],
        pdf_of((image_head(700, 900, b"FlateDecode"), zlib.compress(bytes(1000)))), pdf_of((image_head(700, 900, b"FlateDecode"), b"no stream at all")),
        b"%PDF-1.4\n1 0 obj\n<< /Subtype /Image /Width 700 /Height 900 /Length 99999 >>\nstream\nx",
        pdf_of((image_head(700, 900, b"DCTDecode"), b"not a jpeg")),
    ],
)  # fmt: skip
def test_what_is_broken_is_refused(data: bytes) -> None:
    assert refusal(data) is Why.BROKEN


def test_a_picture_that_is_another_size_than_its_header_said_is_refused() -> None:
    honest = file_of(GREY, "JPEG")
    second = honest.index(struct.pack(">HH", 1100, 800))
    page = upload.Page(700, 900, "JPEG", honest)
    assert second > 0
    with pytest.raises(NotOpened):
        page.grey()
