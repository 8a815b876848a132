"""The gate as a room: what it keeps of papers, what it says of offers, and that it never says what stands on a paper."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from certificates.checking import Signature
from certificates.seal import seal_image
from issuance_center import sealing
from issuance_center.records import issuances, visits
from issuance_center.sealing import Marks
from messages import visits as said
from messages.orders import Issued, IssuedPaper, IssueOrder
from simulation.people import CardMade
from tests.issuance_center.founding import CENTER, CITY, NOW, documents, foundation, issuer
from tests.issuance_center.town import Kiosk, Town
from tests.issuer.town import DECLARED
from trust.parties import Peer

Known = tuple[issuances.Issuance, said.Application, visits.Visit, visits.Offer, Marks]


def marks(**changes: Any) -> Marks:
    """Those of みほん市 at the instant of these tests."""
    made = documents()
    return Marks(**{"signature": Signature(CITY, made.roots, NOW), "code_keys": made.code_keys} | changes)


async def at_the_gate(
    town: Town, kiosk: Kiosk, card: CardMade, kind: str = "juminhyo", **changes: object
) -> tuple[Issued, issuances.Request, tuple[Known, ...]]:
    """What the gate is handed for honest papers: all of them, their request, and what each copy is held against."""
    await kiosk.ready(card, kind, **changes)
    application = next(message.application for message in reversed(kiosk.sent) if isinstance(message, said.Apply))
    order = next(message for message in reversed(town.to_city.asked) if isinstance(message, IssueOrder))
    issued = await town.municipal.answer(order, Peer("center", CENTER), town.at)
    assert isinstance(issued, Issued)
    request = town.center_store.do(issuances.found_request, application.request_id)
    visit = town.center_store.do(visits.find_visit, kiosk.visit_id)
    offer = town.center_store.do(visits.find_offer, kiosk.visit_id, application.municipality, application.kind)
    assert visit is not None
    assert offer is not None
    return issued, request, tuple((known, application, visit, offer, marks()) for known in request.papers)


async def test_an_honest_paper_is_kept_by_its_hashes_number_and_sheets(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, request, known = await at_the_gate(town, kiosk, card, copies=2, show=("relation", "my_number"))
    assert sealing.not_ordered(issued, request) == ()
    assert [sealing.examine(paper, *values) for paper, values in zip(issued.papers, known, strict=True)] == [(), ()]
    kept = sealing.sealings_of(issued, (b"back 1", b"back 2"))
    assert [(one.face_sha256, one.back_sha256, one.number, one.sheets) for one in kept] == [
        (sha256(paper.face).hexdigest(), sha256(back).hexdigest(), paper.number, 1)
        for paper, back in zip(issued.papers, (b"back 1", b"back 2"), strict=True)
    ]


@pytest.mark.parametrize(("at", "part"), [(0, "face_sha256"), (1, "face_sha256"), (0, "back_sha256"), (1, "back_sha256")])
async def test_another_face_or_back_than_was_sealed_first_is_a_change(town: Town, kiosk: Kiosk, card: CardMade, at: int, part: str) -> None:
    ready = await kiosk.ready(card, copies=2)
    request = town.center_store.do(issuances.found_request, ready.request_id)
    issued = Issued(request_id=ready.request_id, papers=tuple(_issued(paper) for paper in ready.papers), declared=DECLARED)
    kept = sealing.sealings_of(issued, tuple(paper.back for paper in ready.papers))
    assert sealing.changed(request, kept) == ()
    other = tuple(replace(one, **{part: "0" * 64}) if place == at else one for place, one in enumerate(kept))
    assert sealing.changed(request, other) == (f"copy {at + 1}: other bytes than before",)


def _issued(paper: said.ReadyPaper) -> IssuedPaper:
    return IssuedPaper(issuance_id=paper.issuance_id, number=paper.number, sheets=paper.sheets, face=paper.face, codes=())


async def test_every_difference_is_named_by_copy_and_field_and_nothing_else(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, _, known = await at_the_gate(town, kiosk, card, copies=2, show=("my_number",))
    for paper, (asked, application, visit, offer, own) in zip(issued.papers, known, strict=True):
        stricter = msgspec.structs.replace(application, show=())
        found = sealing.examine(paper, asked, stricter, visit, offer, own)
        assert len(found) == 4
        assert {difference.partition(" of ")[0] for difference in found} == {f"copy {asked.copy_no}: item: my_number"}
        for who in foundation().household(card):
            assert who.name not in repr(found)
            assert who.my_number not in repr(found)


async def test_another_visits_key_makes_strangers_of_everybody(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, _, ((asked, application, visit, offer, own),) = await at_the_gate(town, kiosk, card)
    assert sealing.examine(issued.papers[0], asked, application, replace(visit, visit_key=b"x" * 32), offer, own)


async def test_a_paper_with_another_mayor_or_another_seal_is_not_this_municipalitys(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, _, ((*known, _),) = await at_the_gate(town, kiosk, card)
    form = issuer().form_on(date(2026, 1, 1))
    own = marks(certifier=(form.certifier_title, form.certifier_name), seal_sha256=seal_image(form.seal_png).sha256)
    assert sealing.examine(issued.papers[0], *known, own) == ()
    for stranger, name in ((replace(own, certifier=("例示県ためし市長", "見本　二郎")), "certifier"), (replace(own, seal_sha256="0" * 64), "seal")):
        assert sealing.examine(issued.papers[0], *known, stranger) == (f"copy 1: closing: another {name}",)


async def test_a_code_key_that_was_not_signing_then_signs_no_paper(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    issued, _, ((*known, own),) = await at_the_gate(town, kiosk, card)
    ended = {name: replace(key, valid_until=NOW - timedelta(seconds=1)) for name, key in own.code_keys.keys.items()}
    begins = {name: replace(key, valid_from=NOW + timedelta(seconds=1)) for name, key in own.code_keys.keys.items()}
    for keys in (ended, begins, {}):
        found = sealing.examine(issued.papers[0], *known, replace(own, code_keys=replace(own.code_keys, keys=keys)))
        assert found == ("copy 1: codes: sheet 1 by another key",)


async def test_a_code_key_is_held_to_the_time_the_paper_was_made_and_not_to_the_time_it_is_asked_for(
    town: Town, kiosk: Kiosk, card: CardMade
) -> None:
    issued, _, ((*known, own),) = await at_the_gate(town, kiosk, card)
    later = replace(own.signature, at=NOW + timedelta(hours=1))
    ended = {name: replace(key, valid_until=NOW + timedelta(minutes=1)) for name, key in own.code_keys.keys.items()}
    begins = {name: replace(key, valid_from=NOW + timedelta(minutes=1)) for name, key in own.code_keys.keys.items()}
    for keys, found in ((ended, ()), (begins, ("copy 1: codes: sheet 1 by another key",))):
        held = replace(own, signature=later, code_keys=replace(own.code_keys, keys=keys))
        assert sealing.examine(issued.papers[0], *known, held) == found


@pytest.mark.parametrize("face", [b"", b"%PDF-", b"\0" * 100, b"%PDF-1.4\n" + b"9" * 3_000_000], ids=["empty", "short", "zeros", "huge"])
async def test_what_is_no_paper_is_stopped_and_breaks_nothing(town: Town, kiosk: Kiosk, card: CardMade, face: bytes) -> None:
    issued, _, (known,) = await at_the_gate(town, kiosk, card)
    assert sealing.examine(msgspec.structs.replace(issued.papers[0], face=face), *known)


@pytest.mark.parametrize(
    "codes", [(b"",), (b"\0" * 100,), (b"\1" * 3000,), (b"\1" + b"k" * 8 + b"\x63" * 200,)], ids=["empty", "zeros", "long", "bomb"]
)
async def test_what_is_no_code_is_stopped_and_breaks_nothing(town: Town, kiosk: Kiosk, card: CardMade, codes: tuple[bytes, ...]) -> None:
    issued, _, (known,) = await at_the_gate(town, kiosk, card)
    found = sealing.examine(msgspec.structs.replace(issued.papers[0], codes=codes), *known)
    assert found == ("copy 1: codes: sheet 1 is none",)


async def test_of_a_code_that_says_something_else_no_word_is_repeated(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """What a code says is what stands on the paper: a finding goes into an alarm, which must not keep it."""
    issued, _, (known, _) = await at_the_gate(town, kiosk, card, copies=2)
    first, second = issued.papers
    found = sealing.examine(msgspec.structs.replace(first, codes=second.codes), *known)
    assert found == ("copy 1: codes: sheet 1 says something else",)


@pytest.mark.parametrize("changes", [{"sheets": 2}, {"sheets": 0}, {"sheets": 10**30}, {"number": ""}, {"number": "みほん市 1"}])
async def test_metadata_that_the_sheets_do_not_bear_out_is_stopped(town: Town, kiosk: Kiosk, card: CardMade, changes: dict[str, object]) -> None:
    issued, _, (known,) = await at_the_gate(town, kiosk, card)
    assert sealing.examine(msgspec.structs.replace(issued.papers[0], **changes), *known)


async def test_the_order_names_members_and_bindings_but_no_fee_and_no_kiosk(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """What the issuer need not know is not told to it."""
    await kiosk.ready(card)
    order = next(message for message in town.to_city.asked if isinstance(message, IssueOrder))
    assert {"kiosk_id", "fee_yen", "operator", "visit_key"}.isdisjoint(order.__struct_fields__)


def test_a_members_digest_is_worthless_without_the_visits_key() -> None:
    assert sealing.member_digest(b"a" * 32, "0000000011") == sealing.member_digest(b"a" * 32, "0000000011")
    assert sealing.member_digest(b"a" * 32, "0000000011") != sealing.member_digest(b"b" * 32, "0000000011")
    assert "0000000011" not in sealing.member_digest(b"a" * 32, "0000000011")
