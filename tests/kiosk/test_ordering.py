"""Papers that are not what was ordered: nothing is printed, nothing is charged, somebody is told."""

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select

from certificates.face import Face
from kiosk import journal
from kiosk.visit import Event, Screen
from messages import visits as said
from tests.certificates.people import HANAKO, TARO, household
from tests.kiosk.shop import Shop
from tests.kiosk.test_terminal import finished, kept_yen


def of_another_person(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    """A valid paper of a stranger with the same name, born on another day, under the right binding and number."""
    center = shop.center
    center.holder = replace(TARO, birth="1975-04-02")
    center.people = household(center.holder)
    application, _ = center.applied[ready.request_id]
    paper = center.paper(application, 0)
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], pdf=paper.pdf),))


def with_one_item_too_many(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    application, _ = shop.center.applied[ready.request_id]
    bound = ready.papers[0].binding

    def under_the_right_binding(face: Face) -> Face:
        return replace(face, binding=bound)

    paper = shop.center.paper(msgspec.structs.replace(application, show=("my_number",)), 0, under_the_right_binding)
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], pdf=paper.pdf),))


def of_another_member(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    application, _ = shop.center.applied[ready.request_id]
    bound = ready.papers[0].binding
    paper = shop.center.paper(msgspec.structs.replace(application, members=(HANAKO.atena_no,)), 0, lambda face: replace(face, binding=bound))
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], pdf=paper.pdf),))


def of_another_request(shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    """An honest paper of the same person for an earlier application: its binding fits itself, and not this request."""
    application, _ = shop.center.applied[ready.request_id]
    return msgspec.structs.replace(ready, papers=(shop.center.paper(msgspec.structs.replace(application, request_id="0" * 32), 0),))


def altered_by_a_byte(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    pdf = bytearray(ready.papers[0].pdf)
    pdf[len(pdf) // 2] ^= 1
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], pdf=bytes(pdf)),))


def garbage(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], pdf=b"%PDF-1.7 nothing"),))


def twice(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=ready.papers * 2)


def none(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=())


def dearer(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, total_yen=ready.total_yen + 100)


def with_another_number(_shop: Shop, ready: said.CertificateReady) -> said.CertificateReady:
    return msgspec.structs.replace(ready, papers=(msgspec.structs.replace(ready.papers[0], number="みほん市 20261123 見本 999"),))


LIES = (
    of_another_person,
    with_one_item_too_many,
    of_another_member,
    of_another_request,
    altered_by_a_byte,
    garbage,
    twice,
    none,
    dearer,
    with_another_number,
)


@pytest.mark.parametrize("lie", LIES)
async def test_a_paper_that_differs_is_stopped_before_any_coin(shop: Shop, lie) -> None:  # type: ignore[no-untyped-def]
    shop.center.lie = lambda ready: lie(shop, ready)
    await shop.to_payment(scope=Event.ONLY_ME)
    assert shop.screen is Screen.REFUSED
    assert shop.view["notice"]["code"] == "paper_stopped"
    assert "いただいていません" in shop.view["notice"]["ja"]
    assert not (await shop.terminal.insert_coin(100)).__class__.__name__.startswith("Accepted")
    await finished(shop)
    assert kept_yen(shop) == 0
    assert shop.center.steps() == []
    assert list(shop.center.closed.values()) == ["failed"]
    assert not shop.machine.printer.job(next(iter(shop.center.applied))).papers
    steps = await shop.store.read(lambda connection: list(connection.execute(select(journal.STEPS.c.step)).scalars()))
    assert "stopped" in steps


async def test_an_answer_for_another_request_is_no_answer(shop: Shop) -> None:
    shop.center.lie = lambda ready: msgspec.structs.replace(ready, request_id="0" * 32)
    await shop.to_payment()
    assert shop.view["notice"]["code"] == "failed"
    await finished(shop)
    assert kept_yen(shop) == 0


async def test_without_enough_blank_paper_no_coin_is_asked_for(shop: Shop) -> None:
    while shop.machine.printer.paper() > 1:
        number = shop.machine.printer.paper()
        shop.machine.printer.print_sheet("waste", f"p{number}", 1, 1, b"")
    shop.machine.printer.take()
    await shop.to_payment(copies=2)
    assert shop.view["notice"]["code"] == "printer_not_ready"
    await finished(shop)
    assert kept_yen(shop) == 0
