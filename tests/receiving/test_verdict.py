"""The separate answers: altered content is never believed, whatever else a reading says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from benchmarks import sheets
from benchmarks.channel import wrongly_accepted
from certificates.back.code import sheet_code
from certificates.signature.chain import SignerRole
from certificates.signature.key_list import CodeKey, KeyList
from certificates.signature.placeholder import prepared
from certificates.signature.signing import sign, signer
from receiving.originality import Originality
from receiving.scan import Reading
from receiving.verdict import Content, Signer, Standing, on_file, on_scan
from tests.certificates.signature.documents import CENTER, NOW, authority, certificate, drawn, roots, rsa_key, signed
from tests.certificates.signature.flips import flipped

DAY = timedelta(days=1)


def listed(valid_from: timedelta = -DAY, valid_until: timedelta = DAY) -> KeyList:
    key = CodeKey(sheets.MUNICIPALITY, sheets.signing_key().public_key(), sheets.MADE_AT + valid_from, sheets.MADE_AT + valid_until)
    return KeyList(sheets.MADE_AT, {key.id: key})


def reading(code: bytes | None = None, likeness: float | None = 0.0) -> Reading:
    return Reading(sheets.code() if code is None else code, b"picture", 300, likeness, ())


def test_a_code_signed_by_a_listed_key_is_proven_and_says_who_and_when() -> None:
    verdict = on_scan(reading(), listed(), Standing.STANDING)
    assert verdict.proven
    assert verdict.content is Content.UNALTERED
    assert verdict.signer == Signer(sheets.MUNICIPALITY, sheets.MADE_AT)
    assert verdict.sheet == sheets.sheet_content()
    assert verdict.standing is Standing.STANDING
    assert verdict.picture == b"picture"


def test_no_altered_code_is_believed() -> None:
    assert wrongly_accepted(1, 2000) == 0


def test_a_sheet_s_content_under_another_s_signature_is_altered() -> None:
    code = sheets.code("山田　次郎")[:-64] + sheets.code()[-64:]
    verdict = on_scan(reading(code), listed(), Standing.STANDING)
    assert verdict.content is Content.ALTERED
    assert verdict.signer is None
    assert verdict.sheet is None


def test_a_code_signed_by_a_key_of_the_forger_s_own_is_of_an_unknown_key() -> None:
    forged = sheet_code(sheets.sheet_content("偽造　太郎"), generate_private_key(SECP256R1()))
    assert on_scan(reading(forged), listed(), Standing.STANDING).content is Content.UNKNOWN_KEY


@pytest.mark.parametrize("times", [(DAY, 2 * DAY), (-2 * DAY, -DAY)])
def test_a_key_that_was_not_in_use_when_the_sheet_was_made_proves_nothing(times: tuple[timedelta, timedelta]) -> None:
    assert on_scan(reading(), listed(*times), Standing.STANDING).content is Content.UNKNOWN_KEY


def test_a_code_of_some_other_kind_is_not_ours() -> None:
    assert on_scan(reading(b"https://center.example/"), listed(), Standing.STANDING).content is Content.NOT_OURS


def test_without_a_code_nothing_is_proven() -> None:
    verdict = on_scan(replace(reading(), code=None), listed(), Standing.STANDING)
    assert verdict.content is Content.NO_CODE
    assert not verdict.proven


def test_a_withdrawn_paper_is_proven_and_withdrawn() -> None:
    verdict = on_scan(reading(), listed(), Standing.WITHDRAWN)
    assert (verdict.proven, verdict.standing) == (True, Standing.WITHDRAWN)


def test_of_what_is_not_proven_nobody_says_that_it_stands() -> None:
    assert on_scan(reading(b"x"), listed(), Standing.STANDING).standing is Standing.NOT_ASKED


@pytest.mark.parametrize(("likeness", "said"), [(0.0, Originality.LIKELY), (1.0, Originality.UNLIKELY), (None, Originality.CANNOT_TELL)])
def test_original_or_copy_is_said_apart_from_what_is_proven(likeness: float | None, said: Originality) -> None:
    proven = on_scan(reading(likeness=likeness), listed(), Standing.STANDING)
    forged = on_scan(reading(b"x", likeness), listed(), Standing.STANDING)
    assert (proven.original, proven.proven) == (said, True)
    assert (forged.original, forged.proven) == (said, False)


def test_a_file_that_nobody_signed_is_not_ours_and_no_sheet() -> None:
    verdict = on_file(b"%PDF-1.4\n%%EOF\n", (), sheets.MADE_AT, Standing.STANDING)
    assert (verdict.content, verdict.original, verdict.standing) == (Content.NOT_OURS, Originality.CANNOT_TELL, Standing.NOT_ASKED)


def test_a_signed_file_is_proven_and_says_who_and_when_and_nothing_of_a_sheet() -> None:
    verdict = on_file(signed(), roots(), NOW, Standing.STANDING)
    assert verdict.signer == Signer("992011", NOW, SignerRole.MUNICIPALITY)
    assert (verdict.proven, verdict.standing, verdict.original) == (True, Standing.STANDING, Originality.CANNOT_TELL)


def test_a_file_that_a_center_signed_is_said_to_be_the_center_s() -> None:
    center = signer(rsa_key("signer"), certificate(CENTER), (authority().certificate,))
    verdict = on_file(sign(prepared(drawn()), center), roots(), NOW, Standing.NOT_ASKED)
    assert verdict.signer is not None
    assert (verdict.signer.role, verdict.signer.name) == (SignerRole.CENTER, "shomeisho-koufu")


def test_a_file_with_a_bit_changed_is_altered() -> None:
    verdict = on_file(flipped(signed(), signed().index(b"MediaBox"), 0), roots(), NOW, Standing.STANDING)
    assert (verdict.content, verdict.signer, verdict.standing) == (Content.ALTERED, None, Standing.NOT_ASKED)


def test_a_file_of_an_authority_that_is_not_believed_is_of_an_unknown_key() -> None:
    assert on_file(signed(), [authority("other").certificate], NOW, Standing.STANDING).content is Content.UNKNOWN_KEY
