"""The fee office's prices: kept until they say, used on while it is silent, for the same service day and no other."""

from datetime import datetime, timedelta

import pytest

from issuance_center.prices import PriceLists
from messages.facts import AskPrices, Price, Prices
from messages.link import NoAnswer
from messages.refusals import refuse
from messages.wire import Message
from storage.instants import JST
from tests.issuance_center.founding import CITY, NOW

LIST = (Price(fee_class="juminhyo", fee_yen=200, rule="r"),)
DEARER = (Price(fee_class="juminhyo", fee_yen=300, rule="r2"),)


class Office:
    """Answers with what the test lays down: prices, a refusal, another message; None is silence."""

    def __init__(self, *answers: tuple[Price, ...] | Message | None) -> None:
        self.answers = list(answers)
        self.asked: list[AskPrices] = []
        self.now = NOW

    async def ask(self, message: Message, timeout_seconds: float = 30.0) -> Message:
        assert isinstance(message, AskPrices)
        self.asked.append(message)
        answer = self.answers.pop(0)
        if answer is None:
            raise NoAnswer("timeout")
        if isinstance(answer, Message):
            return answer
        return listed(answer, message, self.now)


def listed(prices: tuple[Price, ...], asked: AskPrices, now: datetime) -> Prices:
    return Prices(municipality=asked.municipality, channel=asked.channel, day=asked.day, prices=prices, valid_until=now + timedelta(seconds=60))


async def prices(lists: PriceLists, office: Office, now: datetime, municipality: str = CITY, channel: str = "store") -> tuple[Price, ...] | None:
    office.now = now
    return await lists.prices(municipality, channel, now)


async def test_a_list_is_asked_for_once_until_the_instant_it_names() -> None:
    office = Office(LIST, DEARER)
    lists = PriceLists(office, 1.0)
    assert [await prices(lists, office, NOW + timedelta(seconds=at)) for at in (0, 30, 59.999)] == [LIST] * 3
    assert len(office.asked) == 1
    assert await prices(lists, office, NOW + timedelta(seconds=60)) == DEARER


async def test_municipality_channel_and_day_have_lists_of_their_own() -> None:
    office = Office(LIST, DEARER, LIST)
    lists = PriceLists(office, 1.0)
    assert await prices(lists, office, NOW) == LIST
    assert await prices(lists, office, NOW, municipality="992020") == DEARER
    assert await prices(lists, office, NOW, channel="town_hall") == LIST
    assert [(each.municipality, each.channel, each.day) for each in office.asked] == [
        (CITY, "store", NOW.date()),
        ("992020", "store", NOW.date()),
        (CITY, "town_hall", NOW.date()),
    ]


@pytest.mark.parametrize("silence", [None, refuse("busy"), refuse("fees_unavailable")], ids=["no answer", "busy", "unavailable"])
async def test_a_silent_office_leaves_the_last_list_of_the_same_day_in_force(silence: Message | None) -> None:
    office = Office(LIST, silence, silence, DEARER)
    lists = PriceLists(office, 1.0)
    assert await prices(lists, office, NOW) == LIST
    assert await prices(lists, office, NOW + timedelta(hours=5)) == LIST
    assert await prices(lists, office, NOW.replace(hour=22, minute=59)) == LIST
    assert await prices(lists, office, NOW.replace(hour=22, minute=59, second=30)) == DEARER


async def test_yesterdays_list_is_never_todays() -> None:
    office = Office(LIST, None)
    lists = PriceLists(office, 1.0)
    late = datetime(2026, 11, 24, 23, 59, 59, tzinfo=JST)
    assert await prices(lists, office, late) == LIST
    assert await prices(lists, office, late + timedelta(seconds=1)) is None


async def test_the_service_day_is_japans() -> None:
    office = Office(LIST)
    await prices(PriceLists(office, 1.0), office, datetime.fromisoformat("2026-11-24T15:30:00+00:00"))
    assert office.asked[0].day.isoformat() == "2026-11-25"


async def test_without_a_list_silence_is_no_price() -> None:
    office = Office(None, LIST)
    lists = PriceLists(office, 1.0)
    assert await prices(lists, office, NOW) is None
    assert await prices(lists, office, NOW) == LIST


async def test_an_office_that_refuses_has_no_price_whatever_it_said_before() -> None:
    office = Office(LIST, refuse("municipality_unknown"))
    lists = PriceLists(office, 1.0)
    assert await prices(lists, office, NOW) == LIST
    assert await prices(lists, office, NOW + timedelta(minutes=2)) is None


@pytest.mark.parametrize("field", ["municipality", "channel", "day"])
async def test_a_list_that_answers_another_question_is_no_list(field: str) -> None:
    other = {"municipality": "992020", "channel": "town_hall", "day": NOW.date() - timedelta(days=1)}
    asked = AskPrices(**{"municipality": CITY, "channel": "store", "day": NOW.date()} | {field: other[field]})
    office = Office(listed(DEARER, asked, NOW))
    assert await prices(PriceLists(office, 1.0), office, NOW) is None
