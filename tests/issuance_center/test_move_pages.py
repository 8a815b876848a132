"""The pages of moves: planned, shown with what the comparisons said, taken back; what is wrong with a wish is said and loses nothing; the operators' alone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from issuance_center import routing
from issuance_center.app import operator_office
from issuance_center.config import Line, Staff
from issuance_center.issuer_lines import IssuerLines
from issuance_center.move_entries import enter, withdraw
from issuance_center.move_pages import PROBLEMS
from issuance_center.moving import LAST_MINUTES, Mover, UnderWay
from issuance_center.records import moves, tables
from tests.issuance_center.founding import CITY, LIMITS, NOW, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import HASH, Client, page, post, sign_in
from tests.issuance_center.test_moving import Issuer
from tests.issuance_center.test_stop_pages import STAFF
from tests.issuance_center.town import Town

AT = NOW + timedelta(hours=3)
WISH = {"municipality": CITY, "new": "bcl", "kind": "juminhyo", "at": AT.strftime("%Y-%m-%dT%H:%M"), "reason": "標準化に伴う移行"}


@pytest.fixture
def both() -> dict[str, Issuer]:
    """The two issuers of the city, as far as a comparison asks them."""
    return {CITY: Issuer("みほん市"), "bcl": Issuer("みほん市Ｂ")}


@pytest.fixture
async def mover(town: Town, both: dict[str, Issuer]) -> Mover:
    lines = IssuerLines(both, msgspec.structs.replace(LIMITS, issuer_deadline_seconds=2.0))
    shelf = town.center._shelf
    return Mover(town.center_store, lines, enter=enter, withdraw=withdraw, reload=shelf.reload, token=stream("moves"), now=town.now)


@pytest.fixture
async def office(town: Town, mover: Mover) -> AsyncIterator[Client]:
    made = center_config()
    staff = (*STAFF, Staff("見学", HASH, ()))
    config = msgspec.structs.replace(made, staff=staff, issuers=(*made.issuers, Line(name="bcl", url="", server_name="")))
    app = operator_office(
        config, town.center_store, wake=town._wake, now=town.now, token=stream("office"), registry=CollectorRegistry(), openapi={},
        lines=town.center.lines, book=town.center.book, mover=mover,
    )  # fmt: skip
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_page_opens_and_says_what_is_wrong_with_a_wish(office: Client) -> None:
    await sign_in(office)
    assert "切替の予定はありません" in await page(office, "/moves")
    for form, said in (
        ({"municipality": "000000", "new": CITY}, "市区町村を選んでください"),
        ({"municipality": CITY, "new": CITY}, "証明書を1つ以上"),
        ({"municipality": CITY, "new": CITY, "kind": "juminhyo"}, "いまの発行元と同じ"),
    ):
        answer = await post(office, "/moves", **form)
        assert answer.status == 422
        assert said in await answer.text()
    assert (await office.get("/moves/9")).status == 404


async def test_the_page_says_that_a_kind_is_under_way_already_and_keeps_what_was_typed(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def under_way(*_: object) -> int:
        raise UnderWay(7)

    monkeypatch.setattr(Mover, "plan", under_way)
    await sign_in(office)
    answer = await post(office, "/moves", municipality=CITY, new="bcl", kind="juminhyo", at="2099-12-01T09:00", reason="標準化に伴う移行")
    said = await answer.text()
    assert answer.status == 422 and "すでに切替の予定があります" in said and "標準化に伴う移行" in said


async def issuer_at_the_minute(town: Town) -> str:
    book = await town.center._shelf.reload(town.at)
    found = routing.route(book, CITY, "juminhyo", None, AT)
    assert isinstance(found, routing.Route)
    return found.issuer


async def test_a_move_is_planned_compared_entered_and_taken_back_by_page(town: Town, office: Client, mover: Mover) -> None:
    await sign_in(office)
    answer = await post(office, "/moves", **WISH)
    assert (answer.status, answer.headers["Location"]) == (303, "/moves/1")
    planned = await page(office, "/moves/1")
    for text in (
        "見本県みほん市",
        "住民票の写し",
        "自庁サーバ → 自治体基盤クラウド（BCL）",
        "予定（直前の照合待ち）",
        ">一致<",
        "花子：標準化に伴う移行",
        "切替を取りやめる",
    ):
        assert text in planned, text
    assert "自庁サーバ → 自治体基盤クラウド（BCL）" in await page(office, "/moves")
    assert await issuer_at_the_minute(town) == CITY, "what was only planned moves nothing"
    town.at = AT - LAST_MINUTES
    await mover.round()
    assert await issuer_at_the_minute(town) == "bcl"
    await sign_in(office)
    assert "照合済み・切替待ち" in await page(office, "/moves/1")
    assert (await post(office, "/moves/1/take-back")).status == 303
    taken = await page(office, "/moves/1")
    assert "取りやめ" in taken and "切替を取りやめる" not in taken
    assert await issuer_at_the_minute(town) == CITY


async def test_what_differs_is_shown_by_section_and_blocks_the_move(town: Town, office: Client, both: dict[str, Issuer]) -> None:
    both["bcl"].digests |= {"stops": "b" * 64}
    both["bcl"].series = both[CITY].series
    await sign_in(office)
    assert (await post(office, "/moves", **WISH)).status == 303
    shown = await page(office, "/moves/1")
    for text in ("照合が合わず中止", "支援措置・発行抑止・届出の処理中など（現在 3件・新 3件）", "発行番号の系列（新旧で異なること）"):
        assert text in shown, text
    assert "切替を取りやめる" not in shown
    assert (await post(office, "/moves/1/take-back")).status == 409


async def test_an_issuer_that_does_not_answer_is_named_and_blocks_it(town: Town, office: Client, both: dict[str, Issuer]) -> None:
    both["bcl"].down = True
    await sign_in(office)
    await post(office, "/moves", **WISH)
    assert "新しい発行元が応答しませんでした" in await page(office, "/moves/1")
    assert await issuer_at_the_minute(town) == CITY


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"municipality": "131016"}, "place"),
    ({"kind": "passport"}, "kinds"),
    ({"municipality": SILENT_CITY, "kind": "koseki"}, "issuers"),
    ({"new": CITY}, "same"),
    ({"new": "own"}, "same"),
    ({"new": SILENT_CITY}, "new"),
    ({"new": "nobody"}, "new"),
    ({"at": NOW.strftime("%Y-%m-%dT%H:%M")}, "at"),
    ({"at": "明日の朝"}, "at"),
    ({"reason": "　"}, "reason"),
    ({"reason": "あ" * 513}, "reason"),
)


async def test_each_problem_is_said_and_what_was_typed_is_kept(town: Town, office: Client, both: dict[str, Issuer]) -> None:
    await sign_in(office)
    for wrong, problem in WRONG:
        answer = await post(office, "/moves", **(WISH | wrong))
        said = await answer.text()
        assert (answer.status, PROBLEMS[problem][0] in said) == (422, True), (wrong, problem)
        if "kind" not in wrong:
            assert 'value="juminhyo" checked' in said
        if "reason" not in wrong:
            assert "標準化に伴う移行" in said
    assert town.rows(tables.moves) == [] and not any(one.asked for one in both.values())
    assert {problem for _, problem in WRONG} | {"underway", "late"} == set(PROBLEMS)


async def test_a_kind_under_way_is_not_planned_again_and_after_its_minute_nothing_is_taken_back(town: Town, office: Client, mover: Mover) -> None:
    await sign_in(office)
    assert (await post(office, "/moves", **WISH)).status == 303
    again = await post(office, "/moves", **WISH)
    assert (again.status, PROBLEMS["underway"][0] in await again.text()) == (422, True)
    town.at = AT
    await sign_in(office)
    late = await post(office, "/moves/1/take-back")
    assert (late.status, PROBLEMS["late"][0] in await late.text()) == (409, True)


@pytest.mark.parametrize(("name", "looks"), [("市の次郎", 403), ("見学", 200)])
async def test_only_an_operator_plans_or_takes_back_and_a_municipality_does_not_look(town: Town, office: Client, name: str, looks: int) -> None:
    number = town.center_store.do(moves.plan, CITY, ("juminhyo",), CITY, "bcl", AT, "花子", "移行", NOW)
    await sign_in(office, name)
    answers: list[Any] = [await office.get("/moves"), await office.get(f"/moves/{number}"), await post(office, "/moves", **WISH)]
    answers.append(await post(office, f"/moves/{number}/take-back"))
    assert [answer.status for answer in answers] == [looks, looks, 403, 403]
    assert [row["state"] for row in town.rows(tables.moves)] == ["planned"]
