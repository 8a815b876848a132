"""A face and its back, signed, and who signed them: made once for all tests."""

from datetime import datetime
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from certificates.back.code import sheet_code
from certificates.back.content import SheetContent, sheet_contents
from certificates.back.drawing import BackText, SignedAs, draw_back
from certificates.back.picture import fronts
from certificates.signature.signing import sign, signer
from registers.population import MIHON
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from tests.certificates import papers
from tests.certificates.signature.documents import stream

NAME, OTHER_NAME = "渡邉󠄀　花子", "渡辺　太郎"
ISSUANCE = "0199d3a27f107c418f000a1b2c3d4e5f"
SECRET = bytes(range(32))
URL = "https://kakunin.example/"


@cache
def keys(which: int = 0) -> DocumentKeys:
    """The authority, the municipality and the center; another `which` is another authority."""
    ring = rsa_ring()
    chosen = ring[-3 - which], ring[-2], ring[-1]
    return make_document_keys(MIHON, chosen, signing_key(900), papers.NOW, stream(f"receiving {which}"))


def code_key() -> EllipticCurvePrivateKey:
    return keys().code_key


@cache
def content(title: str = "住民票の写し") -> SheetContent:
    """What the face's one sheet says."""
    return sheet_contents(papers.face(papers.HANAKO, title=title), made_at())[0]


def made_at() -> datetime:
    return papers.NOW


@cache
def face() -> bytes:
    """The face of one person, signed by the municipality."""
    return sign(papers.paper(papers.face(papers.HANAKO)), signer(keys().municipality_key, keys().municipality_certificate))


@cache
def back(code: bytes | None = None) -> bytes:
    """The back of it, signed by the center."""
    text = BackText(ISSUANCE, sha256(face()).hexdigest(), URL)
    prepared = draw_back(text, fronts(face()), [code or sheet_code(content(), code_key())], SECRET, made_at(), SignedAs(name="証明書交付センター"))
    return sign(prepared, signer(keys().center_key, keys().center_certificate))
