"""What the center is answered."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection

from fees.booking.ledger import balances, last_number
from fees.booking.self_check import sums
from fees.desk import Desk, desk_of
from messages.facts import AskPrices, FactMetered, FactsMetered, FeeFact, MeterFacts, Price, Prices
from messages.refusals import Refusal
from messages.visits import AskDirectory
from messages.wire import decode, encode
from storage.instants import JST
from storage.sqlite import SqliteStore
from storage.store import StoreFailed
from tests.fees.office import CITY, NOW, OTHER_CITY, config, fact
from trust.parties import Peer

P = ParamSpec("P")
T = TypeVar("T")
CENTER = Peer("center", "center")
TODAY = NOW.date()


def ask(day: date = TODAY, municipality: str = CITY, channel: str = "store") -> AskPrices:
    return AskPrices(municipality=municipality, channel=channel, day=day)


def tell(*facts: FeeFact) -> MeterFacts:
    return MeterFacts(center="center", facts=facts)


async def test_prices_of_the_day_are_all_fee_classes_of_the_municipality(desk: Desk) -> None:
    assert await desk.answer(ask(), CENTER, NOW) == Prices(
        municipality=CITY,
        channel="store",
        day=NOW.date(),
        prices=(Price(fee_class="free", fee_yen=0, rule="free-base"), Price(fee_class="juminhyo", fee_yen=250, rule="juminhyo-reduction")),
        valid_until=NOW + timedelta(seconds=60),
    )


@pytest.mark.parametrize(("day", "fee_yen"), [("2025-06-30", 250), ("2025-07-01", 10), ("2026-03-31", 10), ("2026-04-01", 250)])
async def test_prices_follow_the_campaign(desk: Desk, day: str, fee_yen: int) -> None:
    answer = await desk.answer(ask(date.fromisoformat(day)), CENTER, NOW)
    assert isinstance(answer, Prices)
    assert [each.fee_yen for each in answer.prices if each.fee_class == "juminhyo"] == [fee_yen]


async def test_prices_are_not_valid_beyond_their_service_day(desk: Desk) -> None:
    answer = await desk.answer(ask(date(2026, 3, 31)), CENTER, datetime(2026, 3, 31, 23, 59, 30, tzinfo=JST))
    assert isinstance(answer, Prices)
    assert answer.valid_until == datetime(2026, 4, 1, tzinfo=JST)


async def test_a_place_without_rules_has_an_empty_price_list(desk: Desk) -> None:
    answer = await desk.answer(ask(channel="town_hall"), CENTER, NOW)
    assert isinstance(answer, Prices)
    assert answer.prices == ()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (ask(municipality="990035"), "municipality_unknown"),
        (ask(day=date.max), "malformed"),
        (AskDirectory(kiosk_id="K001"), "not_found"),
        (tell(fact(0, "i", "paid")), "malformed"),
        (tell(fact(2**63, "i", "paid")), "malformed"),
        (tell(fact(1, "", "paid")), "malformed"),
        (tell(fact(1, "i\0", "paid")), "malformed"),
        (tell(fact(1, "i" * 129, "paid")), "malformed"),
        (tell(fact(1, "i", "paid", kiosk_id="店")), "malformed"),
        (tell(fact(1, "i", "paid", at=datetime(2026, 11, 23, 10))), "malformed"),
        (tell(fact(1, "i", "paid", visited_at=datetime(1, 1, 1, tzinfo=JST))), "malformed"),
        (MeterFacts(center="other", facts=(fact(1, "i", "paid"),)), "role_not_admitted"),
    ],
)
async def test_what_cannot_be_answered_is_refused(desk: Desk, message: Any, code: str) -> None:
    answer = await desk.answer(message, CENTER, NOW)
    assert isinstance(answer, Refusal)
    assert answer.code == code


async def test_another_center_may_not_report_to_these_books(desk: Desk, store: SqliteStore) -> None:
    answer = await desk.answer(tell(fact(1, "i", "paid")), Peer("center", "other"), NOW)
    assert isinstance(answer, Refusal)
    assert answer.code == "role_not_admitted"
    assert await store.read(last_number) == 0


async def test_a_batch_with_one_malformed_fact_books_nothing_and_says_where(desk: Desk, store: SqliteStore) -> None:
    answer = await desk.answer(tell(fact(1, "i", "paid"), fact(2, "i", "printed", rule="")), CENTER, NOW)
    assert isinstance(answer, Refusal)
    assert "$.facts[1].rule" in answer.detail
    assert await store.read(last_number) == 0


async def test_facts_are_answered_one_by_one_and_counted(desk: Desk, store: SqliteStore, registry: CollectorRegistry) -> None:
    batch = tell(fact(1, "i", "paid"), fact(1, "i", "paid"), fact(2, "i", "printed"), fact(3, "i", "returned"))
    answer = await desk.answer(batch, CENTER, NOW)
    expected = ((1, "new"), (1, "repeat"), (2, "new"), (3, "contradiction"))
    assert answer == FactsMetered(facts=tuple(FactMetered(number=number, metered=metered) for number, metered in expected))  # type: ignore[arg-type]
    assert decode(encode(answer), FactsMetered) == answer
    assert desk.metered == {"new": 2, "repeat": 1, "contradiction": 1}
    assert registry.get_sample_value("konbini_facts_total", {"metered": "repeat"}) == 1
    assert await store.read(last_number) == 2


async def test_an_empty_batch_is_answered_empty(desk: Desk) -> None:
    assert await desk.answer(tell(), CENTER, NOW) == FactsMetered(facts=())


class FailingStore:
    """A store whose commit is not confirmed: before it took effect, or after."""

    def __init__(self, store: SqliteStore, written: bool) -> None:
        self._store = store
        self._written = written

    async def write(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._written:
            await self._store.write(step, *args, **kwargs)
        raise StoreFailed("not confirmed")

    async def read(self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.read(step, *args, **kwargs)

    async def close(self) -> None: ...


@pytest.mark.parametrize("written", [False, True])
async def test_an_unconfirmed_commit_is_told_and_the_same_facts_again_are_booked_once(desk: Desk, store: SqliteStore, written: bool) -> None:
    failing = desk_of(config(), FailingStore(store, written), CollectorRegistry())
    batch = tell(fact(1, "i", "paid"), fact(2, "j", "paid", municipality=OTHER_CITY, fee_yen=400, rule="other-base"))
    refused = await failing.answer(batch, CENTER, NOW)
    assert isinstance(refused, Refusal)
    assert refused.code == "fees_unavailable"
    answer = await desk.answer(batch, CENTER, NOW)
    assert isinstance(answer, FactsMetered)
    assert {each.metered for each in answer.facts} == {"repeat" if written else "new"}
    assert {each.account.code: each.balance_yen for each in await store.read(balances)} == {
        "operator/hidamari/pending": -650,
        "operator/hidamari/till": 650,
    }
    assert (await store.read(sums)).faults == ()
