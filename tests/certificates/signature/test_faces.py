"""Real faces, signed: valid to everybody, and no bit of them can be changed."""

from functools import cache, partial
from random import Random

import pytest

from certificates.signature.placeholder import blank, prepared
from certificates.signature.signing import sign
from certificates.signature.strict import verify
from tests.certificates.papers import NOW, ORDINARY, paper
from tests.certificates.signature.documents import city, roots
from tests.certificates.signature.flips import accepted, flipped
from tests.certificates.signature.ordinary_verifiers import needs_pdfsig, nss_store, pdfsig, pyhanko


@cache
def signed_face(name: str) -> bytes:
    return sign(paper(ORDINARY[name]), city())


@pytest.mark.parametrize("name", ORDINARY)
def test_a_face_is_signed_by_its_municipality_at_the_time_it_was_made(name: str) -> None:
    by = verify(signed_face(name), roots(), NOW)
    assert (by.name, by.at) == ("992011", NOW)


@pytest.mark.parametrize("name", ORDINARY)
def test_pyhanko_believes_a_face(name: str) -> None:
    assert pyhanko(signed_face(name)).good


@needs_pdfsig
def test_pdfsig_believes_every_face(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = partial(pdfsig, store=nss_store(tmp_path_factory.mktemp("nss"), *roots()))
    assert {name: program(signed_face(name)).good for name in ORDINARY} == dict.fromkeys(ORDINARY, True)


def test_a_signed_face_blanked_and_prepared_is_the_face_before_it_was_signed() -> None:
    for name, face in ORDINARY.items():
        assert prepared(blank(signed_face(name))) == paper(face)


def _flips_accepted(count: int) -> list[tuple[str, int, int]]:
    chance = Random("faces")
    found = []
    for _ in range(count):
        name = chance.choice(sorted(ORDINARY))
        at, bit = chance.randrange(len(signed_face(name))), chance.randrange(8)
        if accepted(flipped(signed_face(name), at, bit)):
            found.append((name, at, bit))
    return found


def test_five_hundred_flips_in_faces_are_refused() -> None:
    assert _flips_accepted(500) == []


@pytest.mark.sweep
def test_ten_thousand_flips_in_faces_are_refused() -> None:
    assert _flips_accepted(10_000) == []
