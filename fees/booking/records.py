"""What the fee office remembers: tables that only grow.

Decides the tables' shape and their constraints (`guards` adds the refusals that a constraint cannot say); `fact_log` and `ledger` are the only rooms that write them.
A fact and its posting are written in one transaction, so they share one database.

A month of a whole country moves money in few ways: all copies of one municipality at one price, taken by one operator, debit and credit the same accounts by the same amounts. Such a set of
legs is a pattern (仕訳の型). It is written once, legs first and its header last, and stands under the digest of its legs; a posting names its pattern. So a posting is one row whatever it
moves, cannot be unbalanced, headless or late, and costs no trigger; and a balance is a count of postings times a leg.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text, select

from fees.booking.guards import guard

METADATA = MetaData()

facts = Table(
    "facts",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("issuance_id", Text, nullable=False, index=True),
    Column("step", Text, nullable=False),
    Column("municipality", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fee_class", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("kiosk_id", Text, nullable=False),
    Column("fee_yen", BigInteger, nullable=False),
    Column("rule", Text, nullable=False),
    Column("visited_at", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("metered", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    CheckConstraint("number > 0", name="facts_are_numbered_from_1"),
    CheckConstraint("metered IN ('new', 'contradiction')", name="facts_are_metered"),
)
"""The first content heard under each number, column by column as `messages.facts.FeeFact` has it; instants as `storage.instants.stamp` writes them."""

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

patterns = Table(
    "patterns",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("legs", Integer, nullable=False),
    CheckConstraint("number > 0", name="patterns_are_numbered_from_1"),
    CheckConstraint("legs >= 0", name="legs_are_counted"),
)
"""The header of a set of legs, written after them. `sha256` is the digest of the legs (`ledger.digest_of`): the same legs are written once."""

legs = Table(
    "legs",
    METADATA,
    Column("pattern", ForeignKey("patterns.number", deferrable=True, initially="DEFERRED"), primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("book", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("yen", BigInteger, nullable=False),
    CheckConstraint("yen <> 0", name="a_leg_moves_money"),
    CheckConstraint("line > 0", name="legs_are_numbered_from_1"),
    Index("legs_by_account", "item", "book"),
)
"""A pattern's lines, written first: debit positive, credit negative."""

postings = Table(
    "postings",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("cause", Text, nullable=False),
    Column("fact", ForeignKey("facts.number"), unique=True),
    Column("issuance_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("posted_at", Text, nullable=False),
    Column("pattern", ForeignKey("patterns.number"), nullable=False, index=True),
    Column("revision", Integer),
    CheckConstraint("number > 0", name="postings_are_numbered_from_1"),
    CheckConstraint("(fact IS NULL) = (cause NOT LIKE 'fact/%')", name="only_facts_are_facts"),
    CheckConstraint("fact IS NULL OR cause = 'fact/' || CAST(fact AS TEXT)", name="a_fact_is_a_cause"),
)
"""A posting: what it was posted for, and the pattern of what it moves. `cause` is unique: nothing is posted twice for one cause (a fact's cause is its number, which has an index of its
own). `revision` is the rule book's that priced it; none where no rule did."""

_WITHOUT_FACT = postings.c.fact.is_(None)
Index("postings_by_cause", postings.c.cause, unique=True, sqlite_where=_WITHOUT_FACT, postgresql_where=_WITHOUT_FACT)
Index("postings_without_fact", postings.c.issuance_id, sqlite_where=_WITHOUT_FACT, postgresql_where=_WITHOUT_FACT)

turns = Table("turns", METADATA, Column("number", Integer, primary_key=True))
"""Nothing: its lock is the turn to write, where several processes do (`ledger.take_turn`)."""

posted_legs = (
    select(postings.c.number.label("posting"), legs.c.line, legs.c.book, legs.c.item, legs.c.yen)
    .join_from(postings, legs, legs.c.pattern == postings.c.pattern)
    .subquery("posted_legs")
)
"""Every leg of every posting, one row each, for whoever asks by posting."""

guard(METADATA)
