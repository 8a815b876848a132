"""The card's signature over a challenge.

A card signs a DigestInfo it is handed (COMPUTE DIGITAL SIGNATURE, domain facts 2.7): it pads and signs, and never sees the challenge itself. Must never know
what the challenge says, nor whether the certificate is believed (`credentials`) or still good (`ocsp`).
"""

from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from trust.signing import Verdict

_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def digest_info(data: bytes) -> bytes:
    """What the card is handed for `data`: the 51 bytes of its SHA-256 DigestInfo (RFC 8017 9.2)."""
    return _SHA256_DIGEST_INFO + sha256(data).digest()


def check_signature(certificate: x509.Certificate, signature: bytes, data: bytes) -> Verdict:
    """Whether the card of `certificate` signed the SHA-256 of exactly `data` (RSA, PKCS#1 v1.5). Any other kind of key is `FORGED`."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return Verdict.FORGED
    if not isinstance(key, rsa.RSAPublicKey):
        return Verdict.FORGED
    try:
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return Verdict.FORGED
    return Verdict.GENUINE
