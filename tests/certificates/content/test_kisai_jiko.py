"""住民票記載事項証明書: who it is about, the items that were asked for, and no other."""

import itertools
from dataclasses import replace

import pytest

from certificates.face import EMPTY, Face
from certificates.form.kisai_jiko import ITEM_STRIPS
from certificates.issuing import Offered, texts
from certificates.kinds import KINDS
from certificates.reading import face_of, read
from tests.certificates.holders import face, found, offered
from tests.certificates.papers import paper
from tests.certificates.people import HANAKO, RIN, TARO, household

OPTIONS = tuple(option.code for option in KINDS["kisai_jiko"].options)
HANAKO_ITEMS = {
    "sex": ("女",), "relation": ("見本　太郎", "妻"), "honseki": ("見本県みほん市本町一丁目１番", "見本　太郎"), "former_name": ("ヤマサキ", "山﨑"), "alias": (EMPTY,),
    "resident_since": ("平成１１年４月１日",), "address_since": ("令和元年５月１日", "令和元年５月７日"), "previous_address": ("見本県となり町一丁目１番",),
    "my_number": ("223456789010",), "juminhyo_code": ("22345678901",), "nationality": (EMPTY,), "residence_status": (EMPTY,) * 4, "residence_card": (EMPTY,),
}  # fmt: skip
RIN_ITEMS = {
    **HANAKO_ITEMS, "relation": ("見本　太郎", "同居人"), "honseki": (EMPTY, EMPTY), "former_name": (EMPTY, EMPTY), "alias": ("林　芽衣",), "nationality": ("見本国",),
    "address_since": ("令和元年５月１日", EMPTY), "previous_address": (EMPTY,), "my_number": ("123456789018",), "juminhyo_code": ("12345678901",),
    "residence_status": ("中長期在留者", "留学", "４年３月", "２０２８年７月５日"), "residence_card": ("AB12345678CD",),
}  # fmt: skip


def items(of: Face) -> list[dict[str, tuple[str, ...]]]:
    """Each person's items: option -> texts."""
    people: list[dict[str, tuple[str, ...]]] = []
    for piece in of.pieces:
        if piece.strip == "person":
            people.append({})
        else:
            people[-1][piece.strip] = tuple(text for _, text in piece.cells)
    return people


def test_without_an_item_it_says_who_it_is_about_and_where_they_live() -> None:
    of = face("kisai_jiko", members=(HANAKO.atena_no,))
    assert of.head == (("address", household().address),)
    (piece,) = of.pieces
    assert dict(piece.cells) == {"member_number": "1", "name_kana": "ミホン　ハナコ", "name": "見本　花子", "birth": "昭和５３年１２月３１日"}
    assert (of.title, of.text("statement")) == ("住民票記載事項証明書", "上記の事項は、住民票に記載されていることを証明する。")


@pytest.mark.parametrize("option", OPTIONS)
def test_one_item_opens_its_own_strip_and_nothing_else_of_anybody(option: str) -> None:
    of = face("kisai_jiko", members=(HANAKO.atena_no, RIN.atena_no), show=(option,))
    assert items(of) == [{option: HANAKO_ITEMS[option]}, {option: RIN_ITEMS[option]}]


@pytest.mark.parametrize("show", [*itertools.combinations(("my_number", "sex", "relation", "alias"), 2), OPTIONS], ids=str)
def test_the_items_stand_in_the_forms_order_for_each_person(show: tuple[str, ...]) -> None:
    of = face("kisai_jiko", members=(HANAKO.atena_no, RIN.atena_no), show=tuple(reversed(show)))
    right = [option for option in ITEM_STRIPS if option in show]
    assert [list(one) for one in items(of)] == [right, right]
    assert items(of) == [{option: whose[option] for option in right} for whose in (HANAKO_ITEMS, RIN_ITEMS)]


@pytest.mark.parametrize("left_out", OPTIONS)
def test_what_was_not_asked_for_stands_nowhere(left_out: str) -> None:
    of = face("kisai_jiko", members=(RIN.atena_no,), show=tuple(option for option in OPTIONS if option != left_out))
    written = set(texts(of))
    others = {text for option, values in RIN_ITEMS.items() if option != left_out for text in values}
    assert not [text for text in RIN_ITEMS[left_out] if text != EMPTY and text not in others and text in written]
    assert left_out not in {piece.strip for piece in of.pieces}


def test_the_whole_household_with_everything_is_read_back_over_several_sheets() -> None:
    of = face("kisai_jiko", show=OPTIONS)
    came = read(paper(of))
    assert len(came.sheets) == 4
    assert face_of(came) == of


def test_items_nobody_here_can_have_are_not_offered() -> None:
    def shown(*people: object) -> tuple[str, ...]:
        choices = offered("kisai_jiko", found(home=household(*people)))  # type: ignore[arg-type]
        assert isinstance(choices, Offered)
        return choices.options

    assert shown(TARO, RIN) == OPTIONS
    assert set(OPTIONS) - set(shown(TARO, HANAKO)) == {"nationality", "residence_status", "residence_card"}
    alone = replace(TARO, foreign=RIN.foreign, honseki=None, hittousha=None)
    choices = offered("kisai_jiko", found(alone, household(alone)))
    assert isinstance(choices, Offered)
    assert "honseki" not in choices.options
