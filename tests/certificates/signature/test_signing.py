"""Signing: once, always the same bytes, valid to everybody's verifier, and the key shown to nobody."""

import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.signature.placeholder import NoPlace, prepared
from certificates.signature.signing import NotPrepared, sign, signer
from tests.certificates.signature.certificate_making import Made
from tests.certificates.signature.documents import authority, certificate, city, drawn, rsa_key, signed
from tests.certificates.signature.forging import hole, sealed
from tests.certificates.signature.ordinary_verifiers import Opinion, needs_pdfsig, nss_store, pdfsig, pyhanko


def test_pyhanko_says_valid_entire_file_intact_trusted() -> None:
    assert pyhanko(signed()) == Opinion(signatures=1, whole=True, valid=True, trusted=True)


@needs_pdfsig
def test_pdfsig_says_valid_and_total_document_signed(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = nss_store(tmp_path_factory.mktemp("nss"), authority().certificate)
    assert pdfsig(signed(), store) == Opinion(signatures=1, whole=True, valid=True, trusted=True)


@needs_pdfsig
def test_ordinary_verifiers_do_not_trust_a_stranger(tmp_path_factory: pytest.TempPathFactory) -> None:
    foreign = sign(prepared(drawn()), city("another"))
    opinion = pdfsig(foreign, nss_store(tmp_path_factory.mktemp("nss"), authority().certificate))
    assert (opinion.valid, opinion.trusted) == (True, False)
    assert (pyhanko(foreign).valid, pyhanko(foreign).trusted) == (True, False)


def test_the_chain_may_leave_its_root_out() -> None:
    assert pyhanko(sign(prepared(drawn()), signer(rsa_key("signer"), certificate()))).good


def test_signing_again_gives_the_same_bytes_and_changes_only_the_hole() -> None:
    pdf = prepared(drawn())
    start, end = hole(pdf)
    once = sign(pdf, city())
    assert once == sign(pdf, city()) == sealed()
    assert (once[: start + 1], once[end - 1 :]) == (pdf[: start + 1], pdf[end - 1 :])


def test_what_is_signed_is_not_signed_again() -> None:
    with pytest.raises(NotPrepared, match="not empty"):
        sign(signed(), city())


def test_a_single_digit_in_the_hole_is_a_signature_already() -> None:
    pdf = bytearray(prepared(drawn()))
    pdf[hole(bytes(pdf))[1] - 2] = ord("1")
    with pytest.raises(NotPrepared):
        sign(bytes(pdf), city())


def test_a_document_that_is_not_prepared_is_not_signed() -> None:
    with pytest.raises(NoPlace):
        sign(drawn(), city())


def test_a_document_with_too_little_room_is_not_signed() -> None:
    pdf = drawn()
    start, end = hole(pdf)
    with pytest.raises(NotPrepared, match="too small"):
        sign(prepared(pdf[: start + 1001] + pdf[end - 1 :]), city())


def test_a_key_of_somebody_else_makes_no_signer() -> None:
    with pytest.raises(ValueError, match="certificate of this key"):
        signer(rsa_key("another signer"), certificate())


def test_a_key_that_is_not_rsa_of_2048_bits_makes_no_signer() -> None:
    with pytest.raises(ValueError, match="RSA"):
        signer(rsa_key("short", 1024), Made(key=rsa_key("short", 1024)).certificate())
    curve = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(ValueError, match="RSA"):
        signer(curve, Made(key=curve).certificate())  # type: ignore[arg-type]


def test_a_chain_that_leaves_no_room_is_found_when_the_signer_is_made() -> None:
    chain = tuple(certificate(f"urn:konbini:signer:center:c{number}") for number in range(4))
    with pytest.raises(ValueError, match="too long"):
        signer(rsa_key("signer"), certificate(), chain)


def test_nobody_sees_the_key() -> None:
    secret = str(rsa_key("signer").private_numbers().d)
    shown = repr(city()) + str(city()) + f"{city()}"
    assert "PrivateKey" not in shown
    assert secret not in shown
    assert "certificate=" in shown
    assert "middle=" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(city())
