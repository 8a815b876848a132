"""What the fee office remembers: four tables that only grow.

Decides the tables' shape and their constraints (`guards` adds the refusals that a constraint cannot say); `metering` and `ledger` are the only rooms that write them.
A fact and its posting are written in one transaction, so they share one database.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text

from fees.booking.guards import guard

METADATA = MetaData()

facts = Table(
    "facts",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("issuance_id", Text, nullable=False, index=True),
    Column("step", Text, nullable=False),
    Column("metered", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    CheckConstraint("number > 0", name="facts_are_numbered_from_1"),
    CheckConstraint("metered IN ('new', 'contradiction')", name="facts_are_metered"),
)
"""The first content heard under each number, as canonical JSON."""

contradictions = Table(
    "contradictions",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("content_sha256", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("against", Text, nullable=False),
    Column("received_at", Text, nullable=False),
)
"""What was heard and not posted, and against which earlier content (or rule)."""

postings = Table(
    "postings",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", Text, nullable=False, unique=True),
    Column("fact", ForeignKey("facts.number"), unique=True),
    Column("issuance_id", Text, nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("posted_at", Text, nullable=False),
    Column("legs", Integer, nullable=False),
    CheckConstraint("number > 0", name="postings_are_numbered_from_1"),
    CheckConstraint("legs >= 0", name="legs_are_counted"),
    CheckConstraint("fact IS NULL OR cause = 'fact/' || CAST(fact AS TEXT)", name="a_fact_is_a_cause"),
)
"""A posting's header, written last. `cause` is unique: nothing is posted twice for one cause."""

legs = Table(
    "legs",
    METADATA,
    Column("posting", ForeignKey("postings.number", deferrable=True, initially="DEFERRED"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("book", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("yen", BigInteger, nullable=False),
    CheckConstraint("yen <> 0", name="a_leg_moves_money"),
    CheckConstraint("line > 0", name="legs_are_numbered_from_1"),
    Index("legs_by_account", "item", "book"),
)
"""A posting's lines, written first: debit positive, credit negative."""

guard(METADATA)
