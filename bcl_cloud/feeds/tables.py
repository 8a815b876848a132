"""What a tenant's database holds beside its registers: uploads, what each unit was when it came, what waits to be put in place, what was left out, events of the
fast lane, the age of each register, what the tenant has decided about its data. Never a name."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from registers.koseki import part as koseki
from registers.residents import part as residents
from registers.seal import part as seal
from registers.staging import staged_copy
from registers.tax import part as tax

METADATA = MetaData()

UPLOADS = Table(
    "feed_uploads",
    METADATA,
    Column("upload_no", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("as_of", String(32), nullable=False),
    Column("state", String(10), nullable=False),  # reading, applied, rejected, abandoned
    Column("begun_at", String(32), nullable=False),
    Column("ended_at", String(32)),
    Column("report", Text),
    Index("feed_uploads_by_sequence", "sequence"),
)

UNITS = Table(
    "feed_units",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("revision", Integer, nullable=False),  # the unit's version when it was put there: another one means that it was changed here since
)

CHANGED = Table(
    "feed_changed",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("digest", String(32)),  # None: the unit goes
)

AGES = Table(
    "feed_ages",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("as_of", String(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # the highest number that the register ever bore
)

EVENTS = Table(
    "feed_events",
    METADATA,
    Column("event_no", Integer, primary_key=True),
    Column("event_id", String(64), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("register", String(10), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("at", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),  # applied, waiting (subject unknown), overtaken, included
    Column("taken_at", String(32), nullable=False),
    Index("feed_events_by_subject", "register", "subject"),
)

HOLDS = Table(
    "feed_holds",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("event_no", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("digest", String(32)),  # of the record that is to be corrected
    Column("settled_at", String(32)),  # when the correction was said to be done: newer data end the hold, whatever their record says
)

QUARANTINE = Table(
    "feed_quarantine",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("person", String(20), primary_key=True),  # 宛名番号 of somebody in the unit as it was sent; empty: the unit itself
    Column("upload_no", Integer, nullable=False),
)

LEFT_OUT = Table(
    "feed_left_out",
    METADATA,
    Column("register", String(10), primary_key=True),
    Column("unit", String(20), primary_key=True),
    Column("person", String(20), primary_key=True),
)

TERMS = Table(
    "feed_terms",
    METADATA,
    Column("terms_no", Integer, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("set_at", String(32), nullable=False),
)

STAGED = {table.name: staged_copy(table, METADATA) for part in (residents, koseki, seal, tax) for table in part.TABLES}
