"""Who holds the card: the challenge, the chain, the authority's word."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from issuance_center import identity
from issuance_center.config import Limits
from issuance_center.identity import Presented, Unproven
from issuance_center.records.visits import Visit
from messages.visits import Authenticate
from messages.wire import encode
from simulation.key_ring import rsa_ring
from simulation.people import CardMade
from tests.issuance_center.founding import CENTER, NOW, foundation, stream
from tests.issuance_center.values import a_visit
from trust.authority import create_root
from trust.ocsp import Good, Revoked, Suspended, Unknown, Unverifiable

FRESH = a_visit(serial=None, visit_key=None, closes_at=None, certificate_sha256=None)
ROOTS = (foundation().authority.certificate,)


def answer(card: CardMade, visit: Visit = FRESH, center: str = CENTER, certificate: x509.Certificate | None = None) -> Authenticate:
    signature = card.key.sign(encode(identity.challenge_of(visit, center)), padding.PKCS1v15(), hashes.SHA256())
    shown = certificate or card.authentication
    return Authenticate(visit_id=visit.visit_id, certificate=shown.public_bytes(Encoding.DER), signature=signature)


def looked_at(message: Authenticate, visit: Visit = FRESH, now: datetime = NOW, roots: tuple[x509.Certificate, ...] = ROOTS) -> Presented | str:
    found = identity.presented(message, visit, CENTER, roots, now)
    return found.code if isinstance(found, Unproven) else found


def test_a_card_that_signed_this_visits_challenge_is_presented(card: CardMade) -> None:
    found = looked_at(answer(card))
    assert isinstance(found, Presented)
    assert (found.serial, found.issuer) == (card.serial, ROOTS[0])


def test_a_signature_over_another_visit_kiosk_center_or_nonce_is_none(card: CardMade) -> None:
    others = (a_visit(serial=None, visit_id="9" * 32), a_visit(serial=None, kiosk_id="K-2"), a_visit(serial=None, nonce="cd" * 32))
    found = [looked_at(answer(card, other)) for other in others] + [looked_at(answer(card, center="other"))]
    assert found == ["challenge_signature_bad"] * 4


def test_another_cards_certificate_does_not_go_with_the_signature(card: CardMade) -> None:
    other = foundation().card(lambda who: who.atena_no != card.resident.atena_no and foundation().cards[who.atena_no].key is not card.key)
    assert looked_at(answer(card, certificate=other.authentication)) == "challenge_signature_bad"


def test_the_signature_certificate_of_the_same_card_opens_no_visit(card: CardMade) -> None:
    assert looked_at(answer(card, certificate=card.signature)) == "credential_untrusted"


def test_a_foreign_root_and_an_expired_certificate_are_refused() -> None:
    assert looked_at(answer(foundation().special("foreign"))) == "credential_untrusted"
    assert looked_at(answer(foundation().special("expired"))) == "credential_expired"


def test_a_challenge_is_answered_before_it_expires(card: CardMade) -> None:
    message = answer(card)
    assert isinstance(looked_at(message, now=FRESH.challenge_expires_at - timedelta(microseconds=1)), Presented)
    assert looked_at(message, now=FRESH.challenge_expires_at) == "visit_expired"


def test_a_visit_that_has_its_card_hears_the_answer_again_until_its_right_ends(card: CardMade) -> None:
    visit = a_visit()
    message = answer(card, visit)
    assert isinstance(looked_at(message, visit, visit.challenge_expires_at + timedelta(minutes=5)), Presented)
    assert visit.closes_at is not None
    assert looked_at(message, visit, visit.closes_at) == "visit_expired"


def test_of_two_roots_of_one_name_the_one_that_signed_is_asked(card: CardMade) -> None:
    """A renewed authority keeps its name; its key tells it apart."""
    renewed = create_root("見本 利用者証明用認証局", rsa_ring()[2], NOW - timedelta(days=1), stream("renewed")).certificate
    found = looked_at(answer(card), roots=(renewed, *ROOTS))
    assert isinstance(found, Presented)
    assert found.issuer == ROOTS[0]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (Good(), None),
        (Revoked(NOW), "credential_revoked"),
        (Suspended(NOW), "credential_suspended"),
        (Unknown(), "credential_unknown"),
        (Unverifiable("too old"), "credential_unverifiable"),
    ],
)
def test_only_a_good_word_admits(word: Good | Revoked | Suspended | Unknown | Unverifiable, code: str | None) -> None:
    assert identity.refused_by(word) == code


def test_a_visits_right_ends_with_the_certificate_if_that_is_earlier(card: CardMade) -> None:
    until = card.authentication.not_valid_after_utc
    assert identity.closes_at(card.authentication, NOW, Limits(visit_seconds=900.0)) == NOW + timedelta(seconds=900)
    assert identity.closes_at(card.authentication, until - timedelta(seconds=10), Limits(visit_seconds=900.0)) == until


def test_the_challenge_is_the_same_however_often_it_is_asked_for() -> None:
    first, second = identity.challenge_of(FRESH, CENTER), identity.challenge_of(FRESH, CENTER)
    assert first == second
    assert (first.visit_id, first.kiosk_id, first.center, first.nonce) == (FRESH.visit_id, FRESH.kiosk_id, CENTER, FRESH.nonce)
