"""Facts in any order, any number of times, end in the same balances; a crash leaves a fact claimed and posted, or neither."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.exc import IntegrityError

from fees.booking.booking import book_facts
from fees.booking.fact_log import contradictory, counts
from fees.booking.ledger import balances, journal
from fees.booking.records import METADATA, facts, postings
from fees.booking.self_check import open_items, sums
from fees.config import rules_of
from messages.facts import FactMetered, FactStep, FeeFact, Metered
from tests.fees.office import CITY, NOW, OTHER_CITY, SEVEN, config, engine, fact, transaction

RULES = rules_of(config())
LIVES: tuple[tuple[FactStep, ...], ...] = (
    ("paid",),
    ("paid", "printed"),
    ("paid", "returned"),
    ("paid", "unresolved"),
    ("paid", "unresolved", "printed"),
    ("paid", "unresolved", "returned"),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with transaction() as opened:
        yield opened


def book(connection: Connection, *told: FeeFact) -> list[Metered]:
    return [answer.metered for answer in book_facts(connection, told, RULES, NOW)]


def balances_of(connection: Connection) -> dict[str, int]:
    return {balance.account.code: balance.balance_yen for balance in balances(connection) if balance.balance_yen}


def expected(lives: list[tuple[FactStep, ...]]) -> dict[str, int]:
    """Books kept by counting outcomes, without postings."""
    paid = len(lives)
    printed, returned = (sum(life[-1] == outcome for life in lives) for outcome in ("printed", "returned"))
    unresolved = sum(life[-1] == "unresolved" for life in lives)
    sums = {
        f"operator/{SEVEN}/till": 250 * (paid - returned),
        f"operator/{SEVEN}/pending": -250 * (paid - printed - returned - unresolved),
        f"operator/{SEVEN}/suspense": -250 * unresolved,
        f"operator/{SEVEN}/payable/center": -250 * printed,
        f"operator/{SEVEN}/receivable/{CITY}": 117 * printed,
        f"operator/{SEVEN}/commission": -117 * printed,
        f"center/receivable/{SEVEN}": 250 * printed,
        f"center/payable/{CITY}": -250 * printed,
        f"municipality/{CITY}/receivable/center": 250 * printed,
        f"municipality/{CITY}/fee": -250 * printed,
        f"municipality/{CITY}/commission": 117 * printed,
        f"municipality/{CITY}/payable/{SEVEN}": -117 * printed,
    }
    return {code: yen for code, yen in sums.items() if yen}


def told(lives: list[tuple[FactStep, ...]]) -> list[FeeFact]:
    steps = [(f"i{n}", step) for n, life in enumerate(lives) for step in life]
    return [fact(number, issuance, step) for number, (issuance, step) in enumerate(steps, start=1)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(LIVES), min_size=1, max_size=6), st.data())
def test_facts_in_any_order_and_any_number_of_times_end_in_the_same_balances(lives: list[tuple[FactStep, ...]], data: st.DataObject) -> None:
    in_order = told(lives)
    heard = data.draw(st.permutations(in_order + data.draw(st.lists(st.sampled_from(in_order), max_size=8))))
    batch = data.draw(st.integers(1, len(heard)))
    with transaction() as connection:
        answers = Counter(metered for start in range(0, len(heard), batch) for metered in book(connection, *heard[start : start + batch]))
        assert answers == Counter({"new": len(in_order), "repeat": len(heard) - len(in_order)})
        assert balances_of(connection) == expected(lives)
        entries = journal(connection, 0, 1000)
        assert [entry.number for entry in entries] == list(range(1, len(in_order) + 1))
        assert all(
            sum(leg.yen for leg in entry.legs if leg.account.book == book_) == 0
            for entry in entries
            for book_ in {x.account.book for x in entry.legs}
        )
        assert sums(connection).total_yen == 0
        assert sums(connection).faults == ()
        assert len(open_items(connection, "suspense")) == sum(life[-1] == "unresolved" for life in lives)


def test_a_repeated_fact_changes_nothing(connection: Connection) -> None:
    assert book(connection, fact(1, "i", "paid")) == ["new"]
    before = journal(connection, 0, 10)
    assert book(connection, fact(1, "i", "paid"), fact(1, "i", "paid")) == ["repeat", "repeat"]
    assert journal(connection, 0, 10) == before
    assert counts(connection).new == 1


def test_answers_come_in_the_order_of_the_batch(connection: Connection) -> None:
    answers = book_facts(connection, (fact(2, "i", "printed"), fact(1, "i", "paid"), fact(2, "i", "printed")), RULES, NOW)
    assert answers == (FactMetered(number=2, metered="new"), FactMetered(number=1, metered="new"), FactMetered(number=2, metered="repeat"))


def test_printed_before_paid_waits_as_a_debit_until_the_payment_is_heard_of(connection: Connection) -> None:
    book(connection, fact(2, "i", "printed"))
    assert [item.yen for item in open_items(connection, "pending")] == [250]
    assert counts(connection).missing == 1
    book(connection, fact(1, "i", "paid"))
    assert open_items(connection, "pending") == ()
    assert counts(connection).missing == 0


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (fact(1, "i", "paid"), fact(1, "i", "paid", kiosk_id="K002"), "number_reused"),
        (fact(1, "i", "paid"), fact(1, "j", "paid"), "number_reused"),
        (fact(1, "i", "printed"), fact(2, "i", "printed"), "second_outcome"),
        (fact(1, "i", "returned"), fact(2, "i", "returned"), "second_outcome"),
        (fact(1, "i", "printed"), fact(2, "i", "returned"), "second_outcome"),
        (fact(1, "i", "returned"), fact(2, "i", "printed"), "second_outcome"),
        (fact(1, "i", "paid"), fact(2, "i", "paid"), "step_repeated"),
        (fact(1, "i", "unresolved"), fact(2, "i", "unresolved"), "step_repeated"),
        (fact(1, "i", "paid"), fact(2, "i", "printed", kiosk_id="K002"), "issuance_differs"),
        (fact(1, "i", "paid"), fact(2, "i", "printed", municipality=OTHER_CITY, fee_yen=400, rule="other-base"), "issuance_differs"),
    ],
)
def test_a_contradiction_is_kept_with_both_contents_and_never_posted(connection: Connection, first: FeeFact, second: FeeFact, reason: str) -> None:
    assert book(connection, first) == ["new"]
    before = balances_of(connection)
    assert book(connection, second, second) == ["contradiction", "contradiction"]
    assert balances_of(connection) == before
    (kept,) = contradictory(connection, 10)
    assert (kept.number, kept.reason) == (second.number, reason)
    assert f'"number":{second.number}' in kept.content
    assert f'"issuance_id":"{second.issuance_id}"' in kept.content
    assert f'"issuance_id":"{first.issuance_id}"' in kept.against
    assert book(connection, first) == ["repeat"]
    assert sums(connection).faults == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"fee_yen": 300}, "price_differs"),
        ({"fee_yen": 249}, "price_differs"),
        ({"rule": "juminhyo-base"}, "price_differs"),
        ({"fee_yen": -250}, "price_differs"),
        ({"municipality": "990035"}, "no_price"),
        ({"fee_class": "koseki"}, "no_price"),
        ({"operator": "nobody"}, "no_commission"),
    ],
)
def test_a_fact_that_is_not_the_tariffs_is_kept_and_never_posted(connection: Connection, wrong: dict[str, object], reason: str) -> None:
    assert book(connection, fact(1, "i", "paid", **wrong)) == ["contradiction"]
    assert balances_of(connection) == {}
    assert [kept.reason for kept in contradictory(connection, 10)] == [reason]
    # It was not booked, so it stands in nobody's way.
    assert book(connection, fact(2, "i", "paid")) == ["new"]


def test_three_visits_around_the_end_of_a_campaign_are_priced_by_their_visit(connection: Connection) -> None:
    def at(text: str) -> dict[str, object]:
        return {"visited_at": NOW.fromisoformat(text), "at": NOW.fromisoformat("2026-04-03T12:00:00+09:00")}

    ten, full = {"fee_yen": 10, "rule": "juminhyo-ten-yen"}, {"fee_yen": 250, "rule": "juminhyo-reduction"}
    late_evening, morning = at("2026-03-31T22:58:00+09:00"), at("2026-04-01T06:30:00+09:00")
    assert book(connection, fact(1, "a", "paid", **ten, **late_evening), fact(2, "b", "paid", **full, **morning)) == ["new", "new"]
    assert book(connection, fact(3, "c", "paid", **full, **late_evening), fact(4, "d", "paid", **ten, **morning)) == ["contradiction"] * 2


def test_when_the_posting_cannot_be_written_the_number_is_not_claimed_either() -> None:
    made = engine()
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER disk_full BEFORE INSERT ON postings BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(IntegrityError), made.begin() as connection:
        book(connection, fact(1, "i", "paid"))
    with made.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER disk_full")
        assert counts(connection).new == 0
        assert book(connection, fact(1, "i", "paid")) == ["new"]
    made.dispose()


KILLED = """
import os, signal, sys
from sqlalchemy import create_engine
from fees.booking.fact_log import heard_before, keep
from fees.booking.metering import Heard, meter
from fees.booking.booking import pricing_by
from fees.booking.records import METADATA
from fees.config import rules_of
from tests.fees.office import NOW, config, fact
engine = create_engine("sqlite:///" + sys.argv[1])
METADATA.create_all(engine)
with engine.begin() as connection:
    keep(connection, meter((fact(1, "i", "paid"),), Heard(), pricing_by(rules_of(config()))), NOW)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_between_claim_and_posting_leaves_neither(tmp_path: Path) -> None:
    file = tmp_path / "fees.db"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file)], env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, check=False)
    assert killed.returncode == -signal.SIGKILL
    made = create_engine(f"sqlite:///{file}")
    METADATA.create_all(made)
    with made.begin() as connection:
        for table in (facts, postings):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert book(connection, fact(1, "i", "paid")) == ["new"]
    made.dispose()
