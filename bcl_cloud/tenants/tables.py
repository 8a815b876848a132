"""The cloud's own small database: which tenants there are, what each has decided about its papers, who may sign in, and what was changed by whom. No resident stands in it."""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

TENANTS = Table(
    "tenants",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("prefecture", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("number_prefix", Text, nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),  # why it is stopped; empty otherwise
    Column("since", String(32), nullable=False),  # from when it has been in this state
    Column("papers_per_day_max", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # moves with every change of what follows here, so that every process sees it at once
)

SETTINGS = Table(
    "tenant_settings",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("setting", Text, nullable=False),  # issuer.terms.PolicySetting as JSON
)

CERTIFIERS = Table(
    "tenant_certifiers",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("title", Text, nullable=False),
    Column("name", Text, nullable=False),
)

SEALS = Table(
    "tenant_seals",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("png", LargeBinary, nullable=False),
    Column("set_at", String(32), nullable=False),
)

WIDE = Table(
    "tenant_wide",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("since", String(10), nullable=False),  # 課税証明書の広域交付: joined from this day on
    Column("referral_seconds", Integer, nullable=False),
)

STAFF = Table(
    "tenant_staff",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("roles", Text, nullable=False),
)

TRIALS = Table(
    "trial_papers",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("form", String(32), primary_key=True),
    Column("terms", String(64), primary_key=True),  # digest of what the paper rests on: what was looked at under other terms counts no more
    Column("since", String(10), nullable=False),  # the day as of which it was drawn
    Column("drawn_at", String(32), nullable=False),
    Column("drawn_by", String(100), nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("pdf_sha256", String(64), nullable=False),
    Column("problem", Text, nullable=False),  # why it cannot be drawn; empty otherwise
    Column("verdict", String(8), nullable=False),  # good, faulty; empty while nobody has looked
    Column("looked_by", String(100)),
    Column("looked_at", String(32)),
    Column("remark", Text, nullable=False),
)

CANARIES = Table(
    "canaries",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("serial", String(40), nullable=False, unique=True),
    Column("atena_no", String(10), nullable=False),
    Column("household_no", String(10), nullable=False),
    Column("my_number", String(12), nullable=False),
    Column("juminhyo_code", String(11), nullable=False),
    Column("name", Text, nullable=False, unique=True),
)

CANARY_PARTS = Table(
    "canary_parts",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("part", String(16), primary_key=True),  # what was planted in the tenant's other registers: koseki, seal, tax/YEAR
)

PROBES = Table(
    "probes",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("at", String(32), nullable=False),  # of the latest probe
    Column("outcome", String(16), nullable=False),  # passed, leak, failed
    Column("detail", Text, nullable=False),
    Column("passed_at", String(32)),  # when one passed last
    Column("failed_in_row", Integer, nullable=False),
)

RESTARTS = Table(
    "restarts",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("operator", String(100), nullable=False),
    Column("at", String(32), nullable=False),
    Column("why", Text, nullable=False),
)

JOURNAL = Table(
    "cloud_journal",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("who", String(100), nullable=False),
    Column("code", String(6), nullable=False, index=True),  # empty: the cloud itself
    Column("doing", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("why", Text, nullable=False),
)
