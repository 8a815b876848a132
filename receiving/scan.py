"""A scan or photograph of a back, read: the bytes of its 2-D code, the front restored from the scrambled picture, how finely it was scanned, what its ground looks like, and what is missing.

No opinion on who signed and on what is true (`verdict` has that). Decoders of others (Pillow, ZXing) see the pixels; whoever serves the public runs this beside its event loop, not on it:
a page at 300 dpi takes about half a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import numpy as np
import zxingcpp
from PIL import Image

from certificates.back.layout import CODE, CODE_QUIET, Box
from certificates.back.scramble import restored
from receiving.flattening import flat, flat_picture
from receiving.marks import Grey, Placement, placement_of
from receiving.originality import ground_seen
from receiving.upload import pages_of

CODE_DPI, PICTURE_DPI = 150, 300
"""What a scan must have for the code, and for the picture."""
_NEARLY = 0.95
"""A photograph or a scanner that falls so little short is taken."""

_CODE_BOX = Box(CODE.x - CODE_QUIET, CODE.y - CODE_QUIET, CODE.width + 2 * CODE_QUIET, CODE.height + 2 * CODE_QUIET)
_CODE_PIXELS = (0.085, 0.0635)
"""Millimetres of a pixel at which the code is looked for: five and almost seven to its smallest module."""
_TIMES = 2
"""Pixels across and down for each of the scrambled picture's own."""

_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

KeyOf = Callable[[bytes], bytes | None]
"""From a code's bytes to the key of that sheet's scrambled picture (32 bytes), None where there is none. Only the center can (`certificates.back.scramble.sheet_key`)."""


class Problem(StrEnum):
    """What keeps a reading from being whole."""

    NO_SHEET = "no_sheet"
    """The four marks are not found: the whole back, nothing cut off, on an even ground."""
    SCAN_FINER_FOR_CODE = "scan_finer_for_code"
    SCAN_FINER_FOR_PICTURE = "scan_finer_for_picture"
    NO_CODE = "no_code"
    NO_KEY = "no_key"
    """There is nobody who can restore the picture that belongs to this code."""
    OTHER_PICTURE = "other_picture"
    """The scrambled picture is not the one that belongs to the code, or not legible."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One page as it was read. `picture`: the front as a grey PNG of 1240 x 1754 pixels. `copy_likeness`: 0 an original's ground, 1 a copy's, None when that cannot be told (`originality`).

    `resolution_dpi` is None where no sheet was found.
    """

    code: bytes | None
    picture: bytes | None
    resolution_dpi: int | None
    copy_likeness: float | None
    problems: tuple[Problem, ...]


def read_upload(upload: bytes, key_of: KeyOf) -> tuple[Reading, ...]:
    """Every page of an uploaded PNG, JPEG or scanner's PDF. Raises `upload.NotOpened`."""
    return tuple(read_page(page.grey(), key_of) for page in pages_of(upload))


def read_page(page: Image.Image, key_of: KeyOf) -> Reading:
    """One grey picture of a back, turned as it may be."""
    placed = placement_of(page)
    if placed is None:
        code = _code_in(np.asarray(page))
        return Reading(code, None, None, None, (Problem.NO_SHEET, *(() if code else (Problem.NO_CODE,))))
    code = _code_of(page, placed)
    picture, problems = _front(page, placed, key_of(code) if code else None)
    if code is None:
        problems = (
            Problem.SCAN_FINER_FOR_CODE if placed.dpi < CODE_DPI * _NEARLY else Problem.NO_CODE,
            *(one for one in problems if one is not Problem.NO_KEY),
        )
    return Reading(code, picture, round(placed.dpi), ground_seen(np.asarray(page), placed).copy_likeness, problems)


def _code_of(page: Image.Image, placed: Placement) -> bytes | None:
    for pixel_mm in _CODE_PIXELS:
        if code := _code_in(flat(page, placed, _CODE_BOX, pixel_mm)):
            return code
    return _code_in(np.asarray(page))


def _code_in(grey: Grey) -> bytes | None:
    """The one QR code there is, if there is one."""
    codes = {bytes(found.bytes) for found in zxingcpp.read_barcodes(np.ascontiguousarray(grey), _QR, try_invert=False)}
    return codes.pop() if len(codes) == 1 else None


def _front(page: Image.Image, placed: Placement, key: bytes | None) -> tuple[bytes | None, tuple[Problem, ...]]:
    if placed.dpi < PICTURE_DPI * _NEARLY:
        return None, (Problem.SCAN_FINER_FOR_PICTURE,)
    if key is None:
        return None, (Problem.NO_KEY,)
    front = restored(flat_picture(page, placed, _TIMES), key)
    if not front.right:
        return None, (Problem.OTHER_PICTURE,)
    out = BytesIO()
    Image.fromarray(front.front).save(out, "PNG", compress_level=3)
    return out.getvalue(), ()
