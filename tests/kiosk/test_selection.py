"""What may be chosen, and what a choice leaves behind."""

from datetime import date

import msgspec
import pytest

from certificates.kinds import KINDS
from kiosk.selection import (
    NotOffered,
    Scope,
    Selection,
    choosable,
    fingerprints_listed,
    has_options,
    lists_everybody,
    members_listed,
    options_shown,
    scopes_offered,
    with_choices,
    with_copies,
    with_form,
    with_kind,
    with_kinds,
    with_member_toggled,
    with_option_toggled,
    with_scope,
    with_year,
)
from messages.visits import Choices, FormFee, KindOffer, KindsOffered, MemberChoice

TODAY = date(2026, 11, 23)
OFFERED = KindsOffered(
    municipality="990019",
    kinds=tuple(KindOffer(kind=kind, fees=(FormFee(form=kind, fee_yen=300),), open=kind != "inkan") for kind in KINDS if kind != "fuhyo"),
)
MEMBERS = tuple(
    MemberChoice(member_id=each, name=each, relation="子", holder=each == "b", choosable=each != "d", fingerprint=f"f-{each}") for each in "abcd"
)
ALL_CHOOSABLE = tuple(msgspec.structs.replace(member, choosable=True) for member in MEMBERS[:3])
CHOICES = Choices(
    kind="juminhyo", members=ALL_CHOOSABLE, forms=(FormFee(form="juminhyo", fee_yen=300), FormFee(form="kojinhyo", fee_yen=350)), years=(),
    options=("relation", "honseki"), copies_max=3, register_version="1",
)  # fmt: skip
KOSEKI = Choices(
    kind="koseki", members=MEMBERS, forms=(FormFee(form="koseki", fee_yen=450),), years=(), options=(), copies_max=3, register_version="1"
)
KAZEI = Choices(
    kind="kazei", members=MEMBERS[1:2], forms=tuple(FormFee(form=form, fee_yen=yen) for form, yen in (("kazei", 400), ("shotoku", 400), ("shotoku_kazei", 800))),
    years=(2026, 2025), options=(), copies_max=3, register_version="1",
)  # fmt: skip


def chosen_from(choices: Choices) -> Selection:
    return with_choices(with_kind(with_kinds(Selection(), OFFERED), choices.kind, TODAY), choices)


CHOSEN, OF_KOSEKI, OF_KAZEI = chosen_from(CHOICES), chosen_from(KOSEKI), chosen_from(KAZEI)


def test_everything_is_left_out_until_it_is_asked_for() -> None:
    assert (CHOSEN.members, CHOSEN.show, CHOSEN.copies, CHOSEN.total_yen) == (frozenset(), frozenset(), 1, 300)


@pytest.mark.parametrize("kind", ["inkan", "fuhyo", "jukiyo"])
def test_a_closed_or_unknown_kind_cannot_be_chosen(kind: str) -> None:
    with pytest.raises(NotOffered):
        with_kind(with_kinds(Selection(), OFFERED), kind, TODAY)


def test_members_and_fingerprints_stand_in_the_order_of_the_paper() -> None:
    chosen = with_scope(CHOSEN, Scope.SOME)
    for member in ("c", "a"):
        chosen = with_member_toggled(chosen, member)
    assert members_listed(chosen) == ("a", "c")
    assert fingerprints_listed(chosen) == ("f-a", "f-c")
    assert not lists_everybody(chosen)
    assert lists_everybody(with_member_toggled(chosen, "b"))
    assert members_listed(with_member_toggled(chosen, "a")) == ("c",)


def test_scopes_name_the_holder_or_everybody() -> None:
    assert members_listed(with_scope(CHOSEN, Scope.ONLY_ME)) == ("b",)
    assert members_listed(with_scope(CHOSEN, Scope.EVERYONE)) == ("a", "b", "c")
    alone = chosen_from(msgspec.structs.replace(CHOICES, members=MEMBERS[1:2]))
    assert scopes_offered(alone) == (Scope.ONLY_ME, Scope.EVERYONE)
    with pytest.raises(NotOffered):
        with_scope(alone, Scope.SOME)


def test_a_koseki_is_certified_whole_or_for_exactly_one() -> None:
    whole = with_scope(OF_KOSEKI, Scope.EVERYONE)
    assert (members_listed(whole), lists_everybody(whole)) == (("a", "b", "c", "d"), True)
    chosen = with_scope(OF_KOSEKI, Scope.SOME)
    for member in ("a", "c", "c", "b"):
        chosen = with_member_toggled(chosen, member)
        assert members_listed(chosen) == (member,), "another one takes the place of the one before, and a second touch lets nobody go"


def test_whoever_stands_on_the_whole_paper_only_cannot_be_picked() -> None:
    assert [member.member_id for member in choosable(OF_KOSEKI)] == ["a", "b", "c"]
    with pytest.raises(NotOffered, match="member"):
        with_member_toggled(with_scope(OF_KOSEKI, Scope.SOME), "d")


def test_where_only_the_holder_may_be_picked_nobody_is_asked_to_pick() -> None:
    own = tuple(msgspec.structs.replace(member, choosable=member.holder) for member in MEMBERS)
    chosen = chosen_from(msgspec.structs.replace(KOSEKI, members=own))
    assert scopes_offered(chosen) == (Scope.ONLY_ME, Scope.EVERYONE)


@pytest.mark.parametrize("scope", [Scope.EVERYONE, Scope.SOME])
def test_a_paper_of_the_holder_is_of_nobody_else(scope: Scope) -> None:
    assert scopes_offered(OF_KAZEI) == (Scope.ONLY_ME,)
    assert members_listed(with_scope(OF_KAZEI, Scope.ONLY_ME)) == ("b",)
    with pytest.raises(NotOffered, match="scope"):
        with_scope(OF_KAZEI, scope)


def test_options_stand_in_the_order_of_the_offer() -> None:
    chosen = with_option_toggled(with_option_toggled(CHOSEN, "honseki"), "relation")
    assert options_shown(chosen) == ("relation", "honseki")
    assert options_shown(with_option_toggled(chosen, "relation")) == ("honseki",)
    with pytest.raises(NotOffered):
        with_option_toggled(CHOSEN, "my_number")


def test_the_first_form_and_the_latest_year_are_chosen_until_others_are() -> None:
    assert (CHOSEN.form, CHOSEN.year) == ("juminhyo", None)
    assert (OF_KAZEI.form, OF_KAZEI.year) == ("kazei", 2026)
    other = with_year(with_form(OF_KAZEI, "shotoku"), 2025)
    assert (other.form, other.year) == ("shotoku", 2025)


@pytest.mark.parametrize(("form", "fee_yen"), [("kazei", 400), ("shotoku", 400), ("shotoku_kazei", 800)])
def test_the_fee_follows_the_form_and_the_total_the_copies(form: str, fee_yen: int) -> None:
    chosen = with_copies(with_form(OF_KAZEI, form), 3)
    assert (chosen.fee_yen, chosen.total_yen) == (fee_yen, 3 * fee_yen)


def test_a_form_or_a_year_that_is_not_offered_cannot_be_chosen() -> None:
    for form in ("juminhyo", "shotoku_kazei_", ""):
        with pytest.raises(NotOffered, match="form"):
            with_form(OF_KAZEI, form)
    for year in (2027, 2024, 0):
        with pytest.raises(NotOffered, match="year"):
            with_year(OF_KAZEI, year)
    with pytest.raises(NotOffered, match="year"):
        with_year(CHOSEN, 2026)


def test_there_is_something_to_choose_where_a_form_a_year_or_an_item_is() -> None:
    assert has_options(CHOSEN)
    assert has_options(OF_KAZEI)
    assert not has_options(OF_KOSEKI)
    assert has_options(chosen_from(msgspec.structs.replace(KOSEKI, options=("honseki",))))
    assert has_options(chosen_from(msgspec.structs.replace(KAZEI, forms=KAZEI.forms[:1])))
    assert not has_options(chosen_from(msgspec.structs.replace(KAZEI, forms=KAZEI.forms[:1], years=(2026,))))


@pytest.mark.parametrize("copies", [-1, 0, 4])
def test_copies_stay_within_what_the_municipality_allows(copies: int) -> None:
    with pytest.raises(NotOffered):
        with_copies(CHOSEN, copies)
    assert with_copies(CHOSEN, 3).total_yen == 900


def test_another_certificate_begins_with_nothing_chosen() -> None:
    before = with_option_toggled(with_copies(with_scope(with_form(CHOSEN, "kojinhyo"), Scope.EVERYONE), 3), "honseki")
    again = with_kinds(before, OFFERED)
    assert again == Selection(kinds=OFFERED)
    of_another_kind = with_kind(before, "kazei", TODAY)
    assert of_another_kind == Selection(kinds=OFFERED, offer=of_another_kind.offer)
    assert with_choices(with_kind(before, "juminhyo", TODAY), CHOICES) == CHOSEN, "also when the same kind is chosen again"
