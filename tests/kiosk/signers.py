"""Who signs papers in the tests of this folder, made once from the checked-in keys: みほん市, another municipality, and the center; and how a face and its back are made with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256

from cryptography import x509

from certificates.back.drawing import BackText, draw_back
from certificates.back.picture import fronts
from certificates.face import Face
from certificates.issuer_form import IssuerForm
from certificates.printing import Hands, printed
from certificates.signature.signing import Signer, sign, signer
from registers.population import MIHON
from simulation import demonstration as demo
from simulation.document_keys import DocumentKeys, make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from tests.certificates.people import NOW
from trust.authority import Authority
from trust.document_signers import document_signer_certificate

CODE, CENTER = MIHON.code, demo.CENTER
OTHER_CODE = "990027"
URL = "https://127.0.0.1/receivers"
SECRET = b"specimen" * 4


@dataclass(frozen=True, slots=True)
class Signed:
    """One finished paper: both documents."""

    sheets: int
    face: bytes
    back: bytes


@cache
def document_keys(ring: int = 0) -> DocumentKeys:
    """Keys and certificates; another `ring` is another authority with the same names, which nobody here believes."""
    keys, chance = rsa_ring()[3 * ring :], iter(range(1, 1000))
    return make_document_keys(MIHON, (keys[0], keys[1], keys[2]), signing_key(900 + ring), NOW, lambda size: next(chance).to_bytes(size, "big"))


def roots() -> tuple[x509.Certificate, ...]:
    return (document_keys().authority.certificate,)


def hands(ring: int = 0) -> Hands:
    """みほん市's."""
    return document_keys(ring).hands


def center_signer(ring: int = 0) -> Signer:
    made = document_keys(ring)
    return signer(made.center_key, made.center_certificate)


@cache
def neighbour() -> Hands:
    """Another municipality's, behind which the same authority stands."""
    return Hands(_named(f"urn:konbini:signer:municipality:{OTHER_CODE}"), signing_key(902))


@cache
def other_center() -> Signer:
    """A center that is not ours."""
    return _named("urn:konbini:signer:center:another-center")


def _named(urn: str) -> Signer:
    authority: Authority = document_keys().authority
    key, since = rsa_ring()[-1], NOW - timedelta(days=100)
    made = document_signer_certificate(
        authority, key.public_key(), urn, "見本", "見本", since, since + timedelta(days=900), lambda size: (77).to_bytes(size, "big")
    )
    return signer(key, made)


@lru_cache(64)
def signed(face: Face, form: IssuerForm, issuance_id: str, by: Hands, now: datetime = NOW) -> Signed:
    """The face signed `by` a municipality, and the center's back of it. Remembered: a visit that is cut off at another point has the same papers."""
    made = printed(face, form, now, by)
    return Signed(made.sheets, made.face, back_of(made.face, issuance_id, made.codes))


def back_of(
    face: bytes, issuance_id: str, codes: tuple[bytes, ...], by: Signer | None = None, of: bytes | None = None, sheets: int | None = None
) -> bytes:
    """The back of `face`, by default the center's; `of` has it name another face, `sheets` makes it shorter."""
    text = BackText(issuance_id, sha256(of or face).hexdigest(), URL)
    return sign(draw_back(text, fronts(face)[:sheets], codes[:sheets], SECRET, NOW), by or center_signer())
