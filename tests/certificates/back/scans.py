"""What a scanner makes of a printed back: turned, shifted, noisy, of some resolution. And a back straightened again with what the test knows of the scan."""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from certificates.back.layout import PAGE_HEIGHT, PAGE_WIDTH, Box
from certificates.back.scramble import Grey


@dataclass(frozen=True, slots=True)
class Scan:
    """The scanned image, and where a point of the sheet (millimetres) is on it (pixels)."""

    image: Grey
    dpi: float
    degrees: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of a point of the sheet."""
        turn, scale = radians(self.degrees), self.dpi / 25.4
        across, down = (x - PAGE_WIDTH / 2) * scale, (y - PAGE_HEIGHT / 2) * scale
        rows, columns = self.image.shape
        return columns / 2 + across * cos(turn) + down * sin(turn), rows / 2 - across * sin(turn) + down * cos(turn)


def scanned(pdf: bytes, sheet: int = 0, dpi: int = 300, degrees: float = 0.0, noise: float = 0.0) -> Scan:
    """A scan of one sheet: turned counter-clockwise, with grey noise (standard deviation in shades) and a sheet of white around it."""
    document = pdfium.PdfDocument(pdf)
    page = document[sheet].render(scale=dpi / 72, grayscale=True).to_pil()
    document.close()
    turned = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    grey = np.asarray(turned, np.float32)
    if noise:
        grey = grey + np.random.default_rng(7).normal(0, noise, grey.shape).astype(np.float32)
    return Scan(np.clip(grey, 0, 255).astype(np.uint8), dpi, degrees)


def straightened(scan: Scan, box: Box, columns: int, rows: int, off: float = 0.0) -> Grey:
    """The part `box` of the sheet as so many pixels; `off` is an error of the registration, in pixels of the scan."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    corners = [scan.place(x, y) for x, y in ((left, top), (left, bottom), (right, bottom), (right, top))]
    quad = [edge + off for corner in corners for edge in corner]
    return np.asarray(Image.fromarray(scan.image).transform((columns, rows), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC))
