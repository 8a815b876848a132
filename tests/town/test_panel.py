"""The kiosk in a real browser: a certificate bought with clicks alone; each screen kept as a picture in build/screens/."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from simulation.town.description import HolderEntry
from tests.town.open_town import OpenTown

PICTURES = Path("build/screens")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-pings",
]
WAIT_MS = 15_000


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A browser window on the machine; whatever the page complains of fails the test."""
    complaints: list[str] = []
    installed = shutil.which("chromium") or shutil.which("google-chrome")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=installed, args=flags)
        window = await browser.new_page(viewport={"width": 1440, "height": 960}, locale="ja-JP")
        window.set_default_timeout(WAIT_MS)
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield window
        await browser.close()
    assert complaints == []


class Panel:
    """A finger at the panel of one terminal."""

    def __init__(self, page: Page, pictures: str) -> None:
        self._page = page
        self._folder = PICTURES / pictures
        self._folder.mkdir(parents=True, exist_ok=True)
        self._taken = 0

    async def touch(self, key: str) -> None:
        """Click what carries this key."""
        await self._page.locator(f'[data-key="{key}"]').first.click()

    async def on(self, screen: str) -> None:
        """Wait for the screen and keep its picture."""
        await expect(self._page.locator(f'body[data-screen="{screen}"]')).to_be_visible(timeout=WAIT_MS)
        await self._page.wait_for_timeout(250)
        self._taken += 1
        await self._page.screenshot(path=self._folder / f"{self._taken:02d}-{screen}.png")


def _kana_in(text: str) -> str:
    return "".join(character for character in text if "\u3041" <= character <= "\u30fa")


async def _as_far_as_the_kinds(panel: Panel, town: OpenTown, holder: HolderEntry) -> None:
    await panel.on("menu")
    await panel.touch("start")
    await panel.on("service")
    await panel.touch("issue")
    await panel.on("consent")
    await panel.touch("agree")
    await panel.on("place")
    await panel.touch(f"municipality-{town.city}")
    await panel.on("card")
    await panel.touch(f"card-{holder.id}")
    await panel.on("pin")
    for digit in holder.pin:
        await panel.touch(f"digit-{digit}")
    await panel.touch("confirm")
    await panel.on("remove_card")
    await panel.touch("take-card")
    await panel.on("kinds")


async def _as_far_as_the_papers(panel: Panel) -> None:
    await panel.touch("kind-juminhyo")
    await panel.on("members")
    await panel.touch("everyone")
    await panel.on("options")
    await panel.touch("option-relation")
    await panel.touch("next")
    await panel.on("copies")
    await panel.touch("next")
    await panel.on("review")
    await panel.touch("apply")
    await panel.on("payment")
    await panel.touch("coin-100")
    await panel.touch("coin-100")
    await panel.on("take_papers")
    await panel.touch("take-papers")
    await panel.on("receipt")


async def test_a_certificate_is_bought_with_clicks_alone(page: Page, town: OpenTown) -> None:
    panel = Panel(page, "visit-ja")
    await page.goto(town.town.kiosks[-1].url)
    await _as_far_as_the_kinds(panel, town, town.town.holders[0])
    await _as_far_as_the_papers(panel)
    await expect(page.locator("img[src^='data:image/png']")).to_have_count(1)
    assert "200" in await page.locator("body").inner_text()
    await panel.touch("finish")
    await panel.on("thanks")
    await panel.touch("finish")
    await panel.on("menu")


async def test_the_panel_speaks_english(page: Page, town: OpenTown) -> None:
    panel = Panel(page, "visit-en")
    await page.goto(town.town.kiosks[-2].url)
    await page.get_by_role("button", name="English").click()
    await _as_far_as_the_kinds(panel, town, town.town.holders[0])
    await _as_far_as_the_papers(panel)
    shown = await page.locator("#panel").inner_text()
    receipt = await page.locator("#panel .slip").inner_text()
    assert _kana_in(shown.replace(receipt, "")) == ""
    await panel.touch("finish")
    await panel.on("thanks")
    await panel.touch("finish")
    await panel.on("menu")


async def test_a_wrong_pin_says_how_many_tries_are_left_and_leaving_keeps_nothing(page: Page, town: OpenTown) -> None:
    holder = town.entitled()[-1]
    wrong = f"{(int(holder.pin) + 1) % 10_000:04d}"
    panel = Panel(page, "wrong-pin")
    await page.goto(town.town.kiosks[-3].url)
    for key, screen in (
        ("start", "service"),
        ("issue", "consent"),
        ("agree", "place"),
        (f"municipality-{town.city}", "card"),
        (f"card-{holder.id}", "pin"),
    ):
        await panel.touch(key)
        await panel.on(screen)
    for digit in wrong:
        await panel.touch(f"digit-{digit}")
    await panel.touch("confirm")
    await expect(page.get_by_text("あと2回")).to_be_visible()
    await panel.on("pin")
    await panel.touch("cancel")
    await panel.on("leaving")
    await panel.touch("take-card")
    await panel.on("menu")


async def test_a_refused_resident_reads_why_and_pays_nothing(page: Page, town: OpenTown) -> None:
    panel = Panel(page, "refused")
    await page.goto(town.town.kiosks[-4].url)
    await _as_far_as_the_kinds(panel, town, town.holder("支援措置を受けている"))
    await panel.touch("kind-juminhyo")
    await panel.on("refused")
    await expect(page.get_by_text("窓口")).to_be_visible()
    await panel.touch("finish")
    await panel.on("menu")
