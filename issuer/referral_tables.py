"""The table of referrals that were opened here. No name; the 住民票コード is kept for as long as the referral is good or its order stands, as the one word that leads to the person."""

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
    Column("birth", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("year", Integer, nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("expires_at", Integer, nullable=False),  # seconds since 1970
    Column("request_id", String(64)),  # the order that used it up
    Index("referral_admissions_visit", "visit_id", "kind", "year"),
)
