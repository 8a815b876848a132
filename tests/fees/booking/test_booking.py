"""What each fact is answered, and what is kept of it: repeats, contradictions, prices of the visit's day."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from fees.booking.booking import book_facts
from fees.booking.fact_log import contradictory, counts
from fees.booking.ledger import balances, journal
from fees.booking.self_check import open_items, sums
from fees.config import rules_of
from messages.facts import FactMetered, FeeFact, Metered
from tests.fees.office import NOW, OTHER_CITY, config, engine, fact, transaction

RULES = rules_of(config())


@pytest.fixture
def connection() -> Iterator[Connection]:
    with transaction() as opened:
        yield opened


def book(connection: Connection, *told: FeeFact) -> list[Metered]:
    return [answer.metered for answer in book_facts(connection, told, RULES, NOW)]


def balances_of(connection: Connection) -> dict[str, int]:
    return {balance.account.code: balance.balance_yen for balance in balances(connection) if balance.balance_yen}


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
    assert book(connection, second) == ["contradiction"]
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
    both_sides = fact(5, "e", "paid", **ten, **late_evening), fact(6, "f", "paid", **ten, **morning)
    assert book(connection, *both_sides) == ["new", "contradiction"]


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


def test_legs_that_were_altered_are_named(connection: Connection) -> None:
    book(connection, fact(1, "i", "paid"))
    connection.exec_driver_sql("DROP TRIGGER legs_never_change")
    connection.exec_driver_sql("UPDATE legs SET yen = yen * 2")
    assert sums(connection).faults == ("the legs of pattern 1 are not those of its digest",)
