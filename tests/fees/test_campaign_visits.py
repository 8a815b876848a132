"""A campaign from visit to visit: through a kiosk's messages, the center and the real fee office with its rules in the database. The history is 300 - 50, 300 - 290, 300 - 50."""

from datetime import date, datetime, timedelta

import pytest

from fees.booking.books import read_books
from fees.drafts.changes import Enter, Known
from fees.drafts.drafting import Person, Text, approve, create, submit
from fees.rules.rule_book import RuleBook, rule_book_of
from fees.rules.tariff import TariffRule
from messages import visits as said
from simulation.people import CardMade
from storage.instants import JST
from tests.issuance_center.founding import CITY, COMMISSION_YEN, NOW, OPERATOR, foundation, rates
from tests.issuance_center.town import Kiosk, Town

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(scope="module")
def card() -> CardMade:
    return foundation().cards[foundation().population.holders[0].atena_no]


def tariff(kind: str, yen: int, since: date, until: date | None) -> TariffRule:
    return TariffRule(rule=f"{kind}-{yen}", municipality=CITY, fee_class="juminhyo", channel="store", kind=kind, yen=yen, since=since, until=until)  # type: ignore[arg-type]


def book(*campaigns: TariffRule) -> RuleBook:
    others = [rule for rule in rates().rules if not (isinstance(rule, TariffRule) and (rule.municipality, rule.fee_class) == (CITY, "juminhyo"))]
    since = date(2020, 4, 1)
    return rule_book_of((*others, tariff("base", 300, since, None), tariff("reduction", 50, since, None), *campaigns), 1)


def put_in_force(town: Town, rule: TariffRule) -> None:
    """Two people of the city's own office."""
    known = Known(frozenset({CITY}), frozenset({"juminhyo"}), frozenset())
    store, (editor, approver) = town.fees_store, (Person(name, CITY, frozenset({name})) for name in ("editor", "approver"))
    number = store.do(create, editor, Text("10円", "条例", (Enter(rule),)), known, town.at)
    store.do(submit, editor, number, 1, known, town.at)
    store.do(approve, approver, number, 2, known, town.at)


def at(town: Town, day: date, clock: str) -> None:
    town.at = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=JST)


async def paid(kiosk: Kiosk, ready: said.CertificateReady) -> None:
    await kiosk.report(ready.papers[0], "paid", "printed", "taken")
    await kiosk.close()


def fees_booked(town: Town) -> dict[str, int]:
    books = town.fees_store.do(read_books, None, 100)
    assert books.contradictions == ()
    return {balance.account.code: balance.balance_yen for balance in books.balances if balance.balance_yen}


@pytest.mark.parametrize(("before", "after"), [(250, 10), (10, 250)], ids=["the campaign begins", "the campaign ends"])
async def test_a_visit_keeps_the_price_it_was_shown_and_the_first_of_the_new_day_pays_the_new_one(card: CardMade, before: int, after: int) -> None:
    until = None if before == 250 else TOMORROW
    town = Town(rates=book(*(() if before == 250 else (tariff("campaign", 290, TODAY, until),))))
    if before == 250:
        put_in_force(town, tariff("campaign", 290, TOMORROW, TOMORROW + timedelta(days=90)))
    at(town, TODAY, "22:58")
    late = town.kiosk(0)
    ready = await late.ready(card)
    assert ready.total_yen == before
    at(town, TODAY, "23:01")
    await paid(late, ready)
    at(town, TOMORROW, "06:30")
    first = town.kiosk(1)
    shown = await first.ready(card)
    assert shown.total_yen == after
    await paid(first, shown)
    town.pass_time(days=3)
    await town.deliver()
    booked = fees_booked(town)
    assert booked[f"municipality/{CITY}/fee"] == -(before + after)
    assert booked[f"municipality/{CITY}/commission"] == 2 * COMMISSION_YEN
    await town.close()


async def test_a_rule_put_in_force_while_the_service_runs_is_priced_by_without_a_restart(card: CardMade) -> None:
    town = Town(rates=book())
    at(town, TODAY, "12:00")
    before = await town.kiosk(0).ready(card)
    put_in_force(town, tariff("campaign", 290, TOMORROW, None))
    same_day = await town.kiosk(1).ready(card)
    at(town, TOMORROW, "06:30")
    after = await town.kiosk(0).ready(card)
    assert (before.total_yen, same_day.total_yen, after.total_yen) == (250, 250, 10)
    await town.close()


async def test_a_campaign_of_nothing_asks_for_no_money_and_the_commission_is_due(card: CardMade) -> None:
    town = Town(rates=book(tariff("campaign", 300, TODAY, None)))
    kiosk = town.kiosk(0)
    ready = await kiosk.ready(card)
    assert (ready.total_yen, len(ready.papers)) == (0, 1)
    await paid(kiosk, ready)
    await town.deliver()
    assert fees_booked(town) == {
        f"operator/{OPERATOR}/receivable/{CITY}": COMMISSION_YEN,
        f"operator/{OPERATOR}/commission": -COMMISSION_YEN,
        f"municipality/{CITY}/commission": COMMISSION_YEN,
        f"municipality/{CITY}/payable/{OPERATOR}": -COMMISSION_YEN,
    }
    await town.close()


async def test_a_ten_yen_day_leaves_the_municipality_less_than_nothing(card: CardMade) -> None:
    town = Town(rates=book(tariff("campaign", 290, TODAY, None)))
    kiosk = town.kiosk(0)
    await paid(kiosk, await kiosk.ready(card))
    await town.deliver()
    booked = fees_booked(town)
    assert -booked[f"municipality/{CITY}/fee"] - booked[f"municipality/{CITY}/commission"] == 10 - COMMISSION_YEN < 0
    await town.close()
