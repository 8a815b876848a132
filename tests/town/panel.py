"""A browser before a kiosk: a window on the machine, a finger on the panel, and a picture of each screen in build/screens/ for somebody to look at."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from simulation.reading_panel import keys_for
from simulation.town.description import HolderEntry
from simulation.wishes import Json

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
WAIT_MS = 60_000
ALIKE = frozenset({"menu", "service", "consent", "place", "card", "pin", "remove_card", "kinds", "copies", "payment", "take_papers", "thanks"})


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A browser as long as the block lasts; its windows share nothing that each does not open in a context of its own."""
    installed = shutil.which("chromium") or shutil.which("google-chrome")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=installed, args=flags)
        yield browser
        await browser.close()


@asynccontextmanager
async def browser_window(browser: Browser, *, width: int = 1440, height: int = 960) -> AsyncIterator[Page]:
    """A window that knows nothing of the windows before it; whatever a page in it complains of fails the test."""
    complaints: list[str] = []
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", reduced_motion="reduce")
    window = await context.new_page()
    window.set_default_timeout(WAIT_MS)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield window
    await context.close()
    assert complaints == []


class Panel:
    """A finger at the panel of one terminal."""

    def __init__(self, page: Page, pictures: str, *, new_only: bool = False) -> None:
        """`new_only`: the screens that look alike whatever is bought are not kept once more."""
        self.page = page
        self._new_only = new_only
        self._folder = PICTURES / pictures
        self._folder.mkdir(parents=True, exist_ok=True)
        self._taken = 0

    async def touch(self, *keys: str) -> None:
        """Click what carries these keys, one after the other."""
        for key in keys:
            await self.page.locator(f'[data-key="{key}"]').first.click()

    async def on(self, screen: str) -> None:
        """Wait for the screen and keep its picture."""
        await expect(self.page.locator(f'body[data-screen="{screen}"]')).to_be_visible(timeout=WAIT_MS)
        if not (self._new_only and screen in ALIKE):
            await self.keep(screen)

    async def keep(self, name: str) -> None:
        """A picture of what is to be seen."""
        self._taken += 1
        await self.page.screenshot(path=self._folder / f"{self._taken:02d}-{name}.png")

    async def shown(self) -> str:
        """What is to be read on the panel."""
        return await self.page.locator("#panel").inner_text()

    async def type(self, screen: str, text: str) -> None:
        """Type a text with the panel's keys on this screen, letter by letter, and go on."""
        await expect(self.page.locator(f'body[data-screen="{screen}"]')).to_be_visible(timeout=WAIT_MS)
        keys = [key async for key in self._keys()]
        named = {"゛": "voiced", "゜": "half_voiced", "小": "small", "　": "space"}
        keyboard: list[list[Json]] = [[{"key": key, "name": named.get(key)} for key in keys]]
        await self.touch(*(f"key-{key}" for key in keys_for(text, keyboard)))
        await self.on(screen)
        await self.touch("next")

    async def _keys(self) -> AsyncIterator[str]:
        for key in await self.page.locator("[data-key^=key-]").all():
            yield str(await key.get_attribute("data-key")).removeprefix("key-")

    async def as_far_as_the_kinds(self, holder: HolderEntry, place: str, *, door: str = "") -> None:
        """From the menu to the list of kinds of this municipality; by the other `door` where it is not where the holder lives."""
        await self.on("menu")
        for key, screen in (("start", "service"), ("issue", "consent"), ("agree", "place")):
            await self.touch(key)
            await self.on(screen)
        if door:
            await self.touch(f"door-{door}")
            await expect(self.page.locator(f'[data-key="door-{door}"][aria-selected="true"]')).to_be_visible(timeout=WAIT_MS)
            await self.keep("place")
        await self.touch(f"municipality-{place}")
        await self.on("card")
        await self.touch(f"card-{holder.id}")
        await self.on("pin")
        await self.touch(*(f"digit-{digit}" for digit in holder.pin), "confirm")
        await self.on("remove_card")
        await self.touch("take-card")
        await self.on("kinds")

    async def pay(self, yen: int) -> None:
        """The exact sum in coins, then the papers."""
        await self.on("payment")
        for coin in (500, 100, 50):
            await self.touch(*[f"coin-{coin}"] * (yen // coin))
            yen %= coin
        await self.on("take_papers")
        await self.touch("take-papers")
        await self.on("receipt")

    async def turn_the_first_sheet_over(self, name: str) -> None:
        """Face and back, large, as whoever holds the sheet sees them."""
        await self.page.locator('[data-key^="leaf-"]').first.click()
        for side in ("face", "back"):
            picture = self.page.locator("#sheet img")
            await expect(picture).to_be_visible()
            assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
            await self.keep(f"{name}-{side}")
            if side == "face":
                await self.touch("turn-over")
        await self.touch("put-down")

    async def leave(self) -> None:
        """From the receipt to the menu."""
        await self.touch("finish")
        await self.leave_thanks()

    async def leave_thanks(self) -> None:
        """From the thanks to the menu."""
        await self.on("thanks")
        await self.touch("finish")
        await self.on("menu")


def kana_in(text: str) -> str:
    """The kana of a text that should be English; names of people and places may have any."""
    return "".join(character for character in text if "\u3041" <= character <= "\u30fa")
