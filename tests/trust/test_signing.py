import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.trust.town import p256_key, rsa_key
from trust.authority import KeyUnusable, save_key
from trust.signing import Verdict, load_signing_key, public_from_pem, public_pem, sign, verified


def test_the_same_data_has_the_same_signature():
    key = p256_key("kiosk")
    assert sign(key, b"apply") == sign(key, b"apply")
    assert sign(key, b"apply") != sign(key, b"apply again")


def test_a_signature_is_genuine_only_over_its_own_data_with_its_own_key():
    key, stranger = p256_key("kiosk"), p256_key("stranger")
    signature = sign(key, b"apply")

    assert verified(key.public_key(), signature, b"apply") is Verdict.GENUINE
    assert verified(key.public_key(), signature, b"applY") is Verdict.FORGED
    assert verified(stranger.public_key(), signature, b"apply") is Verdict.FORGED
    for garbage in (b"", b"\0", signature[:-1], signature + b"\0"):
        assert verified(key.public_key(), garbage, b"apply") is Verdict.FORGED


def test_only_genuine_is_true():
    assert Verdict.GENUINE
    assert not Verdict.FORGED


def test_a_kiosk_key_comes_back_from_its_file(tmp_path):
    save_key(p256_key("kiosk"), tmp_path / "kiosk.key")
    save_key(rsa_key("card"), tmp_path / "rsa.key")

    key = load_signing_key(tmp_path / "kiosk.key")

    assert verified(p256_key("kiosk").public_key(), sign(key, b"x"), b"x") is Verdict.GENUINE
    with pytest.raises(KeyUnusable):
        load_signing_key(tmp_path / "rsa.key")


def test_a_public_key_comes_back_from_its_text():
    key = p256_key("kiosk").public_key()
    assert public_from_pem(public_pem(key)) == key


@pytest.mark.parametrize("pem", ["", "見本", public_pem(ec.generate_private_key(ec.SECP384R1()).public_key())], ids=["empty", "not ascii", "p384"])
def test_a_text_without_a_p256_key_is_refused(pem):
    with pytest.raises(KeyUnusable):
        public_from_pem(pem)
