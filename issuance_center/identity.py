"""Who holds this card: the signature over the challenge, the chain, and the authority's fresh word. Pure; fails closed.

Knows certificates and times. Must never know a name: a 利用者証明用 certificate has none, and none is looked up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509

from issuance_center.config import Limits
from issuance_center.records.visits import Visit
from messages.visits import Authenticate, Challenge
from messages.wire import encode
from trust.challenge import check_signature
from trust.credentials import Trusted, Untrusted, check_chain
from trust.ocsp import Good, Revoked, Suspended, Unknown, Unverifiable


@dataclass(frozen=True, slots=True)
class Presented:
    """A certificate of the right root whose card has signed this visit's challenge. Not yet admitted: the authority has not been asked."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    serial: str
    certificate_sha256: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """`code` is a row of the table of refusals."""

    code: str


def challenge_of(visit: Visit, center: str) -> Challenge:
    """The challenge of a visit: the same one however often it is asked for."""
    return Challenge(visit_id=visit.visit_id, kiosk_id=visit.kiosk_id, center=center, nonce=visit.nonce, expires_at=visit.challenge_expires_at)


def presented(answer: Authenticate, visit: Visit, center: str, roots: tuple[x509.Certificate, ...], now: datetime) -> Presented | Unproven:
    """The card's answer to the challenge of its visit. A visit that has its card hears the same answer again until its right ends, however old the challenge is by then."""
    if now >= (visit.closes_at or visit.challenge_expires_at):
        return Unproven("visit_expired")
    chain: Trusted | Untrusted = check_chain(answer.certificate, roots, now)
    if isinstance(chain, Untrusted):
        return Unproven(chain.code)
    if not check_signature(chain.certificate, answer.signature, encode(challenge_of(visit, center))):
        return Unproven("challenge_signature_bad")
    return Presented(chain.certificate, chain.issuer, chain.serial, sha256(answer.certificate).hexdigest())


def refused_by(word: Good | Revoked | Suspended | Unknown | Unverifiable) -> str | None:
    """The authority's word as a row of the table of refusals; None admits. No word is no admission."""
    match word:
        case Good():
            return None
        case Revoked():
            return "credential_revoked"
        case Suspended():
            return "credential_suspended"
        case Unknown():
            return "credential_unknown"
        case Unverifiable():
            return "credential_unverifiable"


def closes_at(certificate: x509.Certificate, now: datetime, limits: Limits) -> datetime:
    """When the right that this card's answer gave ends at the latest."""
    return min(now + timedelta(seconds=limits.visit_seconds), certificate.not_valid_after_utc.astimezone(now.tzinfo))
