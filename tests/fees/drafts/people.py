"""People of the fee office, and a database with its first rules."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from fees.booking.records import METADATA as BOOKS
from fees.config import rules_of
from fees.drafts.changes import CENTER, Enter, Known
from fees.drafts.drafting import Person, Text
from fees.drafts.history import seed
from fees.drafts.records import METADATA
from fees.rules.rule_book import Rule
from simulation.store import open_database
from storage.instants import JST
from tests.fees.office import CITY, OTHER_CITY, SEVEN, config, rule

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=JST)
EDITOR, APPROVER, VIEWER = (Person(name, CITY, frozenset({role})) for name, role in (("花子", "editor"), ("太郎", "approver"), ("次郎", "viewer")))
BOTH = Person("両方", CITY, frozenset({"editor", "approver"}))
OTHER_EDITOR = Person("隣の花子", OTHER_CITY, frozenset({"editor", "approver"}))
CENTER_EDITOR, CENTER_APPROVER = (Person(f"センターの{role}", CENTER, frozenset({role})) for role in ("editor", "approver"))
KNOWN = Known(frozenset({CITY, OTHER_CITY}), frozenset({"juminhyo", "inkan"}), frozenset({SEVEN}))

TEN_YEN = rule("ten-yen-2027", "campaign", 290, "2027-01-01", "2027-04-01")


def text(*rules: Rule, title: str = "10円キャンペーン", why: str = "条例第5条") -> Text:
    """A draft that enters these rules; the 10-yen campaign where none is given."""
    return Text(title, why, tuple(Enter(each) for each in rules or (TEN_YEN,)))


@contextmanager
def office() -> Iterator[Connection]:
    """One transaction on a fresh database that has the configuration's rules."""
    engine = open_database(BOOKS, METADATA)
    with engine.begin() as connection:
        seed(connection, rules_of(config()), NOW)
        yield connection
    engine.dispose()
