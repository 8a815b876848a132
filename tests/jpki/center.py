"""The party with a real store and its keys, for these tests."""

from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from jpki.statuses import Issued, load_serials
from trust.authority import Authority, create_root
from trust.credentials import authentication_certificate
from trust.ocsp_responder import responder, responder_certificate

JST = timezone(timedelta(hours=9))
NOW = datetime.now(JST).replace(microsecond=0)  # openssl reads the machine's clock
LONG_AGO = NOW - timedelta(days=30)
GOOD, HELD, ENDED, NEVER = 0x1A2B3C, 0x2A2B3C, 0x3A2B3C, 0x4A2B3C
ROWS = (Issued(f"{GOOD:x}"), Issued(f"{HELD:x}", "suspended", "lost"), Issued(f"{ENDED:x}", "revoked", "renewed"))


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def token(size: int) -> bytes:
    return sha256(b"jpki tests").digest()[:size]


@cache
def root(which: str = "one") -> Authority:
    return create_root("見本 公的個人認証局", key(f"root {which}"), LONG_AGO, token)


@cache
def delegate() -> x509.Certificate:
    return responder_certificate(root(), "見本 有効性確認応答", key("responder"), LONG_AGO, token)


@cache
def answers_as():
    return responder(root().certificate, delegate(), key("responder"))


def card(serial: int, which: str = "one") -> x509.Certificate:
    until = NOW + timedelta(days=1000)
    return authentication_certificate(root(which), key("card").public_key(), serial, LONG_AGO, until, token, "http://127.0.0.1/ocsp")


def with_rows(connection):
    return load_serials(connection, ROWS, LONG_AGO)
