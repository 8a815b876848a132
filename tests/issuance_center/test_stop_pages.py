"""The pages of stops and findings over HTTP with a real sign-in: a municipality sees and stops its own and nothing else; two people and a check lift."""

from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from issuance_center.app import operator_office
from issuance_center.config import Staff
from issuance_center.entries import Succession
from issuance_center.records import directory, endings, findings, stop_tables, stops
from issuance_center.records.findings import Occurrence
from issuance_center.routing import Change, book_of
from issuance_center.stop_pages import PROBLEMS
from issuance_center.stopping import Person, Scope, unknown_part
from tests.issuance_center.founding import CITY, OPERATOR, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import HASH, Client, page, post, sign_in
from tests.issuance_center.town import Town

STAFF = (
    Staff("花子", HASH, ("operator",)),
    Staff("太郎", HASH, ("operator",)),
    Staff("市の次郎", HASH, ("municipality",), of=CITY),
    Staff("よその三郎", HASH, ("municipality",), of=SILENT_CITY),
    Staff("どこの四郎", HASH, ("municipality",)),
)


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
        openapi={},
        lines=town.center.lines,
        book=town.center.book,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


def near_miss(town: Town) -> int:
    return town.center_store.do(findings.note, "data_update", Occurrence(CITY, CITY, "juminhyo", "K-1", None), town.at)


async def test_a_municipality_sees_its_own_notices_and_no_page_of_the_others(town: Town, office: Client) -> None:
    number = near_miss(town)
    await sign_in(office, "市の次郎")
    for path in ("/", "/findings"):
        assert f'href="/findings/{number}"' in await page(office, path)
    for path in ("/alarms", "/cases", "/issuances/x"):
        assert (await office.get(path)).status == 403
    assert (await post(office, f"/findings/{number}/acknowledge")).status == 303
    assert (await post(office, f"/findings/{number}/close", cause="短い")).status == 409
    assert (await post(office, f"/findings/{number}/close", cause="台帳の一括更新と時刻が重なったことを記録で確かめた。")).status == 303
    assert "台帳の一括更新" in await page(office, f"/findings/{number}")
    for form in ("", ".json", ".csv"):
        assert (await office.get(f"/findings/{number}/dossier{form}?window=60")).status == 200
    assert (await office.get(f"/findings/{number}/dossier?window=0")).status == 400


@pytest.mark.parametrize("name", ["よその三郎", "どこの四郎"])
async def test_nobody_else_does(town: Town, office: Client, name: str) -> None:
    number = near_miss(town)
    await sign_in(office, name)
    for path in (f"/findings/{number}", f"/findings/{number}/dossier.json"):
        assert (await office.get(path)).status in (403, 404)
    assert (await post(office, f"/findings/{number}/acknowledge")).status in (403, 404)
    assert (await post(office, "/stops", municipality=CITY, why="x")).status == 403
    assert town.rows(stop_tables.stops) == []


async def test_a_municipality_stops_its_own_at_once_and_never_more(town: Town, office: Client) -> None:
    await sign_in(office, "市の次郎")
    assert (await post(office, "/stops", kind="koseki", why="原本と違うとの連絡")).status == 303
    (row,) = town.rows(stop_tables.stops)
    assert (row["municipality"], row["kind"], row["placed_by"], row["placed_of"]) == (CITY, "koseki", "市の次郎", CITY)
    assert (await post(office, "/stops", municipality=CITY, why="")).status == 422
    assert "原本と違うとの連絡" in await page(office, "/stops")


async def test_a_stop_is_proposed_checked_and_confirmed_by_another(town: Town, office: Client) -> None:
    await sign_in(office)
    assert (await post(office, "/stops", kiosk="K-1", why="排紙の異常")).status == 303
    assert (await post(office, "/stops/1/confirm")).status == 409
    assert (await post(office, "/stops/1/propose", reason="部品を交換した")).status == 303
    assert (await post(office, "/stops/1/confirm")).status == 409
    assert (await post(office, "/stops/1/check")).status == 303
    assert "別の人が確認" in await (await post(office, "/stops/1/confirm")).text()
    await sign_in(office, "太郎")
    assert (await post(office, "/stops/1/confirm")).status == 303
    shown = await page(office, "/stops/1")
    assert "部品を交換した" in shown
    assert "解除" in shown


async def test_an_issuer_whose_build_is_not_registered_does_not_pass(town: Town, office: Client) -> None:
    await sign_in(office)
    await post(office, "/stops", municipality=CITY, kind="juminhyo", why="疑い")
    await post(office, "/stops/1/propose", reason="調べた")
    await post(office, "/stops/1/check")
    (check,) = town.rows(stop_tables.stop_checks)
    assert (check["passed"], "unregistered" in check["answers"] or "silent" in check["answers"]) == (False, True)
    await sign_in(office, "太郎")
    assert (await post(office, "/stops/1/confirm")).status == 409


async def test_another_municipality_neither_sees_nor_restarts_a_stop_nor_anybody_the_center_s_wider_ones(town: Town, office: Client) -> None:
    for scope, of in ((Scope(CITY, "inkan"), CITY), (Scope(kind="koseki"), "center")):
        town.center_store.do(endings.place, scope, "市の次郎", of, "印影が薄い", town.at)
    town.center_store.do(stops.propose, 1, Person("市の次郎", of=CITY), "直した", town.at)
    finding = near_miss(town)
    await sign_in(office, "よその三郎")
    for listing in ("/stops", "/findings"):
        shown = await page(office, listing)
        assert "印影が薄い" not in shown and "市の次郎" not in shown and CITY not in shown
        assert f'href="/findings/{finding}"' not in shown and 'href="/stops/' not in shown
    for number in (1, 2):
        assert (await office.get(f"/stops/{number}")).status == 404
        for act in ("propose", "check", "confirm"):
            assert (await post(office, f"/stops/{number}/{act}", reason="もうよい")).status == 403
    await sign_in(office, "市の次郎")
    assert (await office.get("/stops/2")).status == 404 and "koseki" not in [row["kind"] for row in town.center_store.do(stops.listed, town.at, CITY)]
    assert (await post(office, "/stops/2/propose", reason="もうよい")).status == 403
    assert (len(town.rows(stop_tables.liftings)), town.rows(stop_tables.stop_checks)) == (1, [])
    assert [row["lifted_at"] for row in town.rows(stop_tables.stops)] == [None, None]


@pytest.mark.parametrize(
    ("part", "typed"),
    [("municipality", "みほん市"), ("municipality", "131016"), ("kind", "passport"), ("issuer", "nobody"), ("build", "店"), ("operator", "店"), ("kiosk", "K-9")],
)  # fmt: skip
def test_a_stop_that_names_nothing_there_is_would_stop_nothing(town: Town, part: str, typed: str) -> None:
    book = book_of(center_config())
    assert unknown_part(Scope(**{part: typed}), book, (CITY,), town.at) == part
    whole = Scope(CITY, "juminhyo", CITY, "konbini/1", OPERATOR, "K-1")
    assert unknown_part(whole, book, (CITY,), town.at) is None
    assert unknown_part(replace(whole, **{part: typed}), book, (CITY,), town.at) == part


async def test_a_mistyped_stop_is_refused_and_loses_nothing_and_a_former_code_means_its_successor(town: Town, office: Client) -> None:
    await sign_in(office)
    answer = await post(office, "/stops", kiosk="K-9", kind="koseki", why="排紙の異常")
    said = await answer.text()
    assert answer.status == 422 and "その端末は登録されていません" in said
    assert all(kept in said for kept in ('value="K-9"', 'value="koseki" selected', 'value="排紙の異常"'))
    assert town.rows(stop_tables.stops) == []
    merged = Change("succession", "991015", "", town.at, Succession(CITY, "ひがし区", "", "ward"))
    town.center_store.do(directory.add, (merged,), "花子", "試験", town.at)
    await town.center._shelf.reload(town.at)
    assert (await post(office, "/stops", municipality="991015", why="疑い")).status == 303
    assert [row["municipality"] for row in town.rows(stop_tables.stops)] == [CITY]


async def test_each_problem_of_a_restart_is_said(town: Town, office: Client) -> None:
    await sign_in(office)
    await post(office, "/stops", kiosk="K-1", why="排紙の異常")
    said = {"why": await post(office, "/stops/1/propose", reason=""), "not_proposed": await post(office, "/stops/1/check")}
    await post(office, "/stops/1/propose", reason="部品を交換した")
    await sign_in(office, "太郎")
    said["not_checked"] = await post(office, "/stops/1/confirm")
    await post(office, "/stops/1/check")
    town.pass_time(minutes=31)  # longer than a session without a page, too
    await sign_in(office, "太郎")
    said["check_old"] = await post(office, "/stops/1/confirm")
    await post(office, "/stops/1/check")
    assert (await post(office, "/stops/1/confirm")).status == 303
    said["not_in_force"] = await post(office, "/stops/1/confirm")
    for problem, answer in said.items():
        assert (answer.status, PROBLEMS[problem][0] in await answer.text()) == (409, True), problem
