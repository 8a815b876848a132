"""The tables of referrals: those that were opened here, and those that were made here.

No name. Of a referral that was opened, 住民票コード and birth date are kept for as long as it is good or its order is open, as what leads to the person, and then emptied.
"""

from sqlalchemy import Column, Index, Integer, String, Table

from issuer.issue_tables import METADATA

ADMISSIONS = Table(
    "referral_admissions",
    METADATA,
    Column("number", String(64), primary_key=True),  # the referral's own, given by who made it
    Column("issuer", String(6), primary_key=True),
    Column("visit_id", String(64), nullable=False),
    Column("card", String(64), nullable=False),
    Column("juminhyo_code", String(11), nullable=False),
    Column("birth", String(64), nullable=False),  # empty, like the code, once it is forgotten
    Column("kind", String(32), nullable=False),
    Column("year", Integer, nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("expires_at", Integer, nullable=False),  # seconds since 1970
    Column("request_id", String(64)),  # the order that used it up
    Index("referral_admissions_visit", "visit_id", "kind", "year"),
)

MADE = Table(
    "referrals_made",
    METADATA,
    Column("visit_id", String(64), primary_key=True),
    Column("holder_no", String(10), primary_key=True),  # 宛名番号
    Column("audience", String(6), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("made_at", String(32), nullable=False),
    Index("referrals_made_holder", "holder_no", "made_at"),
)
