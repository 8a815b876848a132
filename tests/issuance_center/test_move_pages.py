"""The pages of moves open before anything was typed, and are the operators' alone."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from issuance_center.app import operator_office
from issuance_center.moving import Mover, UnderWay
from tests.issuance_center.founding import CITY, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import Client, page, post, sign_in
from tests.issuance_center.test_stop_pages import STAFF
from tests.issuance_center.town import Town


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Client]:
    config = msgspec.structs.replace(center_config(), staff=STAFF)
    mover = Mover.__new__(Mover)  # what is refused before a comparison never reaches it
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


async def test_a_municipality_neither_sees_nor_plans(office: Client) -> None:
    await sign_in(office, "市の次郎")
    assert (await office.get("/moves")).status == 403
    assert (await post(office, "/moves", municipality=CITY, new=CITY, kind="juminhyo")).status == 403


async def test_the_page_says_that_a_kind_is_under_way_already_and_keeps_what_was_typed(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def under_way(*_: object) -> int:
        raise UnderWay(7)

    monkeypatch.setattr(Mover, "plan", under_way)
    await sign_in(office)
    answer = await post(office, "/moves", municipality=CITY, new=SILENT_CITY, kind="juminhyo", at="2099-12-01T09:00", reason="標準化に伴う移行")
    said = await answer.text()
    assert answer.status == 422 and "すでに切替の予定があります" in said and "標準化に伴う移行" in said
