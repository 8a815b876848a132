"""Revisions: seeded once, kept for ever, and a configuration that says something else later is told from one that does not."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from fees.config import rules_of
from fees.drafts import drafting, recording
from fees.drafts.chain import Broken
from fees.drafts.history import Unlike, book_at, last_revision, seed, unlike
from fees.drafts.records import METADATA
from simulation.store import open_database
from tests.fees.drafts.people import APPROVER, EDITOR, KNOWN, NOW, TEN_YEN, office, text
from tests.fees.office import CITY, TARIFF, config, rule


@pytest.fixture
def connection() -> Iterator[Connection]:
    with office() as opened:
        yield opened


def in_force(connection: Connection) -> None:
    number = drafting.create(connection, EDITOR, text(), KNOWN, NOW)
    drafting.submit(connection, EDITOR, number, 1, KNOWN, NOW)
    drafting.approve(connection, APPROVER, number, 2, KNOWN, NOW)


def test_the_configuration_is_entered_at_the_first_start_and_never_again(connection: Connection) -> None:
    assert book_at(connection).digest() == rules_of(config()).digest()
    assert not seed(connection, rules_of(config(tariff=TARIFF[:1])), NOW)
    assert (last_revision(connection), len(book_at(connection).tariff.rules)) == (1, len(TARIFF))


def test_the_rules_of_every_revision_stay_readable(connection: Connection) -> None:
    in_force(connection)
    assert {rule.rule for rule in book_at(connection, 2).rules} - {rule.rule for rule in book_at(connection, 1).rules} == {"ten-yen-2027"}
    assert book_at(connection) == book_at(connection, 2)


def test_a_configuration_as_it_was_or_as_it_is_now_says_nothing_else(connection: Connection) -> None:
    in_force(connection)
    assert unlike(connection, rules_of(config())) == Unlike((), ())
    assert unlike(connection, rules_of(config(tariff=(*TARIFF, TEN_YEN)))) == Unlike((), ())


def test_a_configuration_that_was_changed_afterwards_is_told_by_the_rules_it_says_in_vain(connection: Connection) -> None:
    dearer = rule("other-base", "base", 450, "2020-04-01", municipality="990027")
    changed = rules_of(config(tariff=(*TARIFF[:2], *TARIFF[3:-1], dearer)))
    assert unlike(connection, changed) == Unlike(ignored=("other-base",), missed=("juminhyo-ten-yen", "other-base"))


def test_an_office_without_rules_has_an_empty_book() -> None:
    with open_database(METADATA).begin() as connection:
        assert (book_at(connection).revision, book_at(connection).rules) == (0, ())


ATTACKS = (
    "UPDATE rule_changes SET content = NULL",
    "DELETE FROM rule_changes WHERE line = 1",
    "UPDATE rule_revisions SET approved_by = 'x'",
    "DELETE FROM rule_revisions",
    "UPDATE rule_record SET line = ''",
    "DELETE FROM rule_record",
    "DELETE FROM rule_drafts",
    "UPDATE rule_drafts SET changes = '[]'",
    "INSERT OR REPLACE INTO rule_record SELECT record, number, '', '' FROM rule_record",
    "INSERT OR REPLACE INTO rule_changes SELECT revision, line, rule, NULL FROM rule_changes",
    "INSERT INTO rule_revisions VALUES (3, NULL, 'x', 'x', 'x')",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_to_forget_whoever_holds_the_connection(connection: Connection, attack: str) -> None:
    in_force(connection)
    with pytest.raises(IntegrityError):
        connection.execute(sql(attack))


def test_whoever_takes_the_guards_away_is_found_by_the_chain(connection: Connection) -> None:
    in_force(connection)
    connection.execute(sql("DROP TRIGGER rule_record_no_update"))
    connection.execute(sql(f"UPDATE rule_record SET line = replace(line, '290', '190') WHERE record = '{CITY}' AND number = 2"))
    assert recording.checked(connection, CITY) == Broken(2, "wrong_hash")
