"""本籍地利用登録 through the center: only of an authenticated card at a registered kiosk, passed on whole, and nothing of it kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from issuance_center.config import Config
from issuance_center.records import tables
from messages.ids import time_ordered_id
from messages.refusals import Refusal
from messages.uses import ApplyForUse, AskUse, RegisterUse, Use, UseApplication, UseReceived
from registers.residents.changes import bind_card
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, center_config
from tests.issuance_center.town import Kiosk, Town

TYPED = ("ほんちょう１ちょうめ", "みほん　つるこ", "みほん　かめお", "1990-03-04", "03-9876-5432")


def config() -> Config:
    made = center_config()
    return msgspec.structs.replace(made, municipalities=tuple(msgspec.structs.replace(one, use=True) for one in made.municipalities))


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town(config())
    yield made
    await made.close()
    await made.close()


@pytest.fixture
async def outsider(town: Town, card: CardMade) -> CardMade:
    """A good card that leads to nobody who lives there."""
    await town.municipal_store.write(bind_card, card.resident.atena_no, None, None, now=town.at)
    return card


def application(kiosk: Kiosk, town: Town, **changes: Any) -> UseApplication:
    honseki, hittousha, name, birth, phone = TYPED
    made = UseApplication(
        application_id=time_ordered_id(town.at, town.token),
        visit_id=kiosk.visit_id,
        kiosk_id=kiosk.id,
        municipality=CITY,
        honseki=honseki,
        hittousha=hittousha,
        name=name,
        birth=birth,
        phone=phone,
        applied_at=town.at,
    )
    return msgspec.structs.replace(made, **changes)


def signed(kiosk: Kiosk, one: UseApplication) -> ApplyForUse:
    return ApplyForUse(application=one, signature=kiosk._sign(one))


async def test_an_application_is_passed_on_whole_and_nothing_of_it_stays(town: Town, outsider: CardMade) -> None:
    kiosk = town.kiosk()
    await kiosk.admitted(outsider)
    one = application(kiosk, town)
    reply = await kiosk.wire.ask(signed(kiosk, one))
    assert isinstance(reply, UseReceived), reply
    assert (reply.municipality, reply.number) == (CITY, "利用-000001")
    assert [message.application for message in town.to_city.asked if isinstance(message, RegisterUse)] == [one]
    assert await kiosk.wire.ask(signed(kiosk, one)) == reply, "the same again gets the same answer"
    assert [(row["application_id"], row["municipality"], row["number"]) for row in town.rows(tables.uses)] == [
        (one.application_id, CITY, reply.number)
    ]
    kept = repr(town.everything())
    assert not any(text in kept for text in (*TYPED, "つるこ", "かめお", "9876"))
    status = await kiosk.wire.ask(AskUse(visit_id=kiosk.visit_id, municipality=CITY))
    assert isinstance(status, Use) and (status.state, status.number) == ("received", reply.number)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"municipality": "990000"}, "municipality_unknown"),
        ({"name": ""}, "use_incomplete"),
        ({"application_id": "x"}, "malformed"),
        ({"visit_id": "0" * 32}, "visit_unknown"),
    ],
)
async def test_what_is_not_as_it_must_be_is_refused(town: Town, outsider: CardMade, changes: dict[str, Any], code: str) -> None:
    kiosk = town.kiosk()
    await kiosk.admitted(outsider)
    reply = await kiosk.wire.ask(signed(kiosk, application(kiosk, town, **changes)))
    assert isinstance(reply, Refusal) and reply.code == code
    assert town.rows(tables.uses) == []


async def test_one_without_a_card_of_an_hour_ago_or_with_another_signature_is_not_passed_on(town: Town, outsider: CardMade) -> None:
    kiosk = town.kiosk()
    await kiosk.open()
    one = application(kiosk, town)
    reply = await kiosk.wire.ask(signed(kiosk, one))
    assert isinstance(reply, Refusal) and reply.code == "visit_not_authenticated"
    kiosk = town.kiosk()
    await kiosk.admitted(outsider)
    old = application(kiosk, town, applied_at=town.at - timedelta(hours=1))
    reply = await kiosk.wire.ask(signed(kiosk, old))
    assert isinstance(reply, Refusal) and reply.code == "request_stale"
    forged = ApplyForUse(application=application(kiosk, town), signature=town.kiosk(1)._sign(one))
    reply = await kiosk.wire.ask(forged)
    assert isinstance(reply, Refusal) and reply.code == "kiosk_signature_bad"
    assert not any(isinstance(message, RegisterUse) for message in town.to_city.asked)
