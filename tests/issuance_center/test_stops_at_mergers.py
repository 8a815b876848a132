"""A stop outlives the municipality it was placed on: it holds for what its code has come to mean, is lifted there, and is shown to whoever may lift it before the merger."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from issuance_center import routing, stopping
from issuance_center.app import operator_office
from issuance_center.config import Staff
from issuance_center.entries import Place, Succession
from issuance_center.records import directory, endings, stop_tables, stops, tables
from issuance_center.records.directory_tables import directory_entries
from issuance_center.records.successions import meanings
from issuance_center.stopping import Occasion, Person, Question, Scope
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, KIOSK_IDS, NOW, OPERATOR, SILENT_CITY, center_config, stream
from tests.issuance_center.test_app import HASH, Client, page, sign_in
from tests.issuance_center.test_directory import change
from tests.issuance_center.town import Kiosk, Town, code

FORMER, HEIR, WARD = SILENT_CITY, CITY, "991015"
MERGER = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
BEFORE, AFTER = MERGER - timedelta(seconds=1), MERGER + timedelta(hours=9)
OPERATORS = (Person("花子", operator=True), Person("太郎", operator=True))


def merges(former: str, heir: str, since: datetime = MERGER) -> Any:
    return change("succession", Succession(heir, "しずか市", "Shizuka", "former"), since=since, subject=former)


def enter(town: Town, *changes: Any) -> None:
    town.center_store.do(directory.add, changes, "花子", "合併", NOW)


def place(town: Town, scope: Scope, of: str = "center") -> int:
    number = town.center_store.do(endings.place, scope, "花子", of, "印影が薄い", town.at)
    assert number is not None
    return number


def refusing(town: Town, at: datetime, asked: Occasion) -> bool:
    return town.center_store.do(stops.refusing, asked, at) is not None


def asked_of(municipality: str, issuer: str | None = None, kind: str = "juminhyo") -> Occasion:
    return Occasion(municipality, kind, issuer or municipality, OPERATOR, KIOSK_IDS[0])


# --- it holds ---


async def test_from_the_merger_on_nothing_of_the_heir_is_offered_that_was_stopped_of_the_former(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    enter(town, merges(FORMER, HEIR))
    place(town, Scope(FORMER, "juminhyo"))
    await kiosk.ready(card)
    assert town.states() == ["sealed"], "before it the heir goes on"
    town.pass_time(days=1)
    later = town.kiosk(1)
    offered = await later.quoted(card)
    (juminhyo,) = [kind for kind in offered.kinds if kind.kind == "juminhyo"]
    assert (juminhyo.open, juminhyo.because) == (False, "stopped")
    assert code(await later.choices()) == "stopped_now"
    assert any(kind.open for kind in offered.kinds), "what was not stopped there is not stopped here"


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        (Scope(FORMER), asked_of(HEIR)),
        (Scope(FORMER, "juminhyo"), asked_of(HEIR, "bcl")),
        (Scope(FORMER, issuer="bcl"), asked_of(HEIR, "bcl")),
        (Scope(FORMER, kiosk=KIOSK_IDS[0]), asked_of(HEIR)),
        # Its own server makes no papers of the heir: who makes them now has been looked at by nobody.
        (Scope(FORMER, "juminhyo", FORMER), asked_of(HEIR)),
        (Scope(FORMER, "juminhyo", FORMER), asked_of(HEIR, "bcl")),
        # Asked for the day before under the former code, and not yet handed out.
        (Scope(HEIR), asked_of(FORMER, HEIR)),
    ],
)
def test_a_stop_holds_for_what_its_code_means_from_the_very_instant(town: Town, scope: Scope, asked: Occasion) -> None:
    enter(town, merges(FORMER, HEIR))
    place(town, scope)
    assert [refusing(town, at, asked) for at in (BEFORE, MERGER, AFTER)] == [False, True, True]


@pytest.mark.parametrize("scope", [Scope(FORMER, "koseki"), Scope(FORMER, issuer="bcl"), Scope(FORMER, kiosk=KIOSK_IDS[1]), Scope(WARD)])
def test_what_it_did_not_cover_it_does_not_cover_after_the_merger(town: Town, scope: Scope) -> None:
    enter(town, merges(FORMER, HEIR))
    place(town, scope)
    assert not refusing(town, AFTER, asked_of(HEIR))


def test_it_goes_on_through_a_second_merger_and_stays_where_a_merger_was_withdrawn(town: Town) -> None:
    enter(town, merges(WARD, FORMER), merges(FORMER, HEIR, MERGER + timedelta(days=1)))
    place(town, Scope(WARD))
    days = [MERGER + timedelta(days=day) for day in (0, 1)]
    assert [(refusing(town, at, asked_of(FORMER)), refusing(town, at, asked_of(HEIR))) for at in days] == [(True, False), (True, True)]
    enter(town, replace(merges(FORMER, HEIR, MERGER + timedelta(days=1)), value=None))
    assert not refusing(town, days[1], asked_of(HEIR)) and refusing(town, days[1], asked_of(FORMER))


async def test_a_stop_of_the_heir_ends_what_was_asked_for_under_the_former_code_and_nobody_has_paid_for(
    town: Town, kiosk: Kiosk, card: CardMade
) -> None:
    await kiosk.ready(card)
    town.center_store.do(lambda connection: connection.execute(tables.requests.update().values(municipality=FORMER)))
    assert town.center_store.do(endings._unpaid, Scope(HEIR), town.at) == ()
    enter(town, merges(FORMER, HEIR))
    town.at = AFTER
    place(town, Scope(HEIR, "juminhyo"))
    assert (town.states(), town.outcomes()) == (["lapsed"], ["void"])


def test_a_trip_finds_its_own_stop_standing_under_either_code(town: Town) -> None:
    enter(town, merges(FORMER, HEIR))
    place(town, Scope(FORMER, "juminhyo", "bcl"), "trip")
    for municipality in (FORMER, HEIR):
        assert town.center_store.do(endings.place, Scope(municipality, "juminhyo", "bcl"), "trip-wire", "trip", "again", AFTER) is None
    assert len(town.rows(stop_tables.stops)) == 1


_SINCE = st.integers(0, 4).map(lambda hours: NOW + timedelta(hours=hours))
_ENTRIES = st.lists(st.tuples(st.sampled_from((CITY, FORMER, WARD, "011002")), st.sampled_from((CITY, FORMER, WARD, None)), _SINCE), max_size=6)


_DIRECTORY = create_engine("sqlite://", poolclass=StaticPool)


@settings(max_examples=60)
@given(_ENTRIES)
def test_a_code_means_in_the_database_what_it_means_in_the_directory(drawn: list[tuple[str, str | None, datetime]]) -> None:
    places = tuple(change("place", Place("見本県", one, ""), subject=one) for one in (CITY, FORMER, WARD, "011002"))
    changes = tuple(merges(former, heir, since) if heir else replace(merges(former, CITY, since), value=None) for former, heir, since in drawn)
    with _DIRECTORY.begin() as connection:
        directory_entries.drop(connection, checkfirst=True)
        directory_entries.create(connection)
        directory.add(connection, (*places, *changes), "花子", "試験", NOW)
        book = routing.extended(routing.EMPTY, directory.newer(connection, 0))
        for at in (NOW - timedelta(hours=1), *(NOW + timedelta(hours=hours) for hours in range(6))):
            for one, meant in meanings(connection, (CITY, FORMER, WARD, "011002"), at).items():
                found = routing.resolved_at(book, one, at)
                assert found in (meant, None)  # None: round in a circle, which nobody can enter


# --- it is lifted where it holds ---


@pytest.fixture
async def office(town: Town) -> AsyncIterator[Client]:
    people = (("花子", "operator", None), ("市の次郎", "municipality", HEIR), ("もとの三郎", "municipality", FORMER))
    staff = tuple(Staff(name, HASH, (role,), of=of) for name, role, of in people)
    app = operator_office(
        msgspec.structs.replace(center_config(), staff=staff), town.center_store, wake=town._wake, now=town.now, token=stream("office"),
        registry=CollectorRegistry(), openapi={}, lines=town.center.lines, book=town.center.book,
    )  # fmt: skip
    async with TestClient(TestServer(app)) as client:
        yield client


def test_the_heirs_side_lifts_what_the_former_municipality_placed_and_nobody_over_its_head(town: Town) -> None:
    enter(town, merges(FORMER, HEIR))
    number, store = place(town, Scope(FORMER), FORMER), town.center_store
    stop = store.do(stops.find, number, AFTER)[0]  # type: ignore[index]
    assert (stop.scope, stop.placed_of) == (Scope(HEIR), HEIR)
    assert stopping.may_lift(Person("次郎", of=HEIR), stop) and not stopping.may_lift(Person("三郎", of=FORMER), stop)
    checked = stopping.Proposal(1, OPERATORS[0], AFTER, AFTER, True)
    assert stopping.confirm_refused(stop, checked, OPERATORS[1], AFTER) == "other_side"
    assert stopping.confirm_refused(stop, checked, Person("次郎", of=HEIR), AFTER) is None


async def test_before_it_is_lifted_the_heirs_issuer_is_asked_and_not_the_one_that_is_no_more(town: Town) -> None:
    enter(town, merges(FORMER, HEIR))
    stop = town.center_store.do(stops.find, place(town, Scope(FORMER, "juminhyo", FORMER)), AFTER)[0]  # type: ignore[index]
    book = await town.center.book(AFTER)
    assert stopping.to_ask(stop.scope, book, (), AFTER) == (Question(CITY, HEIR, ("juminhyo",)),)
    assert {question.municipality for question in stopping.to_ask(Scope(kind="juminhyo"), book, (), AFTER)} == {HEIR}


async def test_the_operator_is_told_before_the_merger_and_the_heir_sees_the_stop_after_it(town: Town, office: Client) -> None:
    enter(town, merges(FORMER, HEIR))
    place(town, Scope(FORMER, "juminhyo", FORMER), FORMER)
    await sign_in(office)
    for path in ("/stops", "/stops/1"):
        assert f"{MERGER:%Y-%m-%d}から" in await page(office, path)
    assert "2人で解除するまで" in await page(office, "/stops/1")
    await sign_in(office, "市の次郎")
    assert 'href="/stops/1"' not in await page(office, "/stops") and (await office.get("/stops/1")).status == 404
    town.at = AFTER
    await sign_in(office, "市の次郎")
    assert 'href="/stops/1"' in await page(office, "/stops")
    shown = await page(office, "/stops/1")
    assert "この停止は、引き続き" in shown and "どの発行元でも停止します" in shown and "/stops/1/propose" in shown
    assert "合併の予定" not in shown
