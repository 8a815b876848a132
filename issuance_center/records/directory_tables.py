"""The table of the directory's entries. Rows are only added; `entry_no` is their order and the directory's revision."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from issuance_center.records.tables import METADATA

directory_entries = Table(
    "directory_entries",
    METADATA,
    Column("entry_no", Integer, primary_key=True, autoincrement=True),
    Column("topic", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("item", String(64), nullable=False),
    Column("since", String(32), nullable=False),
    # JSON of the value; without one the entry withdraws what was planned.
    Column("value", Text, nullable=True),
    Column("entered_at", String(32), nullable=False),
    Column("entered_by", String(64), nullable=False),
    Column("reason", String(512), nullable=False),
    Index("directory_entries_of", "subject", "topic"),
)
