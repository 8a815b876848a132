"""Who a signing certificate belongs to, and whether one of the believed roots stands behind it.

A signing certificate names its holder by one URI, `urn:konbini:signer:municipality:CODE` (団体コード of six digits) or `urn:konbini:signer:center:NAME`, beside a Japanese subject. Its
key signs documents (digitalSignature and nonRepudiation) and nothing else. Must never know documents; the time is the caller's question (`SigningCertificate.valid_from`, `valid_until`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

LONGEST_CHAIN = 4
RSA_BITS = range(2048, 4097)

_Value = TypeVar("_Value", bound=x509.ExtensionType)

_URN = re.compile(r"urn:konbini:signer:(municipality:([0-9]{6})|center:([a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?))")
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_SIGNED_WITH = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
    }
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


class Untrusted(ValueError):
    """The certificates are not those of a signer that one of the roots stands behind. The message names the rule, never a certificate."""


class SignerRole(StrEnum):
    """Who signs: a municipality its faces, the center its backs."""

    MUNICIPALITY = "municipality"
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """What a chain that holds says: the signer (`name` is a 団体コード or the center's name), its subject, its RSA key, and from when until when all of the chain is valid."""

    role: SignerRole
    name: str
    common_name: str
    organization: str
    key: rsa.RSAPublicKey
    valid_from: datetime
    valid_until: datetime
    der: bytes


def signing_certificate(certificates: Sequence[bytes], roots: Sequence[x509.Certificate]) -> SigningCertificate:
    """The signer among `certificates` (DER): exactly one certificate that is no authority's, the others leading from it to one of `roots`, none besides. Raises `Untrusted`."""
    if not 1 <= len(certificates) <= LONGEST_CHAIN or len(set(certificates)) != len(certificates):
        raise Untrusted("no chain of a few different certificates")
    try:
        return _signer([(x509.load_der_x509_certificate(der), der) for der in certificates], roots)
    except Untrusted:
        raise
    except (ValueError, TypeError, x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm, Warning):
        # a Warning where warnings are errors: the library warns of what it will refuse one day
        raise Untrusted("not certificates") from None


def _signer(certificates: list[tuple[x509.Certificate, bytes]], roots: Sequence[x509.Certificate]) -> SigningCertificate:
    leaves = [(one, der) for one, der in certificates if not _is_authority(one)]
    if len(leaves) != 1:
        raise Untrusted("not exactly one signer")
    leaf, der = leaves[0]
    chain = _chain(leaf, [one for one, _ in certificates if one != leaf], roots)
    role, name = _named(leaf)
    key = _document_key(leaf)
    return SigningCertificate(
        role, name, _subject(leaf, NameOID.COMMON_NAME), _subject(leaf, NameOID.ORGANIZATION_NAME), key,
        max(one.not_valid_before_utc for one in chain), min(one.not_valid_after_utc for one in chain), der,
    )  # fmt: skip


def _chain(leaf: x509.Certificate, beside: list[x509.Certificate], roots: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificates from `leaf` up to a root, which is the last."""
    chain = [leaf]
    while not (root := next((one for one in roots if _stands_behind(one, chain)), None)):
        issuer = next((one for one in beside if one not in chain and _stands_behind(one, chain)), None)
        if issuer is None:
            raise Untrusted("not issued by a root that is believed")
        chain.append(issuer)
    chain.append(root)
    if any(one not in chain for one in beside):
        raise Untrusted("a certificate that does not belong to the chain")
    return chain


def _stands_behind(issuer: x509.Certificate, chain: list[x509.Certificate]) -> bool:
    """Whether `issuer` is an authority that may and did issue the last of `chain`."""
    last = chain[-1]
    if last.signature_algorithm_oid not in _SIGNED_WITH or not _is_authority(issuer):
        return False
    extensions = issuer.extensions
    room = extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    usage = _value(extensions, x509.KeyUsage)
    if (room is not None and room < len(chain) - 1) or usage is None or not usage.key_cert_sign or not _understood(extensions):
        return False
    try:
        last.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = _value(certificate.extensions, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _document_key(leaf: x509.Certificate) -> rsa.RSAPublicKey:
    key, extensions = leaf.public_key(), leaf.extensions
    usage, purposes = _value(extensions, x509.KeyUsage), _value(extensions, x509.ExtendedKeyUsage)
    if not _understood(extensions):
        raise Untrusted("a critical extension that nobody here understands")
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in RSA_BITS:
        raise Untrusted("not an RSA key of 2048 to 4096 bits")
    if usage is None or not (usage.digital_signature and usage.content_commitment) or usage.key_cert_sign:
        raise Untrusted("its key is not for signing documents")
    if purposes is not None and _DOCUMENT_SIGNING not in purposes:
        raise Untrusted("its purpose is not to sign documents")
    return key


def _named(leaf: x509.Certificate) -> tuple[SignerRole, str]:
    names = _value(leaf.extensions, x509.SubjectAlternativeName)
    only = list(names) if names is not None else []
    found = _URN.fullmatch(only[0].value) if len(only) == 1 and isinstance(only[0], x509.UniformResourceIdentifier) else None
    if not found:
        raise Untrusted("it names no signer")
    return (SignerRole.MUNICIPALITY, found[2]) if found[2] else (SignerRole.CENTER, found[3])


def _subject(leaf: x509.Certificate, oid: ObjectIdentifier) -> str:
    names = leaf.subject.get_attributes_for_oid(oid)
    if len(names) != 1 or not isinstance(names[0].value, str) or not names[0].value:
        raise Untrusted("its subject has not one common name and one organization")
    return names[0].value


def _understood(extensions: x509.Extensions) -> bool:
    return all(not extension.critical or extension.oid in _UNDERSTOOD for extension in extensions)


def _value(extensions: x509.Extensions, kind: type[_Value]) -> _Value | None:
    return next((extension.value for extension in extensions if isinstance(extension.value, kind)), None)
