"""A signer, and its one act: the signature put into a prepared document.

Everything that does not depend on the document is done when the signer is made, so that a signature costs hardly more than the RSA operation in it. Must never know what it signs, and
shows its key to nobody.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.signature.chain import RSA_BITS
from certificates.signature.cms import SignedData, signed_data
from certificates.signature.placeholder import CONTENTS_BYTES, place_of

_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


class NotPrepared(ValueError):
    """The document's place for a signature is not empty, or too small."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever signs documents: its certificate, and its key, which nothing shows. Made by `signer`; `cms` belongs to both."""

    certificate: x509.Certificate
    cms: SignedData = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False)


def signer(key: rsa.RSAPrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()) -> Signer:
    """Make ready to sign with `key`. `chain` are the certificates above `certificate` that go into every signature; the root may be left out.

    ValueError when key and certificate do not belong together, for a key that is not RSA of 2048 to 4096 bits, or when the signature would not fit into a document.
    """
    if key.key_size not in RSA_BITS or key.public_key() != certificate.public_key():
        raise ValueError("a signer has an RSA key of 2048 to 4096 bits and the certificate of this key")
    size = key.key_size // 8
    cms = signed_data(certificate.public_bytes(Encoding.DER), [one.public_bytes(Encoding.DER) for one in chain], size)
    if len(cms.filled(bytes(32), bytes(size))) > CONTENTS_BYTES:
        raise ValueError("the chain is too long for a document's place for its signature")
    return Signer(certificate, cms, key)


def sign(pdf: bytes, by: Signer) -> bytes:
    """The prepared document (`placeholder.prepared`) with its signature in it; the same bytes whenever it is signed again.

    Raises `placeholder.NoPlace` or `NotPrepared`: a document is signed once.
    """
    place = place_of(pdf)
    room = place.end - place.start - 2
    if pdf.count(b"0", place.start, place.end) != room:
        raise NotPrepared("the place for the signature is not empty")
    digest = digest_around(pdf, place.start, place.end)
    signature = by.key.sign(by.cms.attributes(digest), _PADDING, _HASH)
    contents = contents_of(by.cms.filled(digest, signature), room)
    return b"".join((pdf[: place.start + 1], contents, pdf[place.end - 1 :]))


def digest_around(pdf: bytes, start: int, end: int) -> bytes:
    """SHA-256 over all of `pdf` but `pdf[start:end]`."""
    view = memoryview(pdf)
    digest = sha256(view[:start])
    digest.update(view[end:])
    return digest.digest()


def contents_of(der: bytes, room: int) -> bytes:
    """The /Contents string of `room` hex digits, without its brackets: upper case, zeros to the end. `NotPrepared` when it is too small."""
    if 2 * len(der) > room:
        raise NotPrepared("the place for the signature is too small")
    return der.hex().upper().encode("ascii").ljust(room, b"0")
