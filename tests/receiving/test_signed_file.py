"""A paper's own file: told only when its signature is the municipality's or the center's, and a back only when its codes are the issuer's too."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from certificates.back.code import sheet_code
from certificates.signature.key_list import KeyList, read_key_list
from certificates.signature.placeholder import prepared
from certificates.signature.signing import sign, signer
from receiving.signed_file import SignedFile, What, looks_signed, told_of
from receiving.verdict import Content, Standing
from registers.population import MIHON
from tests.certificates.signature.documents import drawn
from tests.receiving.papers import ISSUANCE, NAME, back, code_key, content, face, keys, made_at


def list_of_keys() -> KeyList:
    return read_key_list(keys().key_list, keys().authority.certificate)


def told(pdf: bytes, which: int = 0) -> SignedFile:
    return told_of(pdf, (keys(which).authority.certificate,), list_of_keys(), made_at())


def test_a_face_tells_its_signer_and_every_text() -> None:
    found = told(face())
    assert (found.what, found.verdict.content, found.municipality) == (What.FACE, Content.UNALTERED, MIHON.code)
    assert "見本県みほん市長" in found.signer
    (sheet,) = found.sheets
    assert dict(sheet.pieces[0].cells)["name"] == NAME
    assert sheet == content()
    assert found.verdict.standing is Standing.NOT_ASKED


def test_a_back_tells_its_face_and_what_its_codes_say() -> None:
    found = told(back())
    assert (found.what, found.verdict.content, found.municipality) == (What.BACK, Content.UNALTERED, MIHON.code)
    assert found.sheets == (content(),)
    assert (found.issuance_id, len(found.face_sha256)) == (ISSUANCE, 64)


@pytest.mark.parametrize("which", ["face", "back"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_of_an_altered_file_nothing_is_told(which: str, share: float) -> None:
    pdf = bytearray(face() if which == "face" else back())
    pdf[int(len(pdf) * share)] ^= 2
    found = told(bytes(pdf))
    assert not found.verdict.proven
    assert (found.sheets, found.signer, found.municipality, found.verdict.signer) == ((), "", "", None)


def test_a_file_of_a_signer_of_another_authority_is_not_proven() -> None:
    assert told(face(), 1).verdict.content is Content.UNKNOWN_KEY


def test_a_back_with_a_code_that_no_issuer_signed_proves_no_content() -> None:
    """The center's own signature is right: it is not the center that content is believed from."""
    found = told(back(sheet_code(content(), generate_private_key(SECP256R1()))))
    assert found.verdict.content is Content.UNKNOWN_KEY
    assert found.sheets == ()


def test_a_back_with_a_code_under_another_s_signature_is_altered() -> None:
    honest, other = sheet_code(content(), code_key()), sheet_code(content("印鑑登録証明書"), code_key())
    assert told(back(other[:-64] + honest[-64:])).verdict.content is Content.ALTERED


def test_a_signed_document_that_is_no_paper_is_proven_and_its_content_not_told() -> None:
    made = sign(prepared(drawn()), signer(keys().municipality_key, keys().municipality_certificate))
    found = told(made)
    assert (found.what, found.verdict.content, found.sheets) == (What.DOCUMENT, Content.UNALTERED, ())


@pytest.mark.parametrize(("data", "signed"), [(b"%PDF-1.4 /ByteRange", True), (b"%PDF-1.4", False), (b"\x89PNG /ByteRange", False), (b"", False)])
def test_what_is_taken_as_a_signed_file(data: bytes, signed: bool) -> None:
    assert looks_signed(data) is signed
