"""A new 年度 of tax papers: closed until its specimens are approved, closed while the year is changed, approved on a page by the tax section alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from prometheus_client import CollectorRegistry

from certificates.kinds import KINDS
from issuer.admissions import MadeReferral, note_made
from issuer.desk import Desk
from issuer.doings import doings
from issuer.press import InlinePress
from issuer.terms import Issuer
from issuer.year_openings import YearRefused, approve_year, withdraw_year
from issuer.year_specimens import specimens
from issuer.year_tables import approved_years
from messages.orders import ChoicesOffered, Issued
from messages.refusals import Refusal
from municipal_server.app import clerks_office
from municipal_server.config import load
from storage.instants import JST
from storage.sqlite import SqliteStore
from tests.issuer.test_clerk import HASH, Clock, page, post, sign_in
from tests.issuer.town import CENTER, DECLARED, FATHER, NOW, ask, atena, drawn_text, hands, issuer, order, policy_of
from tests.municipal_server.test_config import written

DIGEST = "0" * 64


def terms(**changes: Any) -> Issuer:
    return issuer(kazei=policy_of(KINDS["kazei"], **{"years_need_approval": True, "undeclared": "blank_for_dependants"} | changes))


async def answer(store: SqliteStore, now: datetime, of: Issuer) -> tuple[int, ...] | str:
    desk = Desk(of, store, InlinePress(hands()), DECLARED)
    reply = await desk.answer(ask(FATHER, f"visit-{now:%Y%m%dT%H%M%S}", "kazei"), CENTER, now)
    if isinstance(reply, Refusal):
        return reply.code
    assert isinstance(reply, ChoicesOffered)
    return reply.years


async def approve(store: SqliteStore, year: int, now: datetime = NOW) -> None:
    await store.write(approve_year, year, DIGEST, "zei", "確認した", now)


async def test_a_year_opens_by_its_date_and_its_approval_and_not_by_one_of_them(town_hall: SqliteStore) -> None:
    before, after = datetime(2026, 6, 2, 12, tzinfo=JST), datetime(2026, 6, 3, 0, 0, tzinfo=JST)
    assert await answer(town_hall, after, terms()) == "year_not_open", "nothing has been approved"
    await approve(town_hall, 2025)
    assert await answer(town_hall, after, terms()) == (2025, 2024), "the older ones were open before there was this page"
    await approve(town_hall, 2026)
    assert await answer(town_hall, before, terms()) == (2025, 2024)
    assert await answer(town_hall, after, terms()) == (2026, 2025, 2024)
    assert await answer(town_hall, after, terms(years_need_approval=False)) == (2026, 2025, 2024)


async def test_an_approval_that_is_withdrawn_closes_the_year_at_once_also_for_what_was_chosen(town_hall: SqliteStore) -> None:
    await approve(town_hall, 2025)
    await approve(town_hall, 2026)
    desk = Desk(terms(), town_hall, InlinePress(hands()), DECLARED)
    offered = await desk.answer(ask(FATHER, "visit-1", "kazei"), CENTER, NOW)
    assert isinstance(offered, ChoicesOffered)
    await town_hall.write(withdraw_year, 2026, "zei", "誤り", NOW)
    refused = await desk.answer(order("r-1", FATHER, offered), CENTER, NOW)
    assert isinstance(refused, Refusal) and refused.code == "year_invalid"
    assert isinstance(await desk.answer(order("r-2", FATHER, offered, year=2025), CENTER, NOW), Issued)
    assert await answer(town_hall, NOW, terms()) == (2025, 2024)
    with pytest.raises(YearRefused):
        await town_hall.write(withdraw_year, 2026, "zei", "誤り", NOW)
    with pytest.raises(YearRefused):
        await approve(town_hall, 2025)
    assert 2026 not in await town_hall.read(approved_years)


async def test_on_the_days_of_the_switch_nothing_is_issued_of_any_year(town_hall: SqliteStore) -> None:
    three = terms(years_need_approval=False, switch_days=3)
    days = {
        day: await answer(town_hall, datetime(2026, month, day, 12, tzinfo=JST), three) for month, day in ((5, 30), (5, 31), (6, 1), (6, 2), (6, 3))
    }
    assert days == {30: (2025, 2024), 31: "year_not_open", 1: "year_not_open", 2: "year_not_open", 3: (2026, 2025, 2024)}


@pytest.fixture
async def office(town_hall: SqliteStore, tmp_path: Any) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    staff = [{"name": name, "password_hash": HASH, "roles": [role]} for name, role in (("mado", "clerk"), ("zei", "tax"))]
    config = load(written(tmp_path, staff=staff))
    count = iter(range(1000))
    app = clerks_office(
        config, terms(), town_hall, InlinePress(hands()), now=Clock(), token=lambda size: next(count).to_bytes(size),
        registry=CollectorRegistry(), openapi=None,
    )  # fmt: skip
    async with TestClient(TestServer(app)) as client:
        yield client


def shown_digest(text: str) -> str:
    return text.partition('name="specimens" value="')[2].partition('"')[0]


async def test_the_tax_section_looks_at_specimens_and_approves_them_with_a_reason(office: Any, town_hall: SqliteStore) -> None:
    await sign_in(office, "zei")
    assert "記録なし" in await page(office, "/years")
    shown = await page(office, "/years/2026")
    assert "まだ承認されていません" in shown and shown.count("<img") == 8
    assert (await post(office, "/years/2026/approve", specimens=shown_digest(shown), why="")).status == 422
    assert (await post(office, "/years/2026/approve", specimens=DIGEST, why="確認した")).status == 422
    assert await town_hall.read(approved_years) == frozenset()
    assert (await post(office, "/years/2026/approve", specimens=shown_digest(shown), why="様式を確かめた")).status == 200
    assert 2026 in await town_hall.read(approved_years)
    assert await answer(town_hall, NOW, terms()) == (2026, 2025, 2024)
    assert "承認済み" in await page(office, "/years/2026") and "様式を確かめた" in await page(office, "/years")
    assert (await post(office, "/years/2026/withdraw", why="誤字")).status == 200
    assert "承認の取消" in await page(office, "/years")
    logged = [(line.doing.clerk, line.doing.doing, line.doing.subject) for line in await town_hall.read(doings)]
    assert logged == [("zei", "withdraw_year", "2026"), ("zei", "approve_year", "2026")]


async def test_nobody_else_approves(office: Any, town_hall: SqliteStore) -> None:
    await sign_in(office, "mado")
    shown = await page(office, "/years/2026")
    assert '<form class="line"' not in shown
    digest = specimens(terms(), 2026, NOW.date())
    assert digest is not None
    assert (await post(office, "/years/2026/approve", specimens=digest.digest(), why="x")).status == 403
    assert (await post(office, "/years/2026/withdraw", why="x")).status == 403
    assert await town_hall.read(approved_years) == frozenset()


async def test_a_specimen_is_a_paper_of_made_up_people_for_the_new_year(office: Any) -> None:
    await sign_in(office, "zei")
    texts = []
    for number in range(9):
        answered = await office.get(f"/years/2027/specimens/{number}.pdf")
        assert answered.content_type == "application/pdf" or answered.status == 404
        texts.append(drawn_text(await answered.read()) if answered.status == 200 else "")
    titles = (
        *("課税証明書", "所得証明書", "所得・課税証明書"),
        *("非課税証明書", "所得証明書", "所得・非課税証明書"),
        *("非課税証明書", None, "所得・非課税証明書"),  # who declared nothing has no incomes to be certified
    )
    for text, title in zip(texts, titles, strict=True):
        assert (title is None) is (text == "")
        assert title is None or all(word in text for word in (title, "令和９年度", "見本", "令和９年６月３日", "副市　長子"))
    picture = await office.get("/years/2027/specimens/0.png")
    assert Image.open(BytesIO(await picture.read())).size == (953, 1348)
    assert (await office.get("/years/2027/specimens/9.pdf")).status == 404


async def test_a_residents_page_shows_the_referrals_that_were_made(office: Any, town_hall: SqliteStore) -> None:
    await sign_in(office, "mado")
    assert "990027" not in await page(office, f"/residents/{atena(FATHER)}")
    await town_hall.write(note_made, MadeReferral("visit-77", atena(FATHER), "990027", "kazei", 2026, NOW))
    shown = await page(office, f"/residents/{atena(FATHER)}")
    assert "990027" in shown and "visit-77" in shown and "令和８年度" in shown


def test_the_digest_changes_with_what_stands_on_a_specimen() -> None:
    def digest(of: Issuer, year: int = 2026) -> str:
        made = specimens(of, year, NOW.date())
        assert made is not None
        return made.digest()

    form = terms().forms[0][1]
    other = replace(terms(), forms=((terms().forms[0][0], replace(form, certifier_name="別　市長")),))
    assert digest(terms()) == digest(terms())
    assert len({digest(terms()), digest(other), digest(terms(), 2025), digest(terms(undeclared="refuse"))}) == 4
