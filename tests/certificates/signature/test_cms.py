"""The container, read by another's library."""

from hashlib import sha256

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signature.cms import certificates_in, signed_data
from certificates.signature.der import NotDer
from tests.certificates.signature.documents import authority, certificate, city, rsa_key
from tests.certificates.signature.forging import true_container


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def container(covered: bytes = b"covered") -> cms.ContentInfo:
    return cms.ContentInfo.load(true_container(covered), strict=True)


def test_it_is_der_throughout() -> None:
    made = true_container(b"covered")
    assert cms.ContentInfo.load(made, strict=True).dump(force=True) == made


def test_the_signed_attributes_are_those_of_pades_b_b_and_no_others() -> None:
    attributes = container()["content"]["signer_infos"][0]["signed_attrs"]
    assert [one["type"].native for one in attributes] == ["content_type", "message_digest", "signing_certificate_v2"]
    kind, digest, holder = (one["values"][0] for one in attributes)
    assert kind.native == "data"
    assert digest.native == sha256(b"covered").digest()
    assert holder["certs"][0]["cert_hash"].native == sha256(der(certificate())).digest()
    assert holder["certs"][0]["hash_algorithm"]["algorithm"].native == "sha256"


def test_it_names_its_algorithms_its_signer_and_its_certificates() -> None:
    data = container()["content"]
    assert data["version"].native == "v1"
    assert data["encap_content_info"]["content"].native is None
    assert data["crls"].native is None
    assert {one.chosen.dump() for one in data["certificates"]} == {der(certificate()), der(authority().certificate)}
    assert len(data["signer_infos"]) == 1
    signer = data["signer_infos"][0]
    assert signer["digest_algorithm"]["algorithm"].native == "sha256"
    assert signer["signature_algorithm"]["algorithm"].native == "sha256_rsa"
    assert signer["sid"].chosen["serial_number"].native == certificate().serial_number
    assert signer["sid"].chosen["issuer"].dump() == certificate().issuer.public_bytes()
    assert signer["unsigned_attrs"].native is None


def test_the_signature_is_over_the_attributes() -> None:
    signer = container()["content"]["signer_infos"][0]
    attributes = signer["signed_attrs"].untag().dump()
    rsa_key("signer").public_key().verify(signer["signature"].native, attributes, padding.PKCS1v15(), hashes.SHA256())


def test_the_holes_give_back_what_was_filled_in() -> None:
    digest, signature = bytes(range(32)), bytes(range(256))
    assert city().cms.holes(city().cms.filled(digest, signature) + bytes(9), 256) == (digest, signature)


def test_the_certificates_inside_are_found_in_their_exact_bytes() -> None:
    assert set(certificates_in(true_container(b"x") + bytes(100))) == {der(certificate()), der(authority().certificate)}


@pytest.mark.parametrize("cut", [0, 1, 5, 20, 40, 60, 100, 700])
def test_half_a_container_holds_none(cut: int) -> None:
    with pytest.raises(NotDer):
        certificates_in(true_container(b"x")[:cut])


def test_a_signer_that_is_no_certificate_has_no_form() -> None:
    with pytest.raises(NotDer):
        signed_data(b"\x30\x03\x02\x01\x01", (), 256)
