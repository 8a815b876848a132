"""The receipt."""

import pytest

from certificates.kinds import KINDS
from kiosk.receipt import WIDTH, columns, receipt, reference_of, title_of
from tests.certificates.people import NOW


def printed(title: str = "住民票の写し", year: int | None = None, **changes: int) -> str:
    values = {"copies": 2, "fee_yen": 300, "inserted_yen": 1000, "returned_yen": 0} | changes
    return receipt(
        operator="見本マート",
        place="見本一丁目店",
        terminal_id="K-0001",
        request_id="01a205ea" + "0" * 12 + "abcdef012345",
        title=title,
        year=year,
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


@pytest.mark.parametrize("fee_yen", [0, 10, 300])
def test_a_receipt_says_that_the_fee_is_exempt_from_consumption_tax(fee_yen: int) -> None:
    text = printed(fee_yen=fee_yen)
    assert "非課税" in text
    assert "消費税額" not in text


def test_a_reference_is_read_out_in_fours() -> None:
    assert reference_of("01a205eaabcdef012345") == "ABCD-EF01-2345"
    assert "受付番号 ABCD-EF01-2345" in printed()


@pytest.mark.parametrize(
    ("kind", "form", "everybody", "title"),
    [
        ("juminhyo", "kojinhyo", False, "住民票の写し"),
        ("koseki", "koseki", True, "戸籍全部事項証明書"),
        ("koseki", "koseki", False, "戸籍個人事項証明書"),
        ("fuhyo", "fuhyo", False, "戸籍の附票の写し"),
        ("kazei", "shotoku", True, "所得証明書"),
    ],
)
def test_a_certificate_is_called_as_it_was_issued(kind: str, form: str, everybody: bool, title: str) -> None:
    assert title_of(kind, form, everybody=everybody) == title
    assert f"\n{title}\n" in printed(title)


@pytest.mark.parametrize("form", ["kazei", "shotoku_kazei"])
def test_a_receipt_never_tells_whether_somebody_is_taxed(form: str) -> None:
    assert title_of("kazei", form, everybody=True) not in KINDS["kazei"].form(form).titles


def test_a_yearly_certificate_names_its_year() -> None:
    assert "令和７年度" in printed("所得証明書", 2025)
    assert "年度" not in printed()


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_title_fits_the_paper(kind: str) -> None:
    assert all(columns(title_of(kind, form.code, everybody=everybody)) <= WIDTH for form in KINDS[kind].forms for everybody in (True, False))
