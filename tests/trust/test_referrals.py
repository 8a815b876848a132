"""A sealed referral: read by the one it is for, believed only as it was signed, and only in its minutes."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwe, jws
from joserfc.jwk import ECKey, RSAKey

from certificates.signature.chain import signing_certificate
from simulation.key_ring import rsa_ring, signing_key
from tests.issuance_center.founding import NOW, document_keys, stream
from trust.referrals import BadReferral, Believed, Referral, Signing, key_statement, opened, seal, sealing_key

OURS, THEIRS, STRANGER = signing_key(910), signing_key(911), signing_key(912)
TO = "992020"
_SIGNER = document_keys().hands.signer
SIGNING = Signing(_SIGNER.key, (_SIGNER.certificate.public_bytes(Encoding.DER),))


def believe(chain: Sequence[bytes]) -> Believed:
    found = signing_certificate(chain, (document_keys().authority.certificate,))
    return Believed(found.name, found.key, found.valid_from, found.valid_until)


ME = believe(SIGNING.chain).municipality
AT = int(NOW.timestamp())
SAID = Referral(
    issuer=ME, audience=TO, visit_id="a" * 32, card="b" * 64, juminhyo_code="1" * 11, birth="1980-01-01", kind="kazei", year=2026, number="c" * 32,
    made_at=AT, expires_at=AT + 300,
)  # fmt: skip


def sealed(said: Referral = SAID, signing: Signing = SIGNING, key: ec.EllipticCurvePrivateKey = OURS) -> str:
    return seal(said, signing, key.public_key(), stream("seal"))


def read(text: str, now: datetime = NOW, audience: str = TO) -> Referral:
    return opened(text, (THEIRS, OURS), audience, believe, now)


def code(text: str, now: datetime = NOW, audience: str = TO) -> str:
    with pytest.raises(BadReferral) as refused:
        read(text, now, audience)
    return refused.value.code


def changed(**changes: object) -> Referral:
    return msgspec.structs.replace(SAID, **changes)


def test_it_is_read_by_the_one_it_is_for_and_is_the_same_text_for_the_same_chance() -> None:
    assert read(sealed()) == SAID
    assert sealed() == sealed()
    assert code(sealed(key=STRANGER)) == "referral_invalid"


def test_it_shows_nothing_of_its_content_and_is_as_long_whatever_it_says() -> None:
    text = sealed()
    octets = b"".join(base64.urlsafe_b64decode(part + "==") for part in text.split("."))
    for word in (SAID.juminhyo_code, SAID.birth, SAID.card, SAID.issuer):
        assert word not in text and word.encode() not in octets
    assert len(sealed(changed(birth="昭和２０年月日不詳", juminhyo_code="9"))) == len(text)


def test_every_character_counts() -> None:
    text = sealed()
    for place in range(0, len(text), 97):
        other = "A" if text[place] != "A" else "B"
        assert code(text[:place] + other + text[place + 1 :]) == "referral_invalid"


def test_it_is_good_for_its_minutes_and_no_longer() -> None:
    assert read(sealed(), NOW + timedelta(seconds=299)) == SAID
    assert code(sealed(), NOW + timedelta(seconds=300)) == "referral_expired"


@pytest.mark.parametrize(
    "said",
    [
        changed(issuer="990027"),
        changed(audience="990027"),
        changed(made_at=AT + 61, expires_at=AT + 300),
        changed(expires_at=AT + 901),
        changed(made_at=AT + 10, expires_at=AT + 10),
    ],
    ids=["another signer than named", "another audience", "from the future", "good for too long", "good for nothing"],
)
def test_what_cannot_be_is_not_believed(said: Referral) -> None:
    assert code(sealed(said)) == "referral_invalid"


def test_a_key_that_no_root_stands_behind_signs_nothing() -> None:
    assert code(sealed(signing=replace(SIGNING, key=rsa_ring()[5]))) == "referral_invalid"
    assert code(sealed(signing=replace(SIGNING, chain=()))) == "referral_invalid"


def test_a_signature_outside_its_certificates_time_is_none() -> None:
    later = NOW + timedelta(days=36_500)
    said = changed(made_at=int(later.timestamp()), expires_at=int(later.timestamp()) + 300)
    assert code(sealed(said), later) == "referral_invalid"


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "RS512"}, {"alg": "PS256"}, {"typ": "JWT"}, {"kid": "1"}])
def test_only_one_form_of_signature_is_read(header: dict[str, str]) -> None:
    full = {"alg": "RS256", "typ": "konbini-referral+jws", "x5c": [base64.b64encode(der).decode() for der in SIGNING.chain]} | header
    registry = jws.JWSRegistry(algorithms=["RS256", "RS512", "PS256", "none"])
    registry.max_header_length = 9999
    if full["alg"] == "none":
        parts = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (json.dumps(full).encode(), msgspec.json.encode(SAID), b"")]
        text = ".".join(parts)
    else:
        text = jws.serialize_compact(full, msgspec.json.encode(SAID), RSAKey.import_key(SIGNING.key), registry=registry)
    padded = text.encode().ljust(4096)
    assert code(jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, padded, ECKey.import_key(OURS.public_key()))) == "referral_invalid"


@pytest.mark.parametrize("header", [{"enc": "A128GCM"}, {"alg": "ECDH-ES+A256KW"}, {"zip": "DEF"}])
def test_only_one_form_of_seal_is_read(header: dict[str, str]) -> None:
    text = jws_of()
    assert code(jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"} | header, text, ECKey.import_key(OURS.public_key()))) == "referral_invalid"
    assert code(jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, text.rstrip(), ECKey.import_key(OURS.public_key()))) == "referral_invalid"
    assert read(jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM"}, text, ECKey.import_key(OURS.public_key()))) == SAID


def jws_of() -> bytes:
    plain = jwe.decrypt_compact(sealed(), ECKey.import_key(OURS), algorithms=["ECDH-ES", "A256GCM"]).plaintext
    assert plain is not None
    return plain


@pytest.mark.parametrize("text", ["", "....", "a.b.c.d.e", "あ" * 9, "A" * 40_000, "e30.....", "W10...."])
def test_what_is_no_referral_is_refused(text: str) -> None:
    assert code(text) == "referral_invalid"


def statement(of: str = ME, since: int = -1, until: int = 1) -> str:
    return key_statement(SIGNING, of, OURS.public_key(), NOW + timedelta(days=since), NOW + timedelta(days=until))


def test_a_key_statement_is_the_municipalitys_own_word_of_its_time() -> None:
    assert sealing_key(statement(), ME, believe, NOW) == OURS.public_key()
    wrong = [
        (statement(), TO), (statement(of=TO), TO), (statement(of=TO), ME), (statement(since=1, until=2), ME), (statement(since=-2, until=-1), ME),
        (statement()[:-9] + "AAAAAAAAA", ME), ("", ME), (statement() + "A" * 20_000, ME), (jws_of().decode().strip(), ME),
    ]  # fmt: skip
    for text, municipality in wrong:
        with pytest.raises(BadReferral):
            sealing_key(text, municipality, believe, NOW)
