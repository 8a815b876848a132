"""Whoever moved out and is registered for use here gets papers of the 戸籍 by that registration, and nothing else."""

from dataclasses import replace
from datetime import date

import pytest

from certificates.entitlement import Declined
from certificates.face import Face
from registers.residents.resident import Protection
from tests.certificates.holders import issued
from tests.certificates.refusal_vectors import gone

LEFT = {"standing": "left"}


@pytest.mark.parametrize("kind", ["koseki", "fuhyo"])
def test_the_registration_is_what_counts_not_the_old_link(kind: str) -> None:
    assert isinstance(issued(kind, replace(gone(**LEFT), by_use=True)), Face)
    old_link = issued(kind, gone(**LEFT))
    assert isinstance(old_link, Declined) and old_link.code == "moved_out"


@pytest.mark.parametrize("kind", ["juminhyo", "inkan", "kazei"])
def test_other_papers_stay_closed(kind: str) -> None:
    answer = issued(kind, replace(gone(**LEFT), by_use=True))
    assert isinstance(answer, Declined) and answer.code == "moved_out"


def test_a_protection_still_comes_first() -> None:
    answer = issued("koseki", replace(gone(protection=Protection("support", date(2026, 1, 1), None), **LEFT), by_use=True))
    assert isinstance(answer, Declined) and answer.code == "not_issuable"
