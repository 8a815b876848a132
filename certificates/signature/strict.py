"""Who signed this file? The answer only for a file that is, bit for bit, one that `signing` makes; a refusal for every other.

A PDF's signature leaves its own container uncovered, and ordinary verifiers forgive much in it. Here the container is written again, from the certificates found in it, the digest
recomputed and the signature value, and compared to the last zero of its padding: what is not covered by the digest is covered by the comparison. Must never know what a document says;
that its drawn text is what its objects say, is the reader's and the proof's question.
"""

from binascii import Error, unhexlify
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from certificates.signature.chain import SignerRole, SigningCertificate, Untrusted, signing_certificate
from certificates.signature.cms import SignedData, certificates_in, signed_data
from certificates.signature.der import NotDer
from certificates.signature.placeholder import NoPlace, place_of
from certificates.signature.signing import NotPrepared, contents_of, digest_around

_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


class Reason(StrEnum):
    """Why a file is not taken as signed."""

    NO_SIGNATURE = "no_signature"
    """Not exactly one signature over all of the file, in the one form there is."""
    UNTRUSTED = "untrusted"
    """No believed authority stands behind the certificate, or it is not one for documents."""
    EXPIRED = "expired"
    """Signed, or asked about, outside the validity of a certificate of the chain."""
    ALTERED = "altered"
    """Not the bytes that were signed, or not the container they were signed in."""


class Unsigned(ValueError):
    """The file is not accepted; `reason` says which rule it broke. Nothing is said about who may have signed it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who signed, as the certificate says it (`name` is the 団体コード of a municipality or the name of a center), and when, as the signer claims (aware).

    `printed_name` and `purpose` are the words beside the signature, `certificate` is the signer's as DER.
    """

    role: SignerRole
    name: str
    common_name: str
    organization: str
    at: datetime
    printed_name: str
    purpose: str
    certificate: bytes


def verify(pdf: bytes, roots: Sequence[x509.Certificate], at: datetime) -> SignedBy:
    """Who signed exactly these bytes. `roots` are believed; every certificate must be valid both at `at` (aware) and when the file says that it was signed. Raises `Unsigned`."""
    try:
        place = place_of(pdf)
        der, room = unhexlify(pdf[place.start + 1 : place.end - 1]), place.end - place.start - 2
        form, signer = _known(certificates_in(der), tuple(roots))
        digest = digest_around(pdf, place.start, place.end)
        _, signature = form.holes(der, signer.key.key_size // 8)
        canonical = contents_of(form.filled(digest, signature), room)
        if pdf[place.start + 1 : place.end - 1] != canonical:
            raise Unsigned(Reason.ALTERED, "the container is not the one over this file")
        signer.key.verify(signature, form.attributes(digest), _PADDING, _HASH)
    except NoPlace as error:
        raise Unsigned(Reason.NO_SIGNATURE, str(error)) from None
    except (Error, NotDer, NotPrepared):
        raise Unsigned(Reason.ALTERED, "the container cannot be read") from None
    except Untrusted as error:
        raise Unsigned(Reason.UNTRUSTED, str(error)) from None
    except InvalidSignature:
        raise Unsigned(Reason.ALTERED, "not the signer's signature") from None
    if not all(signer.valid_from <= moment <= signer.valid_until for moment in (at, place.at)):
        raise Unsigned(Reason.EXPIRED, "outside the validity of its certificates")
    return SignedBy(signer.role, signer.name, signer.common_name, signer.organization, place.at, place.name, place.reason, signer.der)


@lru_cache(256)
def _known(certificates: tuple[bytes, ...], roots: tuple[x509.Certificate, ...]) -> tuple[SignedData, SigningCertificate]:
    """The form of a signature with these certificates, and whose it is. Only chains that hold are remembered: a refusal is an exception, so nobody can fill the memory with his own."""
    signer = signing_certificate(certificates, roots)
    return signed_data(signer.der, certificates, signer.key.key_size // 8), signer
