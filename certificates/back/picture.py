"""The picture of a front: a face's sheets at 75 dpi, grey, as the scrambled picture carries them. Without the けん制文字 ground, which would only be noise at this size.

The renderer is a PDF library that looks at the whole file, so a face comes here only after it was proven to be the paper of its own text (`certificates.proof`). Not for several threads of one
process at the same time (pdfium).
"""

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from certificates.back.scramble import FRONT_HEIGHT, FRONT_WIDTH, Grey
from certificates.form import ground

WHITE_FROM = 224
"""What is lighter reads white: the 見本 in the ground, and nothing that was printed to be read."""

_GROUND = dict(ground.parts())[ground.NAME].stream
_FLAGS = pdfium_c.FPDF_GRAYSCALE | pdfium_c.FPDF_NO_CATCH


def fronts(face: bytes) -> tuple[Grey, ...]:
    """Every sheet of a face (proven, signed or not), 877 rows of 620 pixels. ValueError for a file that is none."""
    assert _GROUND is not None
    try:
        document = pdfium.PdfDocument(face.replace(_GROUND, b" " * len(_GROUND)))
    except pdfium.PdfiumError as error:
        raise ValueError("not a face") from error
    try:
        return tuple([_front(document, sheet) for sheet in range(len(document))])
    finally:
        document.close()


def _front(document: pdfium.PdfDocument, sheet: int) -> Grey:
    page = document[sheet]
    bitmap = pdfium.PdfBitmap.new_native(FRONT_WIDTH, FRONT_HEIGHT, pdfium_c.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, FRONT_WIDTH, FRONT_HEIGHT)
        pdfium_c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, FRONT_WIDTH, FRONT_HEIGHT, 0, _FLAGS)
        grey: Grey = bitmap.to_numpy()[:, :, 0] if bitmap.to_numpy().ndim == 3 else bitmap.to_numpy()
        return grey | np.negative((grey >= WHITE_FROM).view(np.uint8))
    finally:
        bitmap.close()
        page.close()
