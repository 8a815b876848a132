"""The center's own side of a paper: whose it is, what it says, when it is made, and what happens where none can be."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from certificates.back import drawing
from certificates.back.code import verify_code
from certificates.back.content import sheet_contents
from certificates.back.matrix import TooLarge
from certificates.back.reading import read_back
from certificates.reading import face_of, read
from certificates.signature.chain import SignerRole
from certificates.signature.strict import verify
from issuance_center import ordering, sealing
from issuance_center.backs import NoBack, back_of
from issuance_center.records import tables
from messages import visits as said
from messages.orders import IssueOrder
from messages.wire import encode
from simulation.people import CardMade
from tests.issuance_center.founding import CENTER, LIMITS, NOW, document_keys, documents
from tests.issuance_center.liars import Liar, another_persons_paper_for_this_order
from tests.issuance_center.town import Kiosk, Town, code, refused
from tests.issuance_center.wires import lost_back

KINDS = ("juminhyo", "kisai_jiko", "inkan", "koseki", "fuhyo", "kazei")


# --- what a back is ---


@pytest.mark.parametrize("kind", KINDS)
async def test_a_back_is_the_centers_and_of_this_issuance_and_this_face(town: Town, kiosk: Kiosk, card: CardMade, kind: str) -> None:
    ready = await kiosk.ready(card, kind, copies=2)
    for paper in ready.papers:
        signed = verify(paper.back, documents().roots, NOW)
        back = read_back(paper.back)
        assert (signed.role, signed.name, signed.at) == (SignerRole.CENTER, CENTER, NOW)
        assert (back.text.issuance_id, back.text.face_sha256) == (paper.issuance_id, sha256(paper.face).hexdigest())
        assert (back.text.url, back.sheets) == (documents().url, paper.sheets)
        made = read(paper.face)
        said_by_codes = tuple(verify_code(one, document_keys().code_key.public_key()) for one in back.codes)
        assert said_by_codes == sheet_contents(face_of(made), made.made_at)
    kept = [(row["face_sha256"], row["back_sha256"]) for row in town.rows(tables.issuances)]
    assert kept == [(sha256(paper.face).hexdigest(), sha256(paper.back).hexdigest()) for paper in ready.papers]


async def test_the_same_face_would_be_scrambled_otherwise_for_another_issuance(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """Who has learnt how one copy's picture is put together has learnt nothing of the next."""
    paper = (await kiosk.ready(card)).papers[0]
    first = read_back(paper.back)
    other = read_back(back_of(paper.face, "f" * 32, first.codes, documents(), NOW))
    assert first.pictures != other.pictures
    assert read_back(back_of(paper.face, paper.issuance_id, first.codes, replace(documents(), secret=b"x" * 32), NOW)).pictures != first.pictures


# --- the same bytes until the outcome ---


async def test_a_back_is_the_same_bytes_however_often_and_late_it_is_asked_for(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, "koseki", copies=2)
    asked = kiosk.sent[-1]
    assert {paper.sheets for paper in ready.papers} == {2}
    town.pass_time(minutes=5)
    assert encode(await kiosk.say(asked)) == encode(ready)
    await kiosk.report(ready.papers[0], "paid")
    town.restart()
    town.pass_time(minutes=5)
    town.to_city.faults[IssueOrder] = [lost_back]
    assert encode(await kiosk.say(asked)) == encode(ready)
    await kiosk.report(ready.papers[0], "printed")
    assert await refused(town, kiosk.say(asked)) == "already_printed"


async def test_an_order_left_standing_gets_the_back_of_its_own_instant(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """Made minutes after it was accepted, it is what it would have been."""
    await kiosk.choosing(card)
    town.center_store.fails["seal"] = "before"
    assert code(await kiosk.apply()) == "busy"
    town.pass_time(minutes=7)
    ready = await kiosk.say(kiosk.sent[-1])
    assert isinstance(ready, said.CertificateReady)
    assert verify(ready.papers[0].back, documents().roots, town.at).at == NOW


async def test_a_center_that_would_make_another_back_hands_out_none(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """Its secret was exchanged between the answer and its repetition: the kiosk may hold the first back, so there must not be a second."""
    ready = await kiosk.ready(card)
    town.documents = replace(documents(), secret=b"another " * 4)
    town.restart()
    assert code(await kiosk.say(kiosk.sent[-1])) == "paper_stopped"
    assert (town.states(), town.facts(), town.outcomes(), town.alarms()) == (["stopped"], [], ["stopped"], ["paper_stopped"])
    assert ready.papers[0].back


# --- after the gate, and before the seal ---


def watched(monkeypatch: pytest.MonkeyPatch, town: Town) -> list[str]:
    """The order in which the gate looks, backs are made, and the store is written."""
    seen: list[str] = []
    examine, make, write = sealing.examine, ordering.back_of, town.center_store.write

    def examined(*given: Any) -> tuple[str, ...]:
        seen.append("gate")
        return examine(*given)

    def made(*given: Any) -> bytes:
        seen.append("back")
        return make(*given)

    async def written(step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        seen.append(step.__name__)
        return await write(step, *args, **kwargs)

    monkeypatch.setattr(sealing, "examine", examined)
    monkeypatch.setattr(ordering, "back_of", made)
    monkeypatch.setattr(town.center_store, "write", written)
    return seen


async def test_backs_are_made_when_every_copy_has_passed_the_gate_and_before_any_is_sealed(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kiosk.choosing(card)
    seen = watched(monkeypatch, town)
    assert code(await kiosk.apply(copies=3)) == "CertificateReady"
    assert seen == ["accept", *["gate"] * 3, *["back"] * 3, "seal"]


async def test_what_the_gate_stops_gets_no_back(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    town.municipal = Liar(town, town.municipal, another_persons_paper_for_this_order)
    await kiosk.choosing(card)
    seen = watched(monkeypatch, town)
    assert code(await kiosk.apply(copies=2)) == "paper_stopped"
    assert "back" not in seen


# --- where none can be made ---


async def declined_for_its_back(town: Town, kiosk: Kiosk, why: str) -> None:
    """No paper, half or whole; no money; an alarm; the issuer told; the same when asked again."""
    assert code(await kiosk.apply(copies=2)) == "not_issuable"
    assert (town.states(), town.facts(), town.outcomes()) == (["stopped"] * 2, [], ["stopped"] * 2)
    alarms = town.rows(tables.alarms)
    assert [(alarm["code"], alarm["detail"]) for alarm in alarms] == [("back_impossible", f"back: {why}")] * 2
    assert {row["back_sha256"] for row in town.rows(tables.issuances)} == {None}
    assert await refused(town, kiosk.say(kiosk.sent[-1])) == "not_issuable"
    await town.deliver()
    assert town.issue_log() == ["stopped"] * 2


async def test_a_back_of_too_many_sheets_declines_before_payment(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    await kiosk.choosing(card, "koseki")
    monkeypatch.setattr(drawing, "LARGEST_FILE", 100_000)
    await declined_for_its_back(town, kiosk, "a back of too many sheets")


async def test_a_code_that_is_too_large_for_paper_declines_before_payment(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(_code: bytes) -> None:
        raise TooLarge("more than a QR code holds")

    await kiosk.choosing(card)
    monkeypatch.setattr(drawing, "matrix", too_large)
    await declined_for_its_back(town, kiosk, "more than a QR code holds")


async def test_one_copy_without_a_back_declines_them_all(town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first copy has its back already when the second cannot get one: it is not handed out alone."""
    made: list[bytes] = []

    def second_fails(*given: Any) -> bytes:
        if made:
            raise NoBack("a back of too many sheets")
        made.append(back_of(*given))
        return made[0]

    await kiosk.choosing(card)
    monkeypatch.setattr(ordering, "back_of", second_fails)
    await declined_for_its_back(town, kiosk, "a back of too many sheets")
    assert len(made) == 1


@pytest.mark.parametrize("codes", [0, 2])
async def test_a_back_has_one_code_for_each_sheet_or_is_none(town: Town, kiosk: Kiosk, card: CardMade, codes: int) -> None:
    paper = (await kiosk.ready(card)).papers[0]
    own = read_back(paper.back).codes
    assert back_of(paper.face, paper.issuance_id, own, documents(), NOW) == paper.back
    with pytest.raises(NoBack):
        back_of(paper.face, paper.issuance_id, own * codes, documents(), NOW)
    with pytest.raises(NoBack):
        back_of(b"%PDF-1.4 not a face", paper.issuance_id, own, documents(), NOW)


# --- others are waiting ---


async def test_others_are_served_between_the_copies_of_a_large_request(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten copies of two sheets: the loop is given back between any two looks and any two backs."""
    turns = 0

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(LIMITS.issuer_deadline_seconds):
        await kiosk.choosing(card, "koseki")
        seen: list[int] = []
        examine, make = sealing.examine, ordering.back_of
        monkeypatch.setattr(sealing, "examine", lambda *given: (seen.append(turns), examine(*given))[1])
        monkeypatch.setattr(ordering, "back_of", lambda *given: (seen.append(turns), make(*given))[1])
        other = asyncio.create_task(turning())
        try:
            ready = await kiosk.apply(copies=10)
        finally:
            other.cancel()
    assert isinstance(ready, said.CertificateReady)
    assert [paper.sheets for paper in ready.papers] == [2] * 10
    assert len(seen) == 20
    assert len(set(seen)) == 20, "somebody else had a turn before each"
