"""A paper as pictures, for the page that shows what came out of the machine. It reads nothing off them."""

from io import BytesIO

import pypdfium2

DOTS_PER_INCH = 110


def sheets_of(pdf: bytes) -> tuple[bytes, ...]:
    """One PNG for each sheet of the PDF, in order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(_png(document[number]) for number in range(len(document)))
    finally:
        document.close()


def _png(page: pypdfium2.PdfPage) -> bytes:
    written = BytesIO()
    page.render(scale=DOTS_PER_INCH / 72).to_pil().save(written, format="PNG")
    return written.getvalue()
