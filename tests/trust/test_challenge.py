from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed

from tests.trust.town import card, jpki_root, party_root, rsa_key
from trust.challenge import check_signature, digest_info
from trust.signing import Verdict

DATA = b"visit, kiosk, center, expiry"


def as_a_card_does(data):
    """Pads and signs the DigestInfo it is handed."""
    return rsa_key("card").sign(digest_info(data), padding.PKCS1v15(), NoDigestInfo())


def test_what_a_card_signs_is_genuine():
    assert check_signature(card(jpki_root()), as_a_card_does(DATA), DATA) is Verdict.GENUINE


def test_the_digest_info_is_the_one_every_library_signs():
    usual = rsa_key("card").sign(sha256(DATA).digest(), padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    assert as_a_card_does(DATA) == usual
    assert len(digest_info(DATA)) == 51


def test_another_challenge_another_card_or_another_padding_is_forged():
    certificate = card(jpki_root())
    pss = rsa_key("card").sign(DATA, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    bare_hash = rsa_key("card").sign(sha256(DATA).digest(), padding.PKCS1v15(), NoDigestInfo())
    another = rsa_key("another card").sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    assert check_signature(certificate, as_a_card_does(DATA), DATA + b"!") is Verdict.FORGED
    for signature in (pss, bare_hash, another, b"", b"\0" * 256, b"\xff" * 257):
        assert check_signature(certificate, signature, DATA) is Verdict.FORGED


def test_a_key_that_is_no_card_key_is_forged():
    assert check_signature(party_root().certificate, as_a_card_does(DATA), DATA) is Verdict.FORGED
