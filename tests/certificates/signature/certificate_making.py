"""Certificates of signers with one thing wrong, by authorities that are right."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tests.certificates.signature.documents import FROM, MUNICIPALITY, UNTIL, authority, rsa_key
from trust.authority import Authority, key_usage

SUBJECT = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "みほん市"),
        x509.NameAttribute(NameOID.COMMON_NAME, "見本県みほん市長"),
    ]
)


@dataclass(frozen=True)
class Made:
    """A certificate of a signer as it should be; the tests change one thing each."""

    subject: x509.Name = SUBJECT
    issuer: Authority | None = None
    key: object = None
    valid_from: datetime = FROM
    valid_until: datetime = UNTIL
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = field(
        default_factory=lambda: (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (key_usage("digital_signature", "content_commitment"), True),
            (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(MUNICIPALITY)]), False),
        )
    )
    hash: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)

    def certificate(self) -> x509.Certificate:
        issuer = self.issuer or authority()
        key = self.key or rsa_key("signer")
        builder = x509.CertificateBuilder(issuer.certificate.subject, self.subject, key.public_key(), 77, self.valid_from, self.valid_until)
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer.key, self.hash)

    def with_extension(self, extension: x509.ExtensionType, critical: bool = False) -> "Made":
        others = tuple(one for one in self.extensions if one[0].oid != extension.oid)
        return replace(self, extensions=(*others, (extension, critical)))

    def without(self, kind: type[x509.ExtensionType]) -> "Made":
        return replace(self, extensions=tuple(one for one in self.extensions if not isinstance(one[0], kind)))
