"""The tables of the 発行履歴, of the refusals, of the clerks' doings and of what was taken over from another issuer. Instants are `storage.instants` text; ids and 宛名番号 only, never a name."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData()

SERIES = Table(
    "issue_number_series",
    METADATA,
    Column("municipality", String(6), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("last", Integer, nullable=False),
)

ORDERS = Table(
    "issue_orders",
    METADATA,
    Column("request_id", String(64), primary_key=True),
    Column("order_hash", String(64), nullable=False),
    Column("visit_id", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("holder_no", String(10), nullable=False),
    Column("form", String(32), nullable=False),
    Column("year", Integer),
    Column("register_version", String(128), nullable=False),
    Column("shown", Text, nullable=False),
    Column("issued_at", String(32), nullable=False),
    Column("asked_by", String(64), nullable=False),
)

SUBJECTS = Table(
    "issue_subjects",
    METADATA,
    Column("request_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("subject_no", String(10), nullable=False, index=True),  # 宛名番号, or a person's number in the 戸籍
)

PAPERS = Table(
    "issue_papers",
    METADATA,
    Column("issuance_id", String(64), primary_key=True),
    Column("request_id", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", String(80), unique=True),  # none where only an outcome was heard of
    Column("binding", String(128)),
    Column("state", String(16), nullable=False),
    Column("sheets", Integer),
    Column("pdf_sha256", String(64)),
    Column("made_at", String(32)),
    Column("outcome", String(16)),  # the center's last word, as told
    Column("outcome_at", String(32)),
    Column("logged_at", String(32), nullable=False),
    Index("issue_papers_request", "request_id", "position"),
    Index("issue_papers_logged", "logged_at"),
)

EVENTS = Table(
    "issue_events",
    METADATA,
    Column("issuance_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Column("noted_at", String(32), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("note", Text, nullable=False),
)

REFUSALS = Table(
    "issue_refusals",
    METADATA,
    Column("asked_id", String(64), primary_key=True),  # the visit (choices) or the request (order)
    Column("code", String(32), primary_key=True),
    Column("reason", String(64), primary_key=True),
    Column("asked_for", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("holder_no", String(10)),
    Column("at", String(32), nullable=False, index=True),
)

DOINGS = Table(
    "clerk_doings",
    METADATA,
    Column("doing_id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("clerk", String(100), nullable=False),
    Column("doing", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),  # a 宛名番号, a household's number or an issuance id
    Column("detail", Text, nullable=False),
    Column("why", Text, nullable=False),
)

HANDOVERS = Table(
    "handovers",
    METADATA,
    Column("handover_no", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("as_of", String(32), nullable=False),
    Column("entered_at", String(32), nullable=False),
    Column("entered_by", String(100), nullable=False),
    Column("outcome", Text, nullable=False),
)
