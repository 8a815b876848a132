"""The 見本 職責認証局, standing in for the municipal certification service (地方公共団体組織認証), and the certificates by which municipalities and centers sign documents.

A certificate names its holder by one URI (`urn:konbini:signer:municipality:CODE` or `urn:konbini:signer:center:NAME`) beside a Japanese subject. Decides what such a certificate says;
which of them are believed, whoever verifies a document decides. No extended key usage: the key usage says it all, and the common PDF programs would refuse one that speaks of
documents alone. Must never know documents.
"""

import re
from collections.abc import Callable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from trust.authority import MARK, Authority, create_root, issued_by, key_usage, serial_from, sign_certificate

SIGNING_AUTHORITY = f"{MARK} 職責認証局"

_URN = re.compile(r"urn:konbini:signer:(municipality:[0-9]{6}|center:[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)")
_RSA_BITS = 2048


def signing_authority(key: rsa.RSAPrivateKey, now: datetime, token: Callable[[int], bytes], days: int = 3650) -> Authority:
    """The root of all document signers, valid from `now` for `days`."""
    return create_root(SIGNING_AUTHORITY, key, now, token, days)


def document_signer_certificate(
    authority: Authority,
    public_key: rsa.RSAPublicKey,
    urn: str,
    organization: str,
    common_name: str,
    valid_from: datetime,
    valid_until: datetime,
    token: Callable[[int], bytes],
) -> x509.Certificate:
    """A certificate to sign documents with, e.g. for `urn:konbini:signer:municipality:992011`, みほん市, 見本県みほん市長.

    ValueError for another form of `urn`, a subject that does not say 見本, a key that is not RSA of at least 2048 bits, or a validity that ends before it begins.
    """
    if not _URN.fullmatch(urn):
        raise ValueError("a signer is a municipality or a center")
    if MARK not in organization + common_name:
        raise ValueError(f"a signer's subject must say {MARK}")
    if not isinstance(public_key, rsa.RSAPublicKey) or public_key.key_size < _RSA_BITS:
        raise ValueError(f"documents are signed with RSA keys of at least {_RSA_BITS} bits")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    builder = (
        issued_by(authority, subject, public_key, serial_from(token))
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(key_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(urn)]), critical=False)
    )
    return sign_certificate(builder, authority.key)
