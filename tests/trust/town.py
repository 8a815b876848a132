"""Keys and authorities for these tests, made once; serial numbers and names come from a counted stream."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from trust.authority import Authority, create_root
from trust.credentials import authentication_certificate
from trust.ocsp_responder import responder_certificate

JST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=JST)
UNTIL = datetime(2031, 5, 5, 23, 59, 59, tzinfo=JST)
URL = "http://127.0.0.1:9080/ocsp"


def stream(seed: str) -> Callable[[int], bytes]:
    """A `token` whose bytes follow from `seed`."""
    count = 0

    def token(size: int) -> bytes:
        nonlocal count
        count += 1
        return sha256(f"{seed} {count}".encode()).digest()[:size]

    return token


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def p256_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def jpki_root(which: str = "one") -> Authority:
    """All of them have the same name, so that only keys tell them apart."""
    return create_root("見本 公的個人認証局", rsa_key(f"root {which}"), NOW, stream(which))


@cache
def party_root(which: str = "one") -> Authority:
    now = datetime.now(JST)  # TLS reads the machine's clock
    return create_root("見本 当事者認証局", p256_key(f"parties {which}"), now - timedelta(days=1), stream(which))


def card(root: Authority, serial: int = 0x1F2E3D, now: datetime = NOW, until: datetime = UNTIL) -> x509.Certificate:
    return authentication_certificate(root, rsa_key("card").public_key(), serial, now, until, stream("card"), URL)


@cache
def delegate(which: str = "one") -> x509.Certificate:
    return responder_certificate(jpki_root(which), "見本 有効性確認応答", rsa_key("responder"), NOW - timedelta(hours=1), stream("responder"))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
