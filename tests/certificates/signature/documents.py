"""A small document of the same writer, an authority and signers of it, made once."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from reportlab.pdfbase import pdfdoc

from certificates.fonts.writing import Written, packed
from certificates.signature.placeholder import add_placeholder, prepared
from certificates.signature.signing import Signer, sign, signer
from trust.authority import Authority
from trust.document_signers import document_signer_certificate, signing_authority

JST = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=JST)
FROM = datetime(2020, 4, 1, tzinfo=JST)
UNTIL = datetime(2045, 3, 31, tzinfo=JST)
"""Wide, because ordinary verifiers look at the machine's clock."""

MUNICIPALITY = "urn:konbini:signer:municipality:992011"
CENTER = "urn:konbini:signer:center:shomeisho-koufu"
NAME, PURPOSE = "見本県みほん市長　見本　太郎", "住民票の写し"


def stream(seed: str) -> Callable[[int], bytes]:
    """A `token` whose bytes follow from `seed`."""
    count = 0

    def token(size: int) -> bytes:
        nonlocal count
        count += 1
        return sha256(f"{seed} {count}".encode()).digest()[:size]

    return token


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def authority(which: str = "one") -> Authority:
    """All of them have the same name, so that only keys tell them apart."""
    return signing_authority(rsa_key(f"authority {which}"), FROM, stream(which), days=9500)


@cache
def certificate(urn: str = MUNICIPALITY, of: str = "one", valid_from: datetime = FROM, valid_until: datetime = UNTIL) -> x509.Certificate:
    key = rsa_key("signer").public_key()
    return document_signer_certificate(authority(of), key, urn, "みほん市", "見本県みほん市長", valid_from, valid_until, stream(urn))


@cache
def city(of: str = "one") -> Signer:
    return signer(rsa_key("signer"), certificate(of=of), (authority(of).certificate,))


def roots() -> list[x509.Certificate]:
    return [authority().certificate]


def drawn(content: bytes = b"0 0 100 100 re f", now: datetime = NOW, sheets: int = 2, name: str = NAME) -> bytes:
    """A document as its writer finishes it, with an empty placeholder on the last sheet."""
    document = pdfdoc.PDFDocument(dummyoutline=0, compression=1, invariant=1, pdfVersion=(1, 7))
    for sheet in range(1, sheets + 1):
        annotations: tuple[object, ...] = ()
        if sheet == sheets:
            annotations = (b" /Annots [", add_placeholder(document, document.thisPageRef(), name, PURPOSE, now), b"]")
        document.addPage(
            Written(
                (
                    b"<< /Type /Page /Parent ", document.Reference(document.Pages), b" /MediaBox [0 0 595.28 841.89] /Resources << >> /Contents ",
                    document.Reference(packed((b"<<",), content)), *annotations, b" >>",
                )
            )
        )  # fmt: skip
        document.updateSignature(content)
    pdf: bytes = document.GetPDFData(None)
    return pdf


@cache
def signed() -> bytes:
    return sign(prepared(drawn()), city())
