"""The operator's pages over HTTP with a real sign-in: what they show, who may decide, and that a decision reaches the books."""

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from issuance_center.app import operator_office
from issuance_center.config import Staff
from issuance_center.records import tables
from messages.refusals import TABLE
from registers.residents.resident import Resident
from simulation.people import CardMade
from tests.issuance_center import liars
from tests.issuance_center.founding import center_config, foundation, stream
from tests.issuance_center.liars import Liar
from tests.issuance_center.town import Kiosk, Town

PASSWORD = "見本の暗証"
# The cheapest there is: how dear a sign-in is, the sign-in's own tests show.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD, salt=b"s" * 16)
STAFF = (Staff("花子", HASH, ("operator",)), Staff("見学", HASH, ()))

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Client]:
    config = msgspec.structs.replace(center_config(), staff=STAFF)
    app = operator_office(
        config,
        town.center_store,
        wake=town._wake,
        now=town.now,
        token=stream("office"),
        registry=CollectorRegistry(),
        openapi={"openapi": "3.1.0"},
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def post(office: Client, path: str, origin: str | None = None, **form: str) -> Any:
    headers = {"Origin": str(office.make_url("/")).rstrip("/") if origin is None else origin}
    return await office.post(path, data=form, headers=headers if origin != "" else {}, allow_redirects=False)


async def sign_in(office: Client, name: str = "花子") -> None:
    assert (await post(office, "/sign-in", name=name, password=PASSWORD, next="/")).status == 303


async def page(office: Client, path: str) -> str:
    answer = await office.get(path)
    assert answer.status == 200, (path, answer.status)
    return await answer.text()


async def unresolved(kiosk: Kiosk, card: CardMade) -> str:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "paid", "unresolved")
    return ready.papers[0].issuance_id


async def test_without_sign_in_nothing_is_shown_and_nothing_can_be_done(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    issuance = await unresolved(kiosk, card)
    for path in ("/", f"/issuances/{issuance}", "/alarms", "/cases"):
        answer = await office.get(path, allow_redirects=False)
        assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")
    assert (await post(office, f"/cases/{issuance}", decision="returned", reason="x")).status == 401
    assert (await post(office, "/alarms/1/seen")).status == 401
    assert (await post(office, "/sign-in", name="花子", password="違う", next="/")).status == 403
    assert town.states() == ["unresolved"]


async def test_the_front_page_counts_by_state_and_leads_to_each_issuance(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await kiosk.apply(copies=99)
    await sign_in(office)
    shown = await page(office, "/")
    for paper in ready.papers:
        assert f'href="/issuances/{paper.issuance_id}"' in shown
    assert "お渡し済み" in shown
    assert TABLE["copies_invalid"].ja in shown
    taken = await page(office, "/?state=taken")
    assert ready.papers[0].issuance_id in taken
    assert ready.papers[1].issuance_id not in taken
    assert ready.papers[1].issuance_id in await page(office, "/?state=nonsense")
    town.pass_time(hours=15)  # the next day
    await sign_in(office)
    assert ready.papers[0].issuance_id not in await page(office, "/")


async def test_an_issuance_is_shown_step_by_step_and_names_nobody(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    paper = ready.papers[0]
    await kiosk.report(paper, "paid", "unresolved", reason="<b>停電</b>")
    await kiosk.close()
    await town.deliver()
    await sign_in(office)
    shown = await page(office, f"/issuances/{paper.issuance_id}")
    for text in (
        "申請を受け付け、記録した",
        "証明書を検査し、合格した",
        "手数料を受け取った",
        "&lt;b&gt;停電&lt;/b&gt;",
        paper.number,
        card.serial,
        "受付を終了した",
    ):
        assert text in shown
    assert "<b>停電" not in shown
    for who in foundation().household(card):
        assert not {who.name, who.atena_no, who.my_number} & set(words(shown))
        assert who.name not in shown
        assert who.atena_no not in shown
    assert (await office.get("/issuances/nothing")).status == 404


def words(text: str) -> list[str]:
    return text.split()


async def test_a_case_is_decided_by_an_operator_with_a_reason_and_reaches_the_books(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    issuance = await unresolved(kiosk, card)
    await sign_in(office)
    assert "印刷の未確定" in await page(office, "/cases")
    for form in (
        {"decision": "returned"},
        {"decision": "returned", "reason": "  "},
        {"reason": "確認した"},
        {"decision": "taken", "reason": "確認した"},
    ):
        assert (await post(office, f"/cases/{issuance}", **form)).status == 422
    assert (await post(office, f"/cases/{issuance}", decision="returned", reason="長" * 513)).status == 422
    assert (await post(office, "/cases/nothing", decision="returned", reason="確認した")).status == 409
    assert town.states() == ["unresolved"]
    rung = town.woken
    answer = await post(office, f"/cases/{issuance}", decision="returned", reason="<i>店に確認した</i>")
    assert (answer.status, answer.headers["Location"], town.woken) == (303, "/cases", rung + 1)
    shown = await page(office, "/cases")
    assert "&lt;i&gt;店に確認した" in shown
    assert "花子" in shown
    again = await post(office, f"/cases/{issuance}", decision="printed", reason="もう一度")
    assert again.status == 409
    assert "すでに判断されている" in await again.text()
    await town.deliver()
    assert (town.states(), town.facts(), town.issue_log()) == (["returned"], ["paid", "unresolved", "returned"], ["void"])


async def test_an_inquiry_is_closed_from_the_page(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], "printed")
    await sign_in(office)
    assert "調査を終える" in await page(office, "/cases")
    assert (await post(office, f"/cases/{ready.papers[0].issuance_id}", decision="inquired", reason="端末の不具合")).status == 303
    shown = await page(office, "/cases")
    assert "調査終了" in shown
    assert "調査を終える" not in shown


async def test_who_is_no_operator_may_look_and_not_decide(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    issuance = await unresolved(kiosk, card)
    await sign_in(office, "見学")
    assert issuance in await page(office, "/cases")
    assert (await post(office, f"/cases/{issuance}", decision="returned", reason="x")).status == 403
    assert (await post(office, "/alarms/1/seen")).status == 403
    assert town.states() == ["unresolved"]


@pytest.mark.parametrize("origin", ["", "http://elsewhere.example"])
async def test_a_decision_from_another_page_is_refused(town: Town, office: Client, kiosk: Kiosk, card: CardMade, origin: str) -> None:
    issuance = await unresolved(kiosk, card)
    await sign_in(office)
    assert (await post(office, f"/cases/{issuance}", origin, decision="returned", reason="x")).status == 403
    assert town.states() == ["unresolved"]


async def test_an_alarm_stands_until_an_operator_has_seen_it(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    liar = Liar(town, town.municipal, liars.another_persons_paper_for_this_order)
    town.municipal = liar
    await kiosk.choosing(card)
    await kiosk.apply()
    await sign_in(office)
    assert "未確認の警報が1件" in await page(office, "/")
    shown = await page(office, "/alarms")
    assert "証明書が申請と異なるため停止" in shown
    assert not any(name in shown for name in names(foundation().residents))
    assert (await post(office, "/alarms/1/seen")).status == 303
    (alarm,) = town.rows(tables.alarms)
    assert (alarm["seen_by"], alarm["seen_at"]) == ("花子", town.at.isoformat(timespec="microseconds"))
    town.pass_time(minutes=1)
    await post(office, "/alarms/1/seen")
    assert town.rows(tables.alarms) == [alarm], "the first one counts"
    assert "未確認の警報" not in await page(office, "/")
    for number in ("x", "-1", "9" * 12, "１"):
        assert (await post(office, f"/alarms/{number}/seen")).status == 404


def names(people: tuple[Resident, ...]) -> list[str]:
    return [who.name for who in people]


@pytest.mark.parametrize(
    ("kind", "changes", "ja", "en"),
    [
        ("juminhyo", {"form": "kojinhyo"}, "個人票（1人1枚）", "Individual form (one person a sheet)"),
        ("kazei", {"form": "shotoku", "year": 2025}, "所得証明書（令和７年度）", "Income certificate (fiscal year 2025)"),
        ("koseki", {}, "戸籍証明書", "Family register certificate"),
    ],
)
async def test_form_and_year_stand_on_the_front_page_and_beside_the_issuance(
    town: Town, office: Client, kiosk: Kiosk, card: CardMade, kind: str, changes: dict[str, Any], ja: str, en: str
) -> None:
    ready = await kiosk.ready(card, kind, **changes)
    paper = ready.papers[0]
    await sign_in(office)
    for path in ("/", f"/issuances/{paper.issuance_id}"):
        assert ja in await page(office, path)
        answer = await office.get(path, params={"lang": "en"}, headers={"Accept-Language": "en"})
        assert en in await answer.text()
        office.session.cookie_jar.clear(lambda cookie: cookie.key == "lang")
    shown = await page(office, f"/issuances/{paper.issuance_id}")
    assert sha256(paper.face).hexdigest() in shown
    assert sha256(paper.back).hexdigest() in shown


async def test_pages_are_in_english_too(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    issuance = await unresolved(kiosk, card)
    await sign_in(office)
    office.session.headers["Accept-Language"] = "en"
    for path, text in (("/", "Unresolved"), ("/cases", "Printing not resolved"), ("/alarms", "No alarms."), (f"/issuances/{issuance}", "Fee taken")):
        answer = await office.get(path, params={"lang": "en"})
        assert text in await answer.text(), path


async def test_health_and_metrics_tell_what_waits(town: Town, office: Client, kiosk: Kiosk, card: CardMade) -> None:
    await unresolved(kiosk, card)
    health = await (await office.get("/healthz")).json()
    assert health == {"status": "ok", "party": "center", "facts_waiting": 2, "outcomes_waiting": 1, "alarms": 0, "cases": 1}
    metrics = await (await office.get("/metrics")).text()
    assert 'konbini_owed{what="facts"} 2.0' in metrics
    assert 'konbini_attention{what="cases"} 1.0' in metrics
    assert (await (await office.get("/openapi.json")).json())["openapi"] == "3.1.0"
