"""Answering what a certificate's status is (OCSP, RFC 6960, in the one-question form of RFC 5019).

Decides how a question is read and how an answer looks; the statuses themselves are the caller's. Who asks is never known. The same question, status, key and `now`
give the same bytes (`producedAt` is `now`).
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier, OCSPExtensionOID, SignatureAlgorithmOID

from trust import der
from trust.authority import MARK, Authority, AuthorityKey, KeyUnusable, issued_by, key_usage, serial_from, sign_certificate
from trust.ocsp import Good, Revoked, Status, Suspended, Unknown

REQUEST_BYTES_MAX = 4096
_SERIAL_BITS_MAX = 160
_NONCE_BYTES = range(1, 129)
_BASIC = ObjectIdentifier("1.3.6.1.5.5.7.48.1.1")
_HASH_OIDS = {
    "sha1": ObjectIdentifier("1.3.14.3.2.26"),
    "sha256": ObjectIdentifier("2.16.840.1.101.3.4.2.1"),
    "sha384": ObjectIdentifier("2.16.840.1.101.3.4.2.2"),
    "sha512": ObjectIdentifier("2.16.840.1.101.3.4.2.3"),
}
# SHA-1 only names an issuer here, as most clients still do; it protects nothing.
_HASHES = (hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512())  # noqa: S303
_REASON_CODES = {  # RFC 5280 5.3.1
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}


class MalformedRequest(Exception):
    """The bytes are no OCSP request for one certificate."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks: the certificate `serial` of the issuer with these two hashes; `nonce` is to be repeated."""

    algorithm: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class Responder:
    """Who answers: its key, and what every answer of its repeats, prepared once. Made by `responder`."""

    key: AuthorityKey
    responder_id: bytes
    certificates: bytes
    issuer_hashes: Mapping[str, tuple[bytes, bytes]]
    valid_seconds: int

    def is_for(self, question: Question) -> bool:
        """Whether the question is about a certificate of this responder's issuer; the serial number alone says nothing."""
        return self.issuer_hashes[question.algorithm] == (question.issuer_name_hash, question.issuer_key_hash)


def responder(issuer: x509.Certificate, certificate: x509.Certificate, key: AuthorityKey, valid_seconds: int = 300) -> Responder:
    """A responder for the certificates of `issuer`: the issuer itself, or a `certificate` of `responder_certificate`. An answer's next update is `valid_seconds` ahead.

    Raises `KeyUnusable` when the key is not the certificate's.
    """
    if certificate.public_key() != key.public_key():
        raise KeyUnusable("the responder's key is not the key of its certificate")
    key_hash = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest
    shown = b"" if certificate == issuer else der.explicit(0, der.sequence(certificate.public_bytes(Encoding.DER)))
    return Responder(key, der.explicit(2, der.octets(key_hash)), shown, MappingProxyType(_issuer_hashes(issuer)), valid_seconds)


def responder_certificate(
    authority: Authority, name: str, key: AuthorityKey, now: datetime, token: Callable[[int], bytes], days: int = 365
) -> x509.Certificate:
    """The certificate with which `authority` lets `key` answer for it (RFC 6960 4.2.2.2); a ValueError means that `name` does not say 見本."""
    if MARK not in name:
        raise ValueError(f"a responder's name must say {MARK}")
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        issued_by(authority, subject, key.public_key(), serial_from(token))
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
    )
    return sign_certificate(builder, authority.key)


def answer(request_der: bytes, by: Responder, status_of: Callable[[int], Status], now: datetime) -> bytes:
    """The DER response to a DER request. `status_of` is asked only about serial numbers of this responder's issuer; another issuer's certificate is unknown.

    Bytes that are no request get the response malformedRequest.
    """
    try:
        question = question_in(request_der)
    except MalformedRequest:
        return refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    return answer_to(question, by, status_of(question.serial) if by.is_for(question) else Unknown(), now)


def question_in(request_der: bytes) -> Question:
    """What the request asks; raises `MalformedRequest`, also when it asks for several certificates at once or makes a demand that is not understood."""
    if len(request_der) > REQUEST_BYTES_MAX:
        raise MalformedRequest
    try:
        request = ocsp.load_der_ocsp_request(request_der)
        question = Question(
            request.hash_algorithm.name, request.issuer_name_hash, request.issuer_key_hash, request.serial_number, _nonce(request.extensions)
        )
    except (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise MalformedRequest from None
    if question.algorithm not in _HASH_OIDS or question.serial < 0 or question.serial.bit_length() > _SERIAL_BITS_MAX:
        raise MalformedRequest
    return question


def request_in_path(raw: str) -> bytes:
    """The request of a GET: `raw` is what follows the responder's address in the path as it came over the wire, still percent-encoded. Raises `MalformedRequest`."""
    try:
        text = unquote(raw, errors="strict").encode("ascii")
        request = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise MalformedRequest from None
    if b64encode(request) != text:
        raise MalformedRequest
    return request


def answer_to(question: Question, by: Responder, status: Status, now: datetime) -> bytes:
    """The signed DER response that states `status` at `now`."""
    single = der.sequence(
        _cert_id(question), _cert_status(status), der.instant(now), der.explicit(0, der.instant(now + timedelta(seconds=by.valid_seconds)))
    )
    nonce = b"" if question.nonce is None else der.explicit(1, der.sequence(_nonce_extension(question.nonce)))
    data = der.sequence(by.responder_id, der.instant(now), der.sequence(single), nonce)
    algorithm, signature = _signed(by.key, data)
    basic = der.sequence(data, algorithm, der.bits(signature), by.certificates)
    return der.sequence(der.enumerated(0), der.explicit(0, der.sequence(der.object_identifier(_BASIC), der.octets(basic))))


def refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    """An unsigned response that states only why there is no answer."""
    return der.sequence(der.enumerated(status.value))


def _issuer_hashes(issuer: x509.Certificate) -> dict[str, tuple[bytes, bytes]]:
    asked = ((algorithm.name, ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, algorithm).build()) for algorithm in _HASHES)
    return {name: (request.issuer_name_hash, request.issuer_key_hash) for name, request in asked}


def _nonce(extensions: x509.Extensions) -> bytes | None:
    nonce = None
    for extension in extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            nonce = extension.value.nonce
        elif extension.critical:
            raise MalformedRequest
    if nonce is not None and len(nonce) not in _NONCE_BYTES:
        raise MalformedRequest
    return nonce


def _cert_id(question: Question) -> bytes:
    algorithm = der.sequence(der.object_identifier(_HASH_OIDS[question.algorithm]), der.NULL)
    return der.sequence(algorithm, der.octets(question.issuer_name_hash), der.octets(question.issuer_key_hash), der.integer(question.serial))


def _cert_status(status: Status) -> bytes:
    match status:
        case Good():
            return der.tlv(0x80)
        case Unknown():
            return der.tlv(0x82)
        case Suspended(since):
            return _revoked(since, x509.ReasonFlags.certificate_hold)
        case Revoked(since, reason):
            return _revoked(since, reason)


def _revoked(since: datetime, reason: x509.ReasonFlags) -> bytes:
    code = _REASON_CODES.get(reason)  # "unspecified" is said by silence
    return der.explicit(1, der.instant(since), b"" if code is None else der.explicit(0, der.enumerated(code)))


def _nonce_extension(nonce: bytes) -> bytes:
    return der.sequence(der.object_identifier(OCSPExtensionOID.NONCE), der.octets(der.octets(nonce)))


def _signed(key: AuthorityKey, data: bytes) -> tuple[bytes, bytes]:
    """The AlgorithmIdentifier and the signature."""
    if isinstance(key, rsa.RSAPrivateKey):
        return der.sequence(der.object_identifier(SignatureAlgorithmOID.RSA_WITH_SHA256), der.NULL), key.sign(
            data, padding.PKCS1v15(), hashes.SHA256()
        )
    algorithm = der.sequence(der.object_identifier(SignatureAlgorithmOID.ECDSA_WITH_SHA256))
    return algorithm, key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
