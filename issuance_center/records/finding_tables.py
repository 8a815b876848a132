"""Tables of findings: one case for a municipality x class, its occurrences and what was done about it; and the errors that a retry may follow. Ids, kiosks, times; nobody's name."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from issuance_center.records.tables import METADATA

findings = Table(
    "findings",
    METADATA,
    Column("finding_no", Integer, primary_key=True, autoincrement=True),
    Column("municipality", String(6), nullable=False),
    Column("class_", String(32), nullable=False),
    Column("standing", String(16), nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
    Column("reopened", Integer, nullable=False, default=0),
    Column("explained_per_day", Integer, nullable=False, default=0),
    UniqueConstraint("municipality", "class_"),
)

occurrences = Table(
    "occurrences",
    METADATA,
    Column("occurrence_no", Integer, primary_key=True, autoincrement=True),
    Column("finding_no", Integer, ForeignKey("findings.finding_no"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("issuer", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("request_id", String(32), nullable=True),
    Column("with_request_id", String(32), nullable=True),
    Column("detail", String(256), nullable=False),
    Index("occurrences_by_day", "finding_no", "day"),
)

finding_events = Table(
    "finding_events",
    METADATA,
    Column("event_no", Integer, primary_key=True, autoincrement=True),
    Column("finding_no", Integer, ForeignKey("findings.finding_no"), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("what", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("text", String(1000), nullable=False),
)

errors = Table(
    "errors",
    METADATA,
    Column("error_no", Integer, primary_key=True, autoincrement=True),
    Column("visit_id", String(32), nullable=False, index=True),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("code", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("followed_by", String(32), nullable=True),
)
