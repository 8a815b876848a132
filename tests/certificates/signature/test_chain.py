"""Whose certificate is it, and does a believed root stand behind it: every rule broken once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from certificates.signature.chain import LONGEST_CHAIN, SignerRole, Untrusted, signing_certificate
from certificates.signature.placeholder import prepared
from certificates.signature.signing import sign, signer
from certificates.signature.strict import Reason, Unsigned, verify
from tests.certificates.signature.certificate_making import Made
from tests.certificates.signature.documents import FROM, MUNICIPALITY, NOW, UNTIL, authority, certificate, drawn, roots, rsa_key
from trust.authority import Authority, create_root, key_usage


def der(*certificates: x509.Certificate) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in certificates]


def named(*names: x509.GeneralName) -> Made:
    return Made().with_extension(x509.SubjectAlternativeName(names))


def uri(text: str) -> Made:
    return named(x509.UniformResourceIdentifier(text))


def subject(*attributes: tuple[ObjectIdentifier, str]) -> Made:
    return Made(subject=x509.Name([x509.NameAttribute(*one) for one in attributes]))


@cache
def middle(name: str = "middle", below: str = "open root", since: datetime = FROM, until: datetime = UNTIL) -> Authority:
    """An authority below a root."""
    issuer = open_root() if below == "open root" else authority()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"見本 {name}")])
    made = Made(issuer=issuer, key=rsa_key(name), subject=subject, valid_from=since, valid_until=until).without(x509.SubjectAlternativeName)
    made = made.with_extension(x509.BasicConstraints(ca=True, path_length=0), True).with_extension(key_usage("key_cert_sign"), True)
    return Authority(name, made.certificate(), rsa_key(name))


@cache
def open_root() -> Authority:
    """A root below which there may be one more authority."""
    key = rsa_key("open root")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本 open root")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, FROM, UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), True).add_extension(key_usage("key_cert_sign"), True)
    return Authority("open root", builder.sign(key, hashes.SHA256()), key)


def test_a_signers_certificate_says_whose_it_is() -> None:
    found = signing_certificate(der(Made().certificate()), roots())
    assert (found.role, found.name, found.common_name, found.organization) == (SignerRole.MUNICIPALITY, "992011", "見本県みほん市長", "みほん市")
    assert (found.valid_from, found.valid_until) == (FROM, UNTIL)
    assert found.key == rsa_key("signer").public_key()


def test_what_the_authority_issues_is_believed() -> None:
    for inside in ((certificate(),), (certificate(), authority().certificate), (authority().certificate, certificate())):
        assert signing_certificate(der(*inside), roots()).der == der(certificate())[0]


def test_a_chain_through_another_authority_is_followed_in_any_order() -> None:
    leaf = Made(issuer=middle()).certificate()
    for inside in ((leaf, middle().certificate), (middle().certificate, leaf), (open_root().certificate, leaf, middle().certificate)):
        assert signing_certificate(der(*inside), [authority().certificate, open_root().certificate]).name == "992011"


def test_a_chain_is_valid_while_all_of_it_is() -> None:
    early = NOW + timedelta(days=30)
    leaf = Made(issuer=middle("short-lived", until=early), valid_from=NOW).certificate()
    found = signing_certificate(der(leaf, middle("short-lived", until=early).certificate), [open_root().certificate])
    assert (found.valid_from, found.valid_until) == (NOW, early)
    pdf = sign(prepared(drawn()), signer(rsa_key("signer"), leaf, (middle("short-lived", until=early).certificate,)))
    assert verify(pdf, [open_root().certificate], NOW).name == "992011"
    with pytest.raises(Unsigned) as caught:
        verify(pdf, [open_root().certificate], early + timedelta(seconds=1))
    assert caught.value.reason is Reason.EXPIRED


def test_an_expired_root_signs_nothing() -> None:
    old = create_root("見本 旧認証局", rsa_key("old"), FROM, bytes, days=1)
    pdf = sign(prepared(drawn()), signer(rsa_key("signer"), Made(issuer=old).certificate()))
    with pytest.raises(Unsigned) as caught:
        verify(pdf, [old.certificate], NOW)
    assert caught.value.reason is Reason.EXPIRED


BROKEN: dict[str, Callable[[], Made]] = {
    "another root of the same name": lambda: Made(issuer=authority("another")),
    "a root of another name": lambda: Made(issuer=open_root()),
    "an authority": lambda: Made().with_extension(x509.BasicConstraints(ca=True, path_length=None), True),
    "no key usage": lambda: Made().without(x509.KeyUsage),
    "a key only to authenticate with": lambda: Made().with_extension(key_usage("digital_signature"), True),
    "a key only for nonrepudiation": lambda: Made().with_extension(key_usage("content_commitment"), True),
    "a key that also signs certificates": lambda: Made().with_extension(key_usage("digital_signature", "content_commitment", "key_cert_sign"), True),
    "a key to encipher with": lambda: Made().with_extension(key_usage("key_encipherment"), True),
    "the purpose of a server": lambda: Made().with_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
    "a critical extension unknown": lambda: Made().with_extension(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    "a key that is too short": lambda: Made(key=rsa_key("short", 1024)),
    "a key of a curve": lambda: Made(key=ec.generate_private_key(ec.SECP256R1())),
    "no name of a signer": lambda: Made().without(x509.SubjectAlternativeName),
    "a party's name": lambda: uri("urn:konbini:party:municipality:992011"),
    "a role that does not sign": lambda: uri("urn:konbini:signer:kiosk:992011"),
    "a code too short": lambda: uri("urn:konbini:signer:municipality:99201"),
    "a code too long": lambda: uri("urn:konbini:signer:municipality:9920111"),
    "a code with a line after it": lambda: uri("urn:konbini:signer:municipality:992011\n"),
    "a center without a name": lambda: uri("urn:konbini:signer:center:"),
    "a center in capitals": lambda: uri("urn:konbini:signer:center:Tokyo"),
    "two names": lambda: named(
        x509.UniformResourceIdentifier(MUNICIPALITY), x509.UniformResourceIdentifier("urn:konbini:signer:municipality:992020")
    ),
    "a name and a host": lambda: named(x509.UniformResourceIdentifier(MUNICIPALITY), x509.DNSName("localhost")),
    "a host": lambda: named(x509.DNSName("localhost")),
    "no organization": lambda: subject((NameOID.COMMON_NAME, "見本")),
    "no common name": lambda: subject((NameOID.ORGANIZATION_NAME, "見本")),
    "two common names": lambda: subject((NameOID.ORGANIZATION_NAME, "見本"), (NameOID.COMMON_NAME, "見本"), (NameOID.COMMON_NAME, "見本県")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_certificate_with_one_thing_wrong_is_not_believed(name: str) -> None:
    with pytest.raises(Untrusted) as caught:
        signing_certificate(der(BROKEN[name]().certificate()), roots())
    assert "みほん" not in str(caught.value)


def test_a_purpose_that_includes_documents_is_believed() -> None:
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, ObjectIdentifier("1.3.6.1.5.5.7.3.36")])
    assert signing_certificate(der(Made().with_extension(purposes).certificate()), roots()).name == "992011"


def test_a_signature_by_a_weak_hash_is_not_believed() -> None:
    weak = Made(hash=hashes.SHA224()).certificate()
    with pytest.raises(Untrusted):
        signing_certificate(der(weak), roots())


def test_a_certificate_in_other_bytes_than_were_signed_is_not_believed() -> None:
    changed = der(Made().certificate())[0].replace("みほん市長".encode(), "みほん市民".encode())
    with pytest.raises(Untrusted):
        signing_certificate([changed], roots())


def test_an_authority_below_a_root_that_allows_none_is_not_believed() -> None:
    below = middle("below", below="a root that allows none")
    with pytest.raises(Untrusted):
        signing_certificate(der(Made(issuer=below).certificate(), below.certificate), roots())


@pytest.mark.parametrize("what", ["not an authority", "a key not for certificates", "an unknown critical extension"])
def test_what_may_issue_nothing_stands_behind_nobody(what: str) -> None:
    issuer = middle()
    made = Made(issuer=open_root(), key=rsa_key("middle"), subject=issuer.certificate.subject)
    made = made.with_extension(x509.BasicConstraints(ca=what != "not an authority", path_length=None), True)
    made = made.with_extension(key_usage("crl_sign" if what == "a key not for certificates" else "key_cert_sign"), True).without(
        x509.SubjectAlternativeName
    )
    if what == "an unknown critical extension":
        made = made.with_extension(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    with pytest.raises(Untrusted):
        signing_certificate(der(Made(issuer=issuer).certificate(), made.certificate()), [open_root().certificate])


def test_a_chain_begins_when_the_last_of_it_does() -> None:
    late = middle("late", since=NOW)
    found = signing_certificate(der(Made(issuer=late).certificate(), late.certificate), [open_root().certificate])
    assert (found.valid_from, found.valid_until) == (NOW, UNTIL)


@pytest.mark.parametrize("constraints", [x509.BasicConstraints(ca=False, path_length=None), None])
def test_a_root_that_is_no_authority_is_no_root(constraints: x509.BasicConstraints | None) -> None:
    made = Made(key=rsa_key("no authority")).with_extension(key_usage("key_cert_sign"), True)
    made = made.with_extension(constraints, True) if constraints else made.without(x509.BasicConstraints)
    root = made.certificate()
    with pytest.raises(Untrusted):
        signing_certificate(der(Made(issuer=Authority("none", root, rsa_key("no authority"))).certificate()), [root])


def test_a_root_that_may_issue_nothing_is_no_root() -> None:
    with pytest.raises(Untrusted):
        signing_certificate(der(Made(issuer=Authority("leaf", certificate(), rsa_key("signer"))).certificate()), [certificate()])
    with pytest.raises(Untrusted):
        signing_certificate(der(certificate()), [certificate()])


def test_a_certificate_that_does_not_belong_to_the_chain_is_refused() -> None:
    for stowaway in (authority("another").certificate, middle().certificate):
        with pytest.raises(Untrusted):
            signing_certificate(der(certificate(), stowaway), roots())


def test_two_signers_no_signer_or_the_same_one_twice_are_refused() -> None:
    other = certificate("urn:konbini:signer:municipality:992020")
    for inside in (
        (certificate(), other),
        (authority().certificate,),
        (),
        (certificate(), certificate()),
        (certificate(), *[authority().certificate] * 2),
    ):
        with pytest.raises(Untrusted):
            signing_certificate(der(*inside), roots())


def test_a_chain_longer_than_any_real_one_is_refused_before_it_is_read() -> None:
    with pytest.raises(Untrusted, match="a few"):
        signing_certificate([bytes((at,)) for at in range(LONGEST_CHAIN + 1)], roots())


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"\x30\x03\x02\x01\x01"])
def test_what_is_no_certificate_is_refused(junk: bytes) -> None:
    with pytest.raises(Untrusted, match="not certificates"):
        signing_certificate([junk], roots())
