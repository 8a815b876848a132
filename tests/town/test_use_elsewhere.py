"""本籍地利用登録 in a town of real processes: how it stands for whoever has a story about it, and from the application at a kiosk through the clerk's page to the first 戸籍."""

import dataclasses
import re
from datetime import date, datetime
from typing import Any, Self

import aiohttp
import pytest

from certificates.reading import face_of, read
from registers.koseki.koseki import Koseki, KosekiPerson
from registers.population import Population
from simulation.municipalities import PLACES
from simulation.town.description import HolderEntry
from simulation.town.preparation import made_up
from simulation.town.use_states import honseki_typed
from simulation.visitor import Visitor
from simulation.wishes import UseWish, Visited, Wish
from storage.instants import JST
from tests.town.conftest import MUNICIPALITIES, WORLD_RESIDENTS
from tests.town.errands import wish
from tests.town.open_town import OpenTown

TOWN = PLACES[:MUNICIPALITIES]
PLACE = {place.city.name: place for place in TOWN}

REGISTERED, WAITING, RETURNED, RENEWED = "利用登録が済んでいる", "利用登録を申請中", "利用登録の申請が返された", "登録のやり直しが要る"
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


async def _come(world: OpenTown, hands: aiohttp.ClientSession, holder: HolderEntry, at: str, kind: str, use: UseWish | None = None) -> Visited:
    asked: Wish = dataclasses.replace(wish(holder, kind=kind), municipality=PLACE[at].code, door="honseki", use=use)
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


@pytest.mark.parametrize(("note", "at"), [(RENEWED, "れいじ市"), pytest.param(WAITING, "こころみ町", id="tenant")])
async def test_from_the_application_through_the_clerks_page_to_the_first_koseki(world, hands, people, note, at):
    """The tenant's application waits since the town was prepared; the other one is made at the kiosk."""
    holder = world.holder(note)
    koseki, person = _stands_in(people[PLACE[at].code], holder.name)
    if note == RENEWED:
        made = await _come(world, hands, holder, at, "use", _typed(koseki, person, at))
        assert made.refusal is None and made.use["number"].startswith("利用-") and made.spent_yen == 0
        assert (await _come(world, hands, holder, at, "use")).use["state"] == "received"
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


class Clerk:
    """A clerk of a municipality at the pages of its own office."""

    def __init__(self, world: OpenTown, at: str) -> None:
        code = PLACE[at].code
        self._member = next(one for one in world.town.staff if one.role == "clerk" and one.municipality == code)
        port = self._member.url.rpartition(":")[2]
        self._address, self._host = f"http://127.0.0.1:{port}", self._member.url.removeprefix("http://")
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Host": self._host, "Origin": self._member.url})

    async def __aenter__(self) -> Self:
        form = {"name": self._member.name, "password": self._member.password, "next": "/uses"}
        assert "申請" in await self._asked("POST", "/sign-in", data=form)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def waiting(self) -> str:
        """The page of the one application that waits."""
        (number,) = set(re.findall(r'href="/uses/([0-9a-f]{32})"', (await self._asked("GET", "/uses")).split("処理済み")[0]))
        self._application = str(number)
        return await self._asked("GET", f"/uses/{number}")

    async def accept(self, page: str, person_no: str) -> None:
        """受理."""
        assert f'action="/uses/{self._application}/accept"' in page
        await self._asked("POST", f"/uses/{self._application}/accept", data={"person": person_no})

    async def _asked(self, method: str, path: str, **more: Any) -> str:
        async with self._session.request(method, self._address + path, allow_redirects=False, **more) as answer:
            if answer.status in (302, 303):
                return await self._asked("GET", answer.headers["Location"])
            assert answer.status == 200, (path, answer.status)
            return await answer.text()


def _stands_in(population: Population, name: str) -> tuple[Koseki, KosekiPerson]:
    found = [
        (koseki, person)
        for koseki in population.koseki
        for person in koseki.members
        if koseki.standing == "current" and person.removed_on is None and f"{koseki.family_name}　{person.given_name}" == name
    ]
    assert len(found) == 1
    return found[0]


def _typed(koseki: Koseki, person: KosekiPerson, at: str) -> UseWish:
    name = f"{koseki.family_name_kana or 'ハセガワ'}　{person.given_name_kana or 'セツコ'}"
    return UseWish(honseki_typed(koseki.honseki, PLACE[at].city), name, name, date.fromisoformat(person.birth), "0312345678")
