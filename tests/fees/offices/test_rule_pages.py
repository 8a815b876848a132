"""The pages of rules over HTTP with a real sign-in: a campaign from its draft to the price at 06:30, two people, and no page of a neighbour's."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from fees.desk import Desk
from fees.drafts.chain import Sound, verify
from fees.drafts.history import last_revision
from fees.offices.app import books_office
from messages.facts import AskPrices, MeterFacts, Prices
from storage.instants import JST
from storage.sqlite import SqliteStore
from tests.fees.office import CITY, NOW, OTHER_CITY, config, fact
from trust.parties import Peer

PASSWORD = "料金の鍵"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=b"0123456789abcdef")
"""As cheap as argon2id can be: what is shown here is not how long a password takes."""
PEOPLE = {
    "finance": (("finance",), None),
    "center-editor": (("editor",), None),
    "center-approver": (("approver",), None),
    "editor": (("editor",), CITY),
    "approver": (("approver",), CITY),
    "viewer": (("viewer",), CITY),
    "both": (("editor", "approver"), CITY),
    "neighbour": (("editor", "approver"), OTHER_CITY),
}
STAFF = [{"name": name, "password_hash": HASH, "roles": list(roles), "of": of} for name, (roles, of) in PEOPLE.items()]
HOME = f"/municipalities/{CITY}"
CENTER = Peer("center", "center")
Client = TestClient[web.Request, web.Application]

TEN_YEN = {
    "title": "10円キャンペーン",
    "why": "条例第5条",
    "kind_1": "campaign",
    "fee_class_1": "juminhyo",
    "channel_1": "store",
    "yen_1": "290",
    "since_1": "2027-01-01",
    "last_1": "2027-03-31",
}


@pytest.fixture
async def client(store: SqliteStore, desk: Desk, registry: CollectorRegistry) -> AsyncIterator[Client]:
    turn = count(1)
    app = books_office(
        config(staff=STAFF), store, desk, now=lambda: NOW, token=lambda size: next(turn).to_bytes(size, "big"), registry=registry, openapi={}
    )
    async with TestClient(TestServer(app)) as opened:
        yield opened


def origin(client: Client) -> dict[str, str]:
    return {"Origin": f"http://{client.host}:{client.port}"}


async def sign_in(client: Client, name: str) -> None:
    form = {"name": name, "password": PASSWORD, "next": "/healthz"}
    async with client.post("/sign-in", data=form, headers=origin(client)) as answer:
        assert answer.status == 200


async def page(client: Client, path: str, status: int = 200) -> str:
    async with client.get(path) as answer:
        assert answer.status == status
        return await answer.text()


async def post(client: Client, path: str, form: dict[str, str], status: int = 200) -> str:
    async with client.post(path, data=form, headers=origin(client)) as answer:
        assert answer.status == status
        return await answer.text()


async def prices(desk: Desk, day: date, at: datetime) -> dict[str, int]:
    answer = await desk.answer(AskPrices(municipality=CITY, channel="store", day=day), CENTER, at)
    assert isinstance(answer, Prices)
    return {each.fee_class: each.fee_yen for each in answer.prices}


async def sold_last_year(desk: Desk, copies: int) -> None:
    at = datetime(2026, 2, 10, 12, tzinfo=JST)
    paid = {"visited_at": at, "fee_yen": 10, "rule": "juminhyo-ten-yen"}
    told = [
        fact(2 * number + step, f"i{number}", name, at=at + timedelta(seconds=number), **paid)
        for number in range(copies)
        for step, name in ((1, "paid"), (2, "printed"))
    ]
    await desk.answer(MeterFacts(center="center", facts=tuple(told)), CENTER, NOW)


async def test_an_editor_drafts_a_ten_yen_campaign_sees_the_preview_an_approver_puts_it_in_force_and_the_price_comes_on_its_day(
    client: Client, desk: Desk, store: SqliteStore
) -> None:
    await sold_last_year(desk, 40)
    await sign_in(client, "editor")
    drafted = await post(client, f"{HOME}/drafts", TEN_YEN)
    assert [
        word for word in ("試算", "期間限定減額 △290円", "2027-01-01から2027-03-31まで", "10,000", "400", "4,680", "△4,280") if word not in drafted
    ] == []
    await post(client, f"{HOME}/drafts/1/submit", {"version": "1"})
    await sign_in(client, "approver")
    assert "承認待ち" in await page(client, f"{HOME}/rules")
    approved = await post(client, f"{HOME}/drafts/1/approve", {"version": "2"})
    assert "承認済み（適用前）" in approved
    first, last = date(2027, 1, 1), date(2027, 3, 31)
    told = [
        (await prices(desk, day, datetime.combine(day, hour, JST)))["juminhyo"]
        for day, hour in (
            (first - timedelta(days=1), datetime(1, 1, 1, 22, 58).time()),
            (first, datetime(1, 1, 1, 6, 30).time()),
            (last, datetime(1, 1, 1, 22, 58).time()),
            (last + timedelta(days=1), datetime(1, 1, 1, 6, 30).time()),
        )
    ]
    assert told == [250, 10, 10, 250]
    lines = (await page(client, f"{HOME}/record.jsonl")).splitlines()
    assert verify(line.encode() for line in lines) == Sound(3, _hash(lines[-1]))
    assert "改ざんはありません" in await page(client, f"{HOME}/record")


def _hash(line: str) -> str:
    return line.partition('"sha256":"')[2][:64]


async def test_a_page_of_rules_draws_the_fees_in_both_languages(client: Client) -> None:
    await sign_in(client, "viewer")
    shown = await page(client, f"{HOME}/rules")
    assert [word for word in ("料金の推移", "250円", "住民票の写し", "恒久減額 △50円", "非課税", "juminhyo-ten-yen") if word not in shown] == []
    english = await page(client, f"{HOME}/rules?lang=en")
    assert [word for word in ("Fees over time", "250 yen", "Certificate of residence", "exempt") if word not in english] == []
    assert "新しい下書き" not in shown


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**TEN_YEN, "yen_1": "250.5"}, "新しい定め 1行目：金額は1円単位"),
        ({**TEN_YEN, "yen_1": "-1"}, "新しい定め 1行目：金額は0円以上"),
        ({**TEN_YEN, "yen_1": "301"}, "juminhyo-base と 990019-juminhyo-store-campaign-20270101：減額が基本額を上回ります"),
        ({**TEN_YEN, "kind_1": "base"}, "juminhyo-base と 990019-juminhyo-store-base-20270101：適用期間が重なっています"),
        ({**TEN_YEN, "fee_class_1": "passport"}, "この手数料区分はありません。（passport）"),
        ({**TEN_YEN, "since_1": "2026-11-23"}, "最も早い適用開始日は2026-11-24です。"),
        ({**TEN_YEN, "since_1": "2027-04-01"}, "新しい定め 1行目：最終日は開始日以後"),
        ({**TEN_YEN, "since_1": "soon"}, "新しい定め 1行目：日付を"),
        ({**TEN_YEN, "why": " "}, "理由を入力してください"),
        ({"title": "空", "why": "空"}, "変更が入力されていません"),
        ({"title": "空", "why": "空", "lines": '\n{"type":"enter"}'}, "JSON 2行目"),
        ({"title": "空", "why": "空", "lines": '{"type":"withdraw","rule":"other-base"}'}, "所管する団体だけ"),
    ],
)
async def test_bad_input_is_refused_with_its_line_and_changes_nothing(client: Client, store: SqliteStore, form: dict[str, str], said: str) -> None:
    await sign_in(client, "editor")
    answer = await post(client, f"{HOME}/drafts", form, 422)
    assert said in answer
    assert form["title"] in answer
    assert "下書きはありません" not in answer
    await page(client, f"{HOME}/drafts/1", 404)


async def test_nobody_approves_their_own_draft(client: Client, store: SqliteStore) -> None:
    await sign_in(client, "both")
    await post(client, f"{HOME}/drafts", TEN_YEN)
    await post(client, f"{HOME}/drafts/1/submit", {"version": "1"})
    assert f'action="{HOME}/drafts/1/approve"' not in await page(client, f"{HOME}/drafts/1")
    assert "別の人が承認" in await post(client, f"{HOME}/drafts/1/approve", {"version": "2"}, 409)
    assert await store.read(last_revision) == 1


@pytest.mark.parametrize("name", ["viewer", "approver"])
async def test_who_is_no_editor_drafts_nothing(client: Client, name: str) -> None:
    await sign_in(client, name)
    assert "権限がありません" in await post(client, f"{HOME}/drafts", TEN_YEN, 422)
    await page(client, f"{HOME}/drafts/1", 404)


async def test_a_draft_is_revised_from_its_own_form(client: Client) -> None:
    await sign_in(client, "editor")
    await post(client, f"{HOME}/drafts", {**TEN_YEN, "act_juminhyo-reduction": "end", "ends_juminhyo-reduction": "2027-06-30"})
    form = await page(client, f"{HOME}/drafts/1/edit")
    assert [value for value in ('value="290"', 'value="2027-03-31"', 'value="2027-06-30"', "条例第5条") if value not in form] == []
    assert "△200円" in await post(client, f"{HOME}/drafts/1", {**TEN_YEN, "yen_1": "200", "version": "1"})
    assert "下書きが変わりました" in await post(client, f"{HOME}/drafts/1", {**TEN_YEN, "version": "1"}, 422)


NEIGHBOUR = (
    f"{HOME}/rules",
    f"{HOME}/drafts/1",
    f"{HOME}/record",
    f"{HOME}/record.jsonl",
    "/center/rules",
    "/municipalities",
    "/journal",
    "/books.json",
    "/tariff",
)


@pytest.mark.parametrize("path", NEIGHBOUR)
async def test_a_municipality_s_people_reach_their_own_pages_and_nothing_else(client: Client, path: str) -> None:
    await sign_in(client, "editor")
    await post(client, f"{HOME}/drafts", TEN_YEN)
    await sign_in(client, "neighbour")
    await page(client, path, 403)
    assert "例示市" in await page(client, "/")


async def test_a_neighbour_changes_nothing_by_address(client: Client, store: SqliteStore) -> None:
    await sign_in(client, "editor")
    await post(client, f"{HOME}/drafts", TEN_YEN)
    await post(client, f"{HOME}/drafts/1/submit", {"version": "1"})
    await sign_in(client, "neighbour")
    await post(client, f"{HOME}/drafts/1/approve", {"version": "2"}, 403)
    await post(client, f"/municipalities/{OTHER_CITY}/drafts/1/approve", {"version": "2"}, 404)
    await sign_in(client, "center-approver")
    assert "承認待ち" in await page(client, f"{HOME}/drafts/1")
    await post(client, f"{HOME}/drafts/1/approve", {"version": "2"}, 403)
    assert await store.read(last_revision) == 1


async def test_the_center_s_people_change_the_commission_in_two(client: Client, store: SqliteStore) -> None:
    await sign_in(client, "center-editor")
    rule = '{"type":"enter","rule":{"type":"commission","rule":"itaku-2027","operator":"hidamari","commission_yen":120,"since":"2027-04-01"}}'
    form = {"title": "委託手数料の改定", "why": "契約変更", "act_itaku-2026": "end", "ends_itaku-2026": "2027-03-31", "lines": rule}
    assert "委託手数料 ひだまりストア（コンビニ等店舗）120円・税込" in await post(client, "/center/drafts", form)
    await post(client, "/center/drafts/1/submit", {"version": "1"})
    await sign_in(client, "center-approver")
    await post(client, "/center/drafts/1/approve", {"version": "2"})
    assert await store.read(last_revision) == 2
    assert "itaku-2027" in await page(client, "/center/rules")


async def test_a_configuration_that_says_something_else_is_shown_to_the_center(store: SqliteStore, desk: Desk, registry: CollectorRegistry) -> None:
    other = config(staff=STAFF, tariff=config().tariff[:-1])
    app = books_office(other, store, desk, now=lambda: NOW, token=bytes, registry=registry, openapi={})
    async with TestClient(TestServer(app)) as client:
        await sign_in(client, "finance")
        assert "other-base" in (await page(client, "/center/rules")).partition("登録されている定め</h2>")[0]


async def test_a_municipality_nobody_has_is_not_found(client: Client) -> None:
    await sign_in(client, "finance")
    await page(client, "/municipalities/990035/rules", 404)
    assert "見本市" in await page(client, "/municipalities")
