"""The CMS of a PAdES B-B signature (ETSI EN 319 142-1, RFC 5652) as constant bytes with two holes.

For one signer all of it is fixed but the document's digest and the signature value, so it is written once. Signed attributes are contentType, messageDigest and signingCertificateV2
(RFC 5035, SHA-256), in DER order; no signing-time, because the time stands in the PDF's signature dictionary. RSA PKCS#1 v1.5 with SHA-256.
Must never know whether a certificate is believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from certificates.signature.der import content_of, explicit, object_identifier, octets, sequence, set_of, tlv

_VERSION_1 = tlv(0x02, b"\x01")
_DATA = object_identifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = object_identifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = object_identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_identifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE_V2 = object_identifier("1.2.840.113549.1.9.16.2.47")
_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.2.1"))
_SHA256_WITH_RSA = sequence(object_identifier("1.2.840.113549.1.1.11"), b"\x05\x00")
_HOLE = b"the digest of the document: here"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignedData:
    """A SignedData in three constant parts, `head` digest `middle` signature, and the parts of what is signed, `before` digest `after`."""

    head: bytes
    middle: bytes
    before: bytes
    after: bytes

    def attributes(self, digest: bytes) -> bytes:
        """The bytes to sign: the signed attributes as a SET OF (RFC 5652 5.4)."""
        return b"".join((self.before, digest, self.after))

    def filled(self, digest: bytes, signature: bytes) -> bytes:
        """The finished DER."""
        return b"".join((self.head, digest, self.middle, signature))

    def holes(self, der: bytes, signature_bytes: int) -> tuple[bytes, bytes]:
        """What stands where digest and signature belong; meaningless until `filled` with them has given the same bytes again."""
        digest = len(self.head)
        signature = digest + _DIGEST_BYTES + len(self.middle)
        return der[digest : digest + _DIGEST_BYTES], der[signature : signature + signature_bytes]


def signed_data(certificate: bytes, others: Iterable[bytes], signature_bytes: int) -> SignedData:
    """The SignedData of the holder of `certificate` (DER), the `others` of its chain beside it, for signatures of `signature_bytes`.

    Raises `NotDer` when `certificate` is not a certificate's DER.
    """
    signing_certificate = sequence(sequence(sequence(octets(sha256(certificate).digest()))))
    attributes = set_of(
        sequence(_CONTENT_TYPE, set_of(_DATA)),
        sequence(_MESSAGE_DIGEST, set_of(octets(_HOLE))),
        sequence(_SIGNING_CERTIFICATE_V2, set_of(signing_certificate)),
    )
    signature = octets(b"\x00" * signature_bytes)
    signer = sequence(_VERSION_1, _issuer_and_serial(certificate), _SHA256, b"\xa0" + attributes[1:], _SHA256_WITH_RSA, signature)
    certificates = explicit(0, *sorted({certificate, *others}))
    content = sequence(_VERSION_1, set_of(_SHA256), sequence(_DATA), certificates, set_of(signer))
    head, _, rest = sequence(_SIGNED_DATA, explicit(0, content)).partition(_HOLE)
    before, _, after = attributes.partition(_HOLE)
    return SignedData(head, rest[:-signature_bytes], before, after)


def certificates_in(der: bytes) -> tuple[bytes, ...]:
    """The certificates inside a SignedData, each in its exact bytes, in their order there; `NotDer` where they cannot be found. Everything else in `der` is left unread."""
    at, _ = content_of(der, 0, 0x30)
    _, at = content_of(der, at, 0x06)
    at, _ = content_of(der, at, 0xA0)
    at, _ = content_of(der, at, 0x30)
    for tag in (0x02, 0x31, 0x30):
        _, at = content_of(der, at, tag)
    at, end = content_of(der, at, 0xA0)
    found = []
    while at < end:
        _, after = content_of(der, at, 0x30)
        found.append(der[at:after])
        at = after
    return tuple(found)


def _issuer_and_serial(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber in the certificate's own bytes: a name written anew might be spelt otherwise."""
    at, _ = content_of(certificate, 0, 0x30)
    at, _ = content_of(certificate, at, 0x30)
    _, serial = content_of(certificate, at, 0xA0)
    _, algorithm = content_of(certificate, serial, 0x02)
    _, issuer = content_of(certificate, algorithm, 0x30)
    _, end = content_of(certificate, issuer, 0x30)
    return sequence(certificate[issuer:end], certificate[serial:algorithm])
