"""What may be chosen, and what a choice leaves behind."""

import pytest

from kiosk.selection import (
    NotOffered,
    Scope,
    Selection,
    fingerprints_listed,
    lists_whole_household,
    members_listed,
    options_shown,
    with_choices,
    with_copies,
    with_kind,
    with_kinds,
    with_member_toggled,
    with_option_toggled,
    with_scope,
)
from messages.visits import Choices, KindOffer, KindsOffered, MemberChoice

KINDS = KindsOffered(
    municipality="990019", kinds=(KindOffer(kind="juminhyo", fee_yen=300, open=True), KindOffer(kind="inkan", fee_yen=200, open=False))
)
MEMBERS = tuple(MemberChoice(member_id=each, name=each, relation="子", holder=each == "b", fingerprint=f"f-{each}") for each in "abc")
CHOICES = Choices(kind="juminhyo", members=MEMBERS, options=("relation", "honseki"), copies_max=3, register_version="1")
CHOSEN = with_choices(with_kind(with_kinds(Selection(), KINDS), "juminhyo"), CHOICES)


def test_everything_is_left_out_until_it_is_asked_for() -> None:
    assert (CHOSEN.members, CHOSEN.show, CHOSEN.copies, CHOSEN.total_yen) == (frozenset(), frozenset(), 1, 300)


@pytest.mark.parametrize("kind", ["inkan", "koseki"])
def test_a_closed_or_unknown_kind_cannot_be_chosen(kind: str) -> None:
    with pytest.raises(NotOffered):
        with_kind(with_kinds(Selection(), KINDS), kind)


def test_members_and_fingerprints_stand_in_the_order_of_the_paper() -> None:
    chosen = with_scope(CHOSEN, Scope.SOME)
    for member in ("c", "a"):
        chosen = with_member_toggled(chosen, member)
    assert members_listed(chosen) == ("a", "c")
    assert fingerprints_listed(chosen) == ("f-a", "f-c")
    assert not lists_whole_household(chosen)
    assert lists_whole_household(with_member_toggled(chosen, "b"))
    assert members_listed(with_member_toggled(chosen, "a")) == ("c",)


def test_scopes_name_the_holder_or_everybody() -> None:
    assert members_listed(with_scope(CHOSEN, Scope.ONLY_ME)) == ("b",)
    assert members_listed(with_scope(CHOSEN, Scope.EVERYONE)) == ("a", "b", "c")
    alone = with_choices(CHOSEN, Choices(kind="juminhyo", members=MEMBERS[1:2], options=(), copies_max=1, register_version="1"))
    with pytest.raises(NotOffered):
        with_scope(alone, Scope.SOME)


def test_options_stand_in_the_order_of_the_offer() -> None:
    chosen = with_option_toggled(with_option_toggled(CHOSEN, "honseki"), "relation")
    assert options_shown(chosen) == ("relation", "honseki")
    assert options_shown(with_option_toggled(chosen, "relation")) == ("honseki",)
    with pytest.raises(NotOffered):
        with_option_toggled(CHOSEN, "my_number")


@pytest.mark.parametrize("copies", [-1, 0, 4])
def test_copies_stay_within_what_the_municipality_allows(copies: int) -> None:
    with pytest.raises(NotOffered):
        with_copies(CHOSEN, copies)
    assert with_copies(CHOSEN, 3).total_yen == 900


def test_another_certificate_begins_with_nothing_chosen() -> None:
    again = with_kinds(with_copies(with_scope(CHOSEN, Scope.EVERYONE), 3), KINDS)
    assert (again.offer, again.choices, again.members, again.copies) == (None, None, frozenset(), 1)
