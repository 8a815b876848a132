from datetime import date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.trust.town import JST, NOW, UNTIL, URL, card, der, jpki_root, p256_key, party_root, rsa_key, stream
from trust.authority import Authority, create_root, issued_by, key_usage, sign_certificate
from trust.credentials import (
    AUTHENTICATION_POLICY,
    SIGNATURE_POLICY,
    Holder,
    Trusted,
    Untrusted,
    check_chain,
    serial_hex,
    signature_certificate,
    valid_until,
)
from trust.parties import Peer, issue_party

ROOTS = (jpki_root().certificate,)
HOLDER = Holder("辻󠄀 𠮷子", date(1990, 1, 2), "女", "見本県霞市中央一丁目２番３号")
LATER = NOW + timedelta(days=200)


def signing_card(root):
    return signature_certificate(root, rsa_key("signing").public_key(), 77, NOW, UNTIL, stream("card"), URL, HOLDER)


def made(*extensions, key=None, root=None, not_after=UNTIL):
    """A certificate of the trusted root with these (extension, critical) pairs on it."""
    authority = root or jpki_root()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本")])
    builder = issued_by(authority, subject, (key or rsa_key("card")).public_key(), 5).not_valid_before(NOW).not_valid_after(not_after)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return sign_certificate(builder, authority.key)


USAGE = (key_usage("digital_signature"), True)
POLICY = (x509.CertificatePolicies([x509.PolicyInformation(AUTHENTICATION_POLICY, None)]), True)


def untrusted(certificate, now=LATER):
    found = check_chain(certificate if isinstance(certificate, bytes) else der(certificate), ROOTS, now)
    assert isinstance(found, Untrusted), found
    return found.code


def test_a_cards_certificate_is_trusted_and_named_by_its_serial_number():
    certificate = card(jpki_root(), serial=0x0A1B2C)
    assert check_chain(der(certificate), ROOTS, LATER) == Trusted(certificate, jpki_root().certificate, "a1b2c")
    assert serial_hex(certificate) == "a1b2c"


def test_the_same_input_makes_the_same_certificate():
    assert der(card(jpki_root())) == der(card(jpki_root()))
    assert der(signing_card(jpki_root())) == der(signing_card(jpki_root()))


def test_an_authentication_certificate_says_nothing_about_its_holder():
    certificate = card(jpki_root())
    assert {attribute.oid for attribute in certificate.subject} == {NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME}
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == stream("card")(13).hex().upper()
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_a_certificate_says_where_its_status_is_answered_and_that_it_is_a_specimen():
    for certificate in (card(jpki_root()), signing_card(jpki_root())):
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        assert [description.access_location.value for description in access] == [URL]
        assert "見本" in certificate.subject.rfc4514_string()
        assert "見本" in certificate.issuer.rfc4514_string()


def test_a_signature_certificate_carries_the_four_basic_items():
    names = signing_card(jpki_root()).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    items = {name.type_id.dotted_string: name.value[2:].decode() for name in names}
    assert items == {
        "1.2.392.200149.8.5.5.1": "辻󠄀 𠮷子",
        "1.2.392.200149.8.5.5.3": "2",
        "1.2.392.200149.8.5.5.4": "419900102",
        "1.2.392.200149.8.5.5.5": "見本県霞市中央一丁目２番３号",
    }


@pytest.mark.parametrize(
    ("birth", "code"),
    [(date(1926, 12, 24), "219261224"), (date(1926, 12, 25), "319261225"), (date(1989, 1, 7), "319890107"), (date(2019, 5, 1), "520190501")],
)
def test_a_birth_date_is_coded_by_era(birth, code):
    holder = Holder("見本 花子", birth, "男", "見本県")
    certificate = signature_certificate(jpki_root(), rsa_key("signing").public_key(), 7, NOW, UNTIL, stream("x"), URL, holder)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert code.encode() in [name.value[2:] for name in names]


def test_a_birth_that_is_no_day_is_left_out():
    holder = Holder("見本 花子", None, "男", "見本県")
    certificate = signature_certificate(jpki_root(), rsa_key("signing").public_key(), 7, NOW, UNTIL, stream("x"), URL, holder)
    assert len(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value) == 3


def test_a_signature_certificate_does_not_open_a_visit():
    assert untrusted(signing_card(jpki_root())) == "credential_untrusted"


def test_a_card_of_another_root_is_untrusted_whatever_its_serial_number_and_names():
    own, foreign = card(jpki_root()), card(jpki_root("two"))
    assert (own.serial_number, own.issuer, own.subject) == (foreign.serial_number, foreign.issuer, foreign.subject)
    assert untrusted(foreign) == "credential_untrusted"


def test_each_root_that_is_believed_is_tried():
    both = (jpki_root("two").certificate, jpki_root().certificate)
    found = check_chain(der(card(jpki_root())), both, LATER)
    assert isinstance(found, Trusted)
    assert found.issuer == jpki_root().certificate
    assert isinstance(check_chain(der(card(jpki_root())), (), LATER), Untrusted)


def test_an_altered_certificate_is_untrusted():
    raw = bytearray(der(card(jpki_root(), serial=0x1F2E3D)))
    place = raw.index(bytes.fromhex("1f2e3d"))
    raw[place + 2] ^= 1
    assert untrusted(bytes(raw)) == "credential_untrusted"


@pytest.mark.parametrize("cut", ["empty", "text", "short", "longer", "huge", "zeros"])
def test_garbage_is_untrusted(cut):
    whole = der(card(jpki_root()))
    garbage = {"empty": b"", "text": b"certificate", "short": whole[:-1], "longer": whole + b"\0", "huge": whole * 100, "zeros": b"\0" * 1500}
    assert untrusted(garbage[cut]) == "credential_untrusted"


def test_no_flipped_byte_is_trusted_and_none_is_an_error():
    whole = der(card(jpki_root()))
    for place in range(len(whole)):
        altered = whole[:place] + bytes((whole[place] ^ 0x41,)) + whole[place + 1 :]
        assert isinstance(check_chain(altered, ROOTS, LATER), Untrusted), place


def test_an_expired_certificate_and_one_not_yet_valid_are_expired():
    certificate = card(jpki_root())
    assert untrusted(certificate, UNTIL + timedelta(seconds=1)) == "credential_expired"
    assert untrusted(card(jpki_root(), now=LATER), LATER - timedelta(seconds=1)) == "credential_expired"
    assert isinstance(check_chain(der(certificate), ROOTS, UNTIL), Trusted)
    assert isinstance(check_chain(der(certificate), ROOTS, NOW), Trusted)


def test_an_expired_strangers_certificate_is_untrusted_rather_than_expired():
    assert untrusted(card(jpki_root("two")), UNTIL + timedelta(days=1)) == "credential_untrusted"


def test_nothing_is_trusted_after_its_root_has_expired():
    short = create_root("見本 公的個人認証局", rsa_key("root one"), NOW, stream("short"), days=100)
    assert isinstance(check_chain(der(card(short)), (short.certificate,), NOW), Trusted)
    assert isinstance(check_chain(der(card(short)), (short.certificate,), LATER), Untrusted)


def test_the_plain_form_these_refusals_differ_from_is_trusted():
    assert isinstance(check_chain(der(made(USAGE, POLICY)), ROOTS, LATER), Trusted)


def test_an_authoritys_certificate_is_no_card():
    usage = (key_usage("digital_signature", "key_cert_sign"), True)
    subject = jpki_root().certificate.subject
    builder = x509.CertificateBuilder(subject, subject, rsa_key("card").public_key(), 5).not_valid_before(NOW).not_valid_after(UNTIL)
    for critical, extension in ((True, x509.BasicConstraints(ca=True, path_length=None)), (True, USAGE[0]), (True, POLICY[0])):
        builder = builder.add_extension(extension, critical)
    assert untrusted(sign_certificate(builder, jpki_root().key)) == "credential_untrusted"
    assert untrusted(made(usage, POLICY)) == "credential_untrusted"
    assert untrusted(jpki_root().certificate) == "credential_untrusted"


def test_a_party_certificate_is_no_card_even_of_the_same_root():
    party = issue_party(jpki_root(), Peer("kiosk", "k"), (), p256_key("kiosk"), NOW, stream("x"))
    assert untrusted(party) == "credential_untrusted"
    assert untrusted(issue_party(party_root(), Peer("kiosk", "k"), (), p256_key("kiosk"), NOW, stream("x"))) == "credential_untrusted"


@pytest.mark.parametrize("usage", [("content_commitment",), ("digital_signature", "content_commitment"), ("key_encipherment",)])
def test_a_key_for_another_use_is_untrusted(usage):
    assert untrusted(made((key_usage(*usage), True), POLICY)) == "credential_untrusted"


def test_a_certificate_that_states_no_use_or_another_policy_is_untrusted():
    another = (x509.CertificatePolicies([x509.PolicyInformation(SIGNATURE_POLICY, None)]), True)
    assert untrusted(made(POLICY)) == "credential_untrusted"
    assert untrusted(made(USAGE)) == "credential_untrusted"
    assert untrusted(made(USAGE, another)) == "credential_untrusted"


def test_another_purpose_or_an_unknown_demand_is_untrusted():
    answering = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
    demand = (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
    assert untrusted(made(USAGE, POLICY, answering)) == "credential_untrusted"
    assert untrusted(made(USAGE, POLICY, demand)) == "credential_untrusted"


def test_a_signature_over_a_short_hash_is_untrusted():
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本")])
    builder = issued_by(jpki_root(), subject, rsa_key("card").public_key(), 5).not_valid_before(NOW).not_valid_after(UNTIL)
    builder = builder.add_extension(*USAGE).add_extension(*POLICY)
    assert untrusted(builder.sign(jpki_root().key, hashes.SHA224())) == "credential_untrusted"
    assert isinstance(check_chain(der(builder.sign(jpki_root().key, hashes.SHA384())), ROOTS, LATER), Trusted)


@pytest.mark.parametrize("key", [rsa_key("weak", 1024), p256_key("card")], ids=["rsa 1024", "p256"])
def test_a_weak_key_or_another_kind_is_untrusted(key):
    assert untrusted(made(USAGE, POLICY, key=key)) == "credential_untrusted"


def test_a_root_with_an_elliptic_key_is_believed_as_well():
    elliptic = create_root("見本 公的個人認証局", p256_key("jpki"), NOW, stream("x"))
    assert isinstance(check_chain(der(made(USAGE, POLICY, root=elliptic)), (elliptic.certificate,), LATER), Trusted)
    weak = create_root("見本 公的個人認証局", ec.generate_private_key(ec.SECP256R1()), NOW, stream("x"))
    assert isinstance(check_chain(der(made(USAGE, POLICY, root=Authority("x", elliptic.certificate, weak.key))), ROOTS, LATER), Untrusted)


@pytest.mark.parametrize(
    ("month", "day", "issued", "until"),
    [
        (5, 5, date(2026, 11, 24), date(2031, 5, 5)),
        (12, 1, date(2026, 11, 24), date(2030, 12, 1)),
        (11, 24, date(2026, 11, 24), date(2031, 11, 24)),  # the day of issue does not count
        (11, 25, date(2026, 11, 24), date(2030, 11, 25)),
        (2, 29, date(2026, 11, 24), date(2031, 2, 28)),
        (2, 29, date(2027, 11, 24), date(2032, 2, 29)),
    ],
)
def test_a_certificate_ends_with_the_fifth_birthday_after_its_issue(month, day, issued, until):
    end = valid_until(month, day, datetime(issued.year, issued.month, issued.day, 23, 0, tzinfo=JST))
    assert end == datetime(until.year, until.month, until.day, 23, 59, 59, tzinfo=JST)
