"""本籍地利用登録 in a town of real processes: how it stands for whoever has a story about it, and from the application at a kiosk through the clerk's page to the first 戸籍, once in the browser;
each screen of that is kept as a picture in build/screens/.
"""

import dataclasses
import re
from datetime import datetime

import aiohttp
import pytest
from playwright.async_api import Page, expect

from certificates.reading import face_of, read
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population import Population
from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.town.preparation import made_up
from simulation.visitor import Visitor
from simulation.wishes import Visited, Wish
from storage.instants import JST
from tests.town.conftest import MUNICIPALITIES, WORLD_RESIDENTS
from tests.town.errands import wish
from tests.town.office import Office, staff_of
from tests.town.open_town import OpenTown
from tests.town.panel import PICTURES, Panel

TOWN = PLACES[:MUNICIPALITIES]
PLACE = {place.city.name: place for place in TOWN}

REGISTERED, WAITING, RETURNED, RENEWED = "利用登録が済んでいる", "利用登録を申請中", "利用登録の申請が返された", "登録のやり直しが要る"
AT, PHONE = "れいじ市", "0312345678"
STANDS = {
    REGISTERED: ("れいじ市", "accepted"),
    WAITING: ("こころみ町", "received"),
    RETURNED: ("みほん市", "returned"),
    RENEWED: ("れいじ市", "none"),
}


@pytest.fixture(scope="module")
def people() -> dict[str, Population]:
    made = made_up(1, WORLD_RESIDENTS, TOWN, datetime.now(JST).date())
    return {place.code: made.of(place.code) for place in TOWN}


async def _come(world: OpenTown, hands: aiohttp.ClientSession, holder: HolderEntry, at: str, kind: str) -> Visited:
    asked: Wish = dataclasses.replace(wish(holder, kind=kind), municipality=PLACE[at].code, door="honseki")
    return await Visitor(hands, world.town.kiosks[1].url, asked).visit()


@pytest.mark.parametrize("note", STANDS)
async def test_how_it_stands_is_told_at_the_kiosk_and_only_whoever_is_registered_gets_the_koseki(world, hands, note):
    at, state = STANDS[note]
    holder = world.holder(note)
    told = await _come(world, hands, holder, at, "use")
    assert told.refusal is None and told.use["state"] == state and told.spent_yen == 0
    assert (told.use["reason"] is not None) is (state == "returned") and told.use["may_apply"] is (state in ("returned", "none"))
    paper = await _come(world, hands, holder, at, "koseki")
    if state == "accepted":
        assert paper.refusal is None and paper.spent_yen == PLACE[at].fee_yen("koseki")
        assert face_of(read(paper.papers[0].face)).text("honseki").startswith(PLACE[at].city.full_name)
    else:
        assert (paper.refusal, paper.papers, paper.spent_yen) == ("not_registered", [], 0)


async def test_from_an_application_that_waits_at_a_tenant_through_the_clerks_page_to_the_first_koseki(world, hands, people):
    holder, at = world.holder(WAITING), "こころみ町"
    koseki, person = _stands_in(people[PLACE[at].code], holder.name)
    assert (await _come(world, hands, holder, at, "koseki")).refusal == "not_registered"
    async with Clerk(world, at) as clerk:
        page = await clerk.waiting()
        assert f'value="{person.person_no}"' in page and koseki.honseki in page and "不一致" not in page.split(koseki.honseki)[0][-600:]
        await clerk.accept(page, person.person_no)
    assert (await _come(world, hands, holder, at, "use")).use["state"] == "accepted"
    first = await _come(world, hands, holder, at, "koseki")
    assert first.refusal is None and first.spent_yen == PLACE[at].fee_yen("koseki")
    face = face_of(read(first.papers[0].face))
    assert (face.text("honseki"), face.text("hittousha")) == (koseki.honseki, koseki.hittousha)


async def _clerk_accepts(kiosk_page: Page, world: OpenTown, number: str, name: str) -> None:
    """The clerk of the 本籍地 signs in, opens the application of this number beside the register and accepts it as the person who agrees."""
    member = staff_of(world, PLACE[AT].code, "clerk")
    assert kiosk_page.context.browser is not None
    page = await kiosk_page.context.browser.new_page(locale="ja-JP")
    folder = PICTURES / "use-clerk"
    folder.mkdir(parents=True, exist_ok=True)
    await page.goto(f"{member.url}/uses")
    await page.fill("#name", member.name)
    await page.fill("#password", member.password)
    await page.get_by_role("button", name="サインイン").click()
    await expect(page.get_by_role("link", name=number)).to_be_visible()
    await page.screenshot(path=folder / "01-waiting.png", full_page=True)
    await page.get_by_role("link", name=number).click()
    row = page.locator("tr", has=page.get_by_role("button", name="この人として受理"))
    await expect(row).to_have_count(1)
    assert name in await row.inner_text() and "不一致" not in await row.inner_text()
    await page.screenshot(path=folder / "02-beside-the-register.png", full_page=True)
    await row.get_by_role("button", name="この人として受理").click()
    await expect(page.get_by_text("利用登録を受理しました")).to_be_visible()
    await page.screenshot(path=folder / "03-accepted.png", full_page=True)
    await page.close()


async def test_in_the_browser_from_the_application_through_the_clerks_page_to_the_first_koseki(page: Page, world: OpenTown) -> None:
    holder = world.holder(RENEWED)
    assert holder.use is not None
    panel = Panel(page, "use-ja", new_only=True)
    await page.goto(world.town.kiosks[0].url)
    await panel.as_far_as_the_kinds(holder, PLACE[AT].code, door="honseki")
    await panel.keep("kinds")
    await panel.touch("use")
    await panel.on("use_status")
    await panel.touch("next")
    for screen, text in (("use_honseki", holder.use.honseki), ("use_hittousha", holder.use.hittousha), ("use_name", holder.use.name)):
        await panel.type(screen, text)
    await panel.touch("era-western")
    await panel.type("use_birth", holder.use.birth.replace("-", ""))
    await panel.type("use_phone", PHONE)
    await panel.on("use_review")
    typed, shown = (holder.use.honseki, holder.use.hittousha, holder.use.name, PHONE), await panel.shown()
    assert all(text in shown for text in typed)
    await panel.touch("apply")
    await panel.on("use_received")
    (number,) = re.findall(r"利用-\S+", await panel.shown())
    await panel.touch("another", "use")
    await panel.on("use_status")
    assert "審査中" in await panel.shown() and number in await panel.shown()
    await panel.touch("finish")
    await panel.leave_thanks()
    await _clerk_accepts(page, world, number, holder.name)
    await panel.as_far_as_the_kinds(holder, PLACE[AT].code, door="honseki")
    await panel.touch("kind-koseki")
    await panel.on("members")
    await panel.touch("everyone")
    await panel.on("copies")
    await panel.touch("next")
    await panel.on("review")
    assert AT in await panel.shown()
    await panel.touch("apply")
    await panel.pay(PLACE[AT].fee_yen("koseki"))
    await expect(page.locator('[data-key^="leaf-"]').first).to_be_visible()
    await panel.turn_the_first_sheet_over("koseki")
    await panel.leave()


class Clerk(Office):
    """A clerk of a municipality at the pages of its own office."""

    def __init__(self, world: OpenTown, at: str) -> None:
        super().__init__(staff_of(world, PLACE[at].code, "clerk"))
        self._application = ""

    async def waiting(self) -> str:
        """The page of the one application that waits."""
        (number,) = set(re.findall(r'href="/uses/([0-9a-f]{32})"', (await self.asked("GET", "/uses")).split("処理済み")[0]))
        self._application = str(number)
        return await self.asked("GET", f"/uses/{number}")

    async def accept(self, page: str, person_no: str) -> None:
        """受理."""
        assert f'action="/uses/{self._application}/accept"' in page
        await self.asked("POST", f"/uses/{self._application}/accept", data={"person": person_no})


def _stands_in(population: Population, name: str) -> tuple[Koseki, KosekiPerson]:
    found = [
        (koseki, person)
        for koseki in population.koseki
        for person in koseki.members
        if koseki.standing == "current" and person.removed_on is None and f"{koseki.family_name}　{person.given_name}" == name
    ]
    assert len(found) == 1
    return found[0]
