"""The center's tables. Instants are `storage.instants` text, money is whole yen, ids are hex."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

visits = Table(
    "visits",
    METADATA,
    Column("visit_id", String(32), primary_key=True),
    Column("kiosk_id", String(64), nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("challenge_expires_at", String(32), nullable=False),
    # The key of the visit's fingerprints: gone when the visit is closed, so that what is left can be tied to nobody.
    Column("visit_key", LargeBinary, nullable=True),
    Column("serial", String(64), nullable=True),
    Column("certificate_sha256", String(64), nullable=True),
    Column("authenticated_at", String(32), nullable=True),
    Column("closes_at", String(32), nullable=True),
    Column("closed_at", String(32), nullable=True),
    Column("close_reason", String(16), nullable=True),
    Index("visits_open", "closed_at", "received_at"),
    Index("visits_of_card", "serial"),
)

quotes = Table(
    "quotes",
    METADATA,
    Column("visit_id", String(32), ForeignKey("visits.visit_id"), primary_key=True),
    Column("municipality", String(6), primary_key=True),
    Column("prices", Text, nullable=False),
    Column("quoted_at", String(32), nullable=False),
)

offers = Table(
    "offers",
    METADATA,
    Column("visit_id", String(32), ForeignKey("visits.visit_id"), primary_key=True),
    Column("municipality", String(6), primary_key=True),
    Column("kind", String(16), primary_key=True),
    # Member (keyed digest of its number) -> fingerprint, in paper order; emptied when the visit is closed.
    Column("members", Text, nullable=False),
    Column("forms", Text, nullable=False),
    Column("years", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("copies_max", Integer, nullable=False),
    Column("register_version", String(64), nullable=False),
    Column("vouched_by", String(6), nullable=True),  # 課税証明書の広域交付: the present municipality
    Column("issuer", String(64), nullable=False),
    Column("offered_at", String(32), nullable=False),
)

requests = Table(
    "requests",
    METADATA,
    Column("request_id", String(32), primary_key=True),
    Column("visit_id", String(32), ForeignKey("visits.visit_id"), nullable=False, index=True),
    Column("request_hash", String(64), nullable=False),
    Column("ordered_at", String(32), nullable=False),
    Column("municipality", String(6), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("issuer", String(64), nullable=False),
    # Where it was asked for, as the directory had it then: what the fee office needs must not depend on a later directory.
    Column("kiosk_id", String(64), nullable=False),
    Column("operator", String(64), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("priced_at", String(32), nullable=False),
    Column("copies", Integer, nullable=False),
    Column("members", Integer, nullable=False),
    Column("form", String(32), nullable=False),
    Column("year", Integer, nullable=True),
    Column("vouched_by", String(6), nullable=True),
    Column("options", String(512), nullable=False),
    # The row of the refusal it ended with: a repetition is answered the same.
    Column("refused_code", String(32), nullable=True),
    # Orders of the same second, and the papers around a finding.
    Index("requests_by_time", "municipality", "ordered_at"),
)

issuances = Table(
    "issuances",
    METADATA,
    Column("issuance_id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.request_id"), nullable=False),
    Column("copy_no", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("binding", String(64), nullable=False),
    Column("fee_yen", Integer, nullable=False),
    Column("fee_class", String(32), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("face_sha256", String(64), nullable=True),
    Column("back_sha256", String(64), nullable=True),
    Column("number", String(64), nullable=True),
    Column("sheets", Integer, nullable=True),
    Column("accepted_at", String(32), nullable=False),
    Column("changed_at", String(32), nullable=False),
    UniqueConstraint("request_id", "copy_no"),
    Index("issuances_by_day", "accepted_at"),
    Index("issuances_by_state", "state", "changed_at"),
)

steps = Table(
    "steps",
    METADATA,
    Column("step_no", Integer, primary_key=True, autoincrement=True),
    Column("issuance_id", String(32), ForeignKey("issuances.issuance_id"), nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Column("noted_at", String(32), nullable=False),
    Column("detail", String(256), nullable=False, default=""),
)

reports = Table(
    "reports",
    METADATA,
    Column("kiosk_id", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("event_hash", String(64), nullable=False),
    Column("received_at", String(32), nullable=False),
)

facts = Table(
    "facts",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("issuance_id", String(32), nullable=False),
    Column("step", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("metered", String(16), nullable=True, index=True),
    Column("created_at", String(32), nullable=False),
    Column("metered_at", String(32), nullable=True),
    UniqueConstraint("issuance_id", "step"),
)

outcomes = Table(
    "outcomes",
    METADATA,
    Column("outcome_no", Integer, primary_key=True, autoincrement=True),
    Column("issuance_id", String(32), nullable=False),
    Column("issuer", String(64), nullable=False),
    Column("municipality", String(6), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("told_at", String(32), nullable=True),
    Index("outcomes_owed", "told_at", "issuer", "municipality"),
)

alarms = Table(
    "alarms",
    METADATA,
    Column("alarm_no", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("code", String(32), nullable=False),
    Column("visit_id", String(32), nullable=True),
    Column("issuance_id", String(32), nullable=True),
    Column("kiosk_id", String(64), nullable=True),
    Column("municipality", String(6), nullable=True),
    Column("detail", String(512), nullable=False),
    Column("seen_at", String(32), nullable=True),
    Column("seen_by", String(64), nullable=True),
)

cases = Table(
    "cases",
    METADATA,
    Column("case_no", Integer, primary_key=True, autoincrement=True),
    Column("issuance_id", String(32), ForeignKey("issuances.issuance_id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("yen", Integer, nullable=False),
    Column("opened_at", String(32), nullable=False),
    Column("closed_at", String(32), nullable=True),
    Column("closed_by", String(64), nullable=True),
    Column("decision", String(16), nullable=True),
    Column("reason", String(512), nullable=True),
    UniqueConstraint("issuance_id", "kind"),
)

refusals = Table(
    "refusals",
    METADATA,
    Column("refusal_no", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("code", String(32), nullable=False),
    Column("message", String(32), nullable=False),
    Column("kiosk_id", String(64), nullable=True),
    Column("visit_id", String(32), nullable=True),
    Column("alarm", Boolean, nullable=False, default=False),
)

# 本籍地利用登録申請 that were passed on: the application's number and nothing of what it says.
uses = Table(
    "uses",
    METADATA,
    Column("application_id", String(32), primary_key=True),
    Column("visit_id", String(32), ForeignKey("visits.visit_id"), nullable=False, index=True),
    Column("kiosk_id", String(64), nullable=False),
    Column("municipality", String(6), nullable=False),
    Column("number", String(64), nullable=False),
    Column("passed_on_at", String(32), nullable=False),
)

moves = Table(
    "moves",
    METADATA,
    Column("move_no", Integer, primary_key=True, autoincrement=True),
    Column("municipality", String(6), nullable=False),
    Column("kinds", String(256), nullable=False),
    Column("old_issuer", String(64), nullable=False),
    Column("new_issuer", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("planned_by", String(64), nullable=False),
    Column("planned_at", String(32), nullable=False),
    Column("reason", String(512), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("changed_at", String(32), nullable=True),
)

move_checks = Table(
    "move_checks",
    METADATA,
    Column("check_no", Integer, primary_key=True, autoincrement=True),
    Column("move_no", Integer, ForeignKey("moves.move_no"), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("differences", Text, nullable=False),
    Column("failure", String(64), nullable=False),
)
