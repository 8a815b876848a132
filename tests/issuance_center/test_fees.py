"""From the report of a yen to the books: through the real fee office, and the books balance."""

import pytest

from fees.booking.books import read_books
from issuance_center.settling import settle
from messages import visits as said
from simulation.people import CardMade
from tests.issuance_center.founding import CITY, COMMISSION_YEN, FEE_YEN, OPERATOR
from tests.issuance_center.town import Kiosk, Town
from tests.issuance_center.wires import lost_back


def balances(town: Town) -> dict[str, int]:
    """The accounts that stand otherwise than at nothing; fails unless every book sums to zero."""
    books = town.fees_store.do(read_books, None, 100)
    standing = {balance.account.code: balance.balance_yen for balance in books.balances if balance.balance_yen}
    per_book: dict[str, int] = {}
    for balance in books.balances:
        per_book[balance.account.book] = per_book.get(balance.account.book, 0) + balance.balance_yen
    assert set(per_book.values()) <= {0}
    assert books.contradictions == ()
    return standing


TILL, PENDING, SUSPENSE = (f"operator/{OPERATOR}/{item}" for item in ("till", "pending", "suspense"))

PRINTED = {
    TILL: FEE_YEN,
    f"operator/{OPERATOR}/payable/center": -FEE_YEN,
    f"operator/{OPERATOR}/receivable/{CITY}": COMMISSION_YEN,
    f"operator/{OPERATOR}/commission": -COMMISSION_YEN,
    f"center/receivable/{OPERATOR}": FEE_YEN,
    f"center/payable/{CITY}": -FEE_YEN,
    f"municipality/{CITY}/receivable/center": FEE_YEN,
    f"municipality/{CITY}/fee": -FEE_YEN,
    f"municipality/{CITY}/commission": COMMISSION_YEN,
    f"municipality/{CITY}/payable/{OPERATOR}": -COMMISSION_YEN,
}


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        ((), {}),
        (("paid",), {TILL: FEE_YEN, PENDING: -FEE_YEN}),
        (("paid", "printed"), PRINTED),
        (("paid", "printed", "taken"), PRINTED),
        (("paid", "returned"), {}),
        (("paid", "unresolved"), {TILL: FEE_YEN, SUSPENSE: -FEE_YEN}),
        (("paid", "unresolved", "printed"), PRINTED),
        (("paid", "unresolved", "returned"), {}),
        (("printed",), {}),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, tuple) else "",
)
async def test_each_end_of_a_paper_stands_in_the_books(
    town: Town, kiosk: Kiosk, card: CardMade, steps: tuple[str, ...], standing: dict[str, int]
) -> None:
    ready = await kiosk.ready(card)
    await kiosk.report(ready.papers[0], *steps)
    await kiosk.close()
    await town.deliver()
    assert balances(town) == standing


async def test_a_decided_case_takes_the_money_out_of_suspense(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card, copies=2)
    for paper in ready.papers:
        await kiosk.report(paper, "paid", "unresolved")
    await town.deliver()
    assert balances(town) == {TILL: 2 * FEE_YEN, SUSPENSE: -2 * FEE_YEN}
    for paper, decision in zip(ready.papers, ("printed", "returned"), strict=True):
        await town.center_store.write(settle, paper.issuance_id, decision, "花子", "確認した", town.at)
    await town.deliver()
    assert balances(town) == PRINTED


async def test_reports_told_twice_over_a_bad_line_are_booked_once(town: Town, kiosk: Kiosk, card: CardMade) -> None:
    ready = await kiosk.ready(card)
    for step in ("paid", "printed", "taken"):
        report = kiosk.reported(kiosk.event(ready.papers[0], step))
        kiosk.wire.faults[said.Report] = [lost_back]
        with pytest.raises(Exception, match="ServerDisconnectedError"):
            await kiosk.say(report)
        for _ in range(3):
            await kiosk.say(report)
        await town.deliver()
    assert balances(town) == PRINTED
    assert town.fees.metered == {"new": 2}


async def test_ten_papers_are_ten_times_one(town: Town, card: CardMade) -> None:
    for number in range(2):
        kiosk = town.kiosk(number)
        ready = await kiosk.ready(card, copies=5)
        for paper in ready.papers:
            await kiosk.report(paper, "paid", "printed", "taken")
    await town.deliver()
    assert balances(town) == {account: 10 * yen for account, yen in PRINTED.items()}
