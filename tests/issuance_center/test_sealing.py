"""The gate as a room: what it keeps of papers, what it says of offers, and that it never says what stands on a paper."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from certificates.seal import seal_image
from issuance_center import sealing
from issuance_center.records import issuances, visits
from issuance_center.sealing import Marks, Sealed, Stopped
from messages import visits as said
from messages.orders import Issued, IssuedPaper, IssueOrder
from simulation.people import CardMade
from tests.issuance_center.founding import foundation, issuer
from tests.issuance_center.town import Kiosk, Town


async def at_the_gate(
    town: Town, kiosk: Kiosk, card: CardMade, **changes: object
) -> tuple[Issued, said.Application, issuances.Request, visits.Visit, visits.Offer, Marks]:
    """What the gate is handed for an honest paper."""
    ready = await kiosk.ready(card, **changes)
    application = next(message.application for message in reversed(kiosk.sent) if isinstance(message, said.Apply))
    request = town.center_store.do(issuances.found_request, ready.request_id)
    visit = town.center_store.do(visits.find_visit, kiosk.visit_id)
    offer = town.center_store.do(visits.find_offer, kiosk.visit_id, application.municipality, application.kind)
    assert visit is not None
    assert offer is not None
    papers = tuple(IssuedPaper(issuance_id=each.issuance_id, number=each.number, sheets=each.sheets, pdf=each.pdf) for each in ready.papers)
    return Issued(request_id=ready.request_id, papers=papers), application, request, visit, offer, Marks()


async def test_an_honest_paper_is_sealed_with_its_hash_number_and_sheets(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, *rest = await at_the_gate(town, kiosk, card, copies=2, show=("relation", "my_number"))
    verdict = sealing.examine(issued, *rest)
    assert isinstance(verdict, Sealed)
    assert verdict.sealings == sealing.sealings_of(issued)
    assert [sealing_of.number for sealing_of in verdict.sealings] == [paper.number for paper in issued.papers]
    assert sealing.changed(rest[1], verdict) == ()


async def test_every_difference_of_every_copy_is_named_by_field_and_nothing_else(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, application, request, visit, offer, marks = await at_the_gate(town, kiosk, card, copies=2, show=("my_number",))
    stricter = msgspec.structs.replace(application, show=())
    verdict = sealing.examine(issued, stricter, request, visit, offer, marks)
    assert isinstance(verdict, Stopped)
    assert len(verdict.differences) == 2 * 4
    assert {difference.partition(" of ")[0] for difference in verdict.differences} == {"copy 1: item: my_number", "copy 2: item: my_number"}
    text = repr(verdict)
    for who in foundation().household(card):
        assert who.name not in text
        assert who.my_number not in text


async def test_another_visits_key_makes_strangers_of_everybody(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, application, request, visit, offer, marks = await at_the_gate(town, kiosk, card)
    other = replace(visit, visit_key=b"x" * 32)
    assert isinstance(sealing.examine(issued, application, request, other, offer, marks), Stopped)


async def test_a_paper_with_another_mayor_or_another_seal_is_not_this_municipalitys(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    *paper, _ = await at_the_gate(town, kiosk, card)
    form = issuer().form_on(date(2026, 1, 1))
    own = Marks((form.certifier_title, form.certifier_name), seal_image(form.seal_png).sha256)
    assert isinstance(sealing.examine(*paper, own), Sealed)
    for stranger, name in ((replace(own, certifier=("例示県ためし市長", "見本　二郎")), "certifier"), (replace(own, seal_sha256="0" * 64), "seal")):
        verdict = sealing.examine(*paper, stranger)
        assert isinstance(verdict, Stopped)
        assert verdict.differences == (f"copy 1: closing: another {name}",)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-", b"\0" * 100, b"%PDF-1.4\n" + b"9" * 3_000_000], ids=["empty", "short", "zeros", "huge"])
async def test_what_is_no_paper_is_stopped_and_breaks_nothing(town: Town, kiosk: Kiosk, card: CardMade, pdf: bytes) -> None:
    issued, *rest = await at_the_gate(town, kiosk, card)
    paper = msgspec.structs.replace(issued.papers[0], pdf=pdf)
    assert isinstance(sealing.examine(msgspec.structs.replace(issued, papers=(paper,)), *rest), Stopped)


@pytest.mark.parametrize("changes", [{"sheets": 2}, {"sheets": 0}, {"sheets": 10**30}, {"number": ""}, {"number": "みほん市 1"}])
async def test_metadata_that_the_sheets_do_not_bear_out_is_stopped(town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, object]) -> None:
    issued, *rest = await at_the_gate(town, kiosk, card)
    paper = msgspec.structs.replace(issued.papers[0], **changes)
    assert isinstance(sealing.examine(msgspec.structs.replace(issued, papers=(paper,)), *rest), Stopped)


async def test_the_order_names_members_and_bindings_but_no_fee_and_no_kiosk(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """What the issuer need not know is not told to it."""
    await kiosk.ready(card)
    order = next(message for message in town.to_city.asked if isinstance(message, IssueOrder))
    assert {"kiosk_id", "fee_yen", "operator", "visit_key"}.isdisjoint(order.__struct_fields__)


def test_a_members_digest_is_worthless_without_the_visits_key() -> None:
    assert sealing.member_digest(b"a" * 32, "0000000011") == sealing.member_digest(b"a" * 32, "0000000011")
    assert sealing.member_digest(b"a" * 32, "0000000011") != sealing.member_digest(b"b" * 32, "0000000011")
    assert "0000000011" not in sealing.member_digest(b"a" * 32, "0000000011")
