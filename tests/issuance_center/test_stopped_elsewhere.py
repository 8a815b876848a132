"""Stops reach what is no paper of their scope: the word of another municipality, an application for 本籍地利用登録, an error before the paper."""

from typing import Any

import pytest

from issuance_center.records import endings, finding_tables
from issuance_center.stopping import Scope
from messages import visits as said
from messages.orders import AskReferral, OfferChoices
from messages.uses import AskUse, RegisterUse, UseReceived
from registers.residents.changes import bind_card
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, KIOSK_IDS, SILENT_CITY
from tests.issuance_center.test_use_relay import application, config, signed
from tests.issuance_center.test_wide_tax import asking, town_of_two
from tests.issuance_center.town import Kiosk, Town, code
from tests.issuance_center.wires import Fault, lost_there, says


def place(town: Town, scope: Scope) -> None:
    town.center_store.do(endings.place, scope, "花子", "center", "疑いがあるため", town.at)


def sent(wire: Any, kind: type[Any]) -> int:
    return sum(isinstance(message, kind) for message in wire.asked)


@pytest.mark.parametrize("scope", [Scope(CITY, "kazei"), Scope(CITY), Scope(issuer=CITY), Scope(municipality=CITY, kiosk=KIOSK_IDS[0])])
async def test_nobody_vouches_who_is_stopped(scope: Scope) -> None:
    town = town_of_two()
    place(town, scope)
    _, reply = await asking(town)
    assert code(reply) == "stopped_now"
    assert (sent(town.to_city, AskReferral), sent(town.to_silent_city, OfferChoices)) == (0, 0)
    await town.close()


@pytest.mark.parametrize("scope", [Scope(CITY, "juminhyo"), Scope(kiosk=KIOSK_IDS[1])])
async def test_other_stops_leave_the_referral_alone(scope: Scope) -> None:
    town = town_of_two()
    place(town, scope)
    _, reply = await asking(town)
    assert isinstance(reply, said.Choices), reply
    await town.close()


@pytest.mark.parametrize("scope", [Scope(CITY, "koseki"), Scope(issuer=CITY), Scope(kiosk=KIOSK_IDS[0])])
async def test_applications_for_use_stop_with_the_koseki(card: CardMade, scope: Scope) -> None:
    town = Town(config())
    await town.municipal_store.write(bind_card, card.resident.atena_no, None, None, now=town.at)
    kiosk = town.kiosk()
    assert (await kiosk.quoted(card)).use_open
    place(town, scope)
    assert code(await kiosk.wire.ask(signed(kiosk, application(kiosk, town)))) == "stopped_now"
    assert code(await kiosk.wire.ask(AskUse(visit_id=kiosk.visit_id, municipality=CITY))) == "stopped_now"
    assert sent(town.to_city, RegisterUse) == 0
    offered = await kiosk.kinds()
    assert isinstance(offered, said.KindsOffered)
    assert not offered.use_open
    await town.close()


async def test_a_stop_of_another_kind_takes_applications_on(card: CardMade) -> None:
    town = Town(config())
    await town.municipal_store.write(bind_card, card.resident.atena_no, None, None, now=town.at)
    kiosk = town.kiosk()
    await kiosk.admitted(card)
    place(town, Scope(CITY, "juminhyo"))
    place(town, Scope(SILENT_CITY))
    assert isinstance(await kiosk.wire.ask(signed(kiosk, application(kiosk, town))), UseReceived)
    await town.close()


@pytest.mark.parametrize("fault", [lost_there, says(200, b"<html>")])
async def test_an_error_at_the_choices_and_a_paper_after_it_are_a_near_miss(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await kiosk.quoted(card)
    town.to_city.faults[OfferChoices] = [fault] * 10_000
    assert code(await kiosk.choices()) in ("issuer_unavailable", "issuer_failed")
    assert town.rows(finding_tables.findings) == [], "an error alone is none"
    town.to_city.faults.clear()
    town.restart()  # the line is no longer cut off
    assert isinstance(await kiosk.choices(), said.Choices)
    assert isinstance(await kiosk.apply(), said.CertificateReady)
    (case,) = town.rows(finding_tables.findings)
    assert (case["class_"], case["municipality"]) == ("error_then_success", CITY)
