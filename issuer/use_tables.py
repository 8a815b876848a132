"""The table of 本籍地利用登録申請. What an applicant typed stands here until a clerk has decided, and is emptied then: the register itself says who they are."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from issuer.issue_tables import METADATA

APPLICATIONS = Table(
    "use_applications",
    METADATA,
    Column("application_id", String(64), primary_key=True),
    Column("running", Integer, nullable=False, unique=True),
    Column("content_hash", String(64), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("honseki", Text, nullable=False),
    Column("hittousha", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("birth", String(10), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("expected_by", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # received, accepted, returned
    Column("decided_at", String(32)),
    Column("decided_by", String(100)),
    Column("reason", String(20)),  # of one returned: `messages.uses.REASONS`
    Column("person_no", String(10)),  # of one accepted
    Index("use_applications_by_serial", "serial", "running"),
    Index("use_applications_by_state", "state", "running"),
)
