"""The kiosk in a real browser: every kind bought with clicks alone; each screen kept as a picture in build/screens/."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
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
ALIKE = frozenset({"menu", "service", "consent", "place", "card", "pin", "remove_card", "kinds", "copies", "payment", "take_papers", "thanks"})


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

    def __init__(self, page: Page, pictures: str, *, new_only: bool = False) -> None:
        """`new_only`: the screens that look alike whatever is bought are not kept once more."""
        self._page = page
        self._new_only = new_only
        self._folder = PICTURES / pictures
        self._folder.mkdir(parents=True, exist_ok=True)
        self._taken = 0

    async def touch(self, key: str) -> None:
        """Click what carries this key."""
        await self._page.locator(f'[data-key="{key}"]').first.click()

    async def on(self, screen: str) -> None:
        """Wait for the screen and keep its picture."""
        await expect(self._page.locator(f'body[data-screen="{screen}"]')).to_be_visible(timeout=WAIT_MS)
        if not (self._new_only and screen in ALIKE):
            await self._page.wait_for_timeout(150)
            await self.keep(screen)

    async def keep(self, name: str) -> None:
        """A picture of what is to be seen."""
        self._taken += 1
        await self._page.screenshot(path=self._folder / f"{self._taken:02d}-{name}.png")


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


@dataclass(frozen=True, slots=True)
class Purchase:
    """One kind bought: the touches from the list of kinds to the review, a word being a touch and a word in brackets the screen that must be there; and what it costs."""

    kind: str
    touches: tuple[str, ...]
    yen: int


PURCHASES = (
    Purchase("juminhyo", ("[members]", "everyone", "[options]", "option-relation", "form-kojinhyo", "next"), 200),
    Purchase("kisai_jiko", ("[members]", "only_me", "[options]", "option-sex", "option-address_since", "next"), 200),
    Purchase("inkan", (), 200),
    Purchase("koseki", ("[members]", "some", "[members_pick]", "member-{person}", "next"), 450),
    Purchase("fuhyo", ("[members]", "everyone", "[options]", "option-honseki", "next"), 200),
    Purchase("kazei", ("[january_1]", "year-{year}", "here", "[options]", "form-shotoku_kazei", "next"), 800),
)


async def _as_far_as_the_papers(panel: Panel, purchase: Purchase, holder: HolderEntry) -> None:
    await panel.touch(f"kind-{purchase.kind}")
    for touch in purchase.touches:
        if touch.startswith("["):
            await panel.on(touch.strip("[]"))
        else:
            await panel.touch(touch.format(person=holder.persons[1], year=holder.years[1]))
    await panel.on("copies")
    await panel.touch("next")
    await panel.on("review")
    await panel.touch("apply")
    await panel.on("payment")
    due_yen = purchase.yen
    for coin in (500, 100, 50):
        for _ in range(due_yen // coin):
            await panel.touch(f"coin-{coin}")
        due_yen %= coin
    await panel.on("take_papers")
    await panel.touch("take-papers")
    await panel.on("receipt")


async def _turn_the_first_sheet_over(panel: Panel, page: Page, name: str) -> None:
    """Face and back, large, as whoever holds the sheet sees them."""
    await page.locator('[data-key^="leaf-"]').first.click()
    for side in ("face", "back"):
        picture = page.locator("#sheet img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
        await panel.keep(f"{name}-{side}")
        if side == "face":
            await panel.touch("turn-over")
    await panel.touch("put-down")


async def _leave(panel: Panel) -> None:
    await panel.touch("finish")
    await panel.on("thanks")
    await panel.touch("finish")
    await panel.on("menu")


async def test_every_kind_is_bought_with_clicks_alone(page: Page, town: OpenTown) -> None:
    holder = town.town.holders[0]
    for purchase in PURCHASES:
        panel = Panel(page, f"visit-ja-{purchase.kind}", new_only=purchase is not PURCHASES[0])
        await page.goto(town.town.kiosks[-1].url)
        await _as_far_as_the_kinds(panel, town, holder)
        await _as_far_as_the_papers(panel, purchase, holder)
        sheets = page.locator('[data-key^="leaf-"]')
        await expect(sheets).to_have_count(len(holder.household) if purchase.kind == "juminhyo" else 1)
        assert f"{purchase.yen}円" in (await page.locator("body").inner_text()).replace(",", "").replace(" ", "")
        await _turn_the_first_sheet_over(panel, page, purchase.kind)
        await _leave(panel)


@pytest.mark.parametrize("purchase", [PURCHASES[3], PURCHASES[5]], ids=lambda purchase: purchase.kind)
async def test_the_panel_speaks_english(page: Page, town: OpenTown, purchase: Purchase) -> None:
    holder = town.town.holders[0]
    panel = Panel(page, f"visit-en-{purchase.kind}", new_only=purchase is not PURCHASES[3])
    await page.goto(town.town.kiosks[-2].url)
    await page.get_by_role("button", name="English").click()
    await _as_far_as_the_kinds(panel, town, holder)
    await _as_far_as_the_papers(panel, purchase, holder)
    shown = await page.locator("#panel").inner_text()
    receipt = await page.locator("#panel .slip").inner_text()
    assert _kana_in(shown.replace(receipt, "")) == ""
    await _leave(panel)


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
    await _as_far_as_the_kinds(panel, town, town.holder("支援措置を受けている。"))
    await panel.touch("kind-juminhyo")
    await panel.on("refused")
    await expect(page.get_by_text("窓口")).to_be_visible()
    await panel.touch("finish")
    await panel.on("menu")
