"""A ward's code and a former municipality's mean the municipality in force, in every message that names one: the day before a merger, its day, and after it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from issuance_center.entries import Succession
from issuance_center.records import directory, tables
from issuance_center.shelf import LOOK_EVERY
from messages import visits as said
from messages.orders import IssueOrder, OfferChoices
from messages.uses import AskRegisteredUse, AskUse, RegisterUse, Use, UseReceived
from registers.residents.changes import bind_card
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, NOW, SILENT_CITY, center_config
from tests.issuance_center.test_directory import change
from tests.issuance_center.test_use_relay import application, config, signed
from tests.issuance_center.town import Kiosk, Town, code

WARD, FORMER = "991015", SILENT_CITY
MERGER = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town(config())
    made.center_store.do(
        directory.add,
        (
            change("succession", Succession(CITY, "ひがし区", "Higashi-ku", "ward"), subject=WARD),
            change("succession", Succession(CITY, "しずか市", "Shizuka", "former"), since=MERGER, subject=FORMER),
        ),
        "花子",
        "合併",
        NOW,
    )
    yield made
    await made.close()


def on_the_day(town: Town, days: int) -> Town:
    town.pass_time(days=days)
    return town


@pytest.mark.parametrize(
    ("typed", "days", "meant"), [(WARD, 0, CITY), (WARD, 2, CITY), (FORMER, 0, FORMER), (FORMER, 1, CITY), (FORMER, 2, CITY), (CITY, 1, CITY)]
)
async def test_kinds_choices_and_orders_go_to_what_the_code_means_that_day(town: Town, card: CardMade, typed: str, days: int, meant: str) -> None:
    kiosk = on_the_day(town, days).kiosk()
    kiosk.municipality = typed
    assert (await kiosk.quoted(card)).municipality == meant
    other, asked = (town.to_city, town.to_silent_city) if meant == FORMER else (town.to_silent_city, town.to_city)
    reply = await kiosk.choices()
    assert [message.municipality for message in asked.asked if isinstance(message, OfferChoices)] == [meant]
    if meant == FORMER:
        return  # its line leads to nobody here: that it was asked, and the other was not, is what was to be seen
    assert isinstance(reply, said.Choices), reply
    assert code(await kiosk.apply()) == "CertificateReady"
    assert [message.municipality for message in asked.asked if isinstance(message, IssueOrder)] == [meant]
    assert [row["municipality"] for row in town.rows(tables.requests)] == [meant]
    assert other.asked == []


@pytest.mark.parametrize(("typed", "days"), [(WARD, 0), (FORMER, 1), (FORMER, 2)])
async def test_registrations_for_use_go_there_too(town: Town, card: CardMade, typed: str, days: int) -> None:
    await town.municipal_store.write(bind_card, card.resident.atena_no, None, None, now=town.at)
    kiosk = on_the_day(town, days).kiosk()
    await kiosk.admitted(card)
    received = await kiosk.wire.ask(signed(kiosk, application(kiosk, town, municipality=typed)))
    assert isinstance(received, UseReceived), received
    standing = await kiosk.wire.ask(AskUse(visit_id=kiosk.visit_id, municipality=typed))
    assert isinstance(standing, Use), standing
    assert (received.municipality, standing.municipality, standing.number) == (CITY, CITY, received.number)
    assert {message.application.municipality for message in town.to_city.asked if isinstance(message, RegisterUse)} == {CITY}
    assert {message.municipality for message in town.to_city.asked if isinstance(message, AskRegisteredUse)} == {CITY}
    assert [row["municipality"] for row in town.rows(tables.uses)] == [CITY]


async def test_the_day_before_the_former_municipality_is_asked_for_what_it_takes_itself(town: Town, card: CardMade) -> None:
    kiosk = town.kiosk()
    await kiosk.admitted(card)
    assert code(await kiosk.wire.ask(signed(kiosk, application(kiosk, town, municipality=FORMER)))) == "use_not_taken"


async def test_what_was_offered_before_the_merger_is_begun_anew_after_it_and_nobody_pays_for_it(town: Town, card: CardMade) -> None:
    book = center_config().municipalities
    hours = msgspec.structs.replace(book[0].kinds["juminhyo"].hours, opens="00:00", closes="24:00")
    town.center_store.do(directory.add, (change("hours", hours, "juminhyo"), change("hours", hours, "juminhyo", subject=FORMER)), "花子", "試験", NOW)
    town.to_silent_city._desk = lambda: town.municipal
    town.at = MERGER - timedelta(minutes=1)
    kiosk = town.kiosk()
    kiosk.municipality = CITY
    await kiosk.choosing(card)
    town.center_store.do(_offered_by_the_former)
    kiosk.municipality = FORMER
    town.at = MERGER + LOOK_EVERY
    assert code(await kiosk.apply()) == "register_changed"
    assert town.rows(tables.requests) == []


def _offered_by_the_former(connection: object) -> None:
    """What was offered a minute ago was the former municipality's, under its own code."""
    for table in (tables.offers, tables.quotes):
        connection.execute(table.update().values(municipality=FORMER))  # type: ignore[attr-defined]


async def test_a_code_that_means_nothing_is_unknown_at_every_step(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    kiosk.municipality = "990000"
    await kiosk.admitted(card)
    asked = AskUse(visit_id=kiosk.visit_id, municipality="990000")
    replies = (await kiosk.kinds(), await kiosk.choices(), await kiosk.apply(), await kiosk.wire.ask(asked))
    assert [code(reply) for reply in replies] == ["municipality_unknown"] * 4
