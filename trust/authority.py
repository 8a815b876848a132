"""A root certificate and its key: the 当事者認証局 of the parties, and the stand-in for the 公的個人認証 authority.

Decides how a root looks and how anything is signed with it. The same key, token and time give the same bytes: RSA signs with PKCS#1 v1.5, P-256 with a
nonce derived from the data (RFC 6979). Must never know what the certificates below it are used for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import O_CREAT, O_EXCL, O_WRONLY, fdopen
from os import open as open_file
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.x509.oid import NameOID

AuthorityKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
MARK = "見本"


class KeyUnusable(Exception):
    """A file does not hold a key or certificate of the kind that is needed, or the two do not belong together; `str()` names the file, never its content."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority (認証局): its name, its self-signed certificate, its key (RSA or P-256)."""

    name: str
    certificate: x509.Certificate
    key: AuthorityKey


def create_root(name: str, key: AuthorityKey, now: datetime, token: Callable[[int], bytes], days: int = 3650) -> Authority:
    """A new root called `name`, valid from `now` for `days`.

    A ValueError means that `name` does not say 見本: everything this program signs must be recognisable as a specimen.
    """
    if MARK not in name:
        raise ValueError(f"an authority's name must say {MARK}")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject, public_key=key.public_key(), serial_number=serial_from(token))
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return Authority(name, sign_certificate(builder, key), key)


def sign_certificate(builder: x509.CertificateBuilder, key: AuthorityKey) -> x509.Certificate:
    """The finished certificate; the same input gives the same bytes."""
    if isinstance(key, rsa.RSAPrivateKey):
        return builder.sign(key, hashes.SHA256())
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def issued_by(authority: Authority, subject: x509.Name, public_key: CertificateIssuerPublicKeyTypes, serial: int) -> x509.CertificateBuilder:
    """The part every end certificate shares: names, key, serial number, not an authority, key identifiers. The validity is the caller's."""
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=authority.certificate.subject, public_key=public_key, serial_number=serial)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def serial_from(token: Callable[[int], bytes]) -> int:
    """A positive serial number of 127 bits (RFC 5280 4.1.2.2 asks for at most 20 octets)."""
    return (int.from_bytes(token(16), "big") >> 1) | 1 << 126


def key_usage(*names: str) -> x509.KeyUsage:
    """A KeyUsage with exactly the named bits, e.g. `key_usage("digital_signature")`."""
    bits = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**bits | dict.fromkeys(names, True))


def save(authority: Authority, certificate_file: Path, key_file: Path) -> None:
    """Write both as PEM; the key's file is readable by its owner alone."""
    save_key(authority.key, key_file)
    save_certificate(authority.certificate, certificate_file)


def load(certificate_file: Path, key_file: Path) -> Authority:
    """The authority in two PEM files; raises `KeyUnusable` when they do not belong together, OSError when one cannot be read."""
    certificate, key = load_certificate(certificate_file), load_key(key_file)
    if certificate.public_key() != key.public_key():
        raise KeyUnusable(f"{key_file.name} is not the key of {certificate_file.name}")
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Authority(str(names[0].value) if names else "", certificate, key)


def save_certificate(certificate: x509.Certificate, file: Path) -> None:
    """Write the certificate as PEM."""
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def load_certificate(file: Path) -> x509.Certificate:
    """The certificate in a PEM file; raises `KeyUnusable`."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except ValueError:
        raise KeyUnusable(f"{file.name} holds no certificate") from None


def save_key(key: AuthorityKey, file: Path) -> None:
    """Write the private key as PEM (PKCS#8, unencrypted), whole or not at all, with mode 0600 from the first byte."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    unfinished = file.with_name(file.name + ".new")
    unfinished.unlink(missing_ok=True)
    with fdopen(open_file(unfinished, O_WRONLY | O_CREAT | O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    unfinished.replace(file)


def load_key(file: Path) -> AuthorityKey:
    """The RSA or P-256 key in a PEM file; raises `KeyUnusable`."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise KeyUnusable(f"{file.name} holds no private key") from None
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    raise KeyUnusable(f"{file.name} holds neither an RSA key of 2048 bits or more nor a P-256 key")


def uris_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The URIs a certificate names its holder by; empty when it names none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(names.value.get_values_for_type(x509.UniformResourceIdentifier))
