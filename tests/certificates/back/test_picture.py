"""The picture of a front: every sheet at 75 dpi, without the ground."""

import numpy as np
import pytest

from certificates.back.picture import WHITE_FROM, fronts
from certificates.form import ground
from tests.certificates.back.sheets import SIX
from tests.certificates.papers import face, member, paper

PDF = paper(SIX)
GROUND = dict(ground.parts())[ground.NAME].stream or b""


def test_every_sheet_has_its_picture() -> None:
    first, second = fronts(PDF)
    assert first.shape == second.shape == (877, 620)
    assert not np.array_equal(first, second)


def test_what_differs_on_paper_differs_in_the_picture() -> None:
    (one,), (other,) = fronts(paper(face(member()))), fronts(paper(face(member(name="渡辺　次郎"))))
    changed = np.argwhere(np.abs(one.astype(int) - other) > 60)
    assert len(changed) > 10
    # 氏名 stands in the first person's block, in the second of its rows.
    assert changed[:, 0].min() > 100 and changed[:, 0].max() < 160


def test_the_same_paper_makes_the_same_picture() -> None:
    assert all(np.array_equal(one, other) for one, other in zip(fronts(PDF), fronts(PDF), strict=True))


def test_the_ground_is_not_in_the_picture() -> None:
    pdf = paper(face(member()))
    assert pdf.count(GROUND) == 1
    (front,) = fronts(pdf)
    (with_ground,) = fronts(pdf.replace(GROUND, GROUND.replace(b"re f", b"re F")))
    margin = np.s_[:, :40]  # nothing else is printed there
    assert np.all(front[margin] == 255)
    assert np.mean(with_ground[margin] == 255) < 0.97


def test_light_tones_are_white() -> None:
    for front in fronts(PDF):
        assert not np.any((front >= WHITE_FROM) & (front < 255))


def test_what_is_no_face_has_no_picture() -> None:
    for junk in (b"", b"%PDF-1.4\n", b"not a paper"):
        with pytest.raises(ValueError):
            fronts(junk)
