"""Both ends of OCSP against each other, and every answer that must not be believed. What `openssl ocsp` thinks is in `test_openssl`."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier, OCSPExtensionOID, SignatureAlgorithmOID

from tests.trust.town import NOW, UNTIL, card, delegate, jpki_root, p256_key, rsa_key, stream
from trust import der
from trust.authority import KeyUnusable, create_root, issued_by, key_usage, sign_certificate
from trust.ocsp import Good, Revoked, Suspended, Unknown, Unverifiable, check, request_for
from trust.ocsp_responder import (
    MalformedRequest,
    answer,
    answer_to,
    question_in,
    refusal,
    request_in_path,
    responder,
    responder_certificate,
)

ROOT = jpki_root().certificate
CARD = card(jpki_root())
NONCE = b"sixteen bytes or"
SINCE = NOW - timedelta(days=3)
DELEGATED = responder(ROOT, delegate(), rsa_key("responder"))
ITSELF = responder(ROOT, ROOT, jpki_root().key)


def asked(status=None, by=DELEGATED, certificate=CARD, issuer=ROOT, nonce=NONCE, now=NOW):
    return answer(request_for(certificate, issuer, nonce), by, lambda _: status or Good(), now)


def found(response, certificate=CARD, issuer=ROOT, nonce=NONCE, now=NOW, max_age_seconds=120):
    return check(response, certificate, issuer, nonce, now, max_age_seconds)


def reason(response, **given):
    outcome = found(response, **given)
    assert isinstance(outcome, Unverifiable), outcome
    return outcome.reason


@pytest.mark.parametrize("by", [DELEGATED, ITSELF], ids=["delegated", "the issuer itself"])
@pytest.mark.parametrize(
    "status",
    [
        Good(),
        Unknown(),
        Suspended(SINCE),
        Revoked(SINCE),
        Revoked(SINCE, x509.ReasonFlags.key_compromise),
        Revoked(SINCE, x509.ReasonFlags.superseded),
    ],
    ids=str,
)
def test_every_status_arrives_as_it_was_given(by, status):
    assert found(asked(status, by)) == status


def test_a_responder_with_an_elliptic_key_is_understood():
    root = create_root("見本 公的個人認証局", p256_key("jpki"), NOW, stream("x"))
    certificate = card(root)
    by = responder(root.certificate, root.certificate, root.key)
    response = asked(Suspended(SINCE), by, certificate, root.certificate)
    assert found(response, certificate, root.certificate) == Suspended(SINCE)


def test_the_same_question_at_the_same_time_has_the_same_answer():
    assert asked() == asked()
    assert asked() != asked(now=NOW + timedelta(seconds=1))


def test_an_answer_carries_the_time_it_was_given_and_the_time_of_the_next():
    response = ocsp.load_der_ocsp_response(asked())
    assert response.produced_at_utc == response.this_update_utc == NOW
    assert response.next_update_utc == NOW + timedelta(seconds=300)


def test_the_status_is_asked_by_serial_number_once():
    numbers = []
    answer(request_for(CARD, ROOT, NONCE), DELEGATED, lambda serial: numbers.append(serial) or Good(), NOW)
    assert numbers == [CARD.serial_number]


def test_a_serial_number_used_again_by_another_root_is_unknown_and_never_good():
    foreign = card(jpki_root("two"))
    assert (foreign.serial_number, foreign.issuer) == (CARD.serial_number, CARD.issuer)

    response = answer(request_for(foreign, jpki_root("two").certificate, NONCE), DELEGATED, lambda _: Good(), NOW)

    assert ocsp.load_der_ocsp_response(response).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    # the foreign root did not sign this, so from its side the answer is nothing at all
    assert isinstance(found(response, foreign, jpki_root("two").certificate), Unverifiable)


def test_an_answer_of_a_key_the_certificate_does_not_hold_is_not_believed():
    honest = ocsp.load_der_ocsp_response(asked())
    forged = asked().replace(honest.signature, rsa_key("stranger").sign(honest.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256()))
    assert reason(forged) == "the signature does not hold"


def test_an_altered_answer_is_not_believed():
    response = asked(Revoked(SINCE))
    since = SINCE.astimezone(NOW.tzinfo) - timedelta(hours=9)
    stamp = since.strftime("%Y%m%d%H%M%SZ").encode()
    assert reason(response.replace(stamp, b"20300101000000Z")) == "the signature does not hold"


def test_no_flipped_byte_changes_what_is_found():
    response = asked(Revoked(SINCE))
    for place in range(len(response)):
        outcome = found(response[:place] + bytes((response[place] ^ 0x21,)) + response[place + 1 :])
        assert isinstance(outcome, Unverifiable) or outcome == Revoked(SINCE), place


def test_a_responder_of_another_root_is_not_believed():
    theirs = responder_certificate(jpki_root("two"), "見本 有効性確認応答", rsa_key("responder"), NOW, stream("x"))
    assert reason(asked(by=responder(ROOT, theirs, rsa_key("responder")))) == "signed by nobody who may answer"


def test_another_root_of_the_same_name_may_not_answer():
    two = jpki_root("two")
    pretending = responder(ROOT, two.certificate, two.key)
    assert reason(asked(by=pretending)) == "signed by nobody who may answer"


def delegate_with(*extensions, now=NOW, until=UNTIL):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "見本")])
    builder = issued_by(jpki_root(), subject, rsa_key("responder").public_key(), 9).not_valid_before(now).not_valid_after(until)
    for extension in (key_usage("digital_signature"), *extensions):
        builder = builder.add_extension(extension, critical=False)
    return responder(ROOT, sign_certificate(builder, jpki_root().key), rsa_key("responder"))


ANSWERING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])


def test_only_who_was_made_a_responder_may_answer():
    assert found(asked(by=delegate_with(ANSWERING, x509.OCSPNoCheck()))) == Good()
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    for unfit in ((client, x509.OCSPNoCheck()), (x509.OCSPNoCheck(),), (ANSWERING,)):
        assert reason(asked(by=delegate_with(*unfit))) == "signed by nobody who may answer"


def test_a_holder_cannot_vouch_for_a_certificate():
    """A card's key signs for its own card: issued by the root, and yet no responder."""
    itself = responder(ROOT, CARD, rsa_key("card"))
    assert reason(asked(by=itself)) == "signed by nobody who may answer"


def test_a_responder_out_of_its_validity_may_not_answer():
    for early, late in ((NOW + timedelta(days=1), UNTIL), (NOW - timedelta(days=9), NOW - timedelta(seconds=1))):
        by = delegate_with(ANSWERING, x509.OCSPNoCheck(), now=early, until=late)
        assert reason(asked(by=by)) == "signed by nobody who may answer"


def test_a_replayed_answer_is_found_out_by_its_nonce():
    assert reason(asked(nonce=b"an older question's")) == "an answer to another question"


def test_an_answer_without_a_nonce_is_not_believed():
    bare = ocsp.OCSPRequestBuilder().add_certificate(CARD, ROOT, hashes.SHA256()).build().public_bytes(Encoding.DER)
    response = answer(bare, DELEGATED, lambda _: Good(), NOW)
    assert ocsp.load_der_ocsp_response(response).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert reason(response) == "no nonce"


def test_a_stale_answer_and_one_from_the_future_are_not_believed():
    response = asked()
    assert found(response, now=NOW + timedelta(seconds=120)) == Good()
    assert reason(response, now=NOW + timedelta(seconds=121)) == "too old"
    assert found(response, now=NOW - timedelta(seconds=60)) == Good()
    assert reason(response, now=NOW - timedelta(seconds=61)) == "from the future"


def test_an_answer_past_its_next_update_is_not_believed_however_patient_the_reader():
    assert reason(asked(), now=NOW + timedelta(seconds=361), max_age_seconds=86_400) == "past its next update"


def test_an_answer_about_another_card_is_not_believed():
    other = card(jpki_root(), serial=CARD.serial_number + 1)
    assert reason(asked(certificate=other)) == "about another certificate"


def test_an_answer_about_the_same_number_of_another_issuer_is_not_believed():
    foreign = request_for(card(jpki_root("two")), jpki_root("two").certificate, NONCE)
    lying = answer_to(question_in(foreign), DELEGATED, Good(), NOW)
    assert reason(lying) == "about another certificate"


@pytest.mark.parametrize(
    "response", [b"", b"<html>", b"\0" * 50, b"\x30" * 70_000, asked()[:-1], asked() + b"\0"], ids=["empty", "html", "zeros", "long", "cut", "more"]
)
def test_garbage_is_not_an_answer(response):
    assert isinstance(found(response), Unverifiable)


def test_a_responders_refusal_is_not_an_answer():
    assert reason(refusal(ocsp.OCSPResponseStatus.TRY_LATER)) == "the responder said TRY_LATER"


def written(singles=1, in_answer=b"", in_single=b"", algorithm=SignatureAlgorithmOID.RSA_WITH_SHA256, digest=None):
    """A response written by hand and signed by the issuer: good, to the right question, but for what is asked for here."""
    question = question_in(request_for(CARD, ROOT, NONCE))
    hashed = der.sequence(der.object_identifier(ObjectIdentifier("2.16.840.1.101.3.4.2.1")), der.NULL)
    about = der.sequence(hashed, der.octets(question.issuer_name_hash), der.octets(question.issuer_key_hash), der.integer(question.serial))
    single = der.sequence(about, der.tlv(0x80), der.instant(NOW), in_single and der.explicit(1, der.sequence(in_single)))
    nonce = der.sequence(der.object_identifier(OCSPExtensionOID.NONCE), der.octets(der.octets(NONCE)))
    data = der.sequence(ITSELF.responder_id, der.instant(NOW), der.sequence(single * singles), der.explicit(1, der.sequence(nonce, in_answer)))
    signature = jpki_root().key.sign(data, padding.PKCS1v15(), digest or hashes.SHA256())
    basic = der.sequence(data, der.sequence(der.object_identifier(algorithm), der.NULL), der.bits(signature))
    wrapped = der.sequence(der.object_identifier(ObjectIdentifier("1.3.6.1.5.5.7.48.1.1")), der.octets(basic))
    return der.sequence(der.enumerated(0), der.explicit(0, wrapped))


DEMAND = der.sequence(der.object_identifier(ObjectIdentifier("1.2.3.4")), b"\x01\x01\xff", der.octets(der.NULL))


def test_the_answer_written_by_hand_is_good():
    assert found(written()) == Good()


def test_two_answers_to_one_question_are_not_believed():
    assert reason(written(singles=2)) == "2 answers to one question"


def test_an_answer_with_a_demand_that_is_not_understood_is_not_believed():
    assert reason(written(in_answer=DEMAND)) == "an unknown critical extension"
    assert reason(written(in_single=DEMAND)) == "an unknown critical extension"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [(SignatureAlgorithmOID.RSA_WITH_SHA1, hashes.SHA1()), (SignatureAlgorithmOID.RSA_WITH_SHA224, hashes.SHA224())],
    ids=["sha1", "sha224"],
)
def test_an_answer_signed_over_a_short_hash_is_not_believed(algorithm, digest):
    assert reason(written(algorithm=algorithm, digest=digest)) == "the signature does not hold"


# the answering side


def malformed(request):
    response = ocsp.load_der_ocsp_response(answer(request, DELEGATED, lambda _: Good(), NOW))
    return response.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def request_with(extension, critical):
    builder = ocsp.OCSPRequestBuilder().add_certificate(CARD, ROOT, hashes.SHA1()).add_extension(extension, critical)
    return builder.build().public_bytes(Encoding.DER)


def two_questions():
    one = ocsp.OCSPRequestBuilder().add_certificate(CARD, ROOT, hashes.SHA1()).build().public_bytes(Encoding.DER)
    return der.sequence(der.sequence(der.sequence(one[6:] * 2)))


def hand_made(serial_bytes, digest=b"\1" * 20):
    algorithm = der.sequence(der.object_identifier(ObjectIdentifier("1.3.14.3.2.26")), der.NULL)
    cert_id = der.sequence(algorithm, der.octets(digest), der.octets(digest), der.tlv(0x02, serial_bytes))
    return der.sequence(der.sequence(der.sequence(der.sequence(cert_id))))


def test_a_hand_made_request_is_understood():
    assert not malformed(hand_made(b"\x05"))
    assert question_in(hand_made(b"\x05")).serial == 5


@pytest.mark.parametrize(
    "request_der",
    [
        b"",
        b"garbage",
        request_for(CARD, ROOT, NONCE)[:-1],
        request_for(CARD, ROOT, NONCE) + b"\0",
        request_for(CARD, ROOT, b"n" * 129),
        b"\x30" * 5000,
        two_questions(),
        request_with(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), critical=True),
        hand_made(b"\xff"),
        hand_made(b"\x01" * 40),
    ],
    ids=["empty", "text", "cut", "more", "long nonce", "long", "two questions", "unknown demand", "negative", "long number"],
)
def test_what_is_no_request_is_answered_as_malformed(request_der):
    assert malformed(request_der)


def test_an_extension_that_is_no_demand_is_passed_over():
    assert not malformed(request_with(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), critical=False))


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda algorithm: algorithm.name)
def test_whichever_hash_names_the_issuer_the_answer_uses_the_same(algorithm):
    request = ocsp.OCSPRequestBuilder().add_certificate(CARD, ROOT, algorithm).add_extension(x509.OCSPNonce(NONCE), False).build()
    response = answer(request.public_bytes(Encoding.DER), DELEGATED, lambda _: Good(), NOW)
    assert ocsp.load_der_ocsp_response(response).hash_algorithm.name == algorithm.name
    assert found(response) == Good()


def test_a_request_in_a_path_is_read_with_and_without_escapes():
    raw = bytes.fromhex("fbefbe") + b"x?>" + bytes.fromhex("ffffff00")
    plain = b64encode(raw).decode()
    assert {"+", "/", "="} <= set(plain)
    assert request_in_path(plain) == request_in_path(quote(plain, safe="")) == raw


@pytest.mark.parametrize("text", ["MEU", "ME Uw", "MEUw%", "MEUw%ff", "見本", "ME_w", "MEUw====", "M%00EUw"])
def test_a_path_that_is_not_base64_is_malformed(text):
    with pytest.raises(MalformedRequest):
        request_in_path(text)


def test_a_responder_does_not_start_with_somebody_elses_key():
    with pytest.raises(KeyUnusable):
        responder(ROOT, delegate(), rsa_key("card"))


def test_a_responder_says_specimen_or_is_not_made():
    with pytest.raises(ValueError, match="見本"):
        responder_certificate(jpki_root(), "OCSP", rsa_key("responder"), NOW, stream("x"))
