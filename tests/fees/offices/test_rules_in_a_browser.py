"""A ten-yen campaign in a browser, from an editor's draft to the kiosk's price at 06:30: one visit to the office each, and a visit to the kiosk before and after."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Page
from prometheus_client import CollectorRegistry

from fees.offices.app import books_office
from simulation.people import CardMade
from tests.fees.office import config
from tests.fees.offices.test_rule_pages import HASH, PASSWORD
from tests.fees.test_campaign_visits import at, book, paid
from tests.issuance_center.founding import CITY, OPERATOR, foundation
from tests.issuance_center.town import Town
from tests.town.panel import browser_window, open_browser

HOME = f"/municipalities/{CITY}"
STAFF = [{"name": role, "password_hash": HASH, "roles": [role], "of": CITY} for role in ("editor", "approver")]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town(rates=book())
    yield made
    await made.close()


@pytest.fixture
async def office(town: Town) -> AsyncIterator[str]:
    """The office's address; it and the center stand on one fee office's database."""
    turn = count(1)
    named = {"name": "見本市", "name_en": "Mihon City"}
    settings = config(staff=STAFF, tariff=[], commissions=[], municipalities=[{"id": CITY, **named}], operators=[{"id": OPERATOR, **named}])
    app = books_office(
        settings,
        town.fees_store,
        town.fees,
        now=town.now,
        token=lambda size: next(turn).to_bytes(size, "big"),
        registry=CollectorRegistry(),
        openapi={},
    )
    async with TestServer(app) as server:
        yield f"http://{server.host}:{server.port}"


async def sign_in(page: Page, office: str, name: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{office}/sign-in")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(f"**{HOME}/rules")


async def test_a_campaign_drafted_previewed_and_approved_on_the_pages_is_the_kiosk_s_price_from_half_past_six(town: Town, office: str) -> None:
    card: CardMade = foundation().cards[foundation().population.holders[0].atena_no]
    at(town, town.at.date(), "12:00")
    before = town.kiosk(0)
    await paid(before, await before.ready(card))
    await town.deliver()
    town.pass_time(days=1)
    first = town.at.date() + timedelta(days=1)
    async with open_browser() as browser, browser_window(browser) as page:
        await sign_in(page, office, "editor")
        await page.click("a.button")
        await page.fill("#title", "10円キャンペーン")
        await page.fill("#why", "条例第5条")
        await page.fill("input[name=yen_1]", "290")
        await page.fill("input[name=since_1]", str(first))
        await page.click("main form button[type=submit]")
        totals = await page.locator("tfoot td.number").all_inner_texts()
        assert totals == ["1", "250", "10", "△240", "117", "117", "△107"]
        await page.click("form[action$=submit] button")
        await sign_in(page, office, "approver")
        await page.click("text=10円キャンペーン")
        await page.click("form[action$=approve] button")
        assert "承認済み" in await page.inner_text("dl.facts")
    at(town, first - timedelta(days=1), "22:58")
    evening = await town.kiosk(0).ready(card)
    at(town, first, "06:30")
    morning = await town.kiosk(1).ready(card)
    assert (evening.total_yen, morning.total_yen) == (250, 10)
