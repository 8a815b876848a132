"""A kiosk's own key: what it signs, and whether a signature is its.

ECDSA on P-256 with SHA-256; the nonce is derived from key and data (RFC 6979), so the same data signed again has the same signature, and no chance is needed.
Must never know what the signed bytes mean.
"""

from enum import Enum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from trust.authority import KeyUnusable, load_key

_SIGNING = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_VERIFYING = ec.ECDSA(hashes.SHA256())


class Verdict(Enum):
    """What a signature is found to be. Only `GENUINE` is true, so that a forgotten comparison refuses rather than admits."""

    GENUINE = "genuine"
    FORGED = "forged"

    def __bool__(self) -> bool:
        return self is Verdict.GENUINE


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """The DER signature over `data`."""
    return key.sign(data, _SIGNING)


def verified(public_key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> Verdict:
    """Whether `signature` is over exactly `data` and made with the other half of `public_key`."""
    try:
        public_key.verify(signature, data, _VERIFYING)
    except InvalidSignature:
        return Verdict.FORGED
    return Verdict.GENUINE


def load_signing_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in a PEM file; raises `KeyUnusable`. `authority.save_key` writes it."""
    key = load_key(file)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key
    raise KeyUnusable(f"{file.name} holds no P-256 key")


def public_pem(key: ec.EllipticCurvePublicKey) -> str:
    """The public key as PEM text, as the center's list of kiosks holds it."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def public_from_pem(pem: str) -> ec.EllipticCurvePublicKey:
    """The P-256 public key in PEM text; raises `KeyUnusable`."""
    try:
        key = serialization.load_pem_public_key(pem.encode("ascii"))
    except ValueError:
        raise KeyUnusable("this PEM text holds no public key") from None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyUnusable("this PEM text holds no P-256 public key")
