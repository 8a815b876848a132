"""A visit up to its choices, among real neighbours: what is answered, what bad input gets, and that a refusal leaves nothing behind."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPResponseStatus

from certificates.content.juminhyo import birth_text
from certificates.fingerprint import fingerprint
from certificates.kinds import KINDS
from certificates.wareki import ERAS
from issuance_center.records import tables
from jpki import statuses
from messages import visits as said
from messages.facts import AskPrices
from messages.link import NoAnswer
from messages.orders import ChoicesOffered, OfferChoices
from messages.refusals import TABLE, Refusal
from messages.wire import Message, encode
from registers.residents.changes import bind_card, set_protection
from registers.residents.resident import Protection
from simulation.key_ring import rsa_ring
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, FEES_YEN, IMPATIENT, NOW, SILENT_CITY, foundation, rates, stream
from tests.issuance_center.town import Kiosk, Town, code, refused
from tests.issuance_center.wires import Fault, lost_back, lost_there, meanwhile, refuses, says, slow
from trust.authority import create_root
from trust.ocsp_responder import refusal as ocsp_refusal

# --- the way through ---


async def test_the_directory_lists_the_municipalities_in_the_order_of_their_codes(town: Town, kiosk: Kiosk) -> None:
    reply = await kiosk.say(said.AskDirectory(kiosk_id=kiosk.id))
    assert isinstance(reply, said.Directory)
    assert [entry.code for entry in reply.municipalities] == [CITY, SILENT_CITY]
    assert reply.valid_until > town.at


async def test_a_visit_opens_admits_its_card_and_offers_kinds_and_people(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    admitted = await kiosk.admitted(card)
    assert (len(admitted.visit_key), admitted.closes_at) == (32, town.at + timedelta(minutes=15))
    offered = await kiosk.kinds()
    assert isinstance(offered, said.KindsOffered)
    assert [(kind.kind, kind.open, [(fee.form, fee.fee_yen) for fee in kind.fees]) for kind in offered.kinds] == [
        (kind.code, True, [(form.code, FEES_YEN[form.fee_class]) for form in kind.forms]) for kind in KINDS.values()
    ]
    choices = await kiosk.choices()
    assert isinstance(choices, said.Choices)
    family = foundation().household(card)
    assert {member.member_id for member in choices.members} == {who.atena_no for who in family}
    assert [member.member_id for member in choices.members if member.holder] == [card.resident.atena_no]
    by_number = {who.atena_no: who for who in family}
    for member in choices.members:
        who = by_number[member.member_id]
        assert member.fingerprint == fingerprint(admitted.visit_key, who.name, birth_text(who, ERAS))


async def test_the_center_keeps_no_name_no_number_and_no_fingerprint_in_the_clear(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.ready(card)
    kept = repr({name: town.rows(table) for name, table in tables.METADATA.tables.items()})
    for who in foundation().household(card):
        assert who.name not in kept
        assert who.atena_no not in kept
        assert who.my_number not in kept
    await kiosk.close()
    (visit,) = town.rows(tables.visits)
    (offer,) = town.rows(tables.offers)
    assert (visit["visit_key"], offer["members"]) == (None, "{}")


async def test_the_authority_is_asked_for_every_visit_and_only_once_in_it(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.admitted(card)
    await kiosk.say(kiosk.proof(card))
    assert town.ocsp_asked == 1
    await town.kiosk(1).admitted(card)
    assert town.ocsp_asked == 2


async def test_a_closed_service_is_shown_with_its_opening(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    town.at = NOW.replace(hour=22, minute=58)
    await kiosk.admitted(card)
    town.pass_time(minutes=2)
    reply = await kiosk.kinds()
    assert isinstance(reply, said.KindsOffered)
    assert {(offer.open, offer.opens_at) for offer in reply.kinds} == {(False, NOW.replace(hour=6, minute=30) + timedelta(days=1))}


# --- opening ---


@pytest.mark.parametrize(
    ("number", "party", "changes", "expected"),
    [
        (0, "nobody", {}, "kiosk_unknown"),
        (0, None, {"kiosk_id": "K-9"}, "kiosk_unknown"),
        (0, None, {"kiosk_id": "K-3"}, "kiosk_unknown"),
        (2, None, {"kiosk_id": "K-1"}, "kiosk_unknown"),
        (0, None, {"opened_at": NOW - timedelta(seconds=121)}, "request_stale"),
        (0, None, {"opened_at": NOW + timedelta(seconds=121)}, "request_stale"),
        (0, None, {"visit_id": "not an id"}, "malformed"),
        (0, None, {"visit_id": "AB" * 16}, "malformed"),
    ],
)
async def test_what_opens_no_visit(town: Town, number: int, party: str | None, changes: dict[str, Any], expected: str) -> None:
    kiosk = town.kiosk(number, party)
    asked = said.OpenVisit(**{"visit_id": kiosk.new_id(), "kiosk_id": kiosk.id, "opened_at": NOW} | changes)
    assert await refused(town, kiosk.say(asked)) == expected
    assert town.rows(tables.visits) == []


async def test_an_unknown_kiosk_is_refused_everything(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    stranger = town.kiosk(0, "nobody")
    for message in [said.AskDirectory(kiosk_id="K-1"), *kiosk.sent, kiosk.reported(kiosk.event(ready.papers[0], "paid"))]:
        assert await refused(town, stranger.wire.ask(message)) in ("kiosk_unknown", "visit_unknown")
    assert await refused(town, stranger.wire.ask(said.CloseVisit(visit_id=kiosk.visit_id, kiosk_id="K-1", at=NOW, reason="idle"))) == "kiosk_unknown"


async def test_the_same_visit_id_opened_otherwise_is_altered(town: Town, kiosk: Kiosk) -> None:
    await kiosk.open()
    other_time = said.OpenVisit(visit_id=kiosk.visit_id, kiosk_id="K-1", opened_at=NOW + timedelta(seconds=1))
    other_kiosk = said.OpenVisit(visit_id=kiosk.visit_id, kiosk_id="K-2", opened_at=NOW)
    other_party = said.OpenVisit(visit_id=kiosk.visit_id, kiosk_id="K-3", opened_at=NOW)
    assert await refused(town, kiosk.say(other_time)) == "request_altered"
    assert await refused(town, kiosk.say(other_kiosk)) == "request_altered"
    assert await refused(town, town.kiosk(2).say(other_party)) == "request_altered"


# --- the card ---


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("foreign", "credential_untrusted"),
        ("expired", "credential_expired"),
        ("revoked", "credential_revoked"),
        ("suspended", "credential_suspended"),
        ("unknown", "credential_unknown"),
    ],
)
async def test_a_bad_credential_gets_its_row(town: Town, kiosk: Kiosk, state: str, expected: str) -> None:
    await kiosk.open()
    assert await refused(town, kiosk.authenticate(foundation().special(state))) == expected
    assert await refused(town, kiosk.kinds()) == "visit_not_authenticated"


async def test_a_card_revoked_this_minute_is_refused_in_the_next_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.admitted(card)
    town.jpki_store.do(statuses.change, statuses.Wanted(card.serial, "revoke", "holder_request", "", "officer"), town.at)
    other = town.kiosk(1)
    await other.open()
    assert await refused(town, other.authenticate(card)) == "credential_revoked"


async def test_the_authority_that_signed_the_card_is_asked_and_not_its_namesake(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    renewed = create_root("見本 利用者証明用認証局", rsa_ring()[2], NOW - timedelta(days=1), stream("renewed")).certificate
    town.roots = (renewed, *town.roots)
    town.restart()
    await kiosk.open()
    assert code(await kiosk.authenticate(card)) == "Admitted"


async def test_what_is_no_certificate_at_all_is_untrusted(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.open()
    proof = kiosk.proof(card)
    for certificate in (b"", b"garbage", proof.certificate[:-1], proof.certificate + b"\0", card.signature.public_bytes(Encoding.DER)):
        message = said.Authenticate(visit_id=kiosk.visit_id, certificate=certificate, signature=proof.signature)
        assert await refused(town, kiosk.say(message)) == "credential_untrusted"


async def test_a_proof_of_another_visit_or_an_altered_one_is_an_alarm(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.open()
    old = kiosk.proof(card)
    await kiosk.open()
    new = kiosk.proof(card)
    replayed = said.Authenticate(visit_id=kiosk.visit_id, certificate=old.certificate, signature=old.signature)
    altered = said.Authenticate(visit_id=kiosk.visit_id, certificate=new.certificate, signature=new.signature[:-1] + b"\0")
    for message in (replayed, altered, said.Authenticate(visit_id=kiosk.visit_id, certificate=new.certificate, signature=b"")):
        assert await refused(town, kiosk.say(message)) == "challenge_signature_bad"


async def test_a_second_card_does_not_enter_an_admitted_visit(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.admitted(card)
    other = foundation().card(lambda who: who.atena_no != card.resident.atena_no)
    assert await refused(town, kiosk.authenticate(other)) == "request_altered"


async def test_two_cards_at_once_admit_one(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.open()
    other = foundation().card(lambda who: who.atena_no != card.resident.atena_no)
    replies = await asyncio.gather(kiosk.authenticate(card), kiosk.authenticate(other))
    assert sorted(code(reply) for reply in replies) == ["Admitted", "request_altered"]
    assert town.rows(tables.visits)[0]["serial"] in (card.serial, other.serial)


async def test_a_challenge_left_too_long_is_expired(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.open()
    town.pass_time(seconds=180)
    assert await refused(town, kiosk.authenticate(card)) == "visit_expired"
    assert town.ocsp_asked == 0


@pytest.mark.parametrize("word", ["silent", "garbage", "empty", "try later", "an earlier answer", "an old answer"])
async def test_without_the_authoritys_fresh_word_nobody_is_admitted(
    town: Town, kiosk: Kiosk, card: CardMade, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bytes] = []

    async def line(der: bytes) -> bytes:
        if word == "silent":
            raise NoAnswer("timeout")
        if word == "an earlier answer":
            kept.append(await town.jpki.ocsp(der, town.at))
            return kept[0]
        if word == "an old answer":
            return await town.jpki.ocsp(der, town.at - timedelta(minutes=6))
        return {"garbage": b"<html>", "empty": b"", "try later": ocsp_refusal(OCSPResponseStatus.TRY_LATER)}[word]

    monkeypatch.setattr(town.center, "_ocsp", line)
    if word == "an earlier answer":
        await kiosk.admitted(card)  # answered to its own nonce; the next visit hears the same bytes again
    await kiosk.open()
    assert await refused(town, kiosk.authenticate(card)) == "credential_unverifiable"
    monkeypatch.undo()
    assert code(await kiosk.authenticate(card)) == "Admitted"


async def test_an_authority_that_was_not_heard_is_asked_again_with_another_nonce(
    town: Town, kiosk: Kiosk, card: CardMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    async def line(der: bytes) -> bytes:
        asked.append(der)
        if len(asked) == 1:
            raise NoAnswer("timeout")
        return b"garbage" if len(asked) == 2 else await town.jpki.ocsp(der, town.at)

    monkeypatch.setattr(town.center, "_ocsp", line)
    await kiosk.open()
    assert code(await kiosk.authenticate(card)) == "Admitted"
    assert len(set(asked)) == 3


async def test_an_authority_that_says_no_is_not_asked_again(town: Town, kiosk: Kiosk) -> None:
    await kiosk.open()
    assert await refused(town, kiosk.authenticate(foundation().special("revoked"))) == "credential_revoked"
    assert town.ocsp_asked == 1


# --- who may ask in a visit ---


async def test_a_visit_answers_only_the_party_of_its_kiosk(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    stranger = town.kiosk(2)
    stranger.visit_id, stranger.challenge, stranger.choices_heard = kiosk.visit_id, kiosk.challenge, kiosk.choices_heard
    assert await refused(town, stranger.authenticate(card)) == "visit_unknown"
    assert await refused(town, stranger.kinds()) == "visit_unknown"
    assert await refused(town, stranger.choices()) == "visit_unknown"
    assert await refused(town, stranger.apply()) == "visit_unknown"
    assert await refused(town, stranger.close()) == "visit_unknown"
    beside = town.kiosk(1)
    beside.visit_id, beside.choices_heard = kiosk.visit_id, kiosk.choices_heard
    assert await refused(town, beside.apply()) == "visit_unknown"
    assert await refused(town, beside.close()) == "visit_unknown"


async def test_nothing_is_offered_before_the_card_or_after_the_end(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    kiosk.visit_id = "0" * 32
    assert await refused(town, kiosk.kinds()) == "visit_unknown"
    assert await refused(town, kiosk.choices()) == "visit_unknown"
    await kiosk.open()
    assert await refused(town, kiosk.kinds()) == "visit_not_authenticated"
    assert await refused(town, kiosk.choices()) == "visit_not_authenticated"
    assert await refused(town, kiosk.apply()) == "visit_not_authenticated"
    await kiosk.authenticate(card)
    town.pass_time(minutes=15)
    assert await refused(town, kiosk.kinds()) == "visit_expired"
    assert await refused(town, kiosk.choices()) == "visit_expired"
    assert await refused(town, kiosk.apply()) == "visit_expired"
    await kiosk.close()
    assert await refused(town, kiosk.kinds()) == "visit_closed"
    assert await refused(town, kiosk.choices()) == "visit_closed"
    assert await refused(town, kiosk.apply()) == "visit_closed"
    opening = next(message for message in kiosk.sent if isinstance(message, said.OpenVisit))
    assert await refused(town, kiosk.say(opening)) == "visit_closed"
    assert await refused(town, kiosk.say(kiosk.proof(card))) == "visit_closed"


async def test_what_the_directory_does_not_have_is_unknown(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    assert await refused(town, kiosk.choices("passport")) == "kind_unknown"
    kiosk.municipality = SILENT_CITY
    await kiosk.kinds()
    assert await refused(town, kiosk.choices("koseki")) == "kind_unknown"
    kiosk.municipality = "131016"
    assert await refused(town, kiosk.kinds()) == "municipality_unknown"
    assert await refused(town, kiosk.choices()) == "municipality_unknown"


async def test_at_eleven_the_choices_close(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    town.at = NOW.replace(hour=22, minute=59, second=59)
    await kiosk.quoted(card)
    assert code(await kiosk.choices()) == "Choices"
    town.pass_time(seconds=1)
    assert await refused(town, kiosk.choices()) == "closed_now"


async def test_without_a_price_no_kind_is_offered(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.admitted(card)
    town.to_fees.faults[AskPrices] = [lost_there, refuses("fees_unavailable"), says(200, b"{}")]
    for _ in range(3):
        assert await refused(town, kiosk.kinds()) == "fees_unavailable"
    assert code(await kiosk.kinds()) == "KindsOffered"


async def test_choices_asked_for_before_the_fees_are_refused_and_nobody_is_asked(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    """What costs nobody knows how much cannot be chosen."""
    await kiosk.admitted(card)
    assert await refused(town, kiosk.choices()) == "fees_unavailable"
    assert (town.to_city.asked, town.rows(tables.offers)) == ([], [])
    kiosk.municipality = SILENT_CITY
    await kiosk.kinds()
    kiosk.municipality = CITY
    assert await refused(town, kiosk.choices()) == "fees_unavailable", "the fees of another municipality are not this one's"
    await kiosk.kinds()
    assert code(await kiosk.choices()) == "Choices"


async def test_a_form_without_a_price_is_not_offered(card: CardMade) -> None:
    town = Town(rates=rates(without=("shotoku",)))
    kiosk = town.kiosk()
    kinds = {kind.kind: kind for kind in (await kiosk.quoted(card)).kinds}
    assert [fee.form for fee in kinds["kazei"].fees] == ["kazei", "shotoku_kazei"]
    choices = await kiosk.choices("kazei")
    assert isinstance(choices, said.Choices)
    assert choices.forms == kinds["kazei"].fees
    assert await refused(town, kiosk.apply(form="shotoku")) == "form_invalid"
    assert code(await kiosk.apply(form="kazei")) == "CertificateReady"
    await town.close()


async def test_a_kind_without_any_price_is_not_offered_and_its_issuer_is_not_asked(card: CardMade) -> None:
    town = Town(rates=rates(without=("koseki",)))
    kiosk = town.kiosk()
    assert "koseki" not in {kind.kind for kind in (await kiosk.quoted(card)).kinds}
    assert await refused(town, kiosk.choices("koseki")) == "kind_unknown"
    assert town.to_city.asked == []
    await town.close()


async def test_a_municipality_that_offers_only_what_has_no_price_offers_nothing(card: CardMade) -> None:
    """It issues 所得証明書 alone, and these have no price here."""
    town = Town(rates=rates(without=("shotoku",)))
    kiosk, honest = town.kiosk(), town.municipal

    class Offering:
        async def answer(self, message: Message, peer: Any, now: Any) -> Message:
            reply = await honest.answer(message, peer, now)
            return msgspec.structs.replace(reply, forms=("shotoku",)) if isinstance(reply, ChoicesOffered) else reply

    town.municipal = Offering()
    await kiosk.quoted(card)
    assert await refused(town, kiosk.choices("kazei")) == "kind_unknown"
    assert town.rows(tables.offers) == []
    await town.close()


# --- whom the issuer refuses ---


def who_is(wanted: Callable[[Any], bool]) -> CardMade:
    return foundation().card(wanted)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (lambda who: who.protection is not None and who.protection.level == "support", "not_issuable"),
        (lambda who: who.protection is not None and who.protection.level == "provisional", "not_issuable"),
        (lambda who: bool(who.suppressions), "not_issuable"),
        (lambda who: who.character_pending, "not_issuable"),
        (lambda who: who.standing == "left", "moved_out"),
        (lambda who: who.standing == "leaving", "moved_out"),
        (lambda who: who.standing == "dead", "not_registered"),
        (lambda who: who.birth > "2012", "under_15"),
    ],
    ids=["protected", "provisionally protected", "stopped", "pending character", "moved out", "leaving", "dead", "under 15"],
)
async def test_whom_the_register_refuses_gets_the_issuers_row(town: Town, kiosk: Kiosk, wanted: Callable[[Any], bool], expected: str) -> None:
    await kiosk.quoted(who_is(wanted))
    assert await refused(town, kiosk.choices()) == expected


async def test_a_protected_persons_refusal_reads_like_a_pending_characters(town: Town, kiosk: Kiosk) -> None:
    replies = []
    for wanted in (lambda who: who.protection is not None, lambda who: who.character_pending, lambda who: bool(who.suppressions)):
        await kiosk.quoted(who_is(wanted))
        replies.append(encode(await kiosk.choices()))
    assert len(set(replies)) == 1
    noted = [{key: row[key] for key in ("code", "message", "alarm")} for row in town.rows(tables.refusals)]
    assert noted == [{"code": "not_issuable", "message": "AskChoices", "alarm": False}] * 3


async def test_a_card_that_no_register_knows_and_a_card_of_today(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    number = card.resident.atena_no
    town.municipal_store.do(bind_card, number, card.serial, NOW.date() + timedelta(days=1), now=NOW)
    assert await refused(town, kiosk.choices()) == "not_usable_yet"
    town.municipal_store.do(bind_card, number, None, None, now=NOW)
    assert await refused(town, kiosk.choices()) == "not_registered"


async def test_a_protection_set_in_the_visit_counts_at_once(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.choosing(card)
    town.municipal_store.do(set_protection, card.resident.atena_no, Protection("support", NOW.date(), None), now=NOW)
    before = town.everything()
    assert code(await kiosk.apply()) == "not_issuable"
    after = town.everything()
    assert town.states() == ["declined"]
    assert (town.facts(), town.outcomes(), town.issue_log(), after["alarms"]) == ([], [], [], before["alarms"])


# --- an issuer that does not answer as it should ---

OFFER = "offer: "


async def test_an_issuer_that_is_down_or_slow_is_unavailable(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    town.restart(IMPATIENT)
    town.to_city.down.add(OfferChoices)
    assert await refused(town, kiosk.choices()) == "issuer_unavailable"
    assert len(town.to_city.asked) > 1
    town.to_city.down.clear()
    town.to_city.faults[OfferChoices] = [slow] * 50
    assert await refused(town, kiosk.choices()) == "issuer_unavailable"


@pytest.mark.parametrize(
    "fault", [lost_there, lost_back, refuses("busy"), refuses("issuer_unavailable")], ids=["lost", "answer lost", "busy", "later"]
)
async def test_an_issuer_that_did_not_answer_is_asked_again(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await kiosk.quoted(card)
    town.to_city.faults[OfferChoices] = [fault, fault]
    assert code(await kiosk.choices()) == "Choices"
    assert len(town.to_city.asked) == 3


@pytest.mark.parametrize(
    "fault",
    [
        says(200, b"<html>"),
        says(200, b""),
        says(200, b"{}"),
        says(500, b"Internal Server Error"),
        says(403, encode(Refusal(code="no_such_row", ja="", en=""))),
        says(200, encode(Refusal(code="busy", ja="", en=""))),
        refuses("failed"),
        refuses("role_not_admitted"),
        refuses("already_printed"),
        refuses("center_unavailable"),
    ],
)
async def test_an_answer_no_issuer_may_give_is_a_failure_and_an_alarm(town: Town, kiosk: Kiosk, card: CardMade, fault: Fault) -> None:
    await kiosk.quoted(card)
    town.to_city.faults[OfferChoices] = [fault]
    assert await refused(town, kiosk.choices()) == "issuer_failed"
    assert code(await kiosk.choices()) == "Choices"


async def test_an_issuers_own_words_go_no_further_than_its_code(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    told = Refusal(code="not_issuable", ja="山田太郎さんは保護されています", en="protected", detail="protected")
    town.to_city.faults[OfferChoices] = [says(403, encode(told))]
    reply = await kiosk.choices()
    assert isinstance(reply, Refusal)
    assert (reply.ja, reply.en, reply.detail) == (TABLE["not_issuable"].ja, TABLE["not_issuable"].en, "")


def _twice(members: tuple[said.MemberChoice, ...]) -> tuple[said.MemberChoice, ...]:
    return (*members, members[0])


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("visit_id", "0" * 32, "visit_id"),
        ("kind", "koseki", "kind"),
        ("forms", (), "forms"),
        ("forms", ("juminhyo", "juminhyo"), "forms"),
        ("forms", ("koseki",), "forms"),
        ("years", (2026,), "years"),
        ("members", lambda members: (), "members"),
        ("members", _twice, "members"),
        ("members", lambda members: tuple(members[0] for _ in range(101)), "members"),
        ("members", lambda members: tuple(_member(each, holder=False) for each in members), "holder"),
        ("members", lambda members: tuple(_member(each, holder=True) for each in members), "holder"),
        ("members", lambda members: (_member(members[0], fingerprint="見本"), *members[1:]), "fingerprint"),
        ("options", ("relation", "relation"), "options"),
        ("options", ("criminal_record",), "options"),
        ("copies_max", 0, "copies_max"),
        ("copies_max", 10**30, "copies_max"),
        ("register_version", "", "register_version"),
        ("register_version", "9" * 65, "register_version"),
    ],
)
async def test_an_offer_no_issuer_may_make_is_not_passed_on(town: Town, kiosk: Kiosk, card: CardMade, field: str, value: Any, what: str) -> None:
    honest = town.municipal

    class Offering:
        async def answer(self, message: Message, peer: Any, now: Any) -> Message:
            reply = await honest.answer(message, peer, now)
            assert isinstance(reply, ChoicesOffered)
            return msgspec.structs.replace(reply, **{field: value(reply.members) if callable(value) else value})

    await kiosk.quoted(card)
    town.municipal = Offering()
    assert await refused(town, kiosk.choices()) == "issuer_failed"
    assert town.rows(tables.alarms)[-1]["detail"] == OFFER + what


def _member(member: said.MemberChoice, **changes: Any) -> said.MemberChoice:
    return msgspec.structs.replace(member, **changes)


async def test_an_offer_that_comes_after_the_end_is_not_kept(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    await kiosk.quoted(card)
    town.to_city.faults[OfferChoices] = [meanwhile(kiosk.close)]
    assert code(await kiosk.choices()) == "visit_closed"
    assert town.rows(tables.offers) == []


# --- the end ---


async def test_a_visit_nobody_knows_is_closed_for_whoever_asks(town: Town, kiosk: Kiosk) -> None:
    kiosk.visit_id = "0" * 32
    assert code(await kiosk.close("restarted")) == "VisitClosed"
    assert town.rows(tables.visits) == []


async def test_what_a_stranger_writes_into_ids_is_not_kept(town: Town) -> None:
    stranger = town.kiosk(0, "nobody")
    await stranger.say(said.OpenVisit(visit_id="見本 太郎", kiosk_id="山田" * 9000, opened_at=NOW))
    await stranger.say(said.CloseVisit(visit_id="見本 太郎", kiosk_id="K-1", at=NOW, reason="idle"))
    noted = town.rows(tables.refusals)
    assert [(row["code"], row["kiosk_id"], row["visit_id"]) for row in noted] == [("malformed", None, None), ("kiosk_unknown", "K-1", None)]
    assert "見本" not in repr(town.everything())
