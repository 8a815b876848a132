"""A visit at one terminal, with real devices and a twin of the center."""

from pathlib import Path

import pytest

from kiosk.visit import Event, Screen
from messages import visits as said
from tests.kiosk.shop import Shop


async def test_a_visit_ends_with_paper_receipt_and_reports(shop: Shop) -> None:
    await shop.to_payment(show=("honseki",))
    assert shop.view["data"]["total_yen"] == 300
    await shop.pay(500)
    await shop.until(Screen.TAKE_PAPERS)
    handed = await shop.terminal.take_papers()
    await shop.until(Screen.RECEIPT)
    (application, ready), = shop.center.applied.values()
    assert [paper.pdf for paper in handed.papers] == [paper.pdf for paper in ready.papers]
    assert application.show == ("honseki",)
    assert len(application.members) == 4
    assert handed.receipt is not None
    assert "300円" in handed.receipt.text
    await shop.touch(Event.FINISH)
    await shop.touch(Event.FINISH)
    assert shop.view["alarm"] == "change"
    assert await shop.terminal.take_return() == 200
    await shop.until(Screen.MENU)
    await shop.told()
    assert shop.center.steps() == ["paid", "printed", "taken"]
    assert list(shop.center.closed.values()) == ["finished"]
    assert shop.machine.coin_box.counters().cash_yen == shop.machine.coin_box.counters().float_yen + 300
