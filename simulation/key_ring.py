"""The checked-in rings of 見本 keys: RSA keys cannot be made from a seed, so the simulated town always uses these. They are public and protect nothing."""

import re
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_PEM = re.compile(rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", re.DOTALL)


@cache
def rsa_ring() -> tuple[rsa.RSAPrivateKey, ...]:
    """The RSA-2048 keys: the first three for authorities, the others for cards."""
    return _ring("specimen_ring.pem")


@cache
def issuer_ring() -> tuple[rsa.RSAPrivateKey, ...]:
    """RSA-2048 keys for the documents of issuers, of each municipality its own."""
    return _ring("issuers_ring.pem")


def signing_key(number: int) -> ec.EllipticCurvePrivateKey:
    """A P-256 key for kiosk `number`: a small private value on purpose, so that nobody takes it for a secret."""
    return ec.derive_private_key(0x6D69686F6E << 64 | (number + 1), ec.SECP256R1())


def _ring(name: str) -> tuple[rsa.RSAPrivateKey, ...]:
    found = [load_pem_private_key(pem, None) for pem in _PEM.findall((Path(__file__).parent / "keys" / name).read_bytes())]
    return tuple(key for key in found if isinstance(key, rsa.RSAPrivateKey))
