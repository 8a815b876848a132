"""The tax paper of where one lived on January 1, at the kiosk in a real browser, in Japanese and in English; each screen is kept as a picture in build/screens/."""

from datetime import datetime

import pytest
from playwright.async_api import Page, expect

from registers.population.movers import latest_year
from simulation.municipalities import PLACES
from storage.instants import JST
from tests.town.open_town import OpenTown
from tests.town.panel import Panel, kana_in

PLACE = {place.city.name: place for place in PLACES}
MIHON, REIJI, HITORI, MOHAN = (PLACE[name].code for name in ("みほん市", "れいじ市", "ひとり市", "もはん市"))

SAID = {
    "ja": ("広域交付に参加していません", "確認できませんでした", "料金はいただいていません"),
    "en": ("Does not take part", "You were not found", "have not been charged"),
}


@pytest.mark.parametrize("language", SAID)
async def test_the_tax_paper_of_january_1_greyed_wrongly_declared_and_chosen(page: Page, world: OpenTown, language: str) -> None:
    holder = world.holder("最新年度の課税証明書はれいじ市")
    greyed, not_found, no_fee = SAID[language]
    year = f"year-{latest_year(datetime.now(JST).date())}"
    panel = Panel(page, f"wide-{language}", new_only=True)
    await page.goto(world.town.kiosks[1].url)
    if language == "en":
        await page.get_by_role("button", name="English").click()
    await panel.as_far_as_the_kinds(holder, MIHON)
    await panel.touch("kind-kazei")
    await panel.on("january_1")
    await panel.touch(year, "elsewhere")
    await panel.on("wide_place")
    row = page.locator(f'[data-key="municipality-{HITORI}"]')
    await expect(row).to_be_disabled()
    assert greyed in await row.inner_text() and PLACE["ひとり市"].write_to in await row.inner_text()
    await panel.touch(f"municipality-{MOHAN}")
    await expect(page.get_by_text(not_found)).to_be_visible()
    assert no_fee in await panel.shown()
    await panel.keep("not-found-there")
    await panel.touch("kind-kazei", year, "elsewhere", f"municipality-{REIJI}")
    await panel.on("options")
    if language == "en":
        assert kana_in((await panel.shown()).replace("みほん市", "")) == ""
    await panel.touch("next")
    await panel.on("copies")
    await panel.touch("next")
    await panel.on("review")
    if language == "en":  # from here on the screens are those of every tax paper
        await panel.touch("cancel")
        await panel.on("menu")
        return
    await panel.touch("apply")
    await panel.pay(PLACE["れいじ市"].fee_yen("kazei"))
    await panel.turn_the_first_sheet_over("kazei")
    await panel.leave()
