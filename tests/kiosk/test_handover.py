"""Money against paper when a device fails."""

from pathlib import Path

import pytest

from kiosk.printer import OutOfPaper, Printer
from kiosk.visit import Event, Screen
from tests.kiosk.center_twin import FEES_YEN, CenterTwin
from tests.kiosk.shop import Shop, kiosk_key
from tests.kiosk.test_terminal import finished, kept_yen


async def test_a_jam_before_the_only_sheet_gives_the_money_back(shop: Shop) -> None:
    await shop.to_payment()
    shop.machine.printer.jam_next()
    await shop.pay(500)
    await shop.until(Screen.RETURNED)
    assert shop.view["data"]["yen"] == 300
    assert shop.view["notice"]["code"] == "jam"
    assert await shop.terminal.take_return() == 500
    await finished(shop)
    assert shop.center.steps() == ["paid", "returned"]
    assert list(shop.center.closed.values()) == ["failed"]
    assert kept_yen(shop) == 0
    assert shop.view["data"] == {"ready": False}
    refusal = await shop.terminal.touch(Event.START)
    assert refusal is not None
    await shop.terminal.maintain("clear_jam")
    await shop.touch(Event.START)


async def test_copies_that_cannot_be_printed_are_refunded_one_by_one(shop: Shop) -> None:
    await shop.to_payment(copies=3)
    take_one = Printer.print_sheet
    printed: list[str] = []

    def jam_at_the_second(self: Printer, job: str, paper: str, *rest):  # type: ignore[no-untyped-def]
        if printed:
            shop.machine.printer.jam_next()
        printed.append(paper)
        return take_one(self, job, paper, *rest)

    shop.machine.printer.print_sheet = jam_at_the_second.__get__(shop.machine.printer)  # type: ignore[method-assign]
    await shop.pay(500, 500)
    await shop.until(Screen.TAKE_PAPERS)
    assert shop.view["notice"] == {"code": "jam", "yen": 600, "opens_at": None}
    handed = await shop.terminal.take_papers()
    assert len(handed.papers) == 1
    assert handed.receipt is not None
    assert "600円" in handed.receipt.text
    assert await shop.terminal.take_return() == 100 + 600
    await finished(shop)
    assert shop.center.steps() == ["paid", "paid", "paid", "printed", "returned", "returned", "taken"]
    assert kept_yen(shop) == 300


async def test_the_sheets_before_a_jam_are_no_paper_and_neither_side_is_handed_out(shop: Shop) -> None:
    await shop.to_payment(form="kojinhyo")
    ((_, ready),) = shop.center.applied.values()
    take_one = Printer.print_sheet

    def jam_at_the_third(self: Printer, job: str, paper: str, sheet: int, *rest):  # type: ignore[no-untyped-def]
        if sheet == 3:
            shop.machine.printer.jam_next()
        return take_one(self, job, paper, sheet, *rest)

    shop.machine.printer.print_sheet = jam_at_the_third.__get__(shop.machine.printer)  # type: ignore[method-assign]
    await shop.pay(100, 100, 100)
    await shop.until(Screen.RETURNED)
    handed = await shop.terminal.take_papers()
    assert [(paper.sheet_nos, paper.sheets, paper.sides) for paper in handed.papers] == [((1, 2), ready.papers[0].sheets, None)]
    assert handed.receipt is None
    assert await shop.terminal.take_return() == 300
    await finished(shop)
    assert shop.center.steps() == ["paid", "returned"]
    assert kept_yen(shop) == 0


async def test_out_of_paper_in_the_middle_gives_the_rest_back(shop: Shop) -> None:
    await shop.to_payment(copies=2)
    shop.machine.printer.print_sheet = lambda *_: OutOfPaper()  # type: ignore[method-assign]
    await shop.pay(500, 100)
    await shop.until(Screen.RETURNED)
    assert shop.view["notice"]["code"] == "out_of_paper"
    assert await shop.terminal.take_return() == 600
    await finished(shop)
    assert shop.center.steps() == ["paid", "paid", "returned", "returned"]
    assert kept_yen(shop) == 0


@pytest.fixture
async def poor_shop(tmp_path: Path):  # type: ignore[no-untyped-def]
    shop = await Shop(tmp_path, float_coins={}).open()
    yield shop
    await shop.close()


async def test_without_change_only_the_exact_amount_is_taken(poor_shop: Shop) -> None:
    await poor_shop.to_payment()
    assert poor_shop.view["data"]["exact_only"]
    await poor_shop.pay(500)
    assert poor_shop.view["data"]["inserted_yen"] == 0
    await poor_shop.pay(100, 100, 100)
    await poor_shop.until(Screen.TAKE_PAPERS)
    await poor_shop.terminal.take_papers()
    await finished(poor_shop)
    assert poor_shop.machine.coin_box.counters().cash_yen == 300


async def test_a_refund_the_box_cannot_pay_out_stays_an_open_case(poor_shop: Shop) -> None:
    poor_shop.center.fees_yen = FEES_YEN | {"juminhyo": 500}
    await poor_shop.to_payment(copies=2)
    poor_shop.machine.printer.jam_next()
    # A note is in the cash box, and a note is never paid out.
    await poor_shop.pay(1000)
    await poor_shop.until(Screen.RETURNED)
    assert poor_shop.view["notice"] == {"code": "money_open", "yen": 1000, "opens_at": None}
    assert (poor_shop.view["data"]["yen"], poor_shop.view["data"]["owed_yen"]) == (0, 1000)
    await finished(poor_shop)
    assert poor_shop.center.steps() == ["paid", "paid", "unresolved", "unresolved"]
    assert poor_shop.machine.coin_box.counters().cash_yen == 1000


async def test_a_free_certificate_asks_for_no_coin(tmp_path: Path) -> None:
    shop = await Shop(tmp_path, CenterTwin(kiosk_key().public_key(), FEES_YEN | {"juminhyo": 0})).open()
    await shop.to_kinds()
    await shop.choose()
    await shop.touch(Event.APPLY)
    await shop.until(Screen.TAKE_PAPERS)
    await shop.terminal.take_papers()
    await finished(shop)
    assert shop.center.steps() == ["paid", "printed", "taken"]
    await shop.close()


async def test_paper_bytes_are_forgotten_when_they_are_printed(shop: Shop) -> None:
    await shop.to_take_papers()
    assert shop.terminal.session.ready is None
