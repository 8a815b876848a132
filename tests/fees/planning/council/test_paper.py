"""The document on A4, read back from the PDF."""

import pypdfium2
import pytest

from fees.planning.council.blocks import Chart, Document, Heading, Paragraph, Table
from fees.planning.council.document import document
from fees.planning.council.paper import draw
from fees.planning.council.pen import SHEET_HEIGHT, SHEET_WIDTH, width_of
from fees.planning.council.wrapping import pieces
from tests.fees.planning.council.plans import nationwide, newcomers_own, ours


def texts(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


@pytest.fixture(scope="module")
def told() -> Document:
    return document(ours())


@pytest.fixture(scope="module")
def pdf(told: Document) -> bytes:
    return draw(told)


def test_every_sheet_is_a4_and_says_that_it_is_a_specimen(pdf: bytes) -> None:
    opened = pypdfium2.PdfDocument(pdf)
    for page, text in zip(opened, texts(pdf), strict=True):
        width, height = page.get_size()
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (SHEET_WIDTH, SHEET_HEIGHT)
        assert "見本・試算" in text
    assert opened.get_metadata_dict()["Subject"] == "見本"


def test_the_answer_stands_on_the_first_sheet_and_fits_there(pdf: bytes, told: Document) -> None:
    first, second, *_ = texts(pdf)
    keys = [block.text for block in told.blocks if isinstance(block, Paragraph) and block.style == "key"][:2]
    compact = first.replace("\r\n", "")
    assert all(key in compact for key in keys)
    assert "方式の比較" in second and "方式の比較" not in first


@pytest.mark.parametrize("plan", [nationwide, newcomers_own], ids=lambda plan: plan.__name__)
def test_the_first_sheet_holds_its_charts_too_whoever_reads(plan) -> None:  # type: ignore[no-untyped-def]
    made = document(plan())
    first = texts(draw(made))[0]
    charts = [block for block in made.blocks if isinstance(block, Chart)]
    assert charts[0].caption in first
    assert "この資料は模擬環境による試算" in first.replace("\r\n", "")


def test_every_cell_of_every_table_is_on_paper(pdf: bytes, told: Document) -> None:
    whole = "".join("".join(texts(pdf)).split())
    for block in told.blocks:
        if isinstance(block, Table):
            for row in (block.head, *block.rows):
                for cell in row:
                    assert all("".join(part.split()) in whole for part in pieces(cell)), cell
            assert "".join(block.caption.split()) in whole
        if isinstance(block, Heading):
            assert "".join(block.text.split()) in whole


def test_nothing_is_drawn_beyond_the_margins(pdf: bytes) -> None:
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        for place in range(text.count_rects()):
            left, bottom, right, top = (value / 72 * 25.4 for value in text.get_rect(place))
            assert left > 15 and right < SHEET_WIDTH - 15, (left, right)
            assert bottom > 6 and top < SHEET_HEIGHT - 6


def test_the_same_document_is_the_same_bytes_and_bears_no_date(pdf: bytes, told: Document) -> None:
    assert draw(told) == pdf
    assert b"CreationDate" not in pdf and b"ModDate" not in pdf


def test_a_character_that_no_font_has_is_seen_and_not_left_out() -> None:
    made = draw(Document("題\U0001f600", "", "見本・試算", (Paragraph("文"),)))
    assert "題〓" in texts(made)[0]
    assert width_of("〓", 10) == pytest.approx(10)
