"""Issuers whose papers say what is right, under a signature or with 2-D codes that are not what they must be. Real keys, real certificates: only whose they are, or what they sign, is wrong."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from certificates.back import code as codes_of_sheets
from certificates.back.code import sheet_code
from certificates.back.content import sheet_contents
from certificates.drawing import draw
from certificates.reading import face_of, read
from certificates.signature.placeholder import place_of
from certificates.signature.signing import Signer, sign, signer
from messages.orders import Issued, IssuedPaper, IssueOrder
from registers.population import MIHON
from simulation.document_keys import make_document_keys
from simulation.key_ring import rsa_ring, signing_key
from tests.issuance_center.founding import NOW, OTHER_CODE_KEY, SILENT_CITY, document_keys, issuer, stream
from tests.issuance_center.liars import Liar, lie_about, person
from tests.issuer.town import DECLARED
from trust.document_signers import document_signer_certificate

# --- another signature ---


def drawn_again(paper: IssuedPaper) -> bytes:
    """The paper's face prepared for a signature."""
    made = read(paper.face)
    return draw(face_of(made), issuer().forms[0][1], made.made_at).pdf


def signed_by(paper: IssuedPaper, by: Signer) -> IssuedPaper:
    return msgspec.structs.replace(paper, face=sign(drawn_again(paper), by))


def _of_another_municipality() -> Signer:
    made, key = document_keys(), rsa_ring()[-4]
    since = NOW - timedelta(days=100)
    urn = f"urn:konbini:signer:municipality:{SILENT_CITY}"
    return signer(
        key, document_signer_certificate(made.authority, key.public_key(), urn, "見本", "見本", since, NOW + timedelta(days=100), stream("silent"))
    )


def _of_the_center() -> Signer:
    return signer(document_keys().center_key, document_keys().center_certificate)


def _of_a_foreign_root() -> Signer:
    """Everything as it must be, but for who stands behind it: the same names under another key."""
    ring = rsa_ring()
    return make_document_keys(MIHON, (ring[0], ring[1], ring[2]), signing_key(901), NOW, stream("foreign")).hands.signer


def _expired() -> Signer:
    made, since = document_keys(), NOW - timedelta(days=400)
    urn = f"urn:konbini:signer:municipality:{MIHON.code}"
    public = made.municipality_key.public_key()
    return signer(
        made.municipality_key,
        document_signer_certificate(made.authority, public, urn, "見本", "見本", since, NOW - timedelta(seconds=1), stream("expired")),
    )


def flipped(face: bytes, at: int) -> bytes:
    """The face with another hex digit at this place of /Contents, counted from its beginning, or from its end if negative."""
    place = place_of(face)
    where = place.start + 1 + at if at >= 0 else place.end - 1 + at
    return face[:where] + (b"0" if face[where : where + 1] != b"0" else b"1") + face[where + 1 :]


def last_digit(face: bytes) -> int:
    """The place of a digit near the end of what is signed: of the RSA value."""
    place = place_of(face)
    return len(face[place.start + 1 : place.end - 1].rstrip(b"0")) - 40


def with_face(change: Callable[[IssuedPaper], bytes], name: str) -> Callable[..., object]:
    return lie_about(lambda paper: msgspec.structs.replace(paper, face=change(paper)), name)


SIGNATURES = (
    with_face(drawn_again, "an_unsigned_face"),
    lie_about(lambda paper: signed_by(paper, _of_another_municipality()), "signed_by_another_municipality_of_the_authority"),
    lie_about(lambda paper: signed_by(paper, _of_the_center()), "signed_by_the_center"),
    lie_about(lambda paper: signed_by(paper, _of_a_foreign_root()), "signed_under_a_foreign_root"),
    lie_about(lambda paper: signed_by(paper, _expired()), "signed_with_an_expired_certificate"),
    with_face(lambda paper: flipped(paper.face, 1000), "one_digit_of_the_certificate_flipped"),
    with_face(lambda paper: flipped(paper.face, last_digit(paper.face)), "one_digit_of_the_signature_flipped"),
    with_face(lambda paper: flipped(paper.face, -1), "one_zero_behind_the_signature_flipped"),
)

# --- other codes ---


def coded_by(paper: IssuedPaper, key: ec.EllipticCurvePrivateKey) -> IssuedPaper:
    made = read(paper.face)
    sheets = sheet_contents(face_of(made), made.made_at)
    return msgspec.structs.replace(paper, codes=tuple(sheet_code(sheet, key) for sheet in sheets))


def another_text(paper: IssuedPaper) -> IssuedPaper:
    """Codes by the right key, of a paper on which the first person is called otherwise."""
    made = read(paper.face)
    sheets = sheet_contents(person(face_of(made), 0, name="見本　他人"), made.made_at)
    return msgspec.structs.replace(paper, codes=tuple(sheet_code(sheet, document_keys().code_key) for sheet in sheets))


def another_instant(paper: IssuedPaper) -> IssuedPaper:
    """Codes that say the paper was made a second later."""
    made = read(paper.face)
    sheets = sheet_contents(face_of(made), made.made_at + timedelta(seconds=1))
    return msgspec.structs.replace(paper, codes=tuple(sheet_code(sheet, document_keys().code_key) for sheet in sheets))


def signed_anew(code: bytes) -> bytes:
    """The same content by the same key under another signature: as good as the first, and other bytes."""
    signed = code[: -codes_of_sheets.SIGNATURE_BYTES]
    while True:
        r, s = decode_dss_signature(document_keys().code_key.sign(codes_of_sheets._LABEL + signed, ec.ECDSA(SHA256())))
        made = signed + r.to_bytes(32, "big") + min(s, codes_of_sheets._ORDER - s).to_bytes(32, "big")
        if made != code:
            return made


async def codes_of_another_copy(liar: Liar, order: IssueOrder) -> Issued:
    right = await liar.make(order)
    others = reversed(right.papers)
    papers = (msgspec.structs.replace(paper, codes=other.codes) for paper, other in zip(right.papers, others, strict=True))
    return Issued(request_id=right.request_id, papers=tuple(papers), declared=DECLARED)


CODES = (
    lie_about(lambda paper: msgspec.structs.replace(paper, codes=()), "no_codes"),
    lie_about(lambda paper: msgspec.structs.replace(paper, codes=paper.codes[:-1]), "one_code_too_few"),
    lie_about(lambda paper: msgspec.structs.replace(paper, codes=(*paper.codes, paper.codes[-1])), "one_code_too_many"),
    lie_about(lambda paper: msgspec.structs.replace(paper, codes=paper.codes[::-1]), "codes_of_another_sheet"),
    codes_of_another_copy,
    lie_about(lambda paper: coded_by(paper, signing_key(OTHER_CODE_KEY)), "codes_by_another_municipality"),
    lie_about(lambda paper: coded_by(paper, signing_key(999)), "codes_by_an_unknown_key"),
    lie_about(another_text, "another_text_in_the_code_only"),
    lie_about(another_instant, "another_instant_in_the_code_only"),
    lie_about(
        lambda paper: msgspec.structs.replace(paper, codes=tuple(code[:-1] + bytes([code[-1] ^ 1]) for code in paper.codes)),
        "one_bit_of_the_codes_signature_flipped",
    ),
)
"""Lies that only the center sees: a kiosk has no list of the keys of codes."""

other_codes_when_asked_again = lie_about(
    lambda paper: msgspec.structs.replace(paper, codes=tuple(signed_anew(code) for code in paper.codes)), "other_codes_when_asked_again"
)
"""Codes as good as the first: but the back would be another one."""
