"""What stands in each cell, for each option."""

from dataclasses import replace

import pytest

from certificates.face import EMPTY
from certificates.juminhyo import MEMBER_CELLS, OPENED_BY
from certificates.juminhyo_content import applicable, member_face
from certificates.wareki import ERAS
from registers.residents.resident import Resident
from tests.certificates.people import ALL_OPTIONS, HANAKO, RIN, TARO

HANAKO_TEXTS = {
    "name_kana": "ミホン　ハナコ", "name": "見本　花子", "alias": EMPTY, "former_name_kana": "ヤマサキ", "former_name": "山﨑", "birth": "昭和５３年１２月３１日",
    "sex": "女", "relation": "妻", "my_number": "223456789010", "juminhyo_code": "22345678901", "resident_since": "平成１１年４月１日",
    "address_since": "令和元年５月１日", "notified_on": "令和元年５月７日", "hittousha": "見本　太郎", "honseki": "見本県みほん市本町一丁目１番",
    "previous_address": "見本県となり町一丁目１番", "nationality": EMPTY, "category": EMPTY, "residence_status": EMPTY, "period": EMPTY, "expires": EMPTY,
    "card_number": EMPTY,
}  # fmt: skip
RIN_TEXTS = HANAKO_TEXTS | {
    "name_kana": EMPTY, "name": "RIN MAY", "alias": "林　芽衣", "former_name_kana": EMPTY, "former_name": EMPTY, "birth": "１９９０年４月１日",
    "relation": "同居人", "my_number": "123456789018", "juminhyo_code": "12345678901", "notified_on": EMPTY, "hittousha": EMPTY, "honseki": EMPTY,
    "previous_address": EMPTY, "nationality": "見本国", "category": "中長期在留者", "residence_status": "留学", "period": "４年３月", "expires": "２０２８年７月５日",
    "card_number": "AB12345678CD",
}  # fmt: skip


@pytest.mark.parametrize(("person", "texts"), [(HANAKO, HANAKO_TEXTS), (RIN, RIN_TEXTS)], ids=["Japanese", "foreign"])
def test_with_every_option_every_cell_says_what_is_registered(person: Resident, texts: dict[str, str]) -> None:
    assert dict(member_face(replace(person), ALL_OPTIONS, ERAS).cells) == texts


@pytest.mark.parametrize("option", [None, *ALL_OPTIONS])
@pytest.mark.parametrize(("person", "texts"), [(HANAKO, HANAKO_TEXTS), (RIN, RIN_TEXTS)], ids=["Japanese", "foreign"])
def test_an_option_opens_its_own_cells_and_no_other(person: Resident, texts: dict[str, str], option: str | None) -> None:
    shown = dict(member_face(person, (option,) if option else (), ERAS).cells)
    assert shown == {cell: texts[cell] if OPENED_BY.get(cell) in (None, option) else EMPTY for cell in MEMBER_CELLS}


def test_cells_stand_in_the_order_of_the_form() -> None:
    assert tuple(cell for cell, _ in member_face(TARO, (), ERAS).cells) == MEMBER_CELLS


def test_what_only_the_other_kind_of_resident_has_is_never_printed() -> None:
    wrong = replace(RIN, honseki="見本県みほん市", hittousha="見本　太郎")
    shown = member_face(wrong, ALL_OPTIONS, ERAS)
    assert (shown.text("honseki"), shown.text("hittousha")) == (EMPTY, EMPTY)


@pytest.mark.parametrize(("text", "shown"), [("なし", "なし"), ("不明", "不明"), ("", EMPTY), (None, EMPTY)])
def test_registered_words_stay_and_nothing_is_three_asterisks(text: str | None, shown: str) -> None:
    assert member_face(replace(TARO, honseki=text), ("honseki",), ERAS).text("honseki") == shown


def test_variants_of_characters_stay_as_registered() -> None:
    assert member_face(replace(TARO, name="辻󠄀　𠮷男"), (), ERAS).text("name") == "辻󠄀　𠮷男"


def test_options_that_nobody_here_can_fill_are_left_out() -> None:
    assert applicable((TARO, RIN), ALL_OPTIONS) == ALL_OPTIONS
    assert applicable((TARO,), ALL_OPTIONS) == ("relation", "honseki", "my_number", "juminhyo_code")
    assert applicable((RIN,), ALL_OPTIONS) == ("relation", "my_number", "juminhyo_code", "nationality", "residence_status", "residence_card")
