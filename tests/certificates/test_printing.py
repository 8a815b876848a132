"""Drawn, signed and coded in one act: what leaves the issuer's hands is finished or is nothing."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.back.code import verify_code
from certificates.drawing import DoesNotFit, NoGlyph, draw
from certificates.printing import Hands, printed
from certificates.signature.placeholder import blank, prepared
from certificates.signature.strict import verify
from tests.certificates.papers import FORM, NOW, ORDINARY, face, member
from tests.certificates.signature import documents

HANDS = Hands(documents.city(), ec.derive_private_key(7, ec.SECP256R1()))
SIX = ORDINARY["six people"]


def test_a_printed_paper_is_signed_at_the_instant_it_was_made() -> None:
    signed = verify(printed(SIX, FORM, NOW, HANDS).face, documents.roots(), NOW)
    assert (signed.name, signed.at, signed.purpose) == ("992011", NOW, "住民票の写し")


def test_signing_changes_nothing_of_what_was_drawn() -> None:
    assert prepared(blank(printed(SIX, FORM, NOW, HANDS).face)) == draw(SIX, FORM, NOW).pdf


def test_each_sheet_has_its_own_code_by_the_issuers_key() -> None:
    paper = printed(SIX, FORM, NOW, HANDS)
    contents = [verify_code(code, HANDS.code_key.public_key()) for code in paper.codes]
    assert [(content.part, content.parts) for content in contents] == [(1, 2), (2, 2)]
    assert [len(content.pieces) for content in contents] == [4, 2]
    assert paper.sheets == 2


def test_the_same_values_print_the_same_bytes() -> None:
    """So a paper asked for again can be known by its hash and is stored nowhere."""
    once, again = printed(SIX, FORM, NOW, HANDS), printed(SIX, FORM, NOW, HANDS)
    assert hashlib.sha256(once.face).digest() == hashlib.sha256(again.face).digest()


@pytest.mark.parametrize(("name", "problem"), [("渡" * 200, DoesNotFit), ("渡\U0010de92", NoGlyph)])
def test_what_cannot_be_drawn_is_declined_by_its_cell_and_not_printed(name: str, problem: type[Exception]) -> None:
    with pytest.raises(problem) as declined:
        printed(face(member(name=name)), FORM, NOW, HANDS)
    assert name not in str(declined.value)


def test_the_keys_show_in_no_text_of_them() -> None:
    assert "PrivateKey" not in repr(HANDS)
