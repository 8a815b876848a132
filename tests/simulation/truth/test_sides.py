"""Both sides of a real paper belong together; another signer, another back, another code, or another word on the face than in the codes is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.face import Face
from certificates.reading import face_of, read
from simulation import demonstration as demo
from simulation.truth.sides import Signers, wrong_with_sides
from simulation.wishes import Paper
from simulation.workload import Came
from tests.simulation.rested import Rested
from tests.simulation.truth.issued import changed

AT_NIGHT = timedelta(hours=18)


@pytest.fixture(scope="module")
def paper(rested: Rested) -> Paper:
    """A paper with an imprint."""
    return _of_an_imprint(rested).visited.papers[0]


@pytest.fixture(scope="module")
def face(paper: Paper) -> Face:
    return face_of(read(paper.face or b""))


@pytest.fixture(scope="module")
def signers(rested: Rested) -> Signers:
    documents = rested.foundation.estate.documents
    return Signers(documents.roots, documents.code_keys, _of_an_imprint(rested).wish.municipality, demo.CENTER)


def _of_an_imprint(rested: Rested) -> Came:
    return next(rested.came[place] for place in rested.with_papers() if rested.came[place].wish.kind == "inkan")


def _wrong(rested: Rested, paper: Paper, face: Face, signers: Signers) -> list[str]:
    assert paper.face is not None
    return wrong_with_sides(paper.issuance_id, paper.face, paper.back, face, signers, rested.came[0].began + AT_NIGHT)


def test_a_real_paper_is_one_paper(rested: Rested, paper: Paper, face: Face, signers: Signers) -> None:
    assert _wrong(rested, paper, face, signers) == []


def test_another_signer_than_the_right_one_is_told(rested: Rested, paper: Paper, face: Face, signers: Signers) -> None:
    assert len([said for said in _wrong(rested, paper, face, replace(signers, roots=())) if said.startswith("not signed by")]) == 2
    assert _wrong(rested, paper, face, replace(signers, center="another")) == ["signed by center instead of center"]
    elsewhere = _wrong(rested, paper, face, replace(signers, municipality="131016"))
    assert "signed by municipality instead of municipality" in elsewhere and any("a 2-D code that proves nothing" in said for said in elsewhere)
    turned = replace(paper, face=paper.back, back=paper.face)
    assert {"signed by center instead of municipality"} <= set(_wrong(rested, turned, face, signers))


def test_one_bit_of_a_back_is_told(rested: Rested, paper: Paper, face: Face, signers: Signers) -> None:
    back = bytearray(paper.back or b"")
    back[len(back) // 2] ^= 1
    assert _wrong(rested, replace(paper, back=bytes(back)), face, signers)


def test_a_key_that_the_list_does_not_have_proves_nothing(rested: Rested, paper: Paper, face: Face, signers: Signers) -> None:
    nobody = replace(signers, code_keys=replace(signers.code_keys, keys={}))
    assert _wrong(rested, paper, face, nobody) == ["a 2-D code that proves nothing: of a key that is not this municipality's"]


def test_whatever_the_face_says_otherwise_than_its_codes_is_told(rested: Rested, paper: Paper, face: Face, signers: Signers) -> None:
    others = [(what, other) for what, other in changed(face)]
    others += [("title", replace(face, title="甲")), ("number", replace(face, number="甲")), ("binding", replace(face, binding="甲"))]
    others += [("closing", replace(face, closing=face.closing[1:])), ("imprint", replace(face, imprint=None))]
    assert [what for what, other in others if not any("2-D codes" in said for said in _wrong(rested, paper, other, signers))] == []
