"""The receipt."""

from kiosk.receipt import WIDTH, columns, receipt, reference_of
from tests.certificates.people import NOW


def printed(**changes: int) -> str:
    values = {"copies": 2, "fee_yen": 300, "inserted_yen": 1000, "returned_yen": 0} | changes
    return receipt(
        operator="見本マート",
        place="見本一丁目店",
        terminal_id="K-0001",
        request_id="01a205ea" + "0" * 12 + "abcdef012345",
        kind="juminhyo",
        now=NOW,
        **values,
    ).text


def test_a_receipt_adds_up() -> None:
    text = printed(copies=1, returned_yen=300)
    assert "合計                       300円" in text
    assert "返金（未印刷分）           300円" in text
    assert "お釣り                     400円" in text


def test_no_line_is_wider_than_the_paper_and_it_says_specimen() -> None:
    text = printed(copies=10, fee_yen=1000, inserted_yen=10_000)
    assert "見本】" in text
    assert all(columns(line) <= WIDTH + 4 for line in text.splitlines())


def test_a_reference_is_read_out_in_fours() -> None:
    assert reference_of("01a205eaabcdef012345") == "ABCD-EF01-2345"
    assert "受付番号 ABCD-EF01-2345" in printed()
