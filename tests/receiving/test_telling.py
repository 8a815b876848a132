"""What a sheet says, put for a person: every text once, with the label that stands beside it on the form."""

from benchmarks.sheets import MADE_AT
from certificates.back.content import SheetContent
from certificates.face import EMPTY, Piece
from receiving.telling import lines_of


def a_sheet(form: str, *pieces: Piece, head: tuple[tuple[str, str], ...] = (), closing: tuple[tuple[str, str], ...] = ()) -> SheetContent:
    return SheetContent(form, "証明書", "20261001 みほん市 000001", "binding", 1, 1, MADE_AT, head, pieces, closing)


def test_a_text_comes_with_the_label_that_is_printed_beside_it() -> None:
    sheet = a_sheet("juminhyo", Piece("member", (("name_kana", "ヤマダ　タロウ"), ("name", "山田　太郎"))), head=(("address", "見本県みほん市"),))
    assert lines_of(sheet) == (("住所", "見本県みほん市"), ("氏名の振り仮名", "ヤマダ　タロウ"), ("氏名", "山田　太郎"))


def test_what_is_blank_or_left_out_is_not_told() -> None:
    sheet = a_sheet("juminhyo", Piece("member", (("name", "山田　太郎"), ("alias", ""), ("former_name", EMPTY))), head=(("head_name", EMPTY),))
    assert lines_of(sheet) == (("氏名", "山田　太郎"),)


def test_a_label_that_is_itself_a_text_stands_beside_its_value() -> None:
    entry = Piece("entry", (("title", "出生"), ("label", "【出生日】"), ("value", "昭和５９年８月１９日")))
    row = Piece("row", (("label", "【父】"), ("value", "見本　一郎")))
    assert lines_of(a_sheet("koseki", entry, row)) == (("", "出生"), ("【出生日】", "昭和５９年８月１９日"), ("【父】", "見本　一郎"))


def test_a_label_without_a_value_is_told_all_the_same() -> None:
    assert lines_of(a_sheet("koseki", Piece("row", (("label", "【父】"), ("value", ""))))) == (("", "【父】"),)


def test_pieces_come_in_their_order_and_the_closing_last() -> None:
    people = [Piece("member", (("member_number", str(number)), ("name", name))) for number, name in enumerate(("甲", "乙"), 1)]
    sheet = a_sheet("juminhyo", *people, closing=(("statement", "相違ないことを証明する。"), ("certifier_name", "見本　一郎")))
    assert [text for _, text in lines_of(sheet)] == ["1", "甲", "2", "乙", "相違ないことを証明する。", "見本　一郎"]
