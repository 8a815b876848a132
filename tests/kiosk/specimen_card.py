"""Cards for the tests of this folder: two fixed key pairs, self-signed certificates, PIN 1234 and password ABC123."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kiosk.card import personalise

PIN, PASSWORD = "1234", "ABC123"


@cache
def key(which: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(which: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"見本 {which}"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "x" * 60)])
    builder = x509.CertificateBuilder(name, name, key(which).public_key(), 4711, datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    return builder.sign(key(which), SHA256())


def der(which: str) -> bytes:
    return certificate(which).public_bytes(Encoding.DER)


def make_card(folder: Path, name: str = "card.json", pin: str = PIN, label: str = "見本 山田太郎") -> Path:
    path = folder / name
    personalise(
        path,
        authentication_key=key("authentication"),
        authentication_certificate=certificate("authentication"),
        authentication_ca=certificate("authentication ca"),
        signature_key=key("signature"),
        signature_certificate=certificate("signature"),
        signature_ca=certificate("signature ca"),
        pin=pin,
        signature_password=PASSWORD,
        label=label,
        token=bytes,
    )
    return path
