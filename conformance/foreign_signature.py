"""The signature of a PDF that somebody else's program made: CMS (RFC 5652) over the whole file, by the municipality, below the documents' authority.

Reads no more of CMS than PAdES baseline needs: one signer, RSA with SHA-256 (PKCS#1 v1.5), signed attributes with a message digest. Decides nothing about what the document says.
"""

import re
from binascii import Error, unhexlify
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from trust.authority import uris_of

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNED_ATTRIBUTES, _CERTIFICATES = 0xA0, 0xA0
_CHAIN_MAX = 4


class _NoSignature(ValueError):
    """`str()` is the rule that was broken."""


def signature_problem(pdf: bytes, municipality: str, root: x509.Certificate, at: datetime) -> str | None:
    """Which rule the signature breaks, in a few words; None for a good one of this municipality, valid at `at` (aware)."""
    try:
        covered, der = _parts(pdf)
        certificates, attributes, signature = _signed(der)
        signer = _signer(certificates, municipality, root, at)
        if sha256(covered).digest() not in _digests(attributes):
            return "not over these bytes"
        key = signer.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            return "not RSA"
        key.verify(signature, b"\x31" + attributes[1:], padding.PKCS1v15(), hashes.SHA256())
    except _NoSignature as problem:
        return str(problem)
    except InvalidSignature:
        return "not by the key of its certificate"
    except (ValueError, IndexError, Error):
        return "no CMS that can be read"
    return None


def _parts(pdf: bytes) -> tuple[bytes, bytes]:
    """The covered bytes and the container; everything but the container must be covered."""
    found = _BYTE_RANGE.findall(pdf)
    if len(found) != 1:
        raise _NoSignature("not exactly one signature")
    first, second, length = (int(number) for number in found[0])
    if second + length != len(pdf) or not 0 < first < second or pdf[first : first + 1] != b"<" or pdf[second - 1 : second] != b">":
        raise _NoSignature("not over the whole file")
    return pdf[:first] + pdf[second:], unhexlify(pdf[first + 1 : second - 1])


def _items(der: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The values that stand one after another: tag, body, and the whole."""
    at = 0
    while at < len(der):
        tag, size, begin = der[at], der[at + 1], at + 2
        if size & 0x80:
            more = size & 0x7F
            if not 0 < more <= 4:
                raise _NoSignature("no DER")
            size, begin = int.from_bytes(der[begin : begin + more], "big"), begin + more
        if begin + size > len(der):
            raise _NoSignature("no DER")
        yield tag, der[begin : begin + size], der[at : begin + size]
        at = begin + size


def _signed(der: bytes) -> tuple[list[x509.Certificate], bytes, bytes]:
    _, info, _ = next(_items(der))
    _, wrapped, _ = list(_items(info))[1]
    _, data, _ = next(_items(wrapped))
    parts = list(_items(data))
    certificates = [x509.load_der_x509_certificate(whole) for tag, body, _ in parts if tag == _CERTIFICATES for _, _, whole in _items(body)]
    signers = list(_items(parts[-1][1]))
    if len(signers) != 1:
        raise _NoSignature("not exactly one signer")
    fields = list(_items(signers[0][1]))
    if len(fields) < 6 or fields[3][0] != _SIGNED_ATTRIBUTES:
        raise _NoSignature("no signed attributes")
    return certificates, fields[3][2], fields[5][1]


def _digests(attributes: bytes) -> list[bytes]:
    _, inside, _ = next(_items(attributes))
    found = [list(_items(attribute)) for _, attribute, _ in _items(inside)]
    return [next(_items(fields[1][1]))[1] for fields in found if fields[0][2] == _MESSAGE_DIGEST]


def _signer(certificates: list[x509.Certificate], municipality: str, root: x509.Certificate, at: datetime) -> x509.Certificate:
    wanted = f"urn:konbini:signer:municipality:{municipality}"
    own = [one for one in certificates if wanted in uris_of(one)]
    if len(own) != 1:
        raise _NoSignature("no certificate of this municipality")
    below = own[0]
    for _ in range(_CHAIN_MAX):
        if not below.not_valid_before_utc <= at <= below.not_valid_after_utc:
            raise _NoSignature("a certificate that is not valid now")
        if below.issuer == root.subject:
            below.verify_directly_issued_by(root)
            return own[0]
        below, under = next((one for one in certificates if one.subject == below.issuer and one != below), root), below
        under.verify_directly_issued_by(below)
    raise _NoSignature("not below the documents' authority")
