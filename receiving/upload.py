"""An uploaded file as pages that may be opened: PNG, JPEG, or a PDF of scanned pages. The sender may be hostile: everything is decided from headers, before anything is decoded.

No PDF library sees an upload. A scanner's PDF is pictures in numbered objects; they are taken out as they lie there and go the way of any other JPEG, or are unpacked up to the size that they
themselves announce. What a PDF draws besides is not looked at: only pictures of sheets are read here.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Literal

from PIL import Image

LARGEST_FILE = 30_000_000
LARGEST_PIXELS = 40_000_000
"""One page; A4 at 600 dpi has 35 million."""
MOST_PIXELS = 200_000_000
"""All pages of a file together."""
MOST_PAGES = 20
LARGEST_UNPACKED = 160_000_000
"""Bytes of one page before it is made grey."""
SMALLEST_SIDE = 500
"""Pixels; whatever is smaller in a PDF is no scanned page (a logo, a mask)."""
MOST_JPEG_SCANS = 30
"""A progressive JPEG is decoded once a scan; thousands of them in a small file are made to keep somebody busy."""
_MOST_STREAMS = 5000

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_NUMBER = {
    name: re.compile(rb"/%b\s+(\d{1,9})\b(?!\s+\d+\s+R)" % name)
    for name in (b"Width", b"Height", b"Length", b"Predictor", b"BitsPerComponent", b"Colors")
}
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_FILTER = re.compile(rb"/Filter\s*(?:\[\s*)?/(\w+)\s*(\]|/(?:Type|\w)|>|$)?")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Why(StrEnum):
    """Why an upload is not opened."""

    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    NO_SCANNED_PAGE = "no_scanned_page"
    """A PDF without a picture that could be a page, or with pictures in a form that is not read (black and white fax forms, JPEG 2000): to be scanned as PNG or JPEG."""
    ENCRYPTED = "encrypted"
    BROKEN = "broken"


class NotOpened(ValueError):
    """The upload is refused; `why` says for what."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Page:
    """A picture of a page as its header announces it, not yet decoded: `grey()` decodes it."""

    width: int
    height: int
    form: Literal["PNG", "JPEG", "raw"]
    data: bytes
    bits: int = 8
    channels: int = 1

    def grey(self) -> Image.Image:
        """The picture in grey ("L"); transparency becomes paper. `NotOpened` (broken) when it is not what it announced."""
        try:
            return self._raw() if self.form == "raw" else self._decoded()
        except (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error, zlib.error, Image.DecompressionBombError):
            raise NotOpened(Why.BROKEN) from None

    def _decoded(self) -> Image.Image:
        with Image.open(BytesIO(self.data), formats=(self.form,)) as picture:
            if picture.size != (self.width, self.height):
                raise ValueError("not the size that was announced")
            if self.form == "JPEG":
                picture.draft("L", picture.size)
            picture.load()
            if picture.mode.startswith("I"):
                return picture.point(lambda level: level / 257).convert("L")
            if "A" in picture.mode or "transparency" in picture.info:
                flat = Image.new("RGBA", picture.size, (255, 255, 255, 255))
                flat.alpha_composite(picture.convert("RGBA"))
                return flat.convert("L")
            return picture.convert("L")

    def _raw(self) -> Image.Image:
        row = (self.width * self.channels * self.bits + 7) // 8
        content = _unpacked(self.data, row * self.height)
        if self.bits == 1:
            return Image.frombytes("1", (self.width, self.height), content).convert("L")
        return Image.frombytes("L" if self.channels == 1 else "RGB", (self.width, self.height), content).convert("L")


def pages_of(upload: bytes) -> tuple[Page, ...]:
    """The pages of an upload, in order, none decoded yet. Raises `NotOpened`."""
    if len(upload) > LARGEST_FILE:
        raise NotOpened(Why.TOO_LARGE)
    if upload.startswith(_PNG):
        pages: tuple[Page, ...] = (_png(upload),)
    elif upload.startswith(_JPEG):
        pages = (_jpeg(upload),)
    elif upload.startswith(b"%PDF-"):
        pages = _pdf(upload)
    else:
        raise NotOpened(Why.WRONG_TYPE)
    if sum(page.width * page.height for page in pages) > MOST_PIXELS:
        raise NotOpened(Why.TOO_MANY_PIXELS)
    return pages


def _announced(page: Page) -> Page:
    """The page, if its announced size is bearable."""
    if not page.width or not page.height:
        raise NotOpened(Why.BROKEN)
    pixels = page.width * page.height
    if pixels > LARGEST_PIXELS or pixels * page.channels * page.bits > LARGEST_UNPACKED * 8:
        raise NotOpened(Why.TOO_MANY_PIXELS)
    return page


def _png(data: bytes) -> Page:
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise NotOpened(Why.BROKEN)
    width, height, bits, colour = struct.unpack_from(">LLBB", data, 16)
    if colour not in _CHANNELS or bits not in {1, 2, 4, 8, 16}:
        raise NotOpened(Why.BROKEN)
    return _announced(Page(width, height, "PNG", data, bits, _CHANNELS[colour]))


def _jpeg(data: bytes) -> Page:
    at, page = 2, None
    scans = data.count(b"\xff\xda")
    while page is None:
        if at + 9 > len(data) or data[at] != 0xFF:
            raise NotOpened(Why.BROKEN)
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in {0xC0, 0xC1, 0xC2}:
            height, width, channels = struct.unpack_from(">HHB", data, at + 5)
            page = Page(width, height, "JPEG", data, 8, channels)
        elif 0xC3 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            raise NotOpened(Why.WRONG_TYPE)  # lossless and arithmetic forms, which no scanner writes
        elif marker in {0xD8, 0xD9, 0xDA}:
            raise NotOpened(Why.BROKEN)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    if scans > MOST_JPEG_SCANS:
        raise NotOpened(Why.TOO_MANY_PIXELS)
    return _announced(page)


def _pdf(data: bytes) -> tuple[Page, ...]:
    if b"/Encrypt" in data:
        raise NotOpened(Why.ENCRYPTED)
    pages: list[Page] = []
    for page in _pictures(data):
        pages.append(page)
        if len(pages) > MOST_PAGES:
            raise NotOpened(Why.TOO_MANY_PAGES)
    if not pages:
        raise NotOpened(Why.NO_SCANNED_PAGE)
    return tuple(pages)


def _pictures(data: bytes) -> Iterator[Page]:
    """The pictures of a PDF that are large enough to be pages, in the file's order."""
    end = 0
    for number, stream in enumerate(_STREAM.finditer(data)):
        if number > _MOST_STREAMS:
            raise NotOpened(Why.TOO_MANY_PAGES)
        if stream.start() < end:
            continue  # inside the stream before
        head = data[max(end, stream.start() - 2000) : stream.start()]
        head = head[head.rfind(b" obj") + 4 :]
        length = _number(head, b"Length", -1)
        end = stream.end() + length if length >= 0 else data.find(b"endstream", stream.end())
        if end < 0 or end > len(data):
            raise NotOpened(Why.BROKEN)
        if _IMAGE.search(head) and (page := _picture(head, data[stream.end() : end])):
            yield page


def _picture(head: bytes, data: bytes) -> Page | None:
    width, height = _number(head, b"Width", 0), _number(head, b"Height", 0)
    if min(width, height) < SMALLEST_SIDE:
        return None
    packing = _FILTER.search(head)
    if packing and packing[1] == b"DCTDecode":
        return _jpeg(data)
    if not packing or packing[1] != b"FlateDecode" or b"DCTDecode" in head:
        return None
    bits, colours = _number(head, b"BitsPerComponent", 8), _number(head, b"Colors", 0)
    channels = colours or (3 if b"/DeviceRGB" in head else 1 if b"/DeviceGray" in head or bits == 1 else 0)
    if bits not in {1, 8} or (bits == 1 and channels != 1) or channels not in {0, 1, 3}:
        return None
    page = _announced(Page(width, height, "raw", data, bits, channels or 3))
    if not channels:  # a colour space written elsewhere: the unpacked size tells
        channels = 3 if _holds(data, width * height * 3) else 1
    if _number(head, b"Predictor", 1) >= 10:
        return _announced(Page(width, height, "PNG", _as_png(width, height, bits, channels, data), bits, channels))
    return Page(width, height, "raw", data, page.bits, channels)


def _number(head: bytes, name: bytes, otherwise: int) -> int:
    found = _NUMBER[name].search(head)
    return int(found[1]) if found else otherwise


def _holds(data: bytes, size: int) -> bool:
    try:
        return len(zlib.decompressobj().decompress(data, size)) == size
    except zlib.error:
        raise NotOpened(Why.BROKEN) from None


def _unpacked(data: bytes, size: int) -> bytes:
    """Exactly `size` bytes of a Flate stream, whatever else it holds."""
    content = zlib.decompressobj().decompress(data, size)
    if len(content) != size:
        raise ValueError("a page that ends early")
    return content


def _as_png(width: int, height: int, bits: int, channels: int, packed: bytes) -> bytes:
    """A stream with PNG's row filters is what a PNG holds: given a PNG's frame, it needs no decoder of its own."""
    header = struct.pack(">LLBBBBB", width, height, bits, 0 if channels == 1 else 2, 0, 0, 0)
    return _PNG + b"".join(
        struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )
