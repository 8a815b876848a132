"""The 2-D code as modules: a QR code of any bytes, and how large it stands on paper.

The mask is fixed, since looking for the best of the eight costs more than all the rest, and what a code holds (packed, signed) has no pattern that a mask would have to break. Knows nothing
of what the bytes mean.
"""

from dataclasses import dataclass

import numpy as np
import zxingcpp

from certificates.back.layout import CODE, CODE_QUIET, DOT, LARGEST_MODULE_DOTS, SMALLEST_MODULE_DOTS, Box

QUIET_MODULES = 4
"""White around a QR code (ISO/IEC 18004)."""

_MASK = 2
_SIDE = CODE.width + 2 * CODE_QUIET
LARGEST = 2951
"""Bytes of a version 40-L code, the two that say "any bytes" (ECI 899) taken off."""

_LARGEST_M = 1368
"""Bytes of a version 30-M code, the largest whose modules are of legible size; what is longer has level L: 1,730 bytes in version 30, 2,951 in version 40."""


class TooLarge(ValueError):
    """More bytes than a QR code holds."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A QR code without its quiet zone: `side` modules square, rows from the top of packed bits, the first module highest, black where a bit is 0."""

    side: int
    rows: bytes

    @property
    def module_dots(self) -> int:
        """Dots of a 600 dpi printer on a module's side: as many as fit, 14 at most. Below 10 (only codes of more than 1,730 bytes) a scan needs 300 dpi."""
        return min(LARGEST_MODULE_DOTS, int(CODE.width / (self.side * DOT)), int(_SIDE / ((self.side + 2 * QUIET_MODULES) * DOT)))

    @property
    def legible_at_150_dpi(self) -> bool:
        """Whether a scan of 150 dpi can be expected to decode."""
        return self.module_dots >= SMALLEST_MODULE_DOTS

    @property
    def quiet(self) -> float:
        """White around the code, in millimetres."""
        return QUIET_MODULES * self.module_dots * DOT

    @property
    def box(self) -> Box:
        """Where the code stands: at the upper right of the place for it, its quiet zone inside the white around that place."""
        inset = max(0.0, self.quiet - CODE_QUIET)
        width = self.side * self.module_dots * DOT
        return Box(CODE.x + CODE.width - inset - width, CODE.y + inset, width, width)


def matrix(code: bytes) -> Matrix:
    """The QR code of `code`, in byte mode, the same for the same bytes. `TooLarge` above 2,951 bytes; ValueError for none."""
    if not code:
        raise ValueError("nothing to show")
    if len(code) > LARGEST:
        raise TooLarge("more than a QR code holds")
    level = "M" if len(code) <= _LARGEST_M else "L"
    drawn = np.asarray(
        zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=_MASK).to_image(scale=1, add_quiet_zones=False)
    )
    return Matrix(drawn.shape[0], np.packbits(drawn > 127, axis=1).tobytes())
