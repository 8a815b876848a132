"""照会: what one municipality says to another about one resident, sealed so that whoever carries it can neither read nor change it; and the key statements it is sealed for.

A referral is a JWS (RS256, the municipality's document key, its certificates in `x5c`) inside a JWE (ECDH-ES on P-256, A256GCM). The key it is sealed for comes in a *key statement*, a JWS of
the municipality it is for, so that the carrier cannot put in a key of its own. Algorithms and header members are fixed, sizes bounded; the plain text is padded, so that its length says nothing.
Whose certificates these are is the caller's question (`Believe`). Must never know registers or certificates on paper. Reads no clock and draws no chance: both are given.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NoReturn

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jwe, jws
from joserfc._rfc7516.models import JWEKeyAgreement
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

SECONDS_MAX = 900
"""No referral is good for longer, whatever its issuer says."""
SKEW_SECONDS = 60
"""How far two municipalities' clocks may differ."""
STATEMENT_MAX, SEALED_MAX = 16_384, 32_768

_PADDED = 4096
_REFERRAL, _STATEMENT = "konbini-referral+jws", "konbini-referral-key+jws"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, Warning)

RefusedAs = Literal["referral_invalid", "referral_expired"]


class BadReferral(Exception):
    """Not to be believed, or not any more. `code` is a row of the table of refusals, `str()` the rule that was broken, never a content."""

    def __init__(self, code: RefusedAs, rule: str) -> None:
        super().__init__(rule)
        self.code: RefusedAs = code


class Referral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said, and no more: `issuer` vouches towards `audience` (団体コード) that whoever holds the card of this visit is the person of this 住民票コード, born then.

    `birth` lets two registers agree on one person: a code that leads to somebody else is noticed by nobody downstream. `made_at` and `expires_at` are seconds since 1970.
    """

    issuer: str
    audience: str
    visit_id: str
    card: str
    juminhyo_code: str
    birth: str
    kind: str
    year: int
    number: str
    made_at: int
    expires_at: int


class _KeyStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    municipality: str
    x: str
    y: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Signing:
    """A municipality's document key and its certificates (DER), its own first."""

    key: rsa.RSAPrivateKey = field(repr=False)
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose certificates were found good: the municipality's code, its key, and from when until when."""

    municipality: str
    key: rsa.RSAPublicKey
    valid_from: datetime
    valid_until: datetime


Believe = Callable[[Sequence[bytes]], Believed]
"""Certificates (DER) -> the municipality that signs with them; raises ValueError for anything else."""


class _LongHeaders(JWSRegistry):
    """Certificates stand in the header."""

    max_header_length = STATEMENT_MAX


_SIGNATURES = _LongHeaders(algorithms=["RS256"])


def card_digest(visit_id: str, serial: str) -> str:
    """What a referral says of the card: SHA-256 in hex over visit and serial, so that it is of use in this visit and for this card alone."""
    return hashlib.sha256(f"konbini referral card\n{visit_id}\n{serial}".encode()).hexdigest()


def key_statement(signing: Signing, municipality: str, key: ec.EllipticCurvePublicKey, since: datetime, until: datetime) -> str:
    """`municipality` says by its signature: referrals for us are sealed with this key, from `since` until `until`."""
    public = ECKey.import_key(key).as_dict(private=False)
    said = _KeyStatement(
        municipality=municipality, x=str(public["x"]), y=str(public["y"]), since=int(since.timestamp()), until=int(until.timestamp())
    )
    return _signed(signing, _STATEMENT, said)


def sealing_key(statement: str, municipality: str, believe: Believe, now: datetime) -> ec.EllipticCurvePublicKey:
    """The key in this municipality's statement. Raises `BadReferral` where it is not its own word, or not of `now`."""
    if len(statement) > STATEMENT_MAX:
        _refuse("the statement is too long")
    said, signer = _verified(statement, _STATEMENT, _KeyStatement, believe, now)
    if not said.municipality == signer.municipality == municipality:
        _refuse("another municipality's statement")
    if not said.since <= now.timestamp() < said.until:
        _refuse("the statement is not of this time")
    try:
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": said.x, "y": said.y}).public_key
    except _UNREADABLE:
        _refuse("no key in the statement")
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def key_name(key: ec.EllipticCurvePublicKey) -> str:
    """The name of a key: its thumbprint (RFC 7638, SHA-256). It says nothing that the key's statement does not say."""
    return ECKey.import_key(key).thumbprint()


def stated_key(statement: str) -> str | None:
    """The name of the key in a statement, whoever signed it; None where there is none. For whoever carries statements and believes nobody: a sealer looks with `sealing_key`."""
    try:
        payload = statement.split(".")[1]
        said = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_KeyStatement)
        return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": said.x, "y": said.y}).thumbprint()
    except (*_UNREADABLE, IndexError, msgspec.MsgspecError):
        return None


def seal(referral: Referral, signing: Signing, recipient: ec.EllipticCurvePublicKey, token: Callable[[int], bytes]) -> str:
    """The referral signed and sealed (compact JWE). The same values and the same chance give the same text."""
    signed = _signed(signing, _REFERRAL, referral).encode()
    padded = signed.ljust(-(-len(signed) // _PADDED) * _PADDED)
    once = ec.derive_private_key(int.from_bytes(token(48), "big") % (_ORDER - 1) + 1, ec.SECP256R1())
    sealing = jwe.CompactEncryption({"alg": "ECDH-ES", "enc": "A256GCM"}, padded)
    sealing.attach_recipient(ECKey.import_key(recipient))
    assert sealing.recipient is not None
    sealing.recipient.ephemeral_key = ECKey.import_key(once)
    return _sealed(sealing, token(12))


def opened(sealed: str, keys: Sequence[ec.EllipticCurvePrivateKey], audience: str, believe: Believe, now: datetime) -> Referral:
    """What a referral for `audience` says; `keys` are its own, the one in use first. Raises `BadReferral`: forged, altered, for somebody else, or not of this time."""
    if len(sealed) > SEALED_MAX:
        _refuse("too long")
    referral, signer = _verified(_unsealed(sealed, keys), _REFERRAL, Referral, believe, now)
    assert isinstance(referral, Referral)
    if referral.issuer != signer.municipality:
        _refuse("signed by another municipality than it names")
    if referral.audience != audience:
        _refuse("for another municipality")
    at = now.timestamp()
    if not 0 < referral.expires_at - referral.made_at <= SECONDS_MAX or referral.made_at > at + SKEW_SECONDS:
        _refuse("its times cannot be")
    if at >= referral.expires_at:
        raise BadReferral("referral_expired", "its minutes have passed")
    return referral


def _signed(signing: Signing, typ: str, said: msgspec.Struct) -> str:
    header = {"alg": "RS256", "typ": typ, "x5c": [base64.b64encode(der).decode() for der in signing.chain]}
    return jws.serialize_compact(header, msgspec.json.encode(said), RSAKey.import_key(signing.key), registry=_SIGNATURES)


def _verified(text: str, typ: str, form: type[Any], believe: Believe, now: datetime) -> tuple[Any, Believed]:
    """What is said, as `form`, and who signed it; the signature is looked at before a word of the content."""
    try:
        raw = text.encode("ascii")
        header = json.loads(base64.urlsafe_b64decode(raw.split(b".")[0] + b"=="))
        if set(header) != {"alg", "typ", "x5c"} or header["alg"] != "RS256" or header["typ"] != typ:
            _refuse("another form of signature")
        signer = believe(tuple(base64.b64decode(one, validate=True) for one in header["x5c"]))
        found = jws.deserialize_compact(raw, RSAKey.import_key(signer.key), registry=_SIGNATURES)
        said = msgspec.json.decode(found.payload, type=form, strict=True)
    except BadReferral:
        raise
    except _UNREADABLE:
        _refuse("not signed by anybody who is believed")
    if not signer.valid_from <= now <= signer.valid_until:
        _refuse("the signer's certificate is not valid now")
    return said, signer


def _sealed(sealing: jwe.CompactEncryption, iv: bytes) -> str:
    """The library's own steps of a compact JWE (RFC 7516, 5.1), with a chance that is given."""
    algorithm, content = _SEALS.get_alg("ECDH-ES"), _SEALS.get_enc("A256GCM")
    recipient = sealing.recipient
    assert recipient is not None and isinstance(algorithm, JWEKeyAgreement)
    algorithm.prepare_ephemeral_key(recipient)
    key = algorithm.encrypt_agreed_upon_key(content, recipient)
    header = _url(json.dumps(sealing.protected, separators=(",", ":")).encode())
    assert sealing.plaintext is not None
    ciphertext, tag = content.encrypt(sealing.plaintext, key, iv, header.encode())
    return ".".join((header, "", _url(iv), _url(ciphertext), _url(tag)))


def _unsealed(sealed: str, keys: Sequence[ec.EllipticCurvePrivateKey]) -> str:
    try:
        raw = sealed.encode("ascii")
        header = json.loads(base64.urlsafe_b64decode(raw.split(b".")[0] + b"=="))
        if set(header) != {"alg", "enc", "epk"} or (header["alg"], header["enc"]) != ("ECDH-ES", "A256GCM"):
            _refuse("another form of seal")
    except BadReferral:
        raise
    except _UNREADABLE:
        _refuse("not sealed")
    for key in keys:
        try:
            plain = jwe.decrypt_compact(raw, ECKey.import_key(key), registry=_SEALS).plaintext or b""
            return _unpadded(plain)
        except BadReferral:
            raise
        except _UNREADABLE:
            continue
    raise BadReferral("referral_invalid", "not sealed for us, or altered")


def _unpadded(plain: bytes) -> str:
    if not plain or len(plain) % _PADDED:
        _refuse("not padded")
    return plain.rstrip(b" ").decode("ascii")


def _url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _refuse(rule: str) -> NoReturn:
    raise BadReferral("referral_invalid", rule)


_SEALS = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"])
