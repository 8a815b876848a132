"""What stands in each cell of the 住民票の写し, for each option, on both forms."""

from dataclasses import replace

import pytest

from certificates.content.juminhyo import options
from certificates.face import EMPTY, Piece
from certificates.form.catalogue import FORMS
from certificates.form.grid import stacked
from certificates.form.juminhyo import MEMBER, OPENED_BY
from certificates.form.kojinhyo import PERSON
from registers.residents.resident import Resident
from tests.certificates.holders import face, found
from tests.certificates.people import ALL_OPTIONS, HANAKO, RIN, TARO, household

MEMBER_CELLS = tuple(cell.code for cell in MEMBER.cells)
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
PEOPLE = pytest.mark.parametrize(("person", "texts"), [(HANAKO, HANAKO_TEXTS), (RIN, RIN_TEXTS)], ids=["Japanese", "foreign"])


def block(person: Resident, show: tuple[str, ...], form: str = "juminhyo") -> Piece:
    """This person's piece of a paper about the household 太郎, this person and 林."""
    others = [other for other in (TARO, HANAKO, RIN) if other.atena_no != person.atena_no]
    of = found(
        household=household(
            TARO if person.atena_no != TARO.atena_no else person, *(one for one in (*others, person) if one.atena_no != TARO.atena_no)
        )
    )
    whole = replace(of, holder=of.household.members[0]) if of.household else of
    (piece,) = face("juminhyo", whole, members=(person.atena_no,), show=show, form=form).pieces
    return piece


@PEOPLE
def test_with_every_option_every_cell_says_what_is_registered(person: Resident, texts: dict[str, str]) -> None:
    assert dict(block(person, ALL_OPTIONS).cells) == {"member_number": "1", **texts}


@PEOPLE
def test_the_individual_form_says_the_same(person: Resident, texts: dict[str, str]) -> None:
    assert dict(block(person, ALL_OPTIONS, "kojinhyo").cells) == {"remarks": EMPTY, **texts}


@pytest.mark.parametrize("option", [None, *ALL_OPTIONS])
@PEOPLE
def test_an_option_opens_its_own_cells_and_no_other(person: Resident, texts: dict[str, str], option: str | None) -> None:
    shown = dict(block(person, (option,) if option else ()).cells)
    right = {"member_number": "1", **texts}
    assert shown == {cell: right[cell] if OPENED_BY.get(cell) in (None, option) else EMPTY for cell in MEMBER_CELLS}


@pytest.mark.parametrize(("form", "strip"), [("juminhyo", MEMBER), ("kojinhyo", PERSON)])
def test_cells_stand_in_the_order_of_the_form(form: str, strip: object) -> None:
    assert tuple(cell for cell, _ in block(TARO, (), form).cells) == tuple(cell.code for cell in strip.cells)  # type: ignore[attr-defined]


def test_what_only_the_other_kind_of_resident_has_is_never_printed() -> None:
    wrong = replace(RIN, honseki="見本県みほん市", hittousha="見本　太郎")
    shown = block(wrong, ALL_OPTIONS)
    assert (shown.text("honseki"), shown.text("hittousha")) == (EMPTY, EMPTY)


@pytest.mark.parametrize(("text", "shown"), [("なし", "なし"), ("不明", "不明"), ("", EMPTY), (None, EMPTY)])
def test_registered_words_stay_and_nothing_is_three_asterisks(text: str | None, shown: str) -> None:
    assert block(replace(TARO, honseki=text), ("honseki",)).text("honseki") == shown


def test_variants_of_characters_stay_as_registered() -> None:
    assert block(replace(TARO, name="辻󠄀　𠮷男"), ()).text("name") == "辻󠄀　𠮷男"


def test_people_are_counted_in_the_households_order() -> None:
    pieces = face("juminhyo", members=("0000000044", "0000000022")).pieces
    assert [(piece.text("member_number"), piece.text("name")) for piece in pieces] == [("1", "見本　花子"), ("2", "RIN MAY")]


def test_each_person_of_the_individual_form_takes_a_sheet() -> None:
    sheets = stacked(FORMS["kojinhyo"], face("juminhyo", form="kojinhyo").pieces)
    assert [[placed.piece.text("name") for placed in sheet.placed] for sheet in sheets] == [
        ["見本　太郎"],
        ["見本　花子"],
        ["見本　一郎"],
        ["RIN MAY"],
    ]


def test_options_that_nobody_here_can_fill_are_left_out() -> None:
    def offered(*people: Resident) -> tuple[str, ...]:
        return options(found(home=household(*people)), ALL_OPTIONS)

    assert offered(TARO, RIN) == ALL_OPTIONS
    assert offered(TARO) == ("relation", "honseki", "my_number", "juminhyo_code")
    assert offered(RIN) == ("relation", "my_number", "juminhyo_code", "nationality", "residence_status", "residence_card")
