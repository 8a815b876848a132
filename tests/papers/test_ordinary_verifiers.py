"""Other people's programs on our papers: every face and every back is valid, trusted and whole to pyHanko and to pdfsig."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from certificates.back.drawing import BackText, draw_back
from certificates.back.picture import fronts
from certificates.kinds import KINDS
from certificates.printing import printed
from certificates.signature.signing import sign, signer
from tests.certificates.signature.ordinary_verifiers import needs_pdfsig, nss_store, pdfsig, pyhanko
from tests.papers.test_every_resident import FORM, hands, keys, papers_of, with_card
from tests.papers.town_of_sources import NOW, Registers, population

FORMS = [form.code for kind in KINDS.values() for form in kind.forms]


def documents(of_each_form: int) -> Iterator[tuple[str, bytes]]:
    """(form and side, file): so many faces of each form and their backs."""
    left = dict.fromkeys(FORMS, of_each_form)
    center = signer(keys().center_key, keys().center_certificate)
    for number, sources in enumerate(map(with_card, Registers(population(60)).sources()), 1):
        for _, form, face in papers_of(sources, number):
            if left[form.code]:
                left[form.code] -= 1
                paper = printed(face, FORM, NOW, hands())
                text = BackText(f"{number:032x}", sha256(paper.face).hexdigest(), "https://kakunin.konbini.invalid/")
                yield f"{form.code} face", paper.face
                yield f"{form.code} back", sign(draw_back(text, fronts(paper.face), paper.codes, bytes(32), NOW), center)
    assert not any(left.values())


def hold(of_each_form: int, store: Path | None) -> None:
    root = keys().authority.certificate
    for name, pdf in documents(of_each_form):
        assert pyhanko(pdf, root).good, name
        assert store is None or pdfsig(pdf, store).good, name


def test_one_face_and_back_of_every_form_is_good_to_pyhanko() -> None:
    hold(1, None)


@needs_pdfsig
def test_one_face_and_back_of_every_form_is_good_to_pdfsig(tmp_path: Path) -> None:
    hold(1, nss_store(tmp_path, keys().authority.certificate))


@needs_pdfsig
@pytest.mark.sweep
def test_twenty_faces_and_backs_of_every_form_are_good_to_both(tmp_path: Path) -> None:
    hold(20, nss_store(tmp_path, keys().authority.certificate))
