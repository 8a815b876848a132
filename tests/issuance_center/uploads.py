"""What is sent to the receivers' page in tests, and the words of its answers."""

from io import BytesIO

import pypdfium2 as pdfium
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient
from PIL import Image

from certificates.back.content import SheetContent, sheet_contents
from certificates.back.drawing import BackText, draw_back
from certificates.back.picture import fronts
from certificates.reading import face_of, read
from messages import visits as said
from tests.issuance_center.founding import NOW, documents

Client = TestClient[web.Request, web.Application]

STANDS, WITHDRAWN, UNSETTLED, NOT_ON_RECORD = "Yes: it is on record", "No: it was withdrawn", "Being clarified", "Unknown: it is not on record"
PROVEN, MIXED = "Yes: proven by the signature", "does not belong to the 2-D code"


async def sent(page: Client, content: bytes, *, lang: str = "en", name: str = "scan", file: str = "a.png") -> tuple[int, str]:
    form = FormData()
    form.add_field(name, BytesIO(content), filename=file)
    answer = await page.post(f"/verify?lang={lang}", data=form)
    return answer.status, await answer.text()


def scan(back: bytes, dpi: int = 150, sheet: int = 0) -> Image.Image:
    with pdfium.PdfDocument(back) as document:
        picture: Image.Image = document[sheet].render(scale=dpi / 72).to_pil().convert("L")
    return picture


def as_png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def content_of(paper: said.ReadyPaper) -> SheetContent:
    proven = read(paper.face)
    return sheet_contents(face_of(proven), proven.made_at)[0]


def forged_back(paper: said.ReadyPaper, code: bytes, issuance_id: str | None = None) -> bytes:
    """A back with another code, or with the picture of another issuance."""
    text = BackText(issuance_id or paper.issuance_id, "ab" * 32, documents().url)
    return draw_back(text, fronts(paper.face)[:1], [code], documents().secret, NOW)
