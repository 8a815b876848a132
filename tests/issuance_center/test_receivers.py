"""What the receivers' page says of a paper, and that nothing of it stays."""

import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import delete, update
from structlog.testing import capture_logs

from certificates.back.code import sheet_code
from issuance_center.issuance import State
from issuance_center.receivers import STANDING_STATES
from issuance_center.records import tables
from messages import visits as said
from tests.issuance_center.founding import document_keys, documents
from tests.issuance_center.town import Kiosk, Town
from tests.issuance_center.uploads import (
    MIXED,
    NOT_ON_RECORD,
    PROVEN,
    STANDS,
    UNSETTLED,
    WITHDRAWN,
    Client,
    as_png,
    content_of,
    forged_back,
    scan,
    sent,
)

# --- what it says ---


async def test_a_scan_of_a_back_shows_content_front_signer_and_standing(town: Town, kiosk: Kiosk, page: Client, paper: said.ReadyPaper) -> None:
    await kiosk.report(paper, "paid", "printed", "taken")
    status, text = await sent(page, as_png(scan(paper.back, 300)))
    assert status == 200
    assert PROVEN in text and STANDS in text and MIXED not in text
    assert content_of(paper).number in text and dict(content_of(paper).pieces[0].cells)["name"] in text
    assert 'src="data:image/png;base64,' in text
    assert "Likely the original" in text or "Cannot tell" in text


async def test_a_face_and_a_back_are_read_as_files(page: Client, paper: said.ReadyPaper) -> None:
    for file in (paper.face, paper.back):
        status, text = await sent(page, file, file="a.pdf")
        assert (status, PROVEN in text) == (200, True)
        assert dict(content_of(paper).pieces[0].cells)["name"] in text
        assert "This is a file, and no sheet of paper" in text


async def test_a_file_with_one_changed_byte_is_altered_and_shows_nothing_of_itself(page: Client, paper: said.ReadyPaper) -> None:
    middle = paper.face.index(b"stream\n") + 40
    altered = paper.face[:middle] + bytes([paper.face[middle] ^ 1]) + paper.face[middle + 1 :]
    _, text = await sent(page, altered)
    assert "No: the content does not match its signature" in text
    assert PROVEN not in text and STANDS not in text
    assert content_of(paper).number not in text


SAID = {
    State.PRINTED: STANDS,
    State.TAKEN: STANDS,
    State.STOPPED: WITHDRAWN,
    State.RETURNED: WITHDRAWN,
    State.LAPSED: WITHDRAWN,
    State.DECLINED: WITHDRAWN,
    State.ACCEPTED: UNSETTLED,
    State.SEALED: UNSETTLED,
    State.PAID: UNSETTLED,
    State.UNRESOLVED: UNSETTLED,
}


def test_every_state_of_an_issuance_says_something() -> None:
    assert set(STANDING_STATES) == {str(state) for state in State} == {str(state) for state in SAID}


@pytest.mark.parametrize("state", SAID)
async def test_what_is_on_record_is_said(town: Town, page: Client, paper: said.ReadyPaper, state: State) -> None:
    town.center_store.do(lambda connection: connection.execute(update(tables.issuances).values(state=str(state))))
    _, text = await sent(page, paper.face)
    assert [words for words in (STANDS, WITHDRAWN, UNSETTLED, NOT_ON_RECORD) if words in text] == [SAID[state]]
    assert PROVEN in text


async def test_a_paper_with_another_binding_than_on_record_does_not_stand(town: Town, page: Client, paper: said.ReadyPaper) -> None:
    town.center_store.do(lambda connection: connection.execute(update(tables.issuances).values(state="taken", binding="another")))
    _, text = await sent(page, paper.face)
    assert NOT_ON_RECORD in text and STANDS not in text


async def test_a_paper_that_is_not_on_record_does_not_stand(town: Town, page: Client, paper: said.ReadyPaper) -> None:
    for table in (tables.steps, tables.issuances):
        town.center_store.do(lambda connection, table=table: connection.execute(delete(table)))
    _, text = await sent(page, paper.face)
    assert NOT_ON_RECORD in text and PROVEN in text


async def test_a_paper_that_another_municipality_was_asked_for_does_not_stand(town: Town, page: Client, paper: said.ReadyPaper) -> None:
    town.center_store.do(lambda connection: connection.execute(update(tables.issuances).values(state="taken")))
    town.center_store.do(lambda connection: connection.execute(update(tables.requests).values(municipality="131016")))
    _, text = await sent(page, paper.face)
    assert NOT_ON_RECORD in text


async def test_a_code_of_another_sheet_is_said_above_everything_else(kiosk: Kiosk, page: Client, paper: said.ReadyPaper) -> None:
    code = sheet_code(content_of(paper), document_keys().code_key)
    assert MIXED not in (await sent(page, as_png(scan(forged_back(paper, code), 300))))[1]
    _, text = await sent(page, as_png(scan(forged_back(paper, code, "8" * 32), 300)))
    assert MIXED in text and "do not rely on this certificate" in text
    assert text.index(MIXED) < text.index("Is the content unaltered?")
    assert PROVEN not in text and "data:image" not in text
    assert "Likely the original" not in text and "Cannot tell" in text


async def test_a_scan_of_150_dpi_has_its_code_and_is_to_be_made_again_for_the_picture(page: Client, paper: said.ReadyPaper) -> None:
    _, text = await sent(page, as_png(scan(paper.back)))
    assert PROVEN in text and "scan it again at 300 dpi" in text and "data:image" not in text


async def test_a_picture_of_something_else_proves_nothing(page: Client) -> None:
    _, text = await sent(page, as_png(Image.effect_noise((800, 1100), 60)))
    assert "Unknown: the 2-D code could not be read" in text and "corner marks" in text


async def test_pages_of_one_file_are_answered_one_by_one(page: Client, paper: said.ReadyPaper) -> None:
    out = BytesIO()
    scan(paper.back).save(out, "PDF", save_all=True, append_images=[Image.effect_noise((800, 1100), 60)])
    _, text = await sent(page, out.getvalue())
    assert text.index("Page 1: ") < text.index(PROVEN) < text.index("Page 2: ") < text.index("Unknown: the 2-D code")


async def test_what_a_code_says_is_text_and_never_markup(page: Client, paper: said.ReadyPaper) -> None:
    honest = content_of(paper)
    evil = replace(honest, title="<script>alert(1)</script>", head=(("address", "<img src=x onerror=alert(2)>"),))
    _, text = await sent(page, as_png(scan(forged_back(paper, sheet_code(evil, document_keys().code_key)))))
    assert "&lt;script&gt;alert(1)" in text and "&lt;img src=x" in text
    assert "<script" not in text and "<img src=x" not in text


# --- nothing stays, nothing leaks ---


async def test_nothing_of_an_upload_stays_on_disk_or_in_the_log_and_the_secret_is_never_told(
    page: Client, paper: said.ReadyPaper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with capture_logs() as log:
        _, text = await sent(page, as_png(scan(paper.back, 300)), file="私の住民票.png")
        await sent(page, b"%PDF-1.4 broken stream\nstream\n", file="私の住民票.pdf")
    written = repr(log)
    for _, value in content_of(paper).texts:
        assert len(value) < 4 or value not in written
    assert "私の住民票" not in written and paper.issuance_id not in written and content_of(paper).number not in written
    assert list(tmp_path.iterdir()) == []
    secret = documents().secret
    assert secret.decode("ascii") not in text and secret.hex() not in text


async def test_no_session_is_set_and_no_page_is_kept(page: Client, paper: said.ReadyPaper) -> None:
    form = FormData()
    form.add_field("scan", paper.face, filename="a.pdf")
    answer = await page.post("/verify", data=form)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


# --- the page itself ---


class Outline(HTMLParser):
    """Headings, labels and the ids they name, roles, scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("lang", ["ja", "en"])
async def test_the_page_is_a_plain_form_with_labels_and_headings_in_order(page: Client, paper: said.ReadyPaper, lang: str) -> None:
    for text in ((await (await page.get(f"/verify?lang={lang}")).text()), (await sent(page, as_png(scan(paper.back, 300)), lang=lang))[1]):
        outline = Outline(text)
        assert outline.of("html")[0]["lang"] == lang
        assert outline.of("script") == []
        labels = {label["for"] for label in outline.of("label")}
        fields = [field for field in outline.of("input") if field.get("type") != "hidden"]
        assert fields and all(field["id"] in labels for field in fields)
        levels = [int(tag[1]) for tag, _ in outline.tags if tag in ("h1", "h2", "h3")]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        named = [attributes[key] for _, attributes in outline.tags for key in ("aria-labelledby", "aria-describedby") if key in attributes]
        assert named and set(named) <= set(ids)
        assert all(picture.get("alt") for picture in outline.of("img"))


async def test_what_went_wrong_is_announced(page: Client) -> None:
    _, text = await sent(page, b"GIF89a")
    assert [attributes for tag, attributes in Outline(text).tags if attributes.get("role") == "alert"]


async def test_the_signed_key_list_can_be_had_for_checking_offline(page: Client) -> None:
    assert await (await page.get("/key-list.json")).read() == documents().key_list
