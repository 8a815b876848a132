"""Whoever receives a paper, in a real browser: sheets from a real kiosk go through the channel model (print, copy, scan, photograph) and up to the center's public page."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Self

import pytest
import pytest_asyncio
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.async_api import Browser, Page

from certificates.back.content import SheetContent, sheet_contents
from certificates.back.layout import CODE, CODE_QUIET
from certificates.reading import face_of, read
from simulation.channel import PRINT_DPI, Copier, Phone, Printer, Scanner, as_jpeg, as_png, copied, photographed, printed, rasterised, scanned
from tests.town.clients import curl, of_party
from tests.town.open_town import OpenTown
from tests.town.program import issue, konbini

PICTURES = Path("build/screens/receivers")
PROVEN, MIXED, STANDS = "はい：電子署名で確かめました", "裏面の画像が、2次元コードと合いません", "はい：交付の記録があり、取り消されていません"
ORIGINAL, COPY, UNREAD = "おそらく原本です", "おそらく複写です", "わかりません：2次元コードを読み取れませんでした"
MARKER = "nothing-of-this-may-stay"


@dataclass
class Paper:
    """What a visitor took home: the files, and the sheet of paper as it came out of the printer."""

    face: bytes
    back: bytes
    seed: int

    @cached_property
    def sheet(self) -> Image.Image:
        """The printed back, seen at 600 dpi."""
        return printed(rasterised(self.back), Printer(), self.chance)

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)

    @cached_property
    def clean(self) -> bytes:
        """A clean scan of it at 300 dpi."""
        return as_png(self.scan(dpi=300))

    @cached_property
    def says(self) -> SheetContent:
        """What the sheet says, read from the face."""
        proven = read(self.face)
        return sheet_contents(face_of(proven), proven.made_at)[0]

    @property
    def name(self) -> str:
        return dict(self.says.pieces[0].cells)["name"]

    def scan(self, **how: float) -> Image.Image:
        """A scan of the sheet."""
        return scanned(self.sheet, Scanner(**how), self.chance)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def papers(town: OpenTown, tmp_path_factory: pytest.TempPathFactory) -> tuple[Paper, Paper]:
    """One's own, and somebody else's."""
    found = []
    for seed, holder in enumerate((town.entitled()[0], town.entitled()[-2]), 1):
        (paper,) = issue(town, holder, tmp_path_factory.mktemp("papers"), "--members", "self").answer["papers"]
        found.append(Paper(Path(paper["face"]).read_bytes(), Path(paper["back"]).read_bytes(), seed))
    assert found[0].name != found[1].name
    return found[0], found[1]


def page_url(town: OpenTown) -> str:
    door = json.loads(town.folders.config("center").read_text(encoding="utf-8"))["receivers"]
    return f"http://{door['host']}:{door['port']}/verify"


class Receiver:
    """Somebody with a paper and a browser without JavaScript."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url

    async def told(self, content: bytes, name: str, kind: str = "image/png", lang: str = "ja") -> str:
        """What the page says of this file; its picture is kept."""
        await self._page.goto(f"{self._url}?lang={lang}")
        await self._page.set_input_files("#scan", {"name": "scan", "mimeType": kind, "buffer": content})
        await self._page.click("form.upload button")
        await self._page.wait_for_load_state()
        PICTURES.mkdir(parents=True, exist_ok=True)
        width = (self._page.viewport_size or {})["width"]
        await self._page.screenshot(path=PICTURES / f"{name}-{lang}-{width}.png", full_page=True)
        return await self._page.locator("main").inner_text()

    async def fronts(self) -> int:
        """How many restored fronts are to be seen."""
        return await self._page.locator("img.front").count()

    async def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        wider: bool = await self._page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        return wider


@pytest_asyncio.fixture(loop_scope="session")
async def receiver(browser: Browser, town: OpenTown) -> AsyncIterator[Receiver]:
    async with await browser.new_context(viewport={"width": 1180, "height": 900}, java_script_enabled=False) as context:
        yield Receiver(await context.new_page(), page_url(town))


async def test_an_honest_sheet_is_proven_stands_and_shows_its_front(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    mine = papers[0]
    for name, picture in (
        ("clean", mine.clean),
        ("skewed", as_jpeg(mine.scan(dpi=300, angle=4.0, beyond=12.0), 85)),
    ):
        told = await receiver.told(picture, name)
        assert all(words in told for words in (PROVEN, STANDS, ORIGINAL, mine.name, mine.says.number)), name
        assert MIXED not in told and COPY not in told
        assert await receiver.fronts() == 1


async def test_a_photograph_of_a_sheet_is_read(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    picture = photographed(papers[0].sheet, Phone(pixels=4400, tilt=0.05), papers[0].chance)
    told = await receiver.told(as_jpeg(picture, 88), "photograph", "image/jpeg")
    assert PROVEN in told and papers[0].name in told and COPY not in told
    assert await receiver.fronts() == 1


async def test_a_copy_has_its_content_proven_and_is_called_a_copy(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    copy = copied(papers[0].sheet, Copier(), Printer(), papers[0].chance)
    told = await receiver.told(as_png(scanned(copy, Scanner(angle=1.0), papers[0].chance)), "copy")
    assert PROVEN in told and COPY in told and ORIGINAL not in told


async def test_of_an_altered_front_the_true_back_tells_what_it_said(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    """The front is not looked at: the page says so, says what to compare, and shows what was signed."""
    told = await receiver.told(papers[0].clean, "altered-front")
    assert "お手元の表面は見ていません" in told and "1文字ずつ見比べ" in told and "表面が書き換えられている" in told
    assert papers[0].name in told
    assert await receiver.fronts() == 1


async def test_another_s_back_tells_the_other_s_number_and_name(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    mine, other = papers
    told = await receiver.told(other.clean, "another-back")
    assert other.name in told and other.says.number in told
    assert mine.name not in told and mine.says.number not in told
    assert "別の証明書の裏面" in told


async def test_a_back_whose_code_was_replaced_is_said_to_be_mixed(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    mine, other = papers
    dots = PRINT_DPI / 25.4
    left, top = round((CODE.x - CODE_QUIET) * dots), round((CODE.y - CODE_QUIET) * dots)
    box = (left, top, left + round((CODE.width + 2 * CODE_QUIET) * dots), top + round((CODE.height + 2 * CODE_QUIET) * dots))
    pasted = mine.sheet.copy()
    pasted.paste(other.sheet.crop(box), box)
    told = await receiver.told(as_png(scanned(pasted, Scanner(), mine.chance)), "mixed")
    assert told.index(MIXED) < told.index("内容は発行されたときのままか")
    assert "この証明書を信用しないでください" in told
    assert PROVEN not in told and STANDS not in told and ORIGINAL not in told
    assert await receiver.fronts() == 0


async def test_a_random_picture_proves_nothing(receiver: Receiver) -> None:
    told = await receiver.told(as_png(Image.effect_noise((1240, 1754), 70)), "random")
    assert UNREAD in told and "四隅の印が見つかりません" in told
    assert PROVEN not in told and STANDS not in told


async def test_a_scan_of_150_dpi_gives_the_code_and_asks_to_scan_again(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    told = await receiver.told(as_png(papers[0].scan(dpi=150)), "coarse")
    assert PROVEN in told and papers[0].name in told and "300 dpi以上でもう一度読み取ってください" in told
    assert await receiver.fronts() == 0


async def test_the_files_themselves_are_proven_and_a_flipped_byte_is_seen(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    mine = papers[0]
    for name, file in (("face-file", mine.face), ("back-file", mine.back)):
        told = await receiver.told(file, name, "application/pdf")
        assert PROVEN in told and STANDS in told and mine.name in told and "紙ではありません" in told, name
    at = mine.face.index(b"stream\n") + 50
    told = await receiver.told(mine.face[:at] + bytes([mine.face[at] ^ 4]) + mine.face[at + 1 :], "flipped", "application/pdf")
    assert "いいえ：内容が署名と合いません" in told
    assert PROVEN not in told and mine.name not in told


async def test_a_scan_of_several_pages_is_answered_page_by_page(receiver: Receiver, papers: tuple[Paper, Paper]) -> None:
    out = BytesIO()
    papers[0].scan(dpi=300).save(out, "PDF", save_all=True, append_images=[papers[1].scan(dpi=300)], resolution=300)
    told = await receiver.told(out.getvalue(), "pages", "application/pdf")
    assert told.index("1枚目") < told.index(papers[0].name) < told.index("2枚目") < told.index(papers[1].name)
    assert told.count(PROVEN) == 2
    assert await receiver.fronts() == 2


@pytest.mark.parametrize(("width", "lang"), [(1180, "en"), (390, "ja"), (390, "en")])
async def test_the_page_fits_the_window(browser: Browser, town: OpenTown, papers: tuple[Paper, Paper], width: int, lang: str) -> None:
    async with await browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False) as context:
        receiver = Receiver(await context.new_page(), page_url(town))
        told = await receiver.told(papers[0].clean, "answer", lang=lang)
        assert papers[0].name in told
        assert ("Yes: proven by the signature" in told) == (lang == "en")
        assert not await receiver.overflows()


async def test_nothing_of_an_upload_stays_in_the_town(receiver: Receiver, town: OpenTown, papers: tuple[Paper, Paper]) -> None:
    info, out = PngInfo(), BytesIO()
    info.add_text("Comment", MARKER)
    papers[0].scan(dpi=150).save(out, "PNG", pnginfo=info)
    assert PROVEN in await receiver.told(out.getvalue(), "marked")
    kept = [path for path in town.folders.state.rglob("*") if path.is_file() and MARKER.encode() in path.read_bytes()]
    assert kept == []
    written = town.log("center")
    assert '"verified"' in written or "verified" in written
    assert papers[0].name not in written and papers[0].says.number not in written


async def test_the_center_answers_its_kiosks_while_a_scan_is_read(receiver: Receiver, town: OpenTown, papers: tuple[Paper, Paper]) -> None:
    url = f"{town.town.parties['center'].url}/v1/directory"
    fine = as_jpeg(papers[0].scan(dpi=600), 90)
    before = time.monotonic()
    async with _Beside(town, url) as beside:
        await receiver.told(fine, "fine", "image/jpeg")
    whole = time.monotonic() - before
    assert len(beside.seconds) >= 3
    assert sorted(beside.seconds)[len(beside.seconds) // 2] < whole / 3


class _Beside:
    """Asks the center's protocol door again and again while a block lasts; `seconds` that each answer took."""

    def __init__(self, town: OpenTown, url: str) -> None:
        self._town, self._url = town, url
        self.seconds: list[float] = []

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._ask())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _ask(self) -> None:
        while True:
            before = time.monotonic()
            answer = await asyncio.to_thread(curl, self._town.town, of_party(self._town.folders, "kiosk"), self._url, "--data", "{}")
            assert answer.stdout
            self.seconds.append(time.monotonic() - before)


def test_the_trust_file_of_the_town_proves_its_papers_offline(town: OpenTown, papers: tuple[Paper, Paper], tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(as_png(papers[0].scan(dpi=150)))
    done = konbini("verify", str(scan), "--trust", str(town.folders.authorities / "trust.json"), "--json")
    assert (done.status, done.answer["proven"]) == (0, True)
    (page,) = done.answer["pages"]
    assert page["standing"] == "not_asked" and page["sheets"][0]["number"] == papers[0].says.number
