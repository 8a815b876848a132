"""The clerk's pages over HTTP: what they show, to whom, and that a change reaches the next order."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from issuer.clerks.papers import merged
from issuer.desk import Desk
from issuer.doings import doings
from issuer.press import InlinePress
from issuer.reasons import word_of
from messages.orders import ChoicesOffered
from messages.refusals import Refusal
from municipal_server.app import clerks_office
from municipal_server.config import load
from registers.residents.tables import resident
from storage.sqlite import SqliteStore
from tests.issuer.town import ALONE, CENTER, CHILD, FATHER, MOTHER, NOW, PEOPLE, PROTECTED, ask, atena, faces, hands, issuer, order, tell
from tests.municipal_server.test_config import written

PASSWORD = "みほんの窓口"
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)  # cheap: what a hash costs is not this test's matter
STAFF = [{"name": name, "password_hash": HASH, "roles": [role]} for name, role in (("mado", "clerk"), ("shien", "protection_clerk"))]

Client = TestClient[web.Request, web.Application]


class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(store: SqliteStore, clock: Clock, tmp_path: Any, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    config = load(written(tmp_path, staff=STAFF, protection_roles=getattr(request, "param", ["clerk", "protection_clerk"])))
    count = iter(range(1000))
    app = clerks_office(
        config,
        issuer(),
        store,
        InlinePress(hands()),
        now=clock,
        token=lambda size: next(count).to_bytes(size),
        registry=CollectorRegistry(),
        openapi={"openapi": "3.1.0"},
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def sign_in(office: Client, name: str = "mado") -> None:
    assert (await post(office, "/sign-in", name=name, password=PASSWORD, next="/")).status == 200


async def post(office: Client, path: str, **form: str) -> Any:
    origin = str(office.make_url("/")).rstrip("/")
    return await office.post(path, data=form, headers={"Origin": origin})


async def page(office: Client, path: str) -> str:
    answer = await office.get(path)
    assert answer.status == 200, (path, answer.status)
    return await answer.text()


async def buy(desk: Desk, request: str, number: int) -> str:
    offered = await desk.answer(ask(number, f"visit-{request}"), CENTER, NOW)
    if isinstance(offered, Refusal):
        return offered.code
    assert isinstance(offered, ChoicesOffered)
    reply = await desk.answer(order(request, number, offered), CENTER, NOW)
    return reply.code if isinstance(reply, Refusal) else "ok"


async def test_nobody_sees_a_page_without_signing_in(office: Client) -> None:
    for path in ("/", "/residents?q=a", f"/residents/{atena(FATHER)}", f"/residents/{atena(FATHER)}/protection", "/issues", "/refusals", "/doings"):
        answer = await office.get(path, allow_redirects=False)
        assert answer.status == 303 and answer.headers["Location"].startswith("/sign-in"), path
    assert (await post(office, f"/residents/{atena(FATHER)}/stop", scope="person", why="x")).status == 401


@pytest.mark.parametrize("query", [atena(ALONE), "髙橋", "高橋", "ミホン"])
async def test_a_resident_is_found_by_number_name_and_kana(office: Client, query: str) -> None:
    await sign_in(office)
    assert atena(ALONE) in await page(office, f"/residents?q={query}")


async def test_a_residents_page_shows_the_household_and_no_my_number(office: Client) -> None:
    await sign_in(office)
    shown = await page(office, f"/residents/{atena(FATHER)}")
    for member in (FATHER, MOTHER, CHILD):
        assert atena(member) in shown
        assert PEOPLE[member - 1].my_number not in shown and PEOPLE[member - 1].juminhyo_code not in shown
    assert (await office.get("/residents/0000000000")).status == 404


async def test_a_stop_of_the_household_reaches_the_next_order_and_its_release_too(
    office: Client, desk: Desk, store: SqliteStore, clock: Clock
) -> None:
    await sign_in(office)
    assert await buy(desk, "r1", MOTHER) == "ok"
    answer = await post(office, f"/residents/{atena(FATHER)}/stop", scope="household", why="届出の確認中", until="2026-12-01")
    assert answer.status == 200 and "発行を抑止しました" in await answer.text()
    assert await buy(desk, "r2", MOTHER) == "not_issuable"
    clock.now += timedelta(minutes=5)
    answer = await post(office, f"/residents/{atena(MOTHER)}/release", stop="1", why="確認済み")
    assert answer.status == 200
    assert await buy(desk, "r3", MOTHER) == "ok"
    noted = [(line.doing.clerk, line.doing.doing, line.doing.subject, line.doing.why) for line in await store.read(doings)]
    household = PEOPLE[0].household_no
    assert noted == [("mado", "release_suppression", household, "確認済み"), ("mado", "suppress", household, "届出の確認中")]
    assert "届出の確認中" in await page(office, "/doings")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"scope": "person", "why": " "}, "理由を入力してください"),
        ({"scope": "person", "why": "x" * 101}, "100文字以内"),
        ({"scope": "everybody", "why": "x"}, "選択が正しくありません"),
        ({"scope": "person", "why": "x", "since": "11/23"}, "日付は"),
        ({"scope": "person", "why": "x", "since": "2026-11-23", "until": "2026-11-22"}, "終了日は"),
        ({"scope": "person", "why": "a;b"}, "「;」は使えません"),
    ],
)
async def test_a_stop_that_cannot_be_understood_changes_nothing(
    office: Client, desk: Desk, store: SqliteStore, form: dict[str, str], said: str
) -> None:
    await sign_in(office)
    answer = await post(office, f"/residents/{atena(FATHER)}/stop", **form)
    shown = (await answer.text()).replace("&#39;", "'")
    assert answer.status == 422 and said in shown
    assert await store.read(doings) == () and await buy(desk, "r1", FATHER) == "ok"


async def test_a_stop_is_released_once_and_only_from_the_page_that_shows_it(office: Client, store: SqliteStore) -> None:
    await sign_in(office)
    await post(office, f"/residents/{atena(FATHER)}/stop", scope="person", why="紛失")
    assert (await post(office, f"/residents/{atena(ALONE)}/release", stop="1", why="x")).status == 422
    assert (await post(office, f"/residents/{atena(FATHER)}/release", stop="1", why="x")).status == 200
    assert (await post(office, f"/residents/{atena(FATHER)}/release", stop="1", why="x")).status == 422
    assert (await post(office, f"/residents/{atena(FATHER)}/release", stop="²", why="x")).status == 422
    assert [line.doing.doing for line in await store.read(doings)] == ["release_suppression", "suppress"]


async def test_a_protection_is_set_and_released_on_its_own_page_and_shown_nowhere_else(office: Client, desk: Desk, store: SqliteStore) -> None:
    await sign_in(office)
    answer = await post(office, f"/residents/{atena(FATHER)}/protection", level="support", since="2020-04-01", why="本人の申出")
    shown = await answer.text()
    assert answer.status == 200 and "2021-03-31" in shown and "期間経過" in shown
    assert await buy(desk, "r1", FATHER) == "not_issuable"
    for path in ("/residents?q=見本", f"/residents/{atena(MOTHER)}", "/"):
        assert "本人の申出" not in await page(office, path) and "2021-03-31" not in await page(office, path)
    assert (await post(office, f"/residents/{atena(FATHER)}/protection/release", why="期間満了")).status == 200
    assert (await post(office, f"/residents/{atena(FATHER)}/protection/release", why="期間満了")).status == 422
    person = await store.read(resident, atena(FATHER))
    assert person is not None and person.protection is None
    assert await buy(desk, "r2", FATHER) == "ok"


@pytest.mark.parametrize("office", [["protection_clerk"]], indirect=True)
async def test_where_only_the_protection_clerk_is_cleared_a_clerk_learns_nothing(office: Client, desk: Desk) -> None:
    await sign_in(office, "shien")
    await post(office, f"/residents/{atena(FATHER)}/protection", level="support", why="本人の申出")
    assert await buy(desk, "r1", FATHER) == "not_issuable"
    assert "支援措置（本人）" in await page(office, "/refusals")
    await post(office, "/sign-out")
    await sign_in(office, "mado")
    assert (await office.get(f"/residents/{atena(FATHER)}/protection")).status == 403
    assert (await post(office, f"/residents/{atena(FATHER)}/protection", level="support", why="x")).status == 403
    for path in (f"/residents/{atena(FATHER)}", "/refusals", "/doings"):
        shown = await page(office, path)
        assert "本人の申出" not in shown and "支援措置（本人）" not in shown and "支援措置の登録" not in shown, path


async def test_a_protected_and_a_stopped_person_are_one_line_for_an_uncleared_reader() -> None:
    counts = (("not_issuable", "protected", 3), ("under_15", "under age", 2), ("not_issuable", "suppressed", 1))
    assert merged(counts, cleared=False) == (("not_issuable", "", 4), ("under_15", "under age", 2))
    assert len({word_of("not_issuable", reason, cleared=False) for reason in ("protected", "suppressed", "does not fit: name", "anything", "")}) == 1
    assert word_of("not_issuable", "protected", cleared=True) != word_of("not_issuable", "suppressed", cleared=True)
    assert word_of("under_15", "under age", cleared=False) == word_of("under_15", "under age", cleared=True)


async def test_only_a_clerk_stops_issuing(office: Client) -> None:
    await sign_in(office, "shien")
    assert (await post(office, f"/residents/{atena(FATHER)}/stop", scope="person", why="x")).status == 403
    assert (await post(office, "/issues/r1-1/dispose", why="x")).status == 403


async def test_a_post_from_elsewhere_is_refused(office: Client) -> None:
    await sign_in(office)
    answer = await office.post(
        f"/residents/{atena(FATHER)}/stop", data={"scope": "person", "why": "x"}, headers={"Origin": "http://elsewhere.example"}
    )
    assert answer.status == 403


async def test_the_issue_log_is_searched_by_number_person_state_and_day(office: Client, desk: Desk) -> None:
    await sign_in(office)
    for request, number in (("r1", FATHER), ("r2", ALONE)):
        assert await buy(desk, request, number) == "ok"
    assert "/issues/r1-1" in await page(office, "/issues")
    for query in (f"q={atena(FATHER)}", "q=20261123 みほん市 000001", "q=r1-1", "q=r1"):
        shown = await page(office, f"/issues?{query}")
        assert "/issues/r1-1" in shown and "/issues/r2-1" not in shown, query
    assert "/issues/r1-1" not in await page(office, "/issues?state=printed")
    assert "/issues/r1-1" in await page(office, "/issues?since=2026-11-23&until=2026-11-23")
    assert "/issues/r1-1" not in await page(office, "/issues?since=2026-11-24")
    assert "日付は" in await page(office, "/issues?since=yesterday")


async def test_a_disposal_is_noted_once_on_a_printed_paper_only(office: Client, desk: Desk, store: SqliteStore) -> None:
    await sign_in(office)
    offered = await desk.answer(ask(FATHER), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    ordered = order("r1", FATHER, offered)
    faces(await desk.answer(ordered, CENTER, NOW))
    assert (await post(office, "/issues/r1-1/dispose", why="誤交付")).status == 422
    await desk.answer(tell(ordered, "printed"), CENTER, NOW)
    assert (await post(office, "/issues/r1-1/dispose", why="")).status == 422
    answer = await post(office, "/issues/r1-1/dispose", why="誤交付のため回収し廃棄")
    assert answer.status == 200 and "誤交付のため回収し廃棄" in await answer.text()
    assert (await post(office, "/issues/r1-1/dispose", why="again")).status == 422
    assert [(line.doing.doing, line.doing.subject) for line in await store.read(doings)] == [("dispose", "r1-1")]


async def test_a_paper_without_an_outcome_is_shown_after_an_hour(office: Client, desk: Desk, clock: Clock) -> None:
    await sign_in(office)
    assert await buy(desk, "r1", FATHER) == "ok"
    assert (await page(office, "/")).count("/issues/r1-1") == 1
    clock.now = NOW + timedelta(minutes=25)
    await page(office, "/")
    clock.now = NOW + timedelta(minutes=50)
    await page(office, "/")
    clock.now = NOW + timedelta(minutes=61)
    assert (await page(office, "/")).count("/issues/r1-1") == 2


async def test_an_unresolved_paper_is_shown_as_open_at_once(office: Client, desk: Desk) -> None:
    await sign_in(office)
    offered = await desk.answer(ask(FATHER), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    ordered = order("r1", FATHER, offered)
    faces(await desk.answer(ordered, CENTER, NOW))
    await desk.answer(tell(ordered, "unresolved"), CENTER, NOW)
    assert (await page(office, "/")).count("/issues/r1-1") == 2


async def test_refusals_are_counted_by_reason(office: Client, desk: Desk) -> None:
    await sign_in(office)
    assert await buy(desk, "r1", PROTECTED) == "not_issuable"
    shown = await page(office, "/refusals")
    assert "支援措置（本人）" in shown and "保護　される子" not in shown
    assert "支援措置（本人）" not in await page(office, "/refusals?day=2026-11-22")


async def test_the_pages_are_japanese_and_have_an_english_twin(office: Client, desk: Desk) -> None:
    await sign_in(office)
    await buy(desk, "r1", FATHER)
    for path in (
        "/",
        "/residents?q=見本",
        f"/residents/{atena(FATHER)}",
        f"/residents/{atena(FATHER)}/protection",
        "/issues",
        "/issues/r1-1",
        "/refusals",
        "/doings",
    ):
        joint = "&" if "?" in path else "?"
        assert 'lang="ja"' in await page(office, f"{path}{joint}lang=ja")
        assert '<html lang="en"' in await page(office, f"{path}{joint}lang=en")


async def test_health_says_whether_the_press_still_draws(office: Client) -> None:
    answer = await office.get("/healthz")
    assert answer.status == 200 and (await answer.json())["press"] == "ok"
