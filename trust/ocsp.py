"""Asking whether a certificate is still good, and reading the answer (OCSP, RFC 6960).

Decides whether an answer is about this certificate, from somebody who may say so, fresh, and to this question; anything short of that is `Unverifiable`, and the
caller fails closed. Must never know how the question travels. The answering side is `ocsp_responder`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, OCSPExtensionOID

SKEW_SECONDS = 60
_DER_BYTES_MAX = 65_536
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Good:
    """有効."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """失効: for good, since then."""

    since: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified


@dataclass(frozen=True, slots=True)
class Suspended:
    """一時停止: revoked with the reason certificateHold, and may come back."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """The responder does not know this certificate: another issuer's, or never issued."""


@dataclass(frozen=True, slots=True)
class Unverifiable:
    """The answer says nothing that may be relied on; `reason` is for an engineer's log."""

    reason: str


Status = Good | Revoked | Suspended | Unknown


def request_for(certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes) -> bytes:
    """The DER request for `certificate`, which `issuer` signed; `nonce` (16 to 32 bytes, RFC 9654) makes the answer an answer to this question only."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
    return builder.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(Encoding.DER)


def check(
    response_der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes, now: datetime, max_age_seconds: int
) -> Status | Unverifiable:
    """What `response_der` says about `certificate` of `issuer`.

    Believed only when signed by the issuer, or by a responder the issuer made one (RFC 6960 4.2.2.2); when it repeats `nonce`; when it is about this very
    certificate, by number and by both of the issuer's hashes; and when its time is within `max_age_seconds` before `now` and its next update still ahead.
    """
    if len(response_der) > _DER_BYTES_MAX:
        return Unverifiable("too long")
    try:
        response = ocsp.load_der_ocsp_response(response_der)
        return _checked(response, certificate, issuer, nonce, now, max_age_seconds)
    except (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        return Unverifiable("not an OCSP response")


def _checked(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes, now: datetime, max_age_seconds: int
) -> Status | Unverifiable:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Unverifiable(f"the responder said {response.response_status.name}")
    signer = _signer(response, issuer, now)
    if signer is None:
        return Unverifiable("signed by nobody who may answer")
    if not _signed_by(signer, response):
        return Unverifiable("the signature does not hold")
    answers = list(response.responses)
    if len(answers) != 1:
        return Unverifiable(f"{len(answers)} answers to one question")
    wrong = _wrong_extensions(response, nonce) or _wrong_subject(answers[0], certificate, issuer) or _wrong_time(answers[0], now, max_age_seconds)
    return Unverifiable(wrong) if wrong else _status(answers[0])


def _signer(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> x509.Certificate | None:
    """The issuer, or the certificate in the answer that the issuer made a responder, whichever the answer names."""
    if _is_named(issuer, response):
        return issuer
    named = (certificate for certificate in response.certificates if _is_named(certificate, response))
    return next((certificate for certificate in named if _is_delegated(certificate, issuer, now)), None)


def _is_named(certificate: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject == response.responder_name
    return x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest == response.responder_key_hash


def _is_delegated(certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """RFC 6960 4.2.2.2. A delegate must also say that it needs no check of its own (nocheck): nobody is asked about it here."""
    try:
        certificate.verify_directly_issued_by(issuer)
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except (InvalidSignature, TypeError, ValueError, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes and certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _signed_by(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    algorithm = response.signature_hash_algorithm
    if not isinstance(algorithm, _HASHES):
        return False
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _wrong_extensions(response: ocsp.OCSPResponse, nonce: bytes) -> str:
    extensions = response.extensions
    if any(extension.critical and extension.oid != OCSPExtensionOID.NONCE for extension in (*extensions, *response.single_extensions)):
        return "an unknown critical extension"
    try:
        echoed = extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return "no nonce"
    return "" if echoed == nonce else "an answer to another question"


def _wrong_subject(answer: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> str:
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, answer.hash_algorithm).build()
    about = (answer.serial_number, answer.issuer_name_hash, answer.issuer_key_hash)
    return "" if about == (asked.serial_number, asked.issuer_name_hash, asked.issuer_key_hash) else "about another certificate"


def _wrong_time(answer: ocsp.OCSPSingleResponse, now: datetime, max_age_seconds: int) -> str:
    skew = timedelta(seconds=SKEW_SECONDS)
    if answer.this_update_utc > now + skew:
        return "from the future"
    if answer.this_update_utc < now - timedelta(seconds=max_age_seconds):
        return "too old"
    if answer.next_update_utc is not None and answer.next_update_utc < now - skew:
        return "past its next update"
    return ""


def _status(answer: ocsp.OCSPSingleResponse) -> Status:
    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Good()
    since = answer.revocation_time_utc
    if answer.certificate_status is not ocsp.OCSPCertStatus.REVOKED or since is None:
        return Unknown()
    if answer.revocation_reason is x509.ReasonFlags.certificate_hold:
        return Suspended(since)
    return Revoked(since, answer.revocation_reason or x509.ReasonFlags.unspecified)
