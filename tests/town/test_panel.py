"""The kiosk in a real browser: every kind bought with clicks alone; each screen kept as a picture in build/screens/."""

from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from simulation.town.description import HolderEntry
from tests.town.open_town import OpenTown
from tests.town.panel import Panel, kana_in


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
    await panel.pay(purchase.yen)


@pytest.mark.parametrize(
    "purchases",
    [PURCHASES[:2], pytest.param(PURCHASES[2:], marks=pytest.mark.sweep)],
    ids=lambda purchases: "-".join(each.kind for each in purchases),
)
async def test_every_kind_is_bought_with_clicks_alone(page: Page, town: OpenTown, purchases: tuple[Purchase, ...]) -> None:
    holder = town.town.holders[0]
    for purchase in purchases:
        panel = Panel(page, f"visit-ja-{purchase.kind}", new_only=purchase is not PURCHASES[0])
        await page.goto(town.town.kiosks[-1].url)
        await panel.as_far_as_the_kinds(holder, town.city)
        await _as_far_as_the_papers(panel, purchase, holder)
        sheets = page.locator('[data-key^="leaf-"]')
        await expect(sheets).to_have_count(len(holder.household) if purchase.kind == "juminhyo" else 1)
        assert f"{purchase.yen}円" in (await page.locator("body").inner_text()).replace(",", "").replace(" ", "")
        await panel.turn_the_first_sheet_over(purchase.kind)
        await panel.leave()


@pytest.mark.parametrize("purchase", [PURCHASES[3], PURCHASES[5]], ids=lambda purchase: purchase.kind)
async def test_the_panel_speaks_english(page: Page, town: OpenTown, purchase: Purchase) -> None:
    holder = town.town.holders[0]
    panel = Panel(page, f"visit-en-{purchase.kind}", new_only=purchase is not PURCHASES[3])
    await page.goto(town.town.kiosks[-2].url)
    await page.get_by_role("button", name="English").click()
    await panel.as_far_as_the_kinds(holder, town.city)
    await _as_far_as_the_papers(panel, purchase, holder)
    shown = await page.locator("#panel").inner_text()
    receipt = await page.locator("#panel .slip").inner_text()
    assert kana_in(shown.replace(receipt, "")) == ""
    await panel.leave()


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
    await panel.as_far_as_the_kinds(town.holder("支援措置を受けている。"), town.city)
    await panel.touch("kind-juminhyo")
    await panel.on("refused")
    await expect(page.get_by_text("窓口")).to_be_visible()
    await panel.touch("finish")
    await panel.on("menu")
