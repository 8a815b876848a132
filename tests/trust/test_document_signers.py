from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.trust.town import NOW, UNTIL, der, p256_key, rsa_key, stream
from trust.document_signers import document_signer_certificate, signing_authority

URN = "urn:konbini:signer:municipality:992011"


def authority(seed="signers"):
    return signing_authority(rsa_key("document signers"), NOW, stream(seed))


def certificate(urn=URN, organization="みほん市", common_name="見本県みほん市長", key=None, valid_from=NOW, valid_until=UNTIL, seed="signer"):
    key = key or rsa_key("document signer").public_key()
    return document_signer_certificate(authority(), key, urn, organization, common_name, valid_from, valid_until, stream(seed))


def test_the_authority_stands_in_for_the_municipal_service_and_says_specimen():
    root = authority()
    assert root.name == "見本 職責認証局"
    assert root.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    assert root.certificate.not_valid_after_utc == NOW + timedelta(days=3650)
    assert der(authority().certificate) == der(root.certificate) != der(authority("other").certificate)


@pytest.mark.parametrize("urn", [URN, "urn:konbini:signer:center:shomeisho-koufu"])
def test_a_certificate_names_its_signer_in_japanese_and_by_one_uri(urn):
    made = certificate(urn)
    assert [(one.oid, one.value) for one in made.subject] == [
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "みほん市"),
        (NameOID.COMMON_NAME, "見本県みほん市長"),
    ]
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.UniformResourceIdentifier(urn)]
    made.verify_directly_issued_by(authority().certificate)
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (NOW, UNTIL)


def test_its_key_signs_documents_and_nothing_else():
    extensions = certificate().extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature and usage.value.content_commitment
    assert not (usage.value.key_cert_sign or usage.value.crl_sign or usage.value.key_encipherment or usage.value.data_encipherment)
    assert extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=False, path_length=None)


def test_the_same_values_make_the_same_certificate():
    assert der(certificate()) == der(certificate()) != der(certificate(seed="other"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"urn": "urn:konbini:party:center:x"},
        {"urn": "urn:konbini:signer:municipality:99201"},
        {"urn": "urn:konbini:signer:municipality:992011 "},
        {"urn": "urn:konbini:signer:center:Center"},
        {"urn": ""},
        {"common_name": "みほん市長"},
        {"key": rsa_key("short document signer", 1024).public_key()},
        {"key": p256_key("document signer").public_key()},
        {"valid_until": NOW - timedelta(seconds=1)},
    ],
)
def test_a_certificate_with_one_thing_wrong_is_not_made(wrong):
    with pytest.raises(ValueError, match=r"signer|見本|RSA|date"):
        certificate(**wrong)
